"""A planned change of rows, done once and taken back once, each inside a transaction that somebody else holds.

The order is what makes it hold: look for the audit row, lock the rows, write the audit row, compare, change. A second
run of the same key waits at the locks, then finds the audit row.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from commands.base.postgres_api import Session
from commands.base.postgres_errors import NOTHING_CHANGED
from commands.base.sql_audit import AuditEntry, AuditTable, open_audit
from commands.base.sql_params import SqlStatementParams
from commands.base.sql_rows import Row, Rows
from commands.base.sql_table import read_table, refused
from commands.base.sql_work import Insert, Update, Work
from incidents.containment import ActionError, ChangedMeanwhileError


@dataclass(frozen=True)
class Opened:
    """What is to be done and where it is recorded, both seen to fit the database."""

    work: Work
    audit: AuditTable


@dataclass(frozen=True)
class Standing:
    """How planned rows stand now: as the change leaves them, as they were before it, or otherwise."""

    written: tuple[Row, ...]
    before: tuple[Row, ...]
    otherwise: tuple[Row, ...]


async def open_work(session: Session, params: SqlStatementParams, audit_table: str) -> Opened:
    """Look everything up that the parameters name.

    Raises:
        ActionError: something named is not there.
    """
    table = await read_table(session, params.table)
    if table is None:
        raise refused(f"There is no table {params.table!r} that Cordon's user can see.")
    audit = await open_audit(session, audit_table)
    if audit.table.quoted == table.quoted:
        raise refused(f"{table.spoken} is the audit table, which is written to by nothing else.")
    rows = Rows(table, table.key(params.key), table.the(params.columns))
    in_key = {column.name for column in rows.key}
    if params.rows:
        if missing := in_key - set(params.columns):
            raise refused(f"rows must give {', '.join(sorted(missing))}, so that they can be found again.")
        return Opened(Insert(rows, params.values), audit)
    if changed := in_key & set(params.columns):
        raise refused(f"set can't change {', '.join(sorted(changed))}, by which rows are found again.")
    return Opened(Update(rows, params.values[0], params.where, params.ids), audit)


async def standing(session: Session, work: Work, planned: Sequence[Row], *, lock: bool = False) -> Standing:
    """How the rows stand now; locked until the transaction's end if asked for."""
    now = await work.rows.read(session, [row.key for row in planned], lock=lock)
    written = tuple(row for row in planned if now.get(row.key) == row.new)
    before = tuple(row for row in planned if now.get(row.key) == row.old)
    return Standing(written, before, tuple(row for row in planned if row not in {*written, *before}))


async def do_once(session: Session, opened: Opened, planned: Sequence[Row], entry: AuditEntry) -> bool:
    """Change exactly the planned rows; returns whether there is anything to commit.

    Raises:
        ChangedMeanwhileError: other rows fit now, or they hold other values.
    """
    if await opened.audit.has(session, entry.run_key, entry.verb):
        return False
    wanted = list(dict.fromkeys(row.new for row in planned))
    found = await opened.work.find(session, wanted, len(planned), lock=True)
    if not await opened.audit.write(session, entry):
        return False
    if set(found.rows) != set(planned):
        if not found.rows and len((await standing(session, opened.work, planned)).written) == len(planned):
            return False
        raise _changed(f"The rows of {entry.table} are not those of the plan any more.")
    if await opened.work.do(session, planned) != len(planned):
        raise _not_all(entry)
    return True


async def undo_once(
    session: Session, opened: Opened, planned: Sequence[Row], entry: AuditEntry
) -> Standing | None:
    """Take back what still is as it was written; returns how the rows stood, None if it was taken back before.

    Raises:
        ChangedMeanwhileError: nothing of it is left as it was written.
    """
    if await opened.audit.has(session, entry.run_key, entry.verb):
        return None
    now = await standing(session, opened.work, planned, lock=True)
    if not now.written:
        if now.otherwise:
            raise _changed(f"{len(now.otherwise)} rows of {entry.table} were changed by somebody else since.")
        return None
    if not await opened.audit.write(session, entry.of(len(now.written))):
        return None
    if await opened.work.take_back(session, now.written) != len(now.written):
        raise _not_all(entry)
    return now


def _changed(failed: str) -> ChangedMeanwhileError:
    return ChangedMeanwhileError(failed, now=NOTHING_CHANGED, then="Look at them, and make a new plan.")


def _not_all(entry: AuditEntry) -> ActionError:
    return ActionError(
        f"The database did not let every row of {entry.table} be changed.",
        now=NOTHING_CHANGED,
        then="Look for a trigger, rule or row security policy on the table.",
    )
