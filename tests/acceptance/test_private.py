"""Private incidents: nothing of them is seen by anybody outside their channel."""

import pytest

from sandbox import Channel, Person
from tests.acceptance.town import COMMON, Town

SECRET = "Salary data of the board"


async def _private(town: Town, words: str = f"sev1 {SECRET} --private") -> Channel:
    await town.person("ann").slash("#general", f"/incident declare {words}")
    channel = await town.sandbox.until(
        lambda: next((c for c in town.sandbox.workspace.channels.values() if c.name.startswith("inc-")), None)
    )
    await town.cordon.idle()
    return channel


def _everything_seen_by(town: Town, name: str) -> str:
    """Every word that a person can see anywhere: channels, answers, direct messages, Home, open form."""
    person = town.person(name)
    seen = [m.words for channel in person.channels() for m in person.sees(channel.id)]
    names = [f"{channel.name} {channel.topic}" for channel in person.channels()]
    views = [str(view.blocks) for view in (person.home, person.view) if view]
    return "\n".join([*seen, *names, *views])


async def test_its_channel_is_private_and_has_everything_and_nobody_else_hears(any_town: Town) -> None:
    town = any_town
    channel = await _private(town)
    assert channel.is_private
    assert town.person("ann").id in channel.members
    assert town.person("bob").id in channel.members, "the severity's people are let in"
    assert "🔒 *Private*" in town.message(channel, "Commander").words
    assert len([m for m in town.messages(channel) if "minute" in m.words or "no time limit" in m.words]) >= 5
    assert town.messages(COMMON) == []


async def _answered(town: Town, person: Person, text: str) -> None:
    """Type something, and wait for any answer."""

    def heard() -> int:
        return len([m for m in person.sees("#general") if m.ephemeral])

    before = heard()
    await person.slash("#general", text)
    await town.sandbox.until(lambda: heard() > before)


async def test_who_is_not_in_it_finds_it_nowhere(any_town: Town) -> None:
    town, dee = any_town, any_town.person("dee")
    channel = await _private(town)
    await dee.open_home()
    await town.sandbox.until(lambda: dee.home is not None)
    said = "There is no INC-1"
    for words in (
        "list",
        "status INC-1",
        "timeline INC-1 all",
        "timeline INC-1 export json",
        "archive INC-1",
        "note INC-1 Hm",
        "update INC-1 Hm",
        "severity INC-1 sev0",
        "role INC-1 scribe",
        "verify INC-1 ok",
        "resolve INC-1 ok",
        "merge INC-1 INC-1",
        "classify INC-1",
        "assess INC-1",
        "update",
        "access INC-1",
    ):
        await _answered(town, dee, f"/incident {words}")
    await town.cordon.idle()
    everything = _everything_seen_by(town, "dee")
    assert SECRET not in everything
    assert "salary" not in everything
    assert channel.id not in everything
    assert everything.count(said) >= 12
    assert "No incident is open" in everything
    assert dee.id not in channel.members


async def test_its_members_use_it_from_anywhere(town: Town) -> None:
    channel = await _private(town)
    bob = town.person("bob")
    await bob.slash("#general", "/incident note INC-1 Looked into it")
    await town.until_whisper("bob", "#general", "Noted")
    await bob.slash("#general", "/incident list")
    await town.until_whisper("bob", "#general", SECRET)
    await bob.open_home()
    await town.sandbox.until(lambda: bob.home is not None and SECRET in str(bob.home.blocks))
    await town.person("bob").leave(channel.id)
    await bob.slash("#general", "/incident status INC-1")
    await town.until_whisper("bob", "#general", "There is no INC-1")


async def test_access_is_asked_for_and_granted_by_the_commander(any_town: Town) -> None:
    town = any_town
    channel = await _private(town)
    ann, bob, dee = (town.person(name) for name in ("ann", "bob", "dee"))
    await ann.slash(channel.id, "/incident role commander")
    await town.until_whisper("ann", channel, "You are in command")
    await dee.slash("#general", "/incident access INC-1")
    await town.until_whisper("dee", "#general", "If there is such a private incident")
    await dee.slash("#general", "/incident access INC-1")
    question = await town.until_message(channel, f"<@{dee.id}> asks to be let into INC-1")
    await bob.click(question, "access.grant")
    await town.until_whisper("bob", channel, "You can't let people into a private incident")
    await ann.click(question, "access.grant")
    await town.until_message(channel, f"<@{dee.id}> was let in by <@{ann.id}>")
    assert dee.id in channel.members
    await town.sandbox.until(lambda: "You were let into INC-1" in _everything_seen_by(town, "dee"))
    await ann.click(question, "access.decline")
    await town.until_whisper("ann", channel, "That was decided before")
    await town.cordon.idle()
    asked = [m for m in town.messages(channel) if "asks to be let into" in m.words]
    assert len(asked) == 1, "asked once an hour, however often"


async def test_asking_for_what_there_is_not_hears_the_same(town: Town) -> None:
    await town.person("dee").slash("#general", "/incident access INC-77")
    await town.until_whisper("dee", "#general", "If there is such a private incident")


@pytest.mark.parametrize("code", ["restricted_action", "missing_scope"])
async def test_if_slack_refuses_a_private_channel_the_declaration_fails_clearly(
    town: Town, code: str
) -> None:
    town.sandbox.faults.add(method="conversations.create", kind="error", code=code, times=5)
    await town.person("ann").slash("#general", f"/incident declare sev1 {SECRET} --private")
    told = await town.until_whisper("ann", "#general", "INC-1 was NOT opened")
    assert code in told.words
    await town.cordon.idle()
    assert town.messages(COMMON) == []
    await town.person("ann").slash("#general", "/incident list")
    await town.until_whisper("ann", "#general", "No incident is open")
    assert SECRET not in _everything_seen_by(town, "dee")


async def test_a_private_incident_is_no_duplicate_that_is_named(town: Town) -> None:
    await _private(town)
    await town.person("dee").slash("#general", f"/incident declare sev2 {SECRET}")
    await town.until_message(COMMON, "INC-2")


async def test_it_survives_a_restart(town: Town) -> None:
    channel = await _private(town)
    await town.restart()
    await town.person("ann").slash(channel.id, "/incident update Still private")
    await town.until_message(channel, "Still private")
    await town.cordon.idle()
    assert town.messages(COMMON) == []
