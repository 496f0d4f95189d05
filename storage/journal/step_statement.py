"""The journal's hottest statement, built once: it records a step only while the job is the run's own."""

from functools import cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.sql.dml import ReturningInsert

from storage.inserting import insert_for
from storage.tables import JOBS, STEPS, JobState

_COLUMNS = ("job_id", "name", "intent_at", "fence", "done", "result")


@cache
def step_statement(dialect: str, *, finishes: bool) -> ReturningInsert[Any]:
    """The statement that records an intent, or with `finishes` a result; it gives a row when it did.

    Its values are a step's columns, and in `mine` the owner who must hold the job. An intent recorded earlier
    keeps its moment.
    """
    values = [bindparam(name, type_=STEPS.c[name].type) for name in _COLUMNS]
    source = select(*values).where(
        JOBS.c.id == bindparam("job_id"),
        JOBS.c.fence == bindparam("fence"),
        JOBS.c.owner == bindparam("mine"),
        JOBS.c.state == JobState.PENDING.value,
    )
    # the lock makes a claim by somebody else wait for this statement, or this statement see the claim
    insert = insert_for(dialect, STEPS).from_select(_COLUMNS, source.with_for_update(read=True, of=JOBS))
    changed = ("fence", "done", "result") if finishes else ("fence",)
    upsert = insert.on_conflict_do_update(
        index_elements=[STEPS.c.job_id, STEPS.c.name], set_={name: insert.excluded[name] for name in changed}
    )
    return upsert.returning(STEPS.c.job_id)
