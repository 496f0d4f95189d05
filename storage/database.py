"""The one door to the database: open, migrate, read, write, close. What is kept is the repositories' part."""

from collections.abc import Mapping

from sqlalchemy import inspect, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from incidents.errors import InDoubtError
from storage.address import Address, parse_address
from storage.failures import refusal, translated
from storage.group_commit import GroupCommit
from storage.handoff import Handoff
from storage.migrations import HEAD, VERSION_TABLE
from storage.postgres import Transactions, postgres_engine
from storage.presence import Presence
from storage.sqlite import reading_engine, writing_engine
from storage.unit_of_work import UnitOfWork
from storage.writer import T, Work, Writer


class Database:
    """A SQLite file or a PostgreSQL database.

    A work is a function of the unit of work that touches nothing but the database: it may be run again.
    """

    def __init__(self, address: Address) -> None:
        self._address = address
        self._handoff: Handoff | None = None
        self._stamp: Mapping[str, str] = {}
        self._engine, self._readers = _engines(address)
        self._writer: Writer = (Transactions if self.is_shared else GroupCommit)(self._engine, self._unit)

    @classmethod
    async def open(cls, url: str) -> "Database":
        """Open a database that answers.

        Raises:
            ConfigError: the address is wrong, or the database refuses us.
            OutsideError: the database can't be reached now.
        """
        database = cls(parse_address(url))
        try:
            await database.ping()
        except (InDoubtError, SQLAlchemyError) as error:
            await database.close()
            raise refusal(database._address, error) from error
        return database

    @property
    def is_shared(self) -> bool:
        """Whether several bots may share it, on machines of their own (PostgreSQL)."""
        return self._address.is_postgres

    def presence(self) -> Presence:
        """A sign of life beside a SQLite file, and a look at that of others."""
        return Presence(self._address.file)

    def stamp(self, details: Mapping[str, str]) -> None:
        """Have every timeline entry that is written from now on carry these details beside its own."""
        self._stamp = dict(details)

    def attach(self, handoff: Handoff) -> None:
        """Hand jobs that are enqueued from now on to this journal."""
        self._handoff = handoff

    def detach(self, handoff: Handoff) -> None:
        """Hand no more jobs to this journal."""
        if self._handoff is handoff:
            self._handoff = None

    async def upgrade(self) -> None:
        """Bring the tables to this version's shape; several processes may do it at once.

        Raises:
            ConfigError: the database belongs to a newer version.
        """
        if await self.read(_revision) == HEAD:
            return
        # lazily: Alembic costs start-up time and memory that a database already in shape need not pay
        from storage.migrate import upgrade_to_head  # noqa: PLC0415

        async with self._engine.begin() as connection:
            await connection.run_sync(upgrade_to_head)

    async def write(self, work: Work[T]) -> T:
        """Run the work in a transaction and commit it; a cancelled caller's work may still be committed.

        Raises:
            InDoubtError: the database did not answer; the work may have been committed.
        """
        try:
            return await self._writer.write(work)
        except (SQLAlchemyError, OSError) as error:
            raise translated(error) from error

    async def read(self, work: Work[T]) -> T:
        """Run the work, which must not write, over one state of the database.

        Raises:
            InDoubtError: the database did not answer.
        """
        if self._readers is None:
            return await self.write(work)
        try:
            async with AsyncSession(self._readers) as session:
                return await work(self._unit(session))
        except (SQLAlchemyError, OSError) as error:
            raise translated(error) from error

    async def ping(self) -> None:
        """Make sure that the database answers.

        Raises:
            InDoubtError: it does not.
        """
        await self.read(_ping)

    async def close(self) -> None:
        """Finish what is being written, and leave."""
        await self._writer.close()
        await self._engine.dispose()
        if self._readers is not None:
            await self._readers.dispose()

    def _unit(self, session: AsyncSession) -> UnitOfWork:
        return UnitOfWork(session, self._handoff, self._stamp)


def _engines(address: Address) -> tuple[AsyncEngine, AsyncEngine | None]:
    """The engine that writes, and the one that reads; a database in memory has one connection for both."""
    if address.is_postgres:
        engine = postgres_engine(address)
        return engine, engine.execution_options(postgresql_readonly=True)
    return writing_engine(address), None if address.file is None else reading_engine(address)


async def _ping(unit: UnitOfWork) -> None:
    await unit.session.execute(text("SELECT 1"))


async def _revision(unit: UnitOfWork) -> str | None:
    connection = await unit.session.connection()
    if not await connection.run_sync(lambda sync: inspect(sync).has_table(VERSION_TABLE)):
        return None
    found: str | None = (await connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}"))).scalar()  # noqa: S608
    return found
