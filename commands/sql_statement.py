"""Changes a bounded number of rows in an organisation's PostgreSQL, such as hiding unsafe messages.

The statement is the organisation's: table, columns and conditions come from cordon.yaml, people give ids and a reason.
Everything happens in one transaction together with a row in the database's audit table. Rows that somebody changed in
between are neither overwritten by doing nor by taking back. What rows hold is stored to take it back and never shown.
"""

from collections.abc import Mapping

from commands.base.contract import Command, Progress, cannot_revert
from commands.base.postgres_api import PostgresDatabase, Session, database_named
from commands.base.postgres_errors import NOTHING_CHANGED
from commands.base.sql_audit import AuditEntry, open_audit
from commands.base.sql_params import SqlStatementParams
from commands.base.sql_plan import in_words, plan_of, planned_rows
from commands.base.sql_run import Opened, Standing, do_once, open_work, standing, undo_once
from incidents.containment import ActionError, Plan, Verification

_REVERT = "REVERT"


class SqlStatement(Command[SqlStatementParams]):
    """A bounded UPDATE or INSERT."""

    name = "sql_statement"
    summary = "Change or add a limited number of rows in a PostgreSQL database"
    params_type = SqlStatementParams

    async def plan(self, params: SqlStatementParams) -> Plan:
        """Count the rows; refuses more than the cap."""
        if params.missing:
            then = "Give it and plan again."
            raise ActionError(f"The statement needs {params.missing}.", now=NOTHING_CHANGED, then=then)
        database = self._database(params)
        cap = _cap(params, database)
        async with database.reading() as session:
            work = (await self._open(session, params, database)).work
            found = await work.find(session, await work.wanted(session), cap, lock=False)
        return plan_of(params, work, found, cap)

    async def execute(self, params: SqlStatementParams, plan: Plan, key: str, progress: Progress) -> None:
        """Change exactly the planned rows, if they are still as planned."""
        rows = planned_rows(plan)
        if not rows:
            return
        database = self._database(params)
        entry = self._entry(params, plan, key, "INSERT" if params.rows else "UPDATE")
        await progress(f"changing {in_words(len(rows))}")

        async def work(session: Session) -> bool:
            return await do_once(session, await self._open(session, params, database), rows, entry)

        await database.write(work, lambda session: _was_written(session, database, entry))

    async def verify(self, params: SqlStatementParams, plan: Plan, progress: Progress) -> Verification:
        """Read the rows back, and count those that should be changed and are not."""
        await progress("reading the rows back")
        rows, database = planned_rows(plan), self._database(params)
        async with database.reading() as session:
            work = (await self._open(session, params, database)).work
            now = await standing(session, work, rows)
            wanted = list(dict.fromkeys(row.new for row in rows)) or await work.wanted(session)
            left = len((await work.find(session, wanted, _cap(params, database), lock=False)).rows)
        return Verification(
            verified=len(now.written) == len(rows) and not left,
            evidence=(
                f"{len(now.written)} of {in_words(len(rows))} read back as written.",
                f"{in_words(left)} left that should be changed.",
            ),
        )

    async def revert(self, params: SqlStatementParams, plan: Plan, key: str, progress: Progress) -> None:
        """Put the old values back where the rows still hold what was written; others are left as they are."""
        rows = planned_rows(plan)
        if not rows:
            raise cannot_revert(plan)
        database = self._database(params)
        entry = self._entry(params, plan, key, _REVERT)
        done: list[Standing] = []

        async def work(session: Session) -> bool:
            was = await undo_once(session, await self._open(session, params, database), rows, entry)
            done.extend([was] if was else [])
            return was is not None

        await progress(f"putting {in_words(len(rows))} back")
        await database.write(work, lambda session: _was_written(session, database, entry))
        if done and done[0].otherwise:
            left = in_words(len(done[0].otherwise))
            await progress(
                f"{in_words(len(done[0].written))} put back; {left} changed by somebody since, left alone"
            )

    async def verify_reverted(
        self, params: SqlStatementParams, plan: Plan, progress: Progress
    ) -> Verification:
        """Read the rows back."""
        await progress("reading the rows back")
        rows, database = planned_rows(plan), self._database(params)
        async with database.reading() as session:
            now = await standing(session, (await self._open(session, params, database)).work, rows)
        evidence = [f"{len(now.before)} of {in_words(len(rows))} are as they were before."]
        if now.written:
            evidence.append(f"{in_words(len(now.written))} still as the action wrote.")
        if now.otherwise:
            evidence.append(f"{in_words(len(now.otherwise))} changed by somebody else since, and left alone.")
        return Verification(verified=len(now.before) == len(rows), evidence=tuple(evidence))

    async def snapshot(self, params: SqlStatementParams) -> Mapping[str, bytes]:
        """All that the rows to be overwritten hold, a JSON object a line; nothing for rows to be put in."""
        if params.rows or params.missing:
            return {}
        database = self._database(params)
        async with database.reading() as session:
            work = (await self._open(session, params, database)).work
            wanted = await work.wanted(session)
            found = await work.find(session, wanted, _cap(params, database) - 1, lock=False)
            lines = await work.rows.whole(session, [row.key for row in found.rows])
        return {f"{work.rows.table.spoken}.jsonl": "".join(f"{line}\n" for line in lines).encode()}

    def _database(self, params: SqlStatementParams) -> PostgresDatabase:
        return database_named(params.database, self.surroundings)

    async def _open(self, session: Session, params: SqlStatementParams, database: PostgresDatabase) -> Opened:
        return await open_work(session, params, database.connection.audit_table)

    def _entry(self, params: SqlStatementParams, plan: Plan, key: str, verb: str) -> AuditEntry:
        now, count = self.surroundings.clock.now(), len(planned_rows(plan))
        return AuditEntry(key, verb, params.who, params.reason, params.table, count, now)


def _cap(params: SqlStatementParams, database: PostgresDatabase) -> int:
    return min(params.row_cap or database.connection.row_cap, database.connection.row_cap)


async def _was_written(session: Session, database: PostgresDatabase, entry: AuditEntry) -> bool:
    # writing it waits for the lost transaction's end, which looking would not; this one is never committed
    audit = await open_audit(session, database.connection.audit_table)
    return not await audit.write(session, entry)
