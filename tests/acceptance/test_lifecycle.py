"""An incident's life as people lead it: contained, recovering, resolved, closed; reopened, cancelled, merged."""

from datetime import timedelta

import pytest

from bot.organisation import Organisation
from sandbox import Channel
from tests.acceptance.conftest import TEAM, OpenTown
from tests.acceptance.town import COMMON, Town
from tests.fake_clock import FakeClock


@pytest.fixture
async def soon_over(open_town: OpenTown) -> tuple[Town, FakeClock]:
    """A town whose channels are archived after two hours, and whose postmortems are due after one."""
    given = TEAM.model_dump()
    levels = [{**level, "retrospective_hours": 1} for level in given["severities"]]
    clock = FakeClock(lets_work_end=True)
    organisation = Organisation.model_validate(
        {**given, "severities": levels, "closing": {"archive_after_hours": 2}}
    )
    town = await open_town(clock=clock, organisation=organisation)
    clock.settle_with(lambda: town.cordon.idle())  # noqa: PLW0108 - of the bot that runs then
    return town, clock


async def _command(town: Town, channel: Channel, name: str = "ann") -> None:
    await town.person(name).slash(channel.id, "/incident role commander")
    await town.until_whisper(name, channel, "You are in command")
    await town.cordon.idle()


async def _resolved(town: Town, channel: Channel) -> None:
    await _command(town, channel)
    await town.contain(channel)
    await town.person("ann").slash(channel.id, "/incident resolve Prompt rolled back")
    await town.until_message(channel, "Resolved: INC-1")
    await town.cordon.idle()


async def test_a_whole_life(any_town: Town) -> None:
    town, ann = any_town, any_town.person("ann")
    channel = await town.declare()
    assert "📢 Declared" in town.message(COMMON, "INC-1").words
    await _command(town, channel)
    assert "🔎 Investigating" in town.message(COMMON, "INC-1").words

    await ann.click(town.message(channel, "Commander"), "card.verify")
    await ann.submit(await ann.until_view("Verify containment"), {"proof": "0 of 6 pods <!here>"})
    said = await town.until_message(channel, "Containment verified")
    assert "0 of 6 pods &lt;!here&gt;" in said.words
    await town.cordon.idle()
    assert "🧯 Contained" in town.message(COMMON, "INC-1").words

    await ann.click(town.message(channel, "Commander"), "card.recover")
    await town.until_message(channel, "🌱 Recovering")
    await ann.slash(channel.id, "/incident resolve All is well")
    await town.until_message(channel, "Resolved: INC-1")
    await town.cordon.idle()

    await ann.click(town.message(channel, "Commander"), "card.close")
    view = await ann.until_view("Close INC-1")
    ack = await ann.submit(view, {"postmortem": "not a link", "regression": "https://r.example/7"})
    assert "is no link" in str(ack)
    await ann.submit(view, {"postmortem": "https://p.example/1", "regression": "https://r.example/7"})
    await town.until_message(channel, "📁 *Closed*")
    await town.cordon.idle()
    assert "📁 Closed" in town.message(COMMON, "INC-1").words
    await ann.slash(channel.id, "/incident timeline all")
    told = (await town.until_whisper("ann", channel, "Timeline of INC-1")).words
    for words in ("Containment verified: 0 of 6 pods", "Contained → recovering", "https://p.example/1"):
        assert words in told


async def test_resolving_without_containment_loses_nothing_that_was_typed(any_town: Town) -> None:
    town, bob = any_town, any_town.person("bob")
    channel = await town.declare()
    await bob.slash(channel.id, "/incident resolve Keys are rotated")
    refused = await town.until_whisper("bob", channel, "Containment is not verified")
    assert "`/incident waive containment because …`" in refused.words
    await bob.click(refused, "resolve.carry_on")
    view = await bob.until_view("Resolve INC-1")
    assert "Keys are rotated" in str(view.blocks)
    await bob.submit(view, {"proof": "no violation since 10:04"})
    await town.until_message(channel, "Keys are rotated")
    await town.cordon.idle()
    assert "✅ Resolved" in town.message(COMMON, "INC-1").words


async def test_only_the_commander_waives_and_it_stands_out(town: Town) -> None:
    channel = await town.declare()
    ann, bob = town.person("ann"), town.person("bob")
    await _command(town, channel)
    await bob.slash(channel.id, "/incident waive containment because I say so")
    await town.until_whisper("bob", channel, "You can't waive what must be done")
    await ann.slash(channel.id, "/incident waive containment")
    await town.until_whisper("ann", channel, "Say why verified containment is waived")
    await ann.slash(channel.id, "/incident waive containment because nothing <!channel> was deployed")
    said = await town.until_message(channel, "Waived by")
    assert "nothing &lt;!channel&gt; was deployed" in said.words
    await ann.slash(channel.id, "/incident resolve Done")
    await town.until_message(channel, "Resolved: INC-1")
    await town.cordon.idle()
    assert "🚩 Waived: verified containment" in town.message(COMMON, "INC-1").words


async def test_closing_needs_both_links_or_waivers(town: Town) -> None:
    channel = await town.declare()
    ann = town.person("ann")
    await _resolved(town, channel)
    await ann.slash(channel.id, "/incident postmortem nowhere")
    await town.until_whisper("ann", channel, "is no link")
    await ann.slash(channel.id, "/incident postmortem <https://p.example/1|the postmortem>")
    await town.until_message(channel, "Postmortem published: https://p.example/1")
    await ann.slash(channel.id, "/incident close")
    await ann.until_view("Close INC-1")
    await ann.slash(channel.id, "/incident waive regression because the model is retired")
    await town.until_message(channel, "Waived by")
    await ann.slash(channel.id, "/incident close")
    closed = await town.until_message(channel, "📁 *Closed*")
    assert "Waived: a regression case, because the model is retired" in closed.words


