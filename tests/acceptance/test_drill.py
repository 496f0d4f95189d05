"""Drills: the same path, marked everywhere, calling nobody, scored, cleaned up."""

from datetime import timedelta

from tests.acceptance.town import COMMON, Town
from tests.fake_clock import FakeClock


async def test_a_drill_is_marked_everywhere_and_calls_nobody(any_town: Town) -> None:
    town = any_town
    channel = await town.declare("sev1 Agent leaks customer data --drill")
    assert channel.name.startswith("drill-1-")
    assert town.person("bob").id not in channel.members, "on-call is left asleep"
    assert "🧪 *DRILL*" in town.message(COMMON, "INC-1").words
    assert channel.topic.startswith("🧪 DRILL")
    for message in town.messages(channel):
        assert "DRILL" in message.words, message.words
    await town.person("ann").slash(COMMON, "/incident list")
    await town.until_whisper("ann", COMMON, "🧪 DRILL")


async def test_a_drill_that_is_told_to_calls_people(town: Town) -> None:
    channel = await town.declare("sev1 Agent leaks --drill --page")
    assert town.person("bob").id in channel.members


async def test_page_without_drill_is_refused(town: Town) -> None:
    await town.person("ann").slash(COMMON, "/incident declare sev1 Agent leaks --page")
    await town.until_whisper("ann", COMMON, "--page is for drills")
    assert not [m for m in town.messages(COMMON) if "INC-" in m.words]


async def test_nobody_but_its_people_is_reminded(slow_town: tuple[Town, FakeClock]) -> None:
    town, clock = slow_town
    channel = await town.declare("sev1 Agent leaks --drill")
    await clock.advance(timedelta(minutes=50))
    bob = town.person("bob").id
    assert any("nobody has taken command" in m.words for m in town.messages(channel))
    assert not any(f"<@{bob}>" in m.words for m in town.messages(channel))


async def test_it_is_scored_at_the_end(slow_town: tuple[Town, FakeClock]) -> None:
    town, clock = slow_town
    channel = await town.declare("sev1 Agent leaks --drill")
    ann = town.person("ann")
    await clock.advance(timedelta(minutes=3))
    await ann.slash(channel.id, "/incident role commander")
    await town.until_whisper("ann", channel, "You are in command")
    await ann.slash(channel.id, "/incident update We practise")
    await town.until_message(channel, "We practise")
    await clock.advance(timedelta(minutes=4))
    await town.contain(channel)
    await ann.slash(channel.id, "/incident resolve That was it")
    score = (await town.until_message(channel, "How the drill went")).words
    assert "Acknowledged after 3 min, within the 15 min allowed" in score
    assert "Contained after 7 min, 5 min over the 2 min allowed" in score
    assert "First update published after 3 min" in score
    assert "0 of 24 items done" in score
    await ann.slash(channel.id, "/incident timeline")
    await town.until_whisper("ann", channel, "🧪 Drill")


async def test_one_command_cleans_up(any_town: Town) -> None:
    town, ann = any_town, any_town.person("ann")
    first = await town.declare("sev1 Agent leaks --drill")
    second = await town.declare("sev2 Bot swears --drill")
    real = await town.declare("sev3 Slow answers")
    await ann.slash(first.id, "/incident drill end")
    await town.until_message(first, "How the drill went")
    await ann.slash(COMMON, "/incident drill cleanup")
    told = await town.until_whisper("ann", COMMON, "Cleaned up: 2 ended")
    assert "INC-1, INC-2" in told.words
    await town.sandbox.until(lambda: first.is_archived and second.is_archived)
    assert not real.is_archived
    await ann.slash(COMMON, "/incident drill end INC-3")
    await town.until_whisper("ann", COMMON, "INC-3 is no drill")
    await ann.slash(COMMON, "/incident drill")
    await town.until_whisper("ann", COMMON, "I know: /incident drill end")


async def test_it_is_left_out_of_the_measures(town: Town) -> None:
    await town.declare("sev1 Agent leaks --drill")
    count = await town.cordon.parts.database.read(lambda work: work.incidents.count_open())
    assert count == 0
