"""Working a checklist, as people do it."""

import asyncio
from datetime import timedelta

from sandbox import Channel, Message
from tests.acceptance.town import COMMON, Town
from tests.fake_clock import FakeClock


def first_phase(town: Town, channel: Channel) -> Message:
    return town.message(channel, "*1 · Contain*")


def item(message: Message, place: int = 1) -> str:
    """The block of an item of a phase's message, counted from one."""
    return str(message.blocks[place]["block_id"])


async def test_an_item_is_done_and_taken_back_for_everybody(any_town: Town) -> None:
    town, bob = any_town, any_town.person("bob")
    channel = await town.declare()
    message = first_phase(town, channel)

    await bob.click(message, "checklist.move", block_id=item(message))
    done = await town.until_message(channel, f"done by <@{bob.id}>")
    assert done.ts == message.ts, "the message is edited in place"
    assert "1/4" in done.words
    assert "☑" in done.words

    await bob.click(done, "checklist.move", block_id=item(done))
    await town.sandbox.until(lambda: "0/4" in first_phase(town, channel).words)
    assert "done by" not in first_phase(town, channel).words
    await town.cordon.idle()
    assert "Contain 0/4" in town.message(COMMON, "INC-1").words


async def test_two_people_press_at_once_and_one_is_told(town: Town) -> None:
    channel = await town.declare()
    message = first_phase(town, channel)
    bob, cyd = town.person("bob"), town.person("cyd")
    await asyncio.gather(*(p.click(message, "checklist.move", block_id=item(message)) for p in (bob, cyd)))
    await town.cordon.idle()
    after = first_phase(town, channel)
    assert after.words.count("done by") == 1
    loser = "bob" if f"done by <@{cyd.id}>" in after.words else "cyd"
    await town.until_whisper(loser, channel, "was done already, by")


async def test_a_stale_undo_does_not_take_back_what_the_person_never_saw(town: Town) -> None:
    channel = await town.declare()
    bob, cyd, ann = (town.person(name) for name in ("bob", "cyd", "ann"))
    open_message = first_phase(town, channel)
    await bob.click(open_message, "checklist.move", block_id=item(open_message))
    seen_by_ann = await town.until_message(channel, f"done by <@{bob.id}>")
    await bob.click(seen_by_ann, "checklist.move", block_id=item(seen_by_ann))
    await town.sandbox.until(lambda: "0/4" in first_phase(town, channel).words)
    again = first_phase(town, channel)
    await cyd.click(again, "checklist.move", block_id=item(again))
    await town.until_message(channel, f"done by <@{cyd.id}>")

    await ann.click(seen_by_ann, "checklist.move", block_id=item(seen_by_ann))
    await town.until_whisper("ann", channel, "changed since you saw it")
    await town.cordon.idle()
    assert f"done by <@{cyd.id}>" in first_phase(town, channel).words


async def test_skipping_needs_a_reason_and_shows_it(any_town: Town) -> None:
    town, cyd = any_town, any_town.person("cyd")
    channel = await town.declare()
    await cyd.click(first_phase(town, channel), "checklist.change")
    view = await cyd.until_view()
    choice = view.blocks[0]["element"]["options"][3]["value"]
    refused = await cyd.submit(view, {"item": choice, "what": "skip"})
    assert "Say why it is skipped" in str(refused.body)
    assert cyd.view is not None
    await cyd.submit(cyd.view, {"item": choice, "what": "skip", "reason": "dashboard <!here> down"})
    message = await town.until_message(channel, "skipped: dashboard &lt;!here&gt; down")
    assert f"<@{cyd.id}>" in message.words
    await cyd.click(message, "checklist.move", block_id=item(message, 4))
    await town.sandbox.until(lambda: "skipped" not in first_phase(town, channel).words)


async def test_an_item_is_given_to_somebody_and_one_is_added(town: Town) -> None:
    channel = await town.declare()
    ann, dee = town.person("ann"), town.person("dee")
    await ann.click(first_phase(town, channel), "checklist.change")
    view = await ann.until_view()
    choice = view.blocks[0]["element"]["options"][0]["value"]
    refused = await ann.submit(view, {"item": choice, "what": "assign"})
    assert "Choose who does it" in str(refused.body)
    assert ann.view is not None
    await ann.submit(ann.view, {"item": choice, "what": "assign", "person": dee.id})
    await town.until_message(channel, f"→ <@{dee.id}>")

    await ann.click(first_phase(town, channel), "checklist.add")
    view = await ann.until_view()
    await ann.submit(view, {"text": "Tell <@everyone> the *support* desk"})
    message = await town.until_message(channel, "support")
    assert "0/5" in message.words
    assert "&lt;@everyone&gt;" in message.words


async def test_how_an_item_is_done_is_behind_a_button(town: Town) -> None:
    channel = await town.declare()
    await town.person("bob").click(first_phase(town, channel), "checklist.details")
    view = await town.person("bob").until_view()
    assert "kubectl scale" in view.words


async def test_the_clock_of_a_phase_shows_and_says_when_it_is_over(slow_town: tuple[Town, FakeClock]) -> None:
    town, clock = slow_town
    channel = await town.declare()
    assert "minute 0–2" in first_phase(town, channel).words
    assert "over budget" not in first_phase(town, channel).words
    await clock.advance(timedelta(minutes=2, seconds=5))
    assert "over budget" in first_phase(town, channel).words
    assert "Contain 0/4 ⏳ over since" in town.message(COMMON, "INC-1").words


async def test_everything_survives_a_restart(any_town: Town) -> None:
    town, bob = any_town, any_town.person("bob")
    channel = await town.declare()
    message = first_phase(town, channel)
    await bob.click(message, "checklist.move", block_id=item(message))
    await town.until_message(channel, "done by")
    await town.cordon.idle()
    before = [m.ts for m in town.messages(channel)]
    await town.restart()
    message = first_phase(town, channel)
    await bob.click(message, "checklist.move", block_id=item(message, 2))
    await town.sandbox.until(lambda: "2/4" in first_phase(town, channel).words)
    await bob.slash(channel.id, "/incident status")
    await town.until_whisper("bob", channel, "What happened last")
    assert [m.ts for m in town.messages(channel)] == before
