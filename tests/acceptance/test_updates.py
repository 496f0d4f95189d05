"""Status updates, reminders, resolution: as people meet them."""

from datetime import timedelta

import pytest

from tests.acceptance.town import COMMON, Town
from tests.fake_clock import FakeClock


async def test_an_update_is_typed_and_posted_from_its_template(any_town: Town) -> None:
    town, ann = any_town, any_town.person("ann")
    channel = await town.declare()
    await ann.slash(channel.id, "/incident update The leak <!channel> is stopped & we check the logs")
    message = await town.until_message(channel, "Current state:")
    assert "The leak &lt;!channel&gt; is stopped &amp; we check the logs" in message.words
    assert f"by <@{ann.id}>" in message.words
    assert "Next update:" in message.words
    await town.cordon.idle()
    assert "is stopped" in town.message(COMMON, "INC-1").words, "the live card shows what was said last"


async def test_the_form_comes_filled_with_what_was_said_last(any_town: Town) -> None:
    town, bob = any_town, any_town.person("bob")
    channel = await town.declare()
    await bob.slash(channel.id, "/incident update")
    view = await bob.until_view()
    await bob.submit(
        view,
        {"state": "Agents are off", "impact": "Nobody is served", "eta": "30 minutes", "model_version": "v7"},
    )
    message = await town.until_message(channel, "Update on INC-1")
    for words in ("What users feel:* Nobody is served", "30 minutes", "v7"):
        assert words in message.words
    await bob.click(town.message(COMMON, "INC-1"), "card.update")
    view = await bob.until_view()
    assert "Nobody is served" in str(view.blocks)


async def test_a_verb_outside_the_channel_needs_the_incidents_name(town: Town) -> None:
    await town.declare()
    bob = town.person("bob")
    await bob.slash("#general", "/incident update All is well")
    await town.until_whisper("bob", "#general", "Which incident?")
    await bob.slash("#general", "/incident update INC-1 All is well")
    await town.until_whisper("bob", "#general", "Published in")
    await bob.slash("#general", "/incident update INC-7 All is well")
    await town.until_whisper("bob", "#general", "There is no INC-7")


async def test_who_owes_an_update_is_nudged_alone_then_in_the_channel_then_others_are(
    slow_town: tuple[Town, FakeClock],
) -> None:
    town, clock = slow_town
    channel = await town.declare()
    ann, bob = town.person("ann"), town.person("bob")
    await ann.slash(channel.id, "/incident role commander")
    await town.until_whisper("ann", channel, "You are in command")
    await clock.advance(timedelta(minutes=26))
    nudge = await town.until_whisper("ann", channel, "your next status update is due at")
    await clock.advance(timedelta(minutes=5))
    overdue = await town.until_message(channel, "the status update was due at")
    assert f"<@{ann.id}>" in overdue.words
    assert f"<@{bob.id}>" not in overdue.words
    assert "update overdue since" in town.message(COMMON, "INC-1").words
    await clock.advance(timedelta(minutes=10))
    called = await town.until_message(channel, "nobody has published")
    assert f"<@{bob.id}>" in called.words

    await ann.click(nudge, "card.update")
    await ann.submit(await ann.until_view(), {"state": "Still looking"})
    await town.until_message(channel, "Still looking")
    await town.cordon.idle()
    assert "overdue" not in town.message(COMMON, "INC-1").words
    spoken = len(town.messages(channel))
    await clock.advance(timedelta(minutes=24))
    assert len(town.messages(channel)) == spoken, "publishing takes the reminders back"


async def test_reminders_survive_a_restart(slow_town: tuple[Town, FakeClock]) -> None:
    town, clock = slow_town
    channel = await town.declare()
    await town.stop_bot()
    clock.jump(timedelta(minutes=31))
    await town.start_bot()
    await clock.advance(timedelta(seconds=1))
    await town.until_message(channel, "the status update was due at")


async def test_a_mild_severity_has_no_cadence(slow_town: tuple[Town, FakeClock]) -> None:
    town, clock = slow_town
    channel = await town.declare("sev4 Nearly leaked")
    before = len(town.messages(channel))
    await clock.advance(timedelta(hours=48))
    assert len(town.messages(channel)) == before


