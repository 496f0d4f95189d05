"""Assessing how bad an incident is, as people do it."""

from typing import Any

from sandbox import View
from tests.acceptance.town import COMMON, Town

WORST = {"harm": "yes", "scope": "many", "regulatory": "yes", "reputation": "high", "exploitable": "yes"}
MILD = {
    "harm": "potential",
    "scope": "internal",
    "regulatory": "no",
    "reputation": "not_high",
    "exploitable": "no",
}


async def answered(town: Town, channel: str, answers: dict[str, Any], by: str = "ann") -> View:
    """Answer the five questions, and give back what the form turned into."""
    person = town.person(by)
    await person.slash(channel, "/incident assess")
    await person.submit(await person.until_view("Assess the severity"), answers)
    return await person.until_view("The level")


async def test_the_answers_make_the_level_with_every_reason_and_confirming_applies_it(any_town: Town) -> None:
    town, ann = any_town, any_town.person("ann")
    channel = await town.declare("sev3 Agent mails strangers")
    view = await answered(town, channel.id, WORST)
    for words in (
        "SEV0",
        "Harm occurred",
        "Many users",
        "Regulations apply",
        "exploited at scale",
        "Involve: *Legal*",
    ):
        assert words in view.words
    assert "SEV3" in town.message(COMMON, "INC-1").words, "nothing is changed before it is confirmed"

    await ann.submit(view)
    notice = await town.until_message(channel, "Severity raised")
    await town.cordon.idle()
    assert "SEV3 → SEV0" in notice.words
    assert "Harm occurred" in notice.words
    assert "🔴 *SEV0 · INC-1" in town.message(COMMON, "INC-1").words
    assert town.person("bob").id in channel.members
    await ann.slash(channel.id, "/incident timeline")
    await town.until_whisper("ann", channel, "assessed: Harm occurred")


async def test_what_is_so_already_is_told_and_closing_the_form_changes_nothing(town: Town) -> None:
    channel = await town.declare("sev4 Nearly leaked")
    ann = town.person("ann")
    await ann.submit(await answered(town, channel.id, MILD))
    told = "INC-1 is SEV4 already."
    rooms = town.sandbox.workspace.channels
    await town.sandbox.until(
        lambda: any(told in m.words for c in rooms.values() for m in c.messages.values())
    )
    view = await answered(town, channel.id, WORST)
    await ann.close(view)
    await town.cordon.idle()
    assert "SEV4" in town.message(COMMON, "INC-1").words
    assert not [m for m in town.messages(channel) if "Severity" in m.words and "→" in m.words]


async def test_what_is_over_is_not_assessed(town: Town) -> None:
    channel = await town.declare()
    ann = town.person("ann")
    await town.contain(channel)
    await ann.slash(channel.id, "/incident resolve Done")
    await town.until_message(channel, "Resolved: INC-1")
    await ann.slash(channel.id, "/incident assess")
    await town.until_whisper("ann", channel, "INC-1 is resolved. Reopen it")
