import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clients.pace import Pace
from tests.fake_clock import FakeClock

MINUTE = timedelta(minutes=1)


class Queue:
    """Callers who wait for their turn, and when each got it."""

    def __init__(self, *, burst: int, per_minute: float) -> None:
        self.clock = FakeClock()
        self.pace = Pace(self.clock, burst=burst, per_minute=per_minute)
        self.served: list[tuple[str, datetime]] = []

    def call(self, name: str, *, urgent: bool = True) -> asyncio.Task[None]:
        return asyncio.create_task(self._call(name, urgent=urgent))

    async def _call(self, name: str, *, urgent: bool) -> None:
        await self.pace.turn(urgent=urgent)
        self.served.append((name, self.clock.now()))

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.served]

    @property
    def seconds(self) -> list[float]:
        start = self.served[0][1]
        return [(at - start).total_seconds() for _, at in self.served]


@pytest.fixture
def queue() -> Iterator[Queue]:
    one = Queue(burst=3, per_minute=30)
    yield one
    one.pace.stop()


def most_in_a_minute(moments: list[datetime]) -> int:
    return max(sum(start <= at < start + MINUTE for at in moments) for start in moments)


async def test_a_burst_waits_for_nothing_and_then_each_for_the_rate(queue: Queue) -> None:
    calls = [queue.call(str(number)) for number in range(6)]
    await queue.clock.advance(0)
    assert queue.names == ["0", "1", "2"]
    await queue.clock.advance(60)
    assert queue.names == ["0", "1", "2", "3", "4", "5"]
    assert queue.seconds == pytest.approx([0, 0, 0, 2, 4, 6], abs=0.01)
    await asyncio.gather(*calls)


async def test_the_burst_comes_back_with_time_and_never_grows_beyond_itself(queue: Queue) -> None:
    for number in range(3):
        await queue.call(str(number))
    await queue.clock.advance(3600)
    calls = [queue.call(f"later {number}") for number in range(5)]
    await queue.clock.advance(0)
    assert queue.names[3:] == ["later 0", "later 1", "later 2"]
    await queue.clock.advance(4)
    assert queue.names[6:] == ["later 3", "later 4"]
    await asyncio.gather(*calls)


async def test_who_is_urgent_goes_first_and_each_kind_in_order(queue: Queue) -> None:
    for number in range(3):
        await queue.call(f"burst {number}")
    calls = [
        queue.call("calm 1", urgent=False),
        queue.call("urgent 1"),
        queue.call("calm 2", urgent=False),
        queue.call("urgent 2"),
    ]
    await queue.clock.advance(3)
    calls.append(queue.call("urgent 3"))
    await queue.clock.advance(60)
    assert queue.names[3:] == ["urgent 1", "urgent 2", "urgent 3", "calm 1", "calm 2"]
    await asyncio.gather(*calls)


async def test_one_who_comes_late_does_not_overtake_those_who_wait(queue: Queue) -> None:
    calls = [queue.call(str(number)) for number in range(4)]
    await queue.clock.advance(0)
    queue.clock.jump(timedelta(seconds=30))
    calls.append(queue.call("late"))
    await queue.clock.advance(30)
    assert queue.names == ["0", "1", "2", "3", "late"]
    await asyncio.gather(*calls)


async def test_who_gives_up_takes_no_turn(queue: Queue) -> None:
    calls = [queue.call(str(number)) for number in range(7)]
    await queue.clock.advance(0)
    calls[3].cancel()
    calls[5].cancel()
    await queue.clock.advance(4)
    assert queue.names == ["0", "1", "2", "4", "6"]
    assert queue.seconds == pytest.approx([0, 0, 0, 2, 4], abs=0.01)
    await asyncio.gather(*calls, return_exceptions=True)


async def test_when_all_gave_up_the_next_one_is_served(queue: Queue) -> None:
    calls = [queue.call(str(number)) for number in range(4)]
    await queue.clock.advance(0)
    calls[3].cancel()
    await queue.clock.advance(60)
    await queue.call("next")
    assert queue.names == ["0", "1", "2", "next"]
    await asyncio.gather(*calls, return_exceptions=True)


async def test_stopping_lets_nobody_wait(queue: Queue) -> None:
    calls = [queue.call(str(number), urgent=False) for number in range(8)]
    await queue.clock.advance(0)
    queue.pace.stop()
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert [isinstance(result, asyncio.CancelledError) for result in results] == [False] * 3 + [True] * 5


@settings(max_examples=30, deadline=None)
@given(
    burst=st.integers(1, 20),
    per_minute=st.sampled_from([1.0, 7.0, 26.0, 29.0, 50.0]),
    waits=st.lists(st.floats(0, 40), min_size=1, max_size=8),
)
def test_no_minute_holds_more_than_the_burst_and_a_minutes_rate(
    burst: int, per_minute: float, waits: list[float]
) -> None:
    async def run() -> None:
        queue = Queue(burst=burst, per_minute=per_minute)
        calls = []
        for wait in waits:
            calls += [queue.call("", urgent=number % 2 == 0) for number in range(12)]
            await queue.clock.advance(wait)
        await queue.clock.advance(timedelta(minutes=len(calls) / per_minute + 1))
        await asyncio.gather(*calls)
        assert most_in_a_minute([at for _, at in queue.served]) <= burst + per_minute

    asyncio.run(run())
