"""Roles as people take, give, hand over and leave them."""

from datetime import timedelta

import pytest

from tests.acceptance.town import COMMON, Town
from tests.fake_clock import FakeClock


async def test_a_role_is_taken_and_its_duties_are_told_to_its_holder_alone(any_town: Town) -> None:
    town, dee = any_town, any_town.person("dee")
    channel = await town.declare()
    await dee.slash(COMMON, "/incident role INC-1 AI-Ops")
    told = await town.until_whisper("dee", channel, "You are in AI ops of INC-1")
    assert "Capture telemetry before anything is changed" in told.words
    assert dee.id in channel.members, "who has a role is brought in"
    await town.until_message(channel, f"<@{dee.id}> is *ai ops*")
    await town.cordon.idle()
    assert f"AI ops <@{dee.id}>" in town.message(COMMON, "INC-1").words
    assert not any("Capture telemetry" in m.words for m in town.messages(channel) if not m.ephemeral)


async def test_command_is_handed_over_with_a_note(any_town: Town) -> None:
    town, ann, bob = any_town, any_town.person("ann"), any_town.person("bob")
    channel = await town.declare()
    await ann.click(town.message(channel, "Take command"), "card.take_command")
    await town.until_whisper("ann", channel, "You are in command of INC-1")
    await ann.slash(channel.id, "/incident role commander @bob Legal is <!here> informed")
    told = await town.until_whisper("bob", channel, "You are in command of INC-1")
    assert f"given to you by <@{ann.id}>" in told.words
    assert "Legal is &lt;!here&gt; informed" in told.words
    await town.until_message(channel, f"<@{bob.id}> is *incident commander*, given by <@{ann.id}>")
    await town.cordon.idle()
    await bob.slash(channel.id, "/incident timeline")
    told = await town.until_whisper("bob", channel, "🤝 Role")
    assert f"handed over to <@{bob.id}>" in told.words
    assert f"Commander <@{bob.id}>" in town.message(COMMON, "INC-1").words
    await town.sandbox.until(lambda: f"<@{bob.id}>" in channel.topic)


async def test_two_who_want_command_do_not_fight(town: Town) -> None:
    channel = await town.declare()
    ann, bob, dee = (town.person(name) for name in ("ann", "bob", "dee"))
    await ann.slash(channel.id, "/incident role commander")
    await town.until_whisper("ann", channel, "You are in command")
    await bob.slash(channel.id, "/incident role ic")
    told = await town.until_whisper("bob", channel, f"<@{ann.id}> is incident commander")
    assert f"/incident role commander <@{bob.id}> instead of <@{ann.id}>" in told.words
    await bob.slash(channel.id, f"/incident role commander <@{bob.id}> instead of <@{dee.id}>")
    await town.until_whisper("bob", channel, "has become incident commander meanwhile")
    await bob.slash(channel.id, f"/incident role commander <@{bob.id}> instead of <@{ann.id}>")
    await town.until_whisper("bob", channel, "You are in command of INC-1")


async def test_the_list_shows_who_holds_what_and_its_buttons_take_give_and_leave(any_town: Town) -> None:
    town, cyd = any_town, any_town.person("cyd")
    channel = await town.declare()
    await cyd.click(town.message(channel, "Commander"), "card.more", option="roles:1")
    listed = await town.until_whisper("cyd", channel, "Roles in INC-1")
    await cyd.click(listed, "roles.take", value="1:scribe")
    await town.until_whisper("cyd", channel, "You are scribe of INC-1")
    await cyd.click(listed, "roles.give")
    await cyd.submit(
        await cyd.until_view("Give a role"), {"role": "observer", "person": "dee", "note": "Learn"}
    )
    await town.until_whisper("dee", channel, "You are observer of INC-1")
    await cyd.slash(channel.id, "/incident roles")
    again = await town.sandbox.until(
        lambda: next((m for m in cyd.sees(channel.id) if m.ephemeral and "Leave" in str(m.blocks)), None)
    )
    await cyd.click(again, "roles.leave", value="1:scribe")
    await town.until_whisper("cyd", channel, "You have left: scribe")
    await town.until_message(channel, "is no longer *scribe*")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("role juggler", 'I don\'t know the role "juggler"'),
        ("role scribe @nobody-here", "I don't know who"),
        ("leave scribe", "You are not the scribe"),
        ("leave commander", "You are not incident commander"),
    ],
)
async def test_a_mistake_is_told(town: Town, words: str, said: str) -> None:
    channel = await town.declare()
    await town.person("ann").slash(channel.id, f"/incident {words}")
    await town.until_whisper("ann", channel, said)


async def test_somebody_deactivated_gets_no_role(town: Town) -> None:
    channel = await town.declare()
    fay = town.sandbox.workspace.user("fay").id
    await town.person("ann").slash(channel.id, f"/incident role scribe <@{fay}>")
    await town.until_whisper("ann", channel, "That account is deactivated")


async def test_nobody_in_command_is_escalated_until_somebody_is(slow_town: tuple[Town, FakeClock]) -> None:
    town, clock = slow_town
    channel = await town.declare()
    ann, bob = town.person("ann"), town.person("bob")
    await clock.advance(timedelta(minutes=14))
    assert not any("nobody has taken command" in m.words for m in town.messages(channel))
    await clock.advance(timedelta(minutes=2))
    called = await town.until_message(channel, "nobody has taken command of INC-1 for 15 min")
    assert f"<@{bob.id}>" in called.words
    await town.restart()
    clock.settle_with(town.cordon.idle)
    await clock.advance(timedelta(minutes=15))
    await town.until_message(channel, "nobody has taken command of INC-1 for 30 min")
    await bob.click(called, "card.take_command")
    await town.until_whisper("bob", channel, "You are in command")
    await bob.slash(channel.id, "/incident update We are on it")
    await town.cordon.idle()
    said = len([m for m in town.messages(channel) if "nobody has taken" in m.words])
    await clock.advance(timedelta(minutes=20))
    assert len([m for m in town.messages(channel) if "nobody has taken" in m.words]) == said
    await bob.slash(channel.id, "/incident leave commander")
    await town.until_message(channel, "INC-1 has no commander")
    await clock.advance(timedelta(minutes=16))
    await town.sandbox.until(
        lambda: len([m for m in town.messages(channel) if "nobody has taken" in m.words]) == said + 1
    )
    await ann.slash(channel.id, "/incident timeline")
    await town.until_whisper("ann", channel, "📣 Escalated")


async def test_roles_end_with_the_incident(town: Town) -> None:
    channel = await town.declare()
    await town.contain(channel)
    await town.person("ann").slash(channel.id, "/incident resolve Done")
    await town.until_message(channel, "Resolved: INC-1")
    await town.person("bob").slash(channel.id, "/incident role scribe")
    await town.until_whisper("bob", channel, "INC-1 is resolved. Reopen it first")
