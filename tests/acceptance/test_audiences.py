"""Stakeholders and leadership: told in their own words and channels, after approval, as people meet it."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.organisation import Organisation
from incidents.crew import Crew, Holder
from incidents.roles import Role
from sandbox import Channel, Message
from tests.acceptance.conftest import TEAM, OpenTown
from tests.acceptance.town import COMMON, Town
from tests.fake_clock import FakeClock

STAKEHOLDERS: Mapping[str, Any] = {
    "key": "stakeholders",
    "title": "Stakeholders",
    "channel": "#stakeholders",
    "templates": {
        "initial": "stakeholder_initial",
        "update": "stakeholder_update",
        "resolution": "stakeholder_resolution",
    },
    "approval": ["domain_sme", "commander"],
}
LEADERSHIP: Mapping[str, Any] = {
    "key": "leadership",
    "title": "Leadership",
    "channel": "#leadership",
    "templates": {
        "initial": "leadership_initial",
        "update": "leadership_update",
        "resolution": "leadership_resolution",
    },
    "hears_private": True,
}


def organisation(*audiences: Mapping[str, Any], **more: Any) -> Organisation:  # noqa: ANN401 - as cordon.yaml has it
    return Organisation.model_validate({**TEAM.model_dump(), "audiences": audiences, **more})


async def _town(open_town: OpenTown, *audiences: Mapping[str, Any], **more: Any) -> Town:  # noqa: ANN401 - Town's
    """A town where every audience has its channel, with the bot in it."""
    town = await open_town(organisation=organisation(*audiences), **more)
    bot = town.sandbox.workspace.bot_user_id
    for audience in audiences:
        await town.person("ann").create_channel(
            audience["channel"].removeprefix("#"), people=["bob", "cyd", "dee", bot]
        )
    return town


async def _give(town: Town, role: Role, name: str) -> None:
    """Give a role to a person."""
    since = datetime(2026, 3, 1, tzinfo=UTC)
    user = town.person(name).id
    crew = Crew(holders=(Holder(role=role, user=user, since=since, by=user),))
    await town.cordon.parts.database.write(
        lambda work: work.incidents.change(1, crew=crew.model_dump(mode="json"))
    )


async def _commander(town: Town, channel: Channel, name: str) -> None:
    await town.person(name).click(town.message(channel, "Take command"), "card.take_command")
    await town.until_whisper(name, channel, "You are in command")


def _asked(town: Town, channel: Channel) -> list[Message]:
    return [m for m in town.messages(channel) if "for Stakeholders" in m.words]


async def _until_asked(town: Town, channel: Channel, containing: str) -> Message:
    return await town.sandbox.until(
        lambda: next(
            (
                m
                for m in _asked(town, channel)
                if containing in m.words and any(b["type"] == "actions" for b in m.blocks)
            ),
            None,
        )
    )


async def test_leadership_hears_each_telling_in_its_own_words(open_town: OpenTown) -> None:
    town = await _town(open_town, LEADERSHIP)
    channel = await town.declare()
    told = await town.until_message("#leadership", "Who leads:* nobody yet")
    assert "SEV1 (High): Agent leaks customer data" in told.words
    await _commander(town, channel, "bob")
    await town.person("bob").slash(channel.id, "/incident update Keys of agent-prod are rotated")
    told = await town.until_message("#leadership", "Keys of agent-prod")
    assert f"Who leads:* <@{town.person('bob').id}>" in told.words
    assert "Next update:* <!date^" in told.words, "a time in each reader's own zone"
    await town.contain(channel)
    await town.person("bob").slash(channel.id, "/incident resolve It is over")
    told = await town.until_message("#leadership", "It lasted")
    assert "Reopen" not in str(told.blocks)
    await town.cordon.idle()
    assert "Keys of agent-prod" in town.message(channel, "Update on INC-1").words
    assert len(town.messages("#leadership")) == 3
    await town.person("bob").slash(channel.id, "/incident timeline all")
    timeline = await town.until_whisper("bob", channel, "Status update sent to Leadership")
    assert "Initial notification sent to Leadership" in timeline.words


async def test_stakeholders_are_told_once_the_commander_approves(open_town: OpenTown) -> None:
    town = await _town(open_town, STAKEHOLDERS)
    channel = await town.declare()
    ann, bob, cyd = town.person("ann"), town.person("bob"), town.person("cyd")
    first = await _until_asked(town, channel, "not sent yet")
    assert "nobody can yet: take `/incident role commander` or `/incident role domain sme`" in first.words
    await _commander(town, channel, "bob")
    await town.sandbox.until(lambda: f"once <@{bob.id}> approves" in _asked(town, channel)[0].words)
    await ann.slash(channel.id, "/incident update Agents are paused")
    asked = await _until_asked(town, channel, "Agents are paused")
    assert f"Written by <@{ann.id}>" in asked.words
    assert town.messages("#stakeholders") == []

    await cyd.click(asked, "approval.approve")
    refusal = await town.until_whisper("cyd", channel, "is approved by:")
    assert f"Incident commander or Domain expert (<@{bob.id}>)" in refusal.words
    assert town.messages("#stakeholders") == []

    exact = asked.words[asked.words.index("📣") : asked.words.index("INC-1", asked.words.index("📣"))]
    await bob.click(asked, "approval.approve")
    told = await town.until_message("#stakeholders", "Agents are paused")
    assert exact in told.words, "what was approved is what is sent"
    await town.cordon.idle()
    decided = town.message(channel, f"Approved by <@{bob.id}> at <!date^")
    assert "and sent" in decided.words
    assert "approval.approve" not in str(decided.blocks)
    await bob.slash(channel.id, "/incident timeline all")
    timeline = await town.until_whisper("bob", channel, "Status update sent to Stakeholders")
    assert "Status update for Stakeholders approved" in timeline.words
    assert "⛔ Refused" in timeline.words


async def test_the_domain_expert_approves_too_and_an_approver_needs_nobody(open_town: OpenTown) -> None:
    town = await _town(open_town, STAKEHOLDERS)
    channel = await town.declare()
    await _give(town, Role.DOMAIN_SME, "cyd")
    ann, cyd = town.person("ann"), town.person("cyd")
    await ann.slash(channel.id, "/incident update Agents are paused")
    asked = await _until_asked(town, channel, "Agents are paused")
    assert f"once <@{cyd.id}> approves" in asked.words
    await cyd.click(asked, "approval.approve")
    await town.until_message("#stakeholders", "Agents are paused")
    await cyd.slash(channel.id, "/incident update Half of them are back")
    await town.until_message("#stakeholders", "Half of them are back")
    await town.cordon.idle()
    assert [m for m in _asked(town, channel) if "Half of them" in m.words] == []


async def test_two_approve_at_once_and_twice_and_it_is_sent_once(open_town: OpenTown) -> None:
    town = await _town(open_town, STAKEHOLDERS)
    channel = await town.declare()
    await _give(town, Role.DOMAIN_SME, "cyd")
    await _commander(town, channel, "bob")
    await town.person("ann").slash(channel.id, "/incident update Agents are paused")
    asked = await _until_asked(town, channel, "Agents are paused")
    await asyncio.gather(
        *(town.person(name).click(asked, "approval.approve") for name in ("bob", "cyd", "bob", "cyd"))
    )
    await town.until_message("#stakeholders", "Agents are paused")
    await town.cordon.idle()
    assert len(town.messages("#stakeholders")) == 1
    late = [
        m
        for name in ("bob", "cyd")
        for m in town.person(name).sees(channel.id)
        if m.ephemeral and "This text waits no more. ✅ Approved by" in m.words
    ]
    assert len(late) == 3


async def test_the_text_is_edited_before_it_is_sent(open_town: OpenTown) -> None:
    town = await _town(open_town, STAKEHOLDERS)
    channel = await town.declare()
    await _commander(town, channel, "bob")
    ann, bob = town.person("ann"), town.person("bob")
    await ann.slash(channel.id, "/incident update Dump of table users_eu")
    asked = await _until_asked(town, channel, "users_eu")
    await bob.click(asked, "approval.edit")
    view = await bob.until_view()
    assert "Dump of table users_eu" in str(view.blocks)
    await bob.submit(view, {"state": "We are checking <!channel>", "impact": "None"})
    await town.sandbox.until(lambda: "We are checking" in _asked(town, channel)[-1].words)
    assert town.messages("#stakeholders") == [], "an edit is no approval"
    await bob.click(asked, "approval.approve")
    await town.until_whisper("bob", channel, "The text was changed since you saw it")
    await bob.click(_asked(town, channel)[-1], "approval.approve")
    told = await town.until_message("#stakeholders", "We are checking &lt;!channel&gt;")
    assert "users_eu" not in told.words
    assert "users_eu" in town.message(channel, "Update on INC-1").words, "responders were told at once"


@pytest.mark.parametrize("who", ["ann", "bob"])
async def test_the_author_or_an_approver_discards_it(open_town: OpenTown, who: str) -> None:
    town = await _town(open_town, STAKEHOLDERS)
    channel = await town.declare()
    await _commander(town, channel, "bob")
    await town.person("ann").slash(channel.id, "/incident update Agents are paused")
    asked = await _until_asked(town, channel, "Agents are paused")
    await town.person("cyd").click(asked, "approval.discard")
    await town.until_whisper("cyd", channel, "is approved by:")
    await town.person(who).click(asked, "approval.discard")
    await town.until_message(channel, f"Discarded by <@{town.person(who).id}>")
    await town.person("bob").click(asked, "approval.approve")
    await town.until_whisper("bob", channel, "This text waits no more. 🗑️ Discarded by")
    await town.person("bob").click(asked, "approval.edit")
    await town.cordon.idle()
    assert town.person("bob").view is None
    assert town.messages("#stakeholders") == []


async def test_a_newer_telling_overtakes_one_that_waits(open_town: OpenTown) -> None:
    town = await _town(open_town, STAKEHOLDERS)
    channel = await town.declare()
    await _commander(town, channel, "bob")
    ann, bob = town.person("ann"), town.person("bob")
    await ann.slash(channel.id, "/incident update First words")
    old = await _until_asked(town, channel, "First words")
    await ann.slash(channel.id, "/incident update Second words")
    await _until_asked(town, channel, "Second words")
    await town.cordon.idle()
    assert "Overtaken at" in next(m for m in _asked(town, channel) if "First words" in m.words).words
    await bob.click(old, "approval.approve")
    await town.until_whisper("bob", channel, "This text waits no more. ↪️ Overtaken")
    await town.contain(channel)
    await bob.slash(channel.id, "/incident resolve All is well")
    await town.until_message("#stakeholders", "All is well")
    await town.cordon.idle()
    assert [m for m in _asked(town, channel) if "approval.approve" in str(m.blocks)] == []
    assert len(town.messages("#stakeholders")) == 1


async def test_a_resolution_that_waits_is_withdrawn_by_reopening(open_town: OpenTown) -> None:
    town = await _town(open_town, STAKEHOLDERS)
    channel = await town.declare()
    ann = town.person("ann")
    await town.contain(channel)
    await ann.slash(channel.id, "/incident resolve All is well")
    await _until_asked(town, channel, "All is well")
    await ann.click(await town.until_message(channel, "Resolved: INC-1"), "card.reopen")
    await town.until_whisper("ann", channel, "is open again")
    await town.cordon.idle()
    assert "Overtaken" in _asked(town, channel)[-1].words


async def test_without_the_bot_in_its_channel_nothing_is_lost(
    open_town: OpenTown,
) -> None:
    clock = FakeClock(lets_work_end=True)
    town = await open_town(organisation=organisation(LEADERSHIP), clock=clock)
    clock.settle_with(town.cordon.idle)
    ann = town.person("ann")
    leadership = await ann.create_channel("leadership")
    channel = await town.declare()
    assert "Leadership are not told yet" in town.message(COMMON, "INC-1").words
    await clock.advance(timedelta(seconds=30))
    said = await town.until_message(channel, "Leadership are not told yet: I am not in #leadership")
    assert "/invite @Cordon" in said.words
    assert "Leadership are not told yet" in town.message(COMMON, "INC-1").words
    await ann.slash(channel.id, "/incident update Agents are paused")
    await clock.advance(timedelta(minutes=2))
    leadership.members.append(town.sandbox.workspace.bot_user_id)
    await town.stop_bot()
    await town.start_bot()
    clock.settle_with(town.cordon.idle)
    await clock.advance(timedelta(minutes=5))
    await town.until_message("#leadership", "Agents are paused")
    await town.cordon.idle()
    assert ["Agents are paused" in m.words for m in town.messages("#leadership")] == [False, True]
    assert "are not told yet" not in town.message(COMMON, "INC-1").words


async def test_they_are_told_in_order_and_without_another_pause(open_town: OpenTown) -> None:
    clock = FakeClock(lets_work_end=True)
    town = await open_town(organisation=organisation(LEADERSHIP), clock=clock)
    clock.settle_with(town.cordon.idle)
    leadership = await town.person("ann").create_channel("leadership")
    channel = await town.declare()
    await clock.advance(timedelta(minutes=5))
    leadership.members.append(town.sandbox.workspace.bot_user_id)
    await town.person("ann").slash(channel.id, "/incident update Agents are paused")
    await town.until_message(channel, "Update on INC-1")
    await town.cordon.idle()
    assert town.messages("#leadership") == [], "the newer one waits for the older one"
    for _ in range(90):
        if town.messages("#leadership"):
            break
        await clock.advance(1)
    assert ["Agents are paused" in m.words for m in town.messages("#leadership")] == [False, True]
    spoken = [m for m in town.messages(channel) if "are not told yet" in m.words]
    assert len(spoken) == 1, "the older one's trouble is said once, the newer one's wait not at all"


async def test_what_waits_survives_a_restart(open_town: OpenTown) -> None:
    town = await _town(open_town, STAKEHOLDERS)
    channel = await town.declare()
    await _commander(town, channel, "bob")
    await town.person("ann").slash(channel.id, "/incident update Agents are paused")
    asked = await _until_asked(town, channel, "Agents are paused")
    await town.restart()
    await town.person("bob").click(asked, "approval.approve")
    await town.until_message("#stakeholders", "Agents are paused")
    await town.sandbox.until(lambda: "and sent" in _asked(town, channel)[-1].words)


async def test_of_private_incidents_only_those_hear_who_may_and_of_drills_nobody(open_town: OpenTown) -> None:
    town = await _town(open_town, {**STAKEHOLDERS, "approval": []}, LEADERSHIP)
    channel = await town.declare()
    await town.until_message("#stakeholders", "Agent leaks")
    ann, database = town.person("ann"), town.cordon.parts.database
    await database.write(lambda work: work.incidents.change(1, private=True))
    await ann.slash(channel.id, "/incident update Quietly")
    await town.until_message("#leadership", "Quietly")
    await database.write(lambda work: work.incidents.change(1, private=False, drill=True))
    await ann.slash(channel.id, "/incident update Exercise")
    await town.until_message(channel, "Exercise")
    await town.cordon.idle()
    assert len(town.messages("#stakeholders")) == 1
    assert len(town.messages("#leadership")) == 2


async def test_a_rule_in_cordon_yaml_counts_beside_the_role(open_town: OpenTown) -> None:
    town = await open_town(
        organisation=organisation(STAKEHOLDERS, rights={"approve_update": {"groups": ["@safety"]}})
    )
    channel = await town.declare()
    await _commander(town, channel, "bob")
    await town.person("ann").slash(channel.id, "/incident update Agents are paused")
    asked = await _until_asked(town, channel, "Agents are paused")
    await town.person("bob").click(asked, "approval.approve")
    await town.until_whisper("bob", channel, "You can't approve status updates")
    await town.person("cyd").click(asked, "approval.approve")
    await town.until_whisper("cyd", channel, "is approved by:")


async def test_the_archive_has_every_telling_with_its_audience_and_approver(open_town: OpenTown) -> None:
    town = await _town(open_town, STAKEHOLDERS)
    channel = await town.declare()
    await _commander(town, channel, "bob")
    ann, bob = town.person("ann"), town.person("bob")
    await ann.slash(channel.id, "/incident update Never approved")
    await _until_asked(town, channel, "Never approved")
    await ann.slash(channel.id, "/incident update Agents are paused")
    asked = await _until_asked(town, channel, "Agents are paused")
    await bob.click(asked, "approval.approve")
    await town.until_message("#stakeholders", "Agents are paused")
    await town.cordon.idle()
    await ann.slash(channel.id, "/incident archive")
    shared = await town.sandbox.until(lambda: next((m for m in town.messages(channel) if m.files), None))
    texts = [ann.opens(file).decode() for file in shared.files]
    markdown, document = texts[0], json.loads(texts[1])
    assert markdown.count("Never approved") == 2, "its text and field, to responders alone"
    assert "Status update · to Stakeholders · by ann · approved by bob" in markdown, markdown
    told = [(one["kind"], one["audience"], one["approved_by"]) for one in document["updates"]]
    assert told == [
        ("initial", "responders", None),
        ("update", "responders", None),
        ("update", "responders", None),
        ("update", "stakeholders", bob.id),
    ]


async def test_when_slacks_answer_is_lost_they_are_told_once(open_town: OpenTown) -> None:
    town = await _town(open_town, STAKEHOLDERS)
    channel = await town.declare()
    await _commander(town, channel, "bob")
    place = town.sandbox.workspace.channel("#stakeholders").id
    for where, words in ((channel.id, "First"), (place, "Second")):
        fault = town.sandbox.faults.add(
            method="chat.postMessage",
            kind="lost_answer",
            # to the incident's channel the update comes first, or the question
            where={"channel": where},
            times=2 if where == channel.id else 1,
        )
        await town.person("ann").slash(channel.id, f"/incident update {words} words")
        asked = await _until_asked(town, channel, f"{words} words")
        await town.cordon.idle()
        await town.person("bob").click(asked, "approval.approve")
        await town.until_message("#stakeholders", f"{words} words")
        await town.sandbox.until(lambda: "and sent" in _asked(town, channel)[-1].words)
        assert fault.spent
    assert len(town.messages("#stakeholders")) == 2
    assert len(_asked(town, channel)) == 3, "one each for the initial notification and the updates"


async def test_what_slack_refuses_for_good_is_told_and_not_archived(open_town: OpenTown) -> None:
    town = await _town(open_town, STAKEHOLDERS)
    channel = await town.declare()
    await _commander(town, channel, "bob")
    await town.person("ann").slash(channel.id, "/incident update Agents are paused")
    asked = await _until_asked(town, channel, "Agents are paused")
    place = town.sandbox.workspace.channel("#stakeholders").id
    town.sandbox.faults.add(
        method="chat.postMessage", kind="error", code="restricted_action", where={"channel": place}
    )
    await town.person("bob").click(asked, "approval.approve")
    said = await town.until_message(channel, "Stakeholders are not told yet: I gave up")
    assert "Please tell them yourself" in said.words
    await town.sandbox.until(lambda: "could not be sent" in _asked(town, channel)[-1].words)
    await town.sandbox.until(lambda: "I gave up" in town.message(COMMON, "INC-1").words)
    await town.person("bob").slash(channel.id, "/incident update Agents are back")
    await town.until_message("#stakeholders", "Agents are back")
    await town.sandbox.until(lambda: "I gave up" not in town.message(COMMON, "INC-1").words)


async def test_an_audience_that_is_configured_no_more_is_told_nothing(open_town: OpenTown) -> None:
    town = await _town(open_town, STAKEHOLDERS)
    channel = await town.declare()
    await _commander(town, channel, "bob")
    asked = await _until_asked(town, channel, "not sent yet")
    await town.stop_bot()
    town.organisation = organisation()
    await town.start_bot()
    await town.person("bob").click(asked, "approval.approve")
    await town.until_whisper("bob", channel, "cordon.yaml has no audience stakeholders any more")
    await town.person("bob").slash(channel.id, "/incident update All is well")
    await town.until_message(channel, "Update on INC-1")
    await town.cordon.idle()
    assert town.messages("#stakeholders") == []
