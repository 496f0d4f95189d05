"""SQLite's writer: all writes that wait at a moment share one transaction, and so one flush to the disk.

Each runs in a savepoint of its own, so that a failing one takes back only what it did itself. A caller that
is cancelled stops waiting; work that had begun is still committed. What is written is the callers' part.
"""

import asyncio
from collections import deque
from contextvars import Context, ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from storage.failures import translated
from storage.unit_of_work import UnitOfWork
from storage.writer import Open, T, Work, committed

_BATCH = 64
_inside: ContextVar[bool] = ContextVar("inside_a_write", default=False)


@dataclass
class _Call:
    work: Work[Any]
    outcome: asyncio.Future[Any]


@dataclass
class _Attempt:
    call: _Call
    unit: UnitOfWork
    task: asyncio.Task[Any]


class GroupCommit:
    """The one writer of a SQLite file in this process."""

    def __init__(self, engine: AsyncEngine, open_unit: Open) -> None:
        self._engine = engine
        self._open = open_unit
        self._waiting: deque[_Call] = deque()
        self._drain: asyncio.Task[None] | None = None

    async def write(self, work: Work[T]) -> T:
        """Run the work in the next transaction; returns or raises when it is committed or taken back."""
        if _inside.get():
            raise RuntimeError("a write within a write would wait for itself")
        call = _Call(work, asyncio.get_running_loop().create_future())
        self._waiting.append(call)
        if self._drain is None:
            # an empty context: work of many callers runs here, and none may see another's variables
            self._drain = asyncio.create_task(self._run(), name="storage-writer", context=Context())
        result: T = await call.outcome
        return result

    async def close(self) -> None:
        """Wait until everything that waits is written."""
        while self._drain is not None:
            await asyncio.wait([self._drain])

    async def _run(self) -> None:
        try:
            while self._waiting:
                some = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
                if batch := [call for call in some if not call.outcome.done()]:
                    await self._transact(batch)
        finally:
            self._drain = None

    async def _transact(self, batch: list[_Call]) -> None:
        transaction = asyncio.create_task(self._commit(batch))
        await asyncio.wait([transaction])
        for call in batch:
            _pass_on(transaction, call.outcome)

    async def _commit(self, batch: list[_Call]) -> None:
        async with self._engine.begin() as connection:
            attempts = [await self._attempt(connection, call) for call in batch]
        for attempt in attempts:
            if _succeeded(attempt.task):
                committed(attempt.unit)
        for attempt in attempts:
            _pass_on(attempt.task, attempt.call.outcome, with_result=True)

    async def _attempt(self, connection: AsyncConnection, call: _Call) -> _Attempt:
        async with AsyncSession(
            bind=connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        ) as session:
            unit = self._open(session)
            task = asyncio.create_task(_work(call.work, unit))
            await asyncio.wait([task])
            if not _succeeded(task):
                await session.rollback()
        return _Attempt(call, unit, task)


async def _work(work: Work[T], unit: UnitOfWork) -> T:
    _inside.set(True)
    result = await work(unit)
    await unit.session.commit()
    return result


def _succeeded(task: asyncio.Task[Any]) -> bool:
    return not task.cancelled() and task.exception() is None


def _pass_on(task: asyncio.Task[Any], outcome: asyncio.Future[Any], *, with_result: bool = False) -> None:
    """Give the caller what became of the task, unless the caller knows already or has left."""
    failure = asyncio.CancelledError() if task.cancelled() else task.exception()
    if outcome.done():
        return
    if failure is not None:
        outcome.set_exception(translated(failure))
    elif with_result:
        outcome.set_result(task.result())
