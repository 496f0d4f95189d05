import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import SystemClock
from incidents.clock import Clock

HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> Clock:
    return SystemClock()


def test_the_time_is_the_machines_in_utc(clock: Clock) -> None:
    before = datetime.now(UTC)
    now = clock.now()
    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() == timedelta(0)


@pytest.mark.parametrize("seconds", [0, -5])
async def test_no_time_is_slept_at_once(clock: Clock, seconds: float) -> None:
    await asyncio.wait_for(clock.sleep(seconds), 5)


async def test_a_sleep_lasts_as_long_as_it_should(clock: Clock) -> None:
    loop = asyncio.get_running_loop()
    before = loop.time()
    await clock.sleep(0.02)
    assert loop.time() - before >= 0.02 - 0.002  # the loop's own resolution


async def test_an_event_that_is_set_is_not_waited_for(clock: Clock) -> None:
    event = asyncio.Event()
    event.set()
    for until in (None, clock.now() - HOUR, clock.now() + HOUR):
        assert await asyncio.wait_for(clock.wait(event, until), 5) is True


@pytest.mark.parametrize("until", [None, HOUR], ids=["without end", "for an hour"])
async def test_an_event_ends_the_wait(clock: Clock, until: timedelta | None) -> None:
    event = asyncio.Event()
    waiting = asyncio.create_task(clock.wait(event, clock.now() + until if until else None))
    await asyncio.sleep(0)
    assert not waiting.done()
    event.set()
    assert await waiting is True


@pytest.mark.parametrize("later", [timedelta(seconds=-5), timedelta(0), timedelta(milliseconds=10)])
async def test_the_wait_ends_at_its_moment(clock: Clock, later: timedelta) -> None:
    until = clock.now() + later
    assert await clock.wait(asyncio.Event(), until) is False
    assert clock.now() >= until - timedelta(milliseconds=2)  # the loop's own resolution
