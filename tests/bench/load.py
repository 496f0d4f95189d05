"""Many at once: acks under load, a burst of declarations, a storm of clicks."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable
from datetime import timedelta
from pathlib import Path

from bot.services.declare import new_phases
from sandbox import Ack, Message, Person
from storage.unit_of_work import UnitOfWork
from tests.acceptance.conftest import UNASKED
from tests.acceptance.town import COMMON, Town
from tests.bench.row import Row
from tests.bench.steps import TRIP

OPEN = 200
RATE, SECONDS = 50, 6
PHASES = 6
_TOLD = ("Nothing was changed", "Your press did nothing")


async def ack_under_load() -> list[Row]:
    """The 99th percentile of acks at 50 requests a second, with 200 incidents open, on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        town = await Town(Path(folder), organisation=UNASKED).open()
        await _fill(town)
        town.sandbox.latency = TRIP
        bob, channel = (
            town.person("ann"),
            next(c for c in town.sandbox.workspace.channels.values() if c.name.startswith("inc-1-")),
        )
        message = town.message(channel, "*6 · ")
        places = [block["block_id"] for block in message.blocks[1:7]]
        acks: list[asyncio.Task[float]] = []
        for number in range(RATE * SECONDS):
            acks.append(asyncio.create_task(_timed(_request(number, bob, channel.id, message, places))))
            await asyncio.sleep(1 / RATE)
        taken = sorted(await asyncio.gather(*acks))
        await town.close()
    p99 = taken[int(len(taken) * 0.99) - 1]
    measured = f"p99 {p99 * 1000:.0f} ms, median {taken[len(taken) // 2] * 1000:.0f} ms of {len(taken)}"
    return [Row("ack, 50 requests/s, 200 open incidents, SQLite", "p99 ≤ 50 ms", measured, p99 <= 0.05)]


async def _request(number: int, bob: Person, channel: str, message: Message, places: list[str]) -> Ack:
    if number % 3 == 0:
        return await bob.slash(channel, "/incident list")
    if number % 3 == 1:
        return await bob.slash(channel, "/incident status")
    return await bob.click(message, "checklist.move", block_id=places[number % len(places)])


async def _timed(request: Awaitable[Ack]) -> float:
    return (await request).seconds


async def _fill(town: Town) -> None:
    """Have so many incidents open, each with its checklist, in the database; one of them also in Slack."""
    await town.declare("sev1 The one that is worked")
    parts = town.cordon.parts
    phases = new_phases(parts.playbooks.get("agentic-on-call"))

    async def add(work: UnitOfWork) -> int:
        for number in range(OPEN - 1):
            now = parts.clock.now()
            incident = await work.incidents.add(
                title=f"Filler {number}",
                summary="",
                severity="SEV2",
                playbook="agentic-on-call",
                reporter="U000000",
                declared_at=now,
                next_update_at=now + timedelta(hours=1),
            )
            await work.checklists.add(incident.id, phases)
        return await work.incidents.count_open()

    assert await parts.database.write(add) == OPEN


async def forty_declares() -> list[Row]:
    """Forty declarations at once: every ack in time, and forty whole incidents."""
    with tempfile.TemporaryDirectory() as folder:
        town = await Town(Path(folder), organisation=UNASKED).open()
        town.sandbox.latency = TRIP
        ann = town.person("ann")
        started = time.perf_counter()
        acks = await asyncio.gather(
            *(_timed(ann.slash(COMMON, f"/incident declare sev1 Burst {i}")) for i in range(40))
        )
        channels = town.sandbox.workspace.channels
        await town.sandbox.until(
            lambda: sum(c.name.startswith("inc-") for c in channels.values()) == 40, timeout=60
        )
        await town.cordon.idle()
        taken = time.perf_counter() - started
        whole = sum(
            len(town.messages(c)) == 2 + PHASES and len(c.pins) == 1
            for c in channels.values()
            if c.name.startswith("inc-")
        )
        announced = len(town.messages(COMMON))
        await town.close()
    measured = f"worst ack {max(acks) * 1000:.0f} ms, {whole} whole, {announced} announced, all done in {taken:.1f} s"
    return [
        Row(
            "40 declares at once",
            "acks ≤ 1 s, 40 whole",
            measured,
            max(acks) <= 1 and whole == announced == 40,
        )
    ]


async def hundred_clicks() -> list[Row]:
    """A hundred clicks in ten seconds on one checklist, with Slack's rate limits on."""
    with tempfile.TemporaryDirectory() as folder:
        town = Town(Path(folder), organisation=UNASKED)
        await town.open()
        channel = await town.declare("sev1 Storm")
        town.sandbox.latency = TRIP
        town.sandbox.rate_limits = True
        bob, clicks, before = town.person("bob"), [], len(town.sandbox.calls)
        for number in range(100):
            message = town.message(channel, "*6 · ")
            place = message.blocks[1 + number % 6]["block_id"]
            clicks.append(asyncio.create_task(bob.click(message, "checklist.move", block_id=place)))
            await asyncio.sleep(0.1)
        acks = await asyncio.gather(*clicks)
        await town.cordon.idle()
        entries = await town.cordon.parts.database.read(lambda work: work.timeline.entries(1))
        phase = (await town.cordon.parts.database.read(lambda work: work.checklists.phases(1)))[5]
        shown = town.message(channel, "*6 · ").words
        right = all((f"☑ ~{item.text}" in shown) == (item.state.value == "done") for item in phase.items)
        calls = town.sandbox.calls[before:]
        refused = sum(call.error == "ratelimited" for call in calls)
        edits = sum(call.method == "chat.update" for call in calls)
        told = sum(entry.kind.value.startswith("item_") for entry in entries)
        answered = sum(m.ephemeral and any(words in m.words for words in _TOLD) for m in bob.sees(channel.id))
        lost = len(clicks) - told - answered
        await town.close()
    measured = (
        f"{told} changes and {answered} told that it was done already, {lost} lost, {edits} edits, "
        f"{refused} × 429, last state {'shown' if right else 'NOT shown'}"
    )
    met = all(a.status == 200 for a in acks) and refused == lost == 0 and right
    return [
        Row(
            "100 clicks in 10 s on one checklist, rate limits on",
            "none lost, no 429, last state shown",
            measured,
            met,
        )
    ]
