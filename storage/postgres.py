"""PostgreSQL's engine and writer: a transaction for each write, done again when the database asks for it."""

import asyncio
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from storage.address import Address
from storage.failures import is_repeatable
from storage.writer import Open, T, Work, committed

_ATTEMPTS = 3
_CONNECTIONS = 10
_CONNECT_SECONDS = 5
_STATEMENT_SECONDS = 15


def postgres_engine(address: Address) -> AsyncEngine:
    """An engine of a few connections that never waits without end."""
    settings = {
        "statement_timeout": f"{_STATEMENT_SECONDS}s",
        "idle_in_transaction_session_timeout": f"{2 * _STATEMENT_SECONDS}s",
        **address.connect_args["server_settings"],
    }
    timeouts = {"timeout": _CONNECT_SECONDS, "command_timeout": _STATEMENT_SECONDS + _CONNECT_SECONDS}
    return create_async_engine(
        address.url,
        connect_args={**address.connect_args, **timeouts, "server_settings": settings},
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_timeout=_STATEMENT_SECONDS,
        pool_pre_ping=True,
    )


class Transactions:
    """Writes on PostgreSQL, side by side."""

    def __init__(self, engine: AsyncEngine, open_unit: Open) -> None:
        self._engine = engine
        self._open = open_unit
        self._running: set[asyncio.Task[Any]] = set()

    async def write(self, work: Work[T]) -> T:
        """Run the work in a transaction, up to three times when it collides with others."""
        # on its own, so that a cancelled caller never leaves a commit half sent
        transaction = asyncio.create_task(self._write(work))
        self._running.add(transaction)
        transaction.add_done_callback(self._running.discard)
        return await asyncio.shield(transaction)

    async def close(self) -> None:
        """Wait until everything under way is written."""
        if self._running:
            await asyncio.wait(self._running)

    async def _write(self, work: Work[T]) -> T:
        for _ in range(_ATTEMPTS - 1):
            try:
                return await self._transact(work)
            except DBAPIError as error:
                if not is_repeatable(error):
                    raise
        return await self._transact(work)

    async def _transact(self, work: Work[T]) -> T:
        async with AsyncSession(self._engine, expire_on_commit=False) as session, session.begin():
            unit = self._open(session)
            result = await work(unit)
        committed(unit)
        return result
