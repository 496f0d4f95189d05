"""Changing how bad an incident is, as people do it."""

from datetime import timedelta

import pytest

from tests.acceptance.town import COMMON, Town
from tests.fake_clock import FakeClock


async def test_raising_brings_people_cadence_and_cards_along(any_town: Town) -> None:
    town, ann, bob = any_town, any_town.person("ann"), any_town.person("bob")
    channel = await town.declare("sev3 Agent is slow")
    assert bob.id not in channel.members
    assert "next update" not in town.message(COMMON, "INC-1").words

    await ann.slash(channel.id, "/incident severity sev1 because customers <!here> are hit")
    notice = await town.until_message(channel, "Severity raised")
    await town.cordon.idle()
    assert "SEV3 → SEV1" in notice.words
    assert f"<@{ann.id}>" in notice.words
    assert "customers &lt;!here&gt; are hit" in notice.words
    assert bob.id in channel.members, "the new severity's people are invited"
    card = town.message(COMMON, "INC-1").words
    assert "🔴 *SEV1 · INC-1" in card
    assert "next update" in card
    await town.sandbox.until(lambda: channel.topic.startswith("SEV1"))
    await ann.slash(channel.id, "/incident timeline")
    await town.until_whisper("ann", channel, "Severity SEV3 → SEV1 (customers")


async def test_the_new_cadence_asks_for_updates_and_a_mild_one_does_not(
    slow_town: tuple[Town, FakeClock],
) -> None:
    town, clock = slow_town
    channel = await town.declare("sev2 Agent is odd")
    ann = town.person("ann")
    await ann.slash(channel.id, "/incident severity sev1")
    await town.until_message(channel, "Severity raised")
    await clock.advance(timedelta(minutes=31))
    await town.until_message(channel, "the status update was due at")
    await ann.slash(channel.id, "/incident severity sev4 false alarm, nearly")
    await town.until_message(channel, "Severity lowered")
    await town.cordon.idle()
    said = len(town.messages(channel))
    await clock.advance(timedelta(hours=5))
    assert len(town.messages(channel)) == said
    assert "overdue" not in town.message(COMMON, "INC-1").words


async def test_raising_never_puts_an_update_off(slow_town: tuple[Town, FakeClock]) -> None:
    town, clock = slow_town
    channel = await town.declare("sev2 Agent is odd")
    await clock.advance(timedelta(minutes=50))
    await town.person("ann").slash(channel.id, "/incident severity sev0")
    await town.until_message(channel, "Severity raised")
    await clock.advance(timedelta(minutes=11))
    await town.until_message(channel, "the status update was due at")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "Say which: /incident severity sev2"),
        ("sev7", 'I don\'t know the severity "sev7". This workspace has SEV0'),
        ("sev 1", "INC-1 is SEV1 already."),
        ("sev2 " + "x" * 301, "The reason has 301 characters and 300 fit."),
        ("INC-9 sev2", "There is no INC-9."),
    ],
)
async def test_a_mistake_is_told_in_words_and_changes_nothing(town: Town, words: str, said: str) -> None:
    channel = await town.declare()
    await town.person("ann").slash(channel.id, f"/incident severity {words}")
    await town.until_whisper("ann", channel, said)
    assert "SEV1" in town.message(COMMON, "INC-1").words


async def test_what_is_over_keeps_its_severity(town: Town) -> None:
    channel = await town.declare()
    ann = town.person("ann")
    await town.contain(channel)
    await ann.slash(channel.id, "/incident resolve Done")
    await town.until_message(channel, "Resolved: INC-1")
    await ann.slash(COMMON, "/incident severity INC-1 sev2")
    await town.until_whisper("ann", COMMON, "INC-1 is resolved. Reopen it")


async def test_it_survives_a_restart_and_a_second_delivery(town: Town) -> None:
    channel = await town.declare()
    await town.person("ann").slash(channel.id, "/incident severity sev2 Only one user")
    await town.until_message(channel, "Severity lowered")
    again = next(d for d in town.sandbox.deliveries[::-1] if "severity" in d.body)
    await town.restart()
    await town.sandbox.redeliver(again)
    await town.cordon.idle()
    assert "SEV1 → SEV2" in town.message(channel, "Severity lowered").words, "told once"
    assert "SEV2" in town.message(COMMON, "INC-1").words
