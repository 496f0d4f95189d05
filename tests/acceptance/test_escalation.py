"""A status update that stays away: who hears of it, one after the other, as people meet it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.organisation import Organisation
from incidents.crew import Crew, Holder
from incidents.roles import Role
from sandbox import Channel
from tests.acceptance.conftest import TEAM, OpenTown
from tests.acceptance.town import Town
from tests.fake_clock import FakeClock


async def _slow(open_town: OpenTown, escalation: list[Mapping[str, Any]]) -> tuple[Town, FakeClock]:
    clock = FakeClock(lets_work_end=True)
    organisation = Organisation.model_validate(
        {**TEAM.model_dump(), "reminders": {"lead_minutes": 5, "escalation": escalation}}
    )
    town = await open_town(organisation=organisation, clock=clock)
    clock.settle_with(town.cordon.idle)
    return town, clock


async def _give(town: Town, role: Role, name: str) -> None:
    user = town.person(name).id
    crew = Crew(holders=(Holder(role=role, user=user, since=datetime(2026, 3, 1, tzinfo=UTC), by=user),))
    await town.cordon.parts.database.write(
        lambda work: work.incidents.change(1, crew=crew.model_dump(mode="json"))
    )


def _calls(town: Town, channel: Channel) -> list[str]:
    """Who was called each time, by name."""
    names = {town.person(name).id: name for name in ("ann", "bob", "cyd", "dee")}
    said = [m.words for m in town.messages(channel) if "nobody has published" in m.words]
    return [" ".join(name for user, name in names.items() if f"<@{user}>" in words) for words in said]


async def test_each_step_calls_once_and_the_last_again_and_again(open_town: OpenTown) -> None:
    town, clock = await _slow(
        open_town,
        [
            {"after_minutes": 10, "people": ["commander", "dee@example.com"]},
            {"after_minutes": 20, "people": ["severity"]},
        ],
    )
    channel = await town.declare()
    await town.person("bob").click(town.message(channel, "Take command"), "card.take_command")
    await town.until_whisper("bob", channel, "You are in command")
    await clock.advance(timedelta(minutes=31))
    overdue = await town.until_message(channel, "the status update was due at")
    assert f"<@{town.person('bob').id}>" in overdue.words, "the commander first"
    assert _calls(town, channel) == []
    await clock.advance(timedelta(minutes=10))
    assert _calls(town, channel) == ["bob dee"]
    await town.stop_bot()
    clock.jump(timedelta(minutes=10))
    await town.start_bot()
    clock.settle_with(town.cordon.idle)
    await clock.advance(timedelta(seconds=1))
    assert _calls(town, channel) == ["bob dee", "bob cyd"], "after a restart too"
    await clock.advance(timedelta(minutes=60))
    assert _calls(town, channel) == ["bob dee", "bob cyd", "bob cyd", "bob cyd"], "the last step comes back"
    await town.person("ann").slash(channel.id, "/incident update Still looking")
    await town.until_message(channel, "Update on INC-1")
    await clock.advance(timedelta(minutes=29))
    assert len(_calls(town, channel)) == 4


async def test_who_holds_communications_owes_the_updates(open_town: OpenTown) -> None:
    town, clock = await _slow(open_town, [{"after_minutes": 10, "people": ["communications"]}])
    channel = await town.declare()
    await town.person("bob").click(town.message(channel, "Take command"), "card.take_command")
    await town.until_whisper("bob", channel, "You are in command")
    await _give(town, Role.COMMUNICATIONS, "cyd")
    await clock.advance(timedelta(minutes=26))
    await town.until_whisper("cyd", channel, "your next status update is due at")
    await clock.advance(timedelta(minutes=5))
    overdue = await town.until_message(channel, "the status update was due at")
    assert f"<@{town.person('cyd').id}>" in overdue.words
    assert f"<@{town.person('bob').id}>" in overdue.words
    await clock.advance(timedelta(minutes=10))
    assert _calls(town, channel) == ["cyd"]


async def test_a_drill_calls_nobody_but_who_leads_it(open_town: OpenTown) -> None:
    town, clock = await _slow(open_town, [{"after_minutes": 10, "people": ["severity", "@leads"]}])
    channel = await town.declare()
    await town.cordon.parts.database.write(lambda work: work.incidents.change(1, drill=True, calls=False))
    await _give(town, Role.COMMUNICATIONS, "cyd")
    await clock.advance(timedelta(minutes=41))
    assert _calls(town, channel) == ["cyd"], "who has a role in the drill, and nobody else"
