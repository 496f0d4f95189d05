"""Single steps: how many round trips until people see something."""

import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sandbox import Channel
from tests.acceptance.conftest import UNASKED
from tests.acceptance.town import COMMON, Town
from tests.bench.row import Row

TRIP = 0.1
LONG_TRIP = 0.5
ROUNDS = 7


@asynccontextmanager
async def slow_slack() -> AsyncIterator[Town]:
    """A town whose Slack takes one trip for every call."""
    with tempfile.TemporaryDirectory() as folder:
        town = await Town(Path(folder), organisation=UNASKED).open()
        await town.declare("sev1 Warm up")
        town.sandbox.latency = TRIP
        try:
            yield town
        finally:
            await town.close()


async def declare_readable() -> list[Row]:
    """From the slash command to the first and to the last checklist message in the channel."""
    first, whole = [], []
    async with slow_slack() as town:
        for number in range(ROUNDS):
            sent = time.perf_counter()
            await town.person("ann").slash(COMMON, f"/incident declare sev1 Leak {number}")
            channel = await _channel(town, f"leak-{number}")
            await _readable(town, channel, 1)
            first.append(time.perf_counter() - sent)
            await _readable(town, channel, 6)
            whole.append(time.perf_counter() - sent)
            await town.cordon.idle()
    limit = 2 * TRIP + 0.060
    return [
        _row("declare: slash command → checklist readable", f"≤ {limit * 1000:.0f} ms", whole, limit),
        _row("  (its first phase)", f"≤ {limit * 1000:.0f} ms", first, limit),
    ][::-1]


async def declare_depth() -> list[Row]:
    """How deep the calls of one declare stand on each other, with trips so long that our own work is nothing."""
    depths = []
    async with slow_slack() as town:
        town.sandbox.latency = LONG_TRIP
        for number in range(3):
            before = len(town.sandbox.calls)
            await town.person("ann").slash(COMMON, f"/incident declare sev1 Depth {number}")
            await _channel(town, f"depth-{number}")
            await town.cordon.idle()
            times = [call.at for call in town.sandbox.calls[before:]]
            depths.append(1 + int((max(times) - min(times)) / LONG_TRIP))
    deepest = max(depths)
    return [Row("declare: all its Slack calls done", "≤ 3 trips deep", f"{deepest} trips deep", deepest <= 3)]


async def click() -> list[Row]:
    """From a press to the edited message."""
    taken = []
    async with slow_slack() as town:
        channel = await town.declare("sev1 Clicks")
        for _ in range(ROUNDS):
            message = town.message(channel, "*6 · ")
            sent = time.perf_counter()
            await town.person("bob").click(message, "checklist.move", block_id=message.blocks[1]["block_id"])
            await _changed(town, channel, message.words)
            taken.append(time.perf_counter() - sent)
            await town.cordon.idle()
    limit = TRIP + 0.030
    return [_row("click → message edited", f"≤ {limit * 1000:.0f} ms", taken, limit)]


async def _readable(town: Town, channel: Channel, phase: int) -> None:
    """Wait until this phase's message stands in the channel."""
    await town.sandbox.until(lambda: any(f"checklist {phase} of" in m.text for m in town.messages(channel)))


async def _changed(town: Town, channel: Channel, words: str) -> None:
    """Wait until the last phase's message reads otherwise."""
    await town.sandbox.until(lambda: town.message(channel, "*6 · ").words != words)


async def _channel(town: Town, ending: str) -> Channel:
    channels = town.sandbox.workspace.channels
    return await town.sandbox.until(
        lambda: next((c for c in channels.values() if c.name.endswith(ending)), None)
    )


def _row(what: str, target: str, taken: list[float], limit: float) -> Row:
    middle = statistics.median(taken)
    measured = f"median {middle * 1000:.0f} ms, worst {max(taken) * 1000:.0f} ms of {len(taken)}"
    return Row(what, target, measured, middle <= limit)
