"""The plan of a bounded statement: what people see of it, and the rows as they are stored in it and read again.

People see counts, a few keys, and what the organisation's own configuration says; never what rows hold.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from commands.base.postgres_errors import NOTHING_CHANGED
from commands.base.sql_condition import as_text, spoken_condition
from commands.base.sql_params import SqlStatementParams
from commands.base.sql_rows import Row, Values
from commands.base.sql_work import Found, Work
from incidents.containment import ActionError, Change, Plan

_SAMPLES = 3
_SHOWN = 60
_NEAR = 0.8
_STORED_BYTES = 2_000_000
"""How much of the rows' old values is kept for taking a change back."""


def plan_of(params: SqlStatementParams, work: Work, found: Found, cap: int) -> Plan:
    """The plan to change these rows.

    Raises:
        ActionError: they are too many or too large, or others stand in their way.
    """
    _refuse(found, cap, work.rows.table.spoken)
    inverse = _stored(found.rows)
    size = len(json.dumps(inverse))
    if size > _STORED_BYTES:
        raise _too_much(
            f"The old values of {in_words(len(found.rows))} are too large to be kept for undoing."
        )
    return Plan(
        target=f"PostgreSQL {params.database}, table {work.rows.table.spoken}",
        changes=tuple(_changes(params, work, found.rows)),
        warnings=tuple(_warnings(params, len(found.rows), cap)),
        reversible=bool(found.rows),
        irreversible_because="" if found.rows else "there is no row to change",
        destroys_evidence=bool(params.set and found.rows),
        state={"count": len(found.rows), "digest": _digest(found.rows)},
        inverse=inverse,
    )


def planned_rows(plan: Plan) -> tuple[Row, ...]:
    """The rows of a plan, which may have been stored as JSON meanwhile."""
    inverse = plan.inverse
    keys, old, new = (
        [None if each is None else tuple(each) for each in inverse[part]] for part in ("keys", "old", "new")
    )
    if len(new) == 1:
        new *= len(keys)
    return tuple(
        Row(key or (), before, after or ()) for key, before, after in zip(keys, old, new, strict=True)
    )


def in_words(count: int) -> str:
    """A number of rows."""
    return "1 row" if count == 1 else f"{count} rows"


def _stored(rows: tuple[Row, ...]) -> Mapping[str, Any]:
    new = list(dict.fromkeys(row.new for row in rows))
    return {
        "keys": [list(row.key) for row in rows],
        "old": [None if row.old is None else list(row.old) for row in rows],
        "new": [list(values) for values in new],
    }


def _digest(rows: tuple[Row, ...]) -> str:
    text = json.dumps([[row.key, row.old] for row in rows])
    return hashlib.sha256(text.encode()).hexdigest()


def _changes(params: SqlStatementParams, work: Work, rows: tuple[Row, ...]) -> Iterator[Change]:
    if not rows:
        return
    what = f"{work.rows.table.spoken}: {in_words(len(rows))} ({_samples(work, rows)})"
    if params.rows:
        yield Change(what=what, before="not there", after=f"put in, with {', '.join(params.columns)}")
        return
    where = " and ".join(_short(spoken_condition(each, params.ids)) for each in params.where)
    filled = zip(params.columns, params.values[0], strict=True)
    after = ", ".join(f"{name} = {_short(as_text(value) or 'NULL')}" for name, value in filled)
    yield Change(what=what, before=f"where {where}", after=after)


def _samples(work: Work, rows: tuple[Row, ...]) -> str:
    names = ", ".join(column.name for column in work.rows.key)
    shown = ", ".join(_key(row.key) for row in rows[:_SAMPLES])
    return f"{names} {shown}{', …' if len(rows) > _SAMPLES else ''}"


def _key(key: Values) -> str:
    return _short("/".join(part or "" for part in key))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def _warnings(params: SqlStatementParams, count: int, cap: int) -> Iterator[str]:
    if count > _NEAR * cap:
        yield f"{in_words(count)}: near the cap of {cap}."
    given = len(set(params.ids))
    if params.set and count < given:
        yield f"{given} ids were given, and {in_words(count)} will be changed: the others are not there or are so already."


def _refuse(found: Found, cap: int, table: str) -> None:
    if len(found.rows) > cap:
        raise _too_much(f"More than {cap} rows of {table} would be changed, and {cap} is the cap.")
    if found.in_the_way:
        raise ActionError(
            f"{in_words(len(found.in_the_way))} of {table} with the same key hold other values"
            f" ({_key(found.in_the_way[0])}).",
            now=NOTHING_CHANGED,
            then="Correct the rows, or look at those.",
        )


def _too_much(failed: str) -> ActionError:
    return ActionError(failed, now=NOTHING_CHANGED, then="Narrow the condition, or do it in parts.")