@pytest.mark.parametrize("way", ["typed", "form"])
async def test_an_incident_is_resolved_with_its_duration_and_reopened(
    slow_town: tuple[Town, FakeClock], way: str
) -> None:
    town, clock = slow_town
    channel = await town.declare()
    ann = town.person("ann")
    await clock.advance(timedelta(minutes=20))
    if way == "typed":
        await town.contain(channel)
        await ann.slash(channel.id, "/incident resolve Prompt rolled back")
    else:
        await ann.click(town.message(channel, "Commander nobody yet"), "card.resolve")
        await ann.submit(
            await ann.until_view(),
            {"state": "Prompt rolled back", "follow_up": "Dee owns it", "proof": "0 violations"},
        )
    resolution = await town.until_message(channel, "Resolved: INC-1")
    assert "20 min" in resolution.words
    assert "Prompt rolled back" in resolution.words
    await town.cordon.idle()
    assert "✅ Resolved" in town.message(COMMON, "INC-1").words
    assert "lasted 20 min" in town.message(COMMON, "INC-1").words
    await town.sandbox.until(lambda: "✅ Resolved" in channel.topic)
    checklist = town.message(channel, "*1 · Contain*")
    assert "Done" not in checklist.words, "a resolved incident's checklist stands still"
    said = len(town.messages(channel))
    await clock.advance(timedelta(hours=5))
    assert len(town.messages(channel)) == said, "nobody is reminded of a resolved incident"

    await ann.click(resolution, "card.reopen")
    await town.sandbox.until(lambda: "Investigating" in town.message(COMMON, "INC-1").words)
    await clock.advance(timedelta(minutes=31))
    await town.until_message(channel, "the status update was due at")


async def test_resolving_twice_says_so(town: Town) -> None:
    channel = await town.declare()
    bob = town.person("bob")
    await town.contain(channel)
    await bob.slash(channel.id, "/incident resolve Done")
    await town.until_message(channel, "Resolved: INC-1")
    await bob.slash(channel.id, "/incident resolve Done again")
    await town.until_whisper("bob", channel, "INC-1 is resolved already")
    await bob.slash(channel.id, "/incident update More")
    await town.until_whisper("bob", channel, "INC-1 is resolved. Reopen it")


async def test_status_list_and_help(any_town: Town) -> None:
    town, dee = any_town, any_town.person("dee")
    await dee.slash(COMMON, "/incident list")
    await town.until_whisper("dee", COMMON, "No incident is open")
    channel = await town.declare()
    await town.declare("sev3 Slow answers")
    await dee.slash(COMMON, "/incident list")
    listed = await town.until_whisper("dee", COMMON, "2 open")
    assert listed.words.index("INC-2") < listed.words.index("INC-1")
    await town.person("ann").slash(channel.id, "/incident status")
    status = await town.until_whisper("ann", channel, "What happened last")
    assert "Opened the channel" in status.words
    await dee.slash(COMMON, "/incident help")
    told = await town.until_whisper("dee", COMMON, "/incident help")
    for verb in ("update", "resolve", "status", "list", "help"):
        assert f"/incident {verb}" in told.words
    await dee.slash(COMMON, "/incident resolv")
    await town.until_whisper("dee", COMMON, 'Did you mean "resolve"?')


async def test_joining_and_taking_command(any_town: Town) -> None:
    town, dee, bob = any_town, any_town.person("dee"), any_town.person("bob")
    channel = await town.declare()
    assert dee.id not in channel.members
    await dee.click(town.message(COMMON, "INC-1"), "card.join")
    await town.until_whisper("dee", COMMON, "You are in")
    assert dee.id in channel.members

    card = town.message(channel, "Take command")
    await dee.click(card, "card.take_command")
    await town.until_whisper("dee", channel, "You are in command of INC-1")
    await town.sandbox.until(lambda: f"Commander <@{dee.id}>" in town.message(COMMON, "INC-1").words)
    await town.sandbox.until(lambda: f"<@{dee.id}>" in channel.topic)
    await bob.click(card, "card.take_command")
    await town.until_whisper("bob", channel, f"<@{dee.id}> is incident commander")