async def test_the_channel_is_archived_later_and_reopening_brings_it_back(
    soon_over: tuple[Town, FakeClock],
) -> None:
    town, clock = soon_over
    channel = await town.declare()
    ann = town.person("ann")
    await _resolved(town, channel)
    for words in ("postmortem https://p.example/1", "regression https://r.example/1", "close"):
        await ann.slash(channel.id, f"/incident {words}")
        await town.cordon.idle()
    assert not channel.is_archived
    await clock.advance(timedelta(minutes=115))
    assert not channel.is_archived
    await town.restart()
    await clock.advance(timedelta(minutes=10))
    await town.sandbox.until(lambda: channel.is_archived)
    await ann.slash(COMMON, "/incident reopen INC-1")
    await town.until_message(channel, "🔁 *Reopened*")
    assert not channel.is_archived
    await town.cordon.idle()
    assert "🔎 Investigating" in town.message(COMMON, "INC-1").words
    await ann.slash(channel.id, "/incident resolve Now really")
    await town.until_whisper("ann", channel, "Containment is not verified")


async def test_reopening_before_the_archive_takes_it_back(soon_over: tuple[Town, FakeClock]) -> None:
    town, clock = soon_over
    channel = await town.declare("sev4 Odd answer")
    await _command(town, channel)
    await town.person("ann").slash(channel.id, "/incident cancel The alert fired on test traffic")
    await town.until_message(channel, "Cancelled as a false positive")
    await town.cordon.idle()
    assert "⚪ Cancelled" in town.message(COMMON, "INC-1").words
    await town.person("ann").click(town.message(channel, "Commander"), "card.reopen")
    await town.until_message(channel, "🔁 *Reopened*")
    await clock.advance(timedelta(hours=3))
    assert not channel.is_archived


async def test_a_relapse_goes_back_to_investigating_and_voids_the_proof(town: Town) -> None:
    channel = await town.declare()
    ann = town.person("ann")
    await town.contain(channel)
    await ann.click(town.message(channel, "Commander"), "card.more", option="back:1")
    await town.until_message(channel, "🔎 Investigating")
    await ann.slash(channel.id, "/incident resolve Done")
    await town.until_whisper("ann", channel, "Containment is not verified")


async def test_a_duplicate_is_merged_and_both_point_at_each_other(any_town: Town) -> None:
    town, ann = any_town, any_town.person("ann")
    first = await town.declare("sev1 Agent leaks customer data")
    second = await town.declare("sev2 Checkout bot swears")
    await _command(town, second)
    await ann.slash(second.id, "/incident merge INC-2")
    await town.until_whisper("ann", second, "can't be merged into itself")
    await ann.click(town.message(second, "Commander"), "card.more", option="merge:2")
    await ann.submit(await ann.until_view("Merge INC-2"), {"into": "1"})
    here = await town.until_message(second, "Please go on in")
    assert f"<#{first.id}>" in here.words
    there = await town.until_message(first, "was merged into this incident")
    assert f"<#{second.id}>" in there.words
    await town.cordon.idle()
    assert "🔗 Merged into INC-1" in town.message(COMMON, "INC-2").words
    for channel, words in ((first, "INC-2 was merged"), (second, "Merged into INC-1")):
        await ann.slash(channel.id, "/incident timeline")
        await town.until_whisper("ann", channel, words)
    await ann.slash(second.id, "/incident reopen")
    await town.until_whisper("ann", second, "which is final")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("close", "only a resolved incident is closed"),
        ("reopen", "INC-1 is investigating already"),
        ("recovering", None),
        ("merge", "Say into which"),
        ("merge INC-9", "There is no INC-9"),
        ("waive nonsense because", "Say what is waived"),
        ("postmortem", "Say what shows it"),
    ],
)
async def test_what_is_not_possible_is_said(town: Town, words: str, said: str | None) -> None:
    channel = await town.declare()
    await _command(town, channel)
    await town.person("ann").slash(channel.id, f"/incident {words}")
    if said is None:
        await town.until_message(channel, "🌱 Recovering")
    else:
        await town.until_whisper("ann", channel, said)


async def test_the_postmortem_is_asked_for_when_it_is_due(soon_over: tuple[Town, FakeClock]) -> None:
    town, clock = soon_over
    channel = await town.declare()
    await _resolved(town, channel)
    await clock.advance(timedelta(minutes=55))
    assert not any("postmortem of INC-1 is due" in one.words for one in town.messages(channel))
    await clock.advance(timedelta(minutes=10))
    asked = await town.until_message(channel, "the postmortem of INC-1 is due now")
    assert f"<@{town.person('ann').id}>" in asked.words


async def test_the_same_move_twice_moves_once(town: Town) -> None:
    channel = await town.declare()
    await town.contain(channel)
    again = next(d for d in town.sandbox.deliveries[::-1] if "verify" in d.body)
    await town.restart()
    await town.sandbox.redeliver(again)
    await town.cordon.idle()
    assert len([m for m in town.messages(channel) if "Containment verified" in m.words]) == 1
