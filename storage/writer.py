"""What the two ways of writing have in common: their interface, and calls owed after a commit."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from storage.unit_of_work import UnitOfWork

T = TypeVar("T")
Work = Callable[[UnitOfWork], Awaitable[T]]
Open = Callable[[AsyncSession], UnitOfWork]
"""Makes the unit of work over a session."""


class Writer(Protocol):
    """A way to run work in a transaction of its own, once begun to its end even if nobody waits any more."""

    async def write(self, work: Work[T]) -> T:
        """Run the work in a transaction and commit it."""
        ...

    async def close(self) -> None:
        """Wait for the work under way."""
        ...


def committed(unit: UnitOfWork) -> None:
    """Make the calls owed after the commit; a failing one disturbs neither the others nor the caller."""
    loop = asyncio.get_running_loop()
    for call in unit.calls_after_commit:
        loop.call_soon(call)
