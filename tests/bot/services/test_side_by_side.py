"""Several effects at the same time."""

import asyncio

import pytest

from bot.services.side_by_side import side_by_side


async def test_they_run_together() -> None:
    met = asyncio.Barrier(2)
    await asyncio.wait_for(side_by_side(met.wait(), met.wait()), 5)


async def test_a_failure_is_raised_when_the_others_have_ended() -> None:
    ended = asyncio.Event()

    async def fail() -> None:
        raise LookupError("no")

    async def go_on() -> None:
        await asyncio.sleep(0)
        ended.set()

    with pytest.raises(LookupError, match="no"):
        await side_by_side(fail(), go_on())
    assert ended.is_set()


async def test_who_waits_and_is_cancelled_cancels_them() -> None:
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    task = asyncio.create_task(side_by_side(wait()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cancelled.is_set()
