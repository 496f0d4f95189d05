import asyncio
import math
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from bot.clients.slack import SlackWorkspace
from incidents.errors import InDoubtError, PermanentError
from incidents.ports import Message
from sandbox.workspace import Message as Shown
from tests.bot.clients.conftest import Desk, HurriedClock
from tests.fake_clock import FakeClock

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*Hello*"}}
BURST = 10
"""Messages that Slack takes at once in one channel."""


def _drawn(text: str) -> Callable[[], Awaitable[Message]]:
    async def draw() -> Message:
        return Message(text, [SECTION])

    return draw


async def test_a_message_is_shown_and_marked(desk: Desk, slack: SlackWorkspace, room: str) -> None:
    ts = await slack.post(room, Message("Hello", [SECTION]), key="1:card")
    shown = desk.sandbox.workspace.channel(room).messages[ts]
    assert (shown.text, shown.words) == ("Hello", "*Hello*")
    assert shown.metadata == {"event_type": "cordon_message", "event_payload": {"key": "1:card"}}


async def test_plain_text_pings_nobody(desk: Desk, slack: SlackWorkspace, room: str) -> None:
    ts = await slack.post(room, Message("<!channel> & <@U1>"), key="k")
    await slack.edit(room, ts, _drawn("<!here>"))
    texts = [call.arguments["text"] for call in desk.sandbox.calls if "text" in call.arguments]
    assert texts == ["&lt;!channel&gt; &amp; &lt;@U1&gt;", "&lt;!here&gt;"]


async def test_a_message_whose_answer_was_lost_is_found_by_its_mark(
    desk: Desk, slack: SlackWorkspace, clock: HurriedClock, room: str, hello: Message
) -> None:
    desk.sandbox.faults.add(method="chat.postMessage", kind="lost_answer")
    with pytest.raises(InDoubtError):
        await slack.post(room, hello, key="mine")
    found = await slack.find_message(room, "mine", posted_after=clock.now())
    assert found == list(desk.sandbox.workspace.channel(room).messages)[-1]
    assert await slack.find_message(room, "other", posted_after=clock.now()) is None


async def test_a_message_is_found_behind_many_others(
    desk: Desk, slack: SlackWorkspace, clock: HurriedClock, room: str, hello: Message
) -> None:
    ts = await slack.post(room, hello, key="mine")
    there = desk.sandbox.workspace
    for _ in range(500):
        said = Shown(there.next_ts(clock.now().timestamp()), room, desk.id("ann"), "noise")
        there.channel(room).messages[said.ts] = said
    assert await slack.find_message(room, "mine", posted_after=clock.now()) == ts
    assert desk.asked("conversations.history") == 3


async def test_an_older_message_is_not_the_one_looked_for(
    slack: SlackWorkspace, clock: HurriedClock, room: str, hello: Message
) -> None:
    await slack.post(room, hello, key="mine")
    later = clock.now() + timedelta(minutes=10)
    assert await slack.find_message(room, "mine", posted_after=later) is None


async def test_a_clock_that_is_a_little_ahead_does_not_hide_a_message(
    slack: SlackWorkspace, clock: HurriedClock, room: str, hello: Message
) -> None:
    ts = await slack.post(room, hello, key="mine")
    ahead = clock.now() + timedelta(seconds=90)
    assert await slack.find_message(room, "mine", posted_after=ahead) == ts


async def test_another_bots_message_with_our_mark_is_not_ours(
    desk: Desk, slack: SlackWorkspace, clock: HurriedClock, room: str
) -> None:
    there = desk.sandbox.workspace
    mark = {"event_type": "cordon_message", "event_payload": {"key": "mine"}}
    forged = Shown(there.next_ts(clock.now().timestamp()), room, desk.id("ann"), "hi", metadata=mark)
    there.channel(room).messages[forged.ts] = forged
    assert await slack.find_message(room, "mine", posted_after=clock.now()) is None


async def test_messages_to_one_channel_arrive_in_order_whatever_happens(
    desk: Desk, slack: SlackWorkspace, room: str
) -> None:
    desk.sandbox.latency = 0.002
    desk.sandbox.faults.add(method="chat.postMessage", kind="slow", nth=2, seconds=0.05)
    desk.sandbox.faults.add(method="chat.postMessage", kind="rate_limited", nth=4, times=2)
    texts = [str(number) for number in range(12)]
    await asyncio.gather(*(slack.post(room, Message(text), key=text) for text in texts))
    assert desk.words(room) == texts


async def test_a_burst_beyond_slacks_pace_arrives_whole_and_in_order(desk: Desk, clock: HurriedClock) -> None:
    desk.sandbox._hub.rates.enabled = True
    desk.sandbox._hub.rates._clock = lambda: clock.now().timestamp()
    slack, texts = desk.door(clock), [str(number) for number in range(BURST * 3)]
    room = desk.id("#safety-incidents")
    await asyncio.gather(*(slack.post(room, Message(text), key=text) for text in texts))
    assert desk.words(room) == texts
    refused = [call.method for call in desk.sandbox.calls if call.error == "ratelimited"]
    assert set(refused) == {"chat.postMessage"}
    assert sum(clock.naps) >= BURST * 2 - 1


async def test_channels_do_not_wait_for_each_other(desk: Desk, slack: SlackWorkspace, room: str) -> None:
    other = await slack.create_channel("inc-1", private=False)
    held = desk.sandbox.faults.add(method="chat.postMessage", kind="hold_before", where={"channel": room})
    waiting = asyncio.create_task(slack.post(room, Message("held"), key="1"))
    await held.hit.wait()
    await asyncio.wait_for(slack.post(other.id, Message("free"), key="2"), 10)
    assert desk.words(other.id)[-1] == "free"
    held.release()
    await waiting


