"""Blocking calls off the event loop: bounded, and one at a time for a key."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from bot.clients.pagerduty_lanes import Lanes
from incidents.errors import OutsideError, PermanentError, TemporaryError

_SHORT = 0.05


class Gate:
    """A call that blocks its thread until it is opened."""

    def __init__(self, name: str, log: list[str]) -> None:
        self._name, self._log = name, log
        self._open = threading.Event()
        self.loop = asyncio.get_running_loop()
        self.begun = asyncio.Event()
        self.ended = asyncio.Event()

    def __call__(self) -> str | OutsideError:
        self.loop.call_soon_threadsafe(self.begun.set)
        self._open.wait(10)
        self._log.append(self._name)
        self.loop.call_soon_threadsafe(self.ended.set)
        return self._name

    def open(self) -> None:
        self._open.set()


@pytest.fixture
def log() -> list[str]:
    return []


@pytest.fixture
def short() -> Iterator[Lanes]:
    lanes = Lanes(_SHORT)
    yield lanes
    lanes.close()


@pytest.fixture
def patient() -> Iterator[Lanes]:
    lanes = Lanes(10)
    yield lanes
    lanes.close()


async def test_what_a_call_gives_is_returned_and_its_error_raised(patient: Lanes) -> None:
    assert await patient.run("a", lambda: 7) == 7
    with pytest.raises(PermanentError, match="no"):
        await patient.run("a", lambda: PermanentError("PagerDuty", "x", "no"))


async def test_a_call_that_blocks_is_given_up_and_nothing_overtakes_it(
    short: Lanes, patient: Lanes, log: list[str]
) -> None:
    gate = Gate("page", log)
    with pytest.raises(TemporaryError, match="timeout"):
        await short.run("a", gate)
    with pytest.raises(TemporaryError, match="timeout"):
        await short.run("a", lambda: log.append("resolved"))
    assert await short.run("b", lambda: "free") == "free"
    gate.open()
    await gate.ended.wait()
    await _until_free(short, "a")
    assert log == ["page"], "what was not begun in time never is"


async def _until_free(lanes: Lanes, key: str) -> None:
    while True:
        try:
            await lanes.run(key, lambda: None)
        except TemporaryError:  # the thread has not quite ended
            continue
        return


async def test_calls_of_one_key_run_in_the_order_they_came(patient: Lanes, log: list[str]) -> None:
    gate = Gate("0", log)
    waiting = [asyncio.create_task(patient.run("a", gate))]
    await gate.begun.wait()
    for number in range(1, 6):
        later = Gate(str(number), log)
        later.open()
        waiting.append(asyncio.create_task(patient.run("a", later)))
        await asyncio.sleep(0)
    gate.open()
    await asyncio.gather(*waiting)
    assert log == ["0", "1", "2", "3", "4", "5"]


async def test_many_that_block_leave_the_programs_own_threads_alone(short: Lanes, log: list[str]) -> None:
    gates = [Gate(str(number), log) for number in range(8)]
    calls = [short.run(str(number), gate) for number, gate in enumerate(gates)]
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(one) for one in results] == [TemporaryError] * 8
    assert await asyncio.to_thread(lambda: "free") == "free"
    for gate in gates:
        gate.open()
    begun = [gate for gate in gates if gate.begun.is_set()]
    await asyncio.gather(*(gate.ended.wait() for gate in begun))
    assert len(log) == len(begun) < 8, "those that waited for a thread were never sent"


async def test_a_caller_that_is_cancelled_is_cancelled(patient: Lanes, log: list[str]) -> None:
    gate = Gate("a", log)
    task = asyncio.create_task(patient.run("a", gate))
    await gate.begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gate.open()
    await patient.run("a", lambda: None)
    assert log == ["a"]


async def test_closed_lanes_begin_nothing(patient: Lanes) -> None:
    patient.close()
    with pytest.raises(TemporaryError, match="stopping"):
        await patient.run("a", lambda: None)


def test_a_loop_that_ends_first_is_no_trouble(caplog: pytest.LogCaptureFixture) -> None:
    lanes, opened, ended = Lanes(_SHORT), threading.Event(), threading.Event()

    def call() -> None:
        opened.wait(10)

    async def give_up() -> None:
        with pytest.raises(TemporaryError):
            await lanes.run("a", call)

    asyncio.run(give_up())
    opened.set()
    lanes._pool.submit(ended.set).result(10)
    lanes._pool.shutdown(wait=True)
    assert ended.is_set()
    assert caplog.records == []
