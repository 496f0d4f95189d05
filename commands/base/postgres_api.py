"""The one door to an organisation's PostgreSQL: bounded transactions, and errors that people understand.

Knows neither tables nor what is written. No sentence made here repeats an address, a password or a value: the
driver's own texts hold them, so of those only what can't is passed on.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import asyncpg  # type: ignore[import-untyped]
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from commands.base.contract import Surroundings
from commands.base.postgres_errors import NOTHING_CHANGED, told
from incidents.containment import ActionError, Effect
from incidents.errors import ConfigError

_CONNECT_SECONDS = 5
_CLOSE_SECONDS = 1
_LOCK_SHARE = 0.5
"""Of the statement's time, how much may go into waiting for others' locks, so that the two can be told apart."""
_FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, asyncio.TimeoutError)
_INTERVENTION = "57P"
"""PostgreSQL's codes of a server that shuts down or was told to end this connection."""
_FORMS = {"datestyle": "ISO", "timezone": "UTC", "intervalstyle": "postgres", "bytea_output": "hex"}
"""In which form values are read as text, so that the text gives the same value back."""


class DatabaseConnection(BaseModel):
    """A database of `connections.databases` in cordon.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url_env: str = Field(min_length=1, description="the environment's variable that holds the address")
    statement_timeout_seconds: float = Field(default=10, gt=0, le=300, description="for each statement")
    row_cap: int = Field(default=1000, ge=1, le=10_000, description="no action touches more rows at once")
    audit_table: str = Field(default="cordon_audit", description="where each change leaves a row")


class Session:
    """A transaction under way."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def fetch(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a statement with bound values; its rows."""
        return [tuple(row) for row in await self._connection.fetch(statement, *values)]


class PostgresDatabase:
    """A database that may be read and changed in bounded transactions, a connection each."""

    def __init__(self, name: str, connection: DatabaseConnection, address: SecretStr) -> None:
        self.name = name
        self.connection = connection
        self._address = address

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Session]:
        """A transaction that can't change anything.

        Raises:
            ActionError: the database can't be reached, or refused.
        """
        with self._translated():
            async with self._connected() as connection, connection.transaction(readonly=True):
                yield await self._prepared(connection)

    async def write(
        self, work: Callable[[Session], Awaitable[bool]], has_happened: Callable[[Session], Awaitable[bool]]
    ) -> None:
        """Run the work in one transaction and commit it if it says so; otherwise nothing is changed.

        Args:
            work: changes rows; returns whether to commit.
            has_happened: called in a transaction of its own, which is rolled back, when the answer to the commit was
                lost; returns whether it had worked. It has to wait for the other transaction's end.

        Raises:
            ActionError: it did not work; `effect` is unknown if even the second question was not answered.
        """
        try:
            with self._translated():
                await self._commit(work)
        except _AnswerLostError:
            await self._settle(has_happened)

    async def _commit(self, work: Callable[[Session], Awaitable[bool]]) -> None:
        async with self._connected() as connection:
            transaction = connection.transaction()
            await transaction.start()
            if not await work(await self._prepared(connection)):
                await transaction.rollback()
                return
            try:
                await transaction.commit()
            except _FAILURES as error:
                if _leaves_doubt(error):
                    raise _AnswerLostError from None
                raise

    async def _settle(self, has_happened: Callable[[Session], Awaitable[bool]]) -> None:
        try:
            with self._translated():
                async with self._connected() as connection:
                    await connection.transaction().start()
                    happened = await has_happened(await self._prepared(connection))
        except ActionError as error:
            raise ActionError(
                f'The connection to database "{self.name}" was lost while the change was being committed.',
                now="Nobody knows whether it happened.",
                then=f"Look into {self.connection.audit_table} for this run's row. ({error.failed})",
                effect=Effect.UNKNOWN,
            ) from None
        if not happened:
            raise ActionError(
                f'The connection to database "{self.name}" was lost before the change was committed.',
                now=NOTHING_CHANGED,
                then="Try again.",
                temporary=True,
            )

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        connection = await self._connect()
        try:
            yield connection
        finally:
            with suppress(*_FAILURES):  # what was committed stays so, however the goodbye goes
                await connection.close(timeout=_CLOSE_SECONDS)

    async def _connect(self) -> Any:
        text = self._address.get_secret_value().strip().replace("postgresql+asyncpg://", "postgresql://", 1)
        try:
            return await asyncpg.connect(
                text,
                timeout=_CONNECT_SECONDS,
                command_timeout=self.connection.statement_timeout_seconds + _CONNECT_SECONDS,
                statement_cache_size=0,  # poolers that hand out a connection per transaction know no others
            )
        except ValueError:
            raise ActionError(
                f"{self.connection.url_env} holds no PostgreSQL address.",
                now=NOTHING_CHANGED,
                then="Write postgresql://user:password@host/database.",
            ) from None

    async def _prepared(self, connection: Any) -> Session:
        seconds = self.connection.statement_timeout_seconds
        settings = {
            "statement_timeout": f"{round(seconds * 1000)}ms",
            "lock_timeout": f"{round(seconds * _LOCK_SHARE * 1000)}ms",
            "idle_in_transaction_session_timeout": f"{round((seconds + _CONNECT_SECONDS) * 1000)}ms",
            **_FORMS,
        }
        # SET LOCAL, with bound values
        set_local = (
            "SELECT set_config(name, value, true) FROM unnest($1::text[], $2::text[]) AS s(name, value)"
        )
        session = Session(connection)
        await session.fetch(set_local, list(settings), list(settings.values()))
        return session

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except _FAILURES as error:
            raise told(error, self.name, self.connection.url_env) from None


class _AnswerLostError(Exception):
    """The commit was sent, and nobody said how it went."""


def _leaves_doubt(error: BaseException) -> bool:
    is_lost = isinstance(error, OSError | asyncpg.InterfaceError | asyncpg.PostgresConnectionError)
    return is_lost or str(getattr(error, "sqlstate", "")).startswith(_INTERVENTION)


def database_named(name: str, surroundings: Surroundings) -> PostgresDatabase:
    """The database of this name in the organisation's configuration.

    Raises:
        ActionError: there is none, or what is configured is wrong.
    """
    databases = surroundings.connections.get("databases") or {}
    if name not in databases:
        raise _misconfigured(
            f'connections.databases has no "{name}" (there are: {", ".join(databases) or "none"}).'
        )
    try:
        connection = DatabaseConnection.model_validate(databases[name])
        return PostgresDatabase(name, connection, surroundings.secret(connection.url_env))
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
            for problem in error.errors(include_input=False, include_url=False)
        )
        raise _misconfigured(f"connections.databases.{name}: {wrong}.") from None
    except ConfigError as error:
        raise _misconfigured(f"connections.databases.{name}: {error}") from None


def _misconfigured(failed: str) -> ActionError:
    return ActionError(failed, now=NOTHING_CHANGED, then="Correct it in cordon.yaml or the environment.")
