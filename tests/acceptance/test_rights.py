"""Who may do what, as people meet it."""

from typing import Any

from bot.organisation import Organisation
from tests.acceptance.conftest import TEAM, OpenTown
from tests.acceptance.town import COMMON, Town


def _with(**rights: Any) -> Organisation:  # noqa: ANN401 - rules as cordon.yaml has them
    return Organisation.model_validate({**TEAM.model_dump(), "rights": rights})


async def test_who_lacks_a_right_is_told_which_and_who_has_it_and_it_is_recorded(open_town: OpenTown) -> None:
    town = await open_town(organisation=_with(change_severity={"groups": ["@leads"]}))
    channel = await town.declare()
    ann, dee = town.person("ann"), town.person("dee")
    await ann.slash(channel.id, "/incident severity sev3")
    told = await town.until_whisper("ann", channel, "You can't change the severity")
    assert "`change_severity`" in told.words
    assert "the members of `@leads`" in told.words
    assert "SEV1" in town.message(COMMON, "INC-1").words
    await ann.slash(channel.id, "/incident timeline")
    await town.until_whisper("ann", channel, "⛔ Refused")
    await dee.slash(COMMON, "/incident severity INC-1 sev3")
    await town.until_message(channel, "Severity lowered")


async def test_a_guest_can_do_nothing_unless_named(open_town: OpenTown) -> None:
    town = await open_town()
    channel, eli = await town.declare(), town.person("eli")
    await eli.slash("#general", "/incident declare sev1 Everything is odd")
    await town.until_whisper("eli", "#general", "which a guest has only if cordon.yaml names them")
    await eli.slash("#general", "/incident note INC-1 Me too")
    await town.until_whisper("eli", "#general", "There is no INC-1")
    await eli.slash("#general", "/incident list")
    await town.until_whisper("eli", "#general", "No incident is open")
    assert len([m for m in town.messages(COMMON) if "INC-" in m.words]) == 1
    assert eli.id not in channel.members


async def test_a_guest_who_is_named_may(open_town: OpenTown) -> None:
    town = await open_town()
    eli = town.person("eli")
    await town.stop_bot()
    town.organisation = _with(declare={"users": [eli.id]})
    await town.start_bot()
    await eli.slash("#general", "/incident declare sev3 The agent swears")
    await town.until_message(COMMON, "The agent swears")
    await town.person("ann").slash("#general", "/incident declare sev3 Mine too")
    await town.until_whisper("ann", "#general", f"Who has it: <@{eli.id}>")


async def test_when_slack_cant_say_who_it_is_nothing_is_done(open_town: OpenTown) -> None:
    town = await open_town(organisation=_with(resolve={"groups": ["@safety"]}))
    channel = await town.declare()
    town.sandbox.faults.add(method="usergroups.list", kind="error", code="missing_scope", times=20)
    await town.person("cyd").slash(channel.id, "/incident note still fine")
    await town.until_whisper("cyd", channel, "Noted")
    await town.person("cyd").slash(channel.id, "/incident resolve Done")
    await town.until_whisper("cyd", channel, "nothing was done")
    assert "Declared" in town.message(COMMON, "INC-1").words


async def test_a_press_needs_the_right_too(open_town: OpenTown) -> None:
    town = await open_town(organisation=_with(checklist={"groups": ["@safety"]}))
    channel: Any = await town.declare()
    phase = town.message(channel, "*1 · Contain*")
    await town.person("bob").click(phase, "checklist.move", value=_first(town, channel))
    await town.until_whisper("bob", channel, "You can't work the checklist")
    await town.person("cyd").click(phase, "checklist.move", value=_first(town, channel))
    await town.sandbox.until(lambda: "done by" in town.message(channel, "*1 · Contain*").words)


def _first(town: Town, channel: Any) -> str:  # noqa: ANN401 - a channel
    blocks = town.message(channel, "*1 · Contain*").blocks
    return str(next(b["accessory"]["value"] for b in blocks if "accessory" in b))