async def test_pipelined_messages_leave_without_waiting_for_each_other(
    desk: Desk, slack: SlackWorkspace, room: str
) -> None:
    held = desk.sandbox.faults.add(method="chat.postMessage", kind="hold_before")
    first = asyncio.create_task(slack.post(room, Message("first"), key="1", pipelined=True))
    await held.hit.wait()
    await asyncio.wait_for(slack.post(room, Message("second"), key="2", pipelined=True), 10)
    assert desk.words(room) == ["second"]
    held.release()
    await first
    assert desk.words(room) == ["second", "first"]


async def test_a_pipelined_message_waits_for_an_unfinished_one_that_must_come_first(
    desk: Desk, slack: SlackWorkspace, room: str
) -> None:
    held = desk.sandbox.faults.add(method="chat.postMessage", kind="hold_before")
    first = asyncio.create_task(slack.post(room, Message("first"), key="1"))
    await held.hit.wait()
    second = asyncio.create_task(slack.post(room, Message("second"), key="2", pipelined=True))
    held.release()
    await asyncio.gather(first, second)
    assert desk.words(room) == ["first", "second"]


async def test_a_message_that_fails_does_not_hold_up_those_behind_it(
    desk: Desk, slack: SlackWorkspace, room: str
) -> None:
    desk.sandbox.faults.add(method="chat.postMessage", kind="http_500")
    posts = [slack.post(room, Message(text), key=text) for text in "abc"]
    results = await asyncio.gather(*posts, return_exceptions=True)
    assert isinstance(results[0], InDoubtError)
    assert desk.words(room) == ["b", "c"]


async def test_an_edit_shows_what_is_so_when_it_leaves(
    desk: Desk, slack: SlackWorkspace, room: str, hello: Message
) -> None:
    ts = await slack.post(room, hello, key="k")
    await slack.edit(room, ts, _drawn("Now"))
    shown = desk.sandbox.workspace.channel(room).messages[ts]
    assert (shown.text, shown.words) == ("Now", "*Hello*")
    assert shown.metadata
    with pytest.raises(PermanentError) as caught:
        await slack.edit(room, "1.000001", _drawn("Now"))
    assert caught.value.code == "message_not_found"


class Edits:
    """Edits under way, and when each was drawn."""

    def __init__(self, slack: SlackWorkspace, clock: FakeClock, room: str, ts: str) -> None:
        self._slack, self._clock, self._room, self._ts = slack, clock, room, ts
        self._under_way = 0
        self._settled = asyncio.Event()
        self._settled.set()
        self.drawn: list[tuple[bool, datetime]] = []
        clock.settle_with(self.settled)

    async def settled(self) -> None:
        """Wait until every edit whose turn came is answered."""
        await self._settled.wait()

    async def edit(self, *, urgent: bool) -> None:
        async def draw() -> Message:
            self._under_way += 1
            self._settled.clear()
            self.drawn.append((urgent, self._clock.now()))
            return Message(str(len(self.drawn)))

        await self._slack.edit(self._room, self._ts, draw, urgent=urgent)
        self._under_way -= 1
        if not self._under_way:
            self._settled.set()


async def test_a_flood_of_edits_keeps_slacks_pace_and_the_urgent_go_first(desk: Desk) -> None:
    clock = FakeClock()
    desk.sandbox._hub.rates.enabled = True
    desk.sandbox._hub.rates._clock = lambda: clock.now().timestamp()
    slack = desk.door(clock)
    room = desk.id("#safety-incidents")
    ts = await slack.post(room, Message("0"), key="k")
    edits = Edits(slack, clock, room, ts)
    running = [asyncio.create_task(edits.edit(urgent=number >= 80)) for number in range(120)]
    await clock.advance(0)
    at_once = len(edits.drawn)
    await clock.advance(timedelta(minutes=math.ceil(120 / 26)))
    await asyncio.gather(*running)
    moments = [at for _, at in edits.drawn]
    minute = timedelta(minutes=1)
    assert max(sum(start <= at < start + minute for at in moments) for start in moments) <= 50
    assert not [call for call in desk.sandbox.calls if call.error == "ratelimited"]
    assert [urgent for urgent, _ in edits.drawn] == [False] * at_once + [True] * 40 + [False] * (80 - at_once)
    assert desk.words(room)[0] == "120"


async def test_stopping_lets_no_edit_wait(desk: Desk, room: str) -> None:
    clock = FakeClock()
    slack = desk.door(clock)
    ts = await slack.post(room, Message("0"), key="k")
    edits = [asyncio.create_task(slack.edit(room, ts, _drawn("1"))) for _ in range(25)]
    await asyncio.gather(*edits[:20])
    slack.stop()
    results = await asyncio.gather(*edits[20:], return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)


async def test_a_pinned_message_may_be_pinned_again(
    desk: Desk, slack: SlackWorkspace, room: str, hello: Message
) -> None:
    ts = await slack.post(room, hello, key="k")
    await slack.pin(room, ts)
    await slack.pin(room, ts)
    assert desk.sandbox.workspace.channel(room).pins == [ts]
    with pytest.raises(PermanentError) as caught:
        await slack.pin(room, "1.000001")
    assert caught.value.code == "message_not_found"
