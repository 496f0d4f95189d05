"""Whom a severity tells, beside whom it calls, and the schemes that can be chosen."""

from bot.organisation import Organisation
from tests.acceptance.conftest import OpenTown
from tests.acceptance.town import COMMON


def _telling(*places: str) -> Organisation:
    levels = Organisation().severities
    told = [level.model_copy(update={"tell": places}) if level.rank <= 1 else level for level in levels]
    return Organisation.model_validate({"severities": [level.model_dump() for level in told]})


async def test_channels_and_people_are_told_and_not_called(open_town: OpenTown) -> None:
    town = await open_town(organisation=_telling("#leadership", "@leads"))
    dee = town.person("dee")
    await dee.create_channel("leadership", people=["cordon"])
    channel = await town.declare("sev1 Agent leaks customer data")
    await town.until_message("#leadership", "You are told, not called")
    direct = await town.sandbox.until(
        lambda: next(
            (
                m
                for c in dee.channels()
                for m in dee.sees(c.id)
                if "You are told" in m.words and c.kind == "im"
            ),
            None,
        )
    )
    assert f"<#{channel.id}>" in direct.words or "channel opening" in direct.words
    assert dee.id not in channel.members


async def test_raising_tells_them_and_private_incidents_never_do(open_town: OpenTown) -> None:
    town = await open_town(organisation=_telling("#leadership"))
    await town.person("dee").create_channel("leadership", people=["cordon"])
    channel = await town.declare("sev3 Agent is slow")
    assert town.messages("#leadership") == []
    await town.person("ann").slash(channel.id, "/incident severity sev0 Now it leaks")
    await town.until_message("#leadership", "SEV0 · INC-1")
    await town.person("ann").slash(COMMON, "/incident declare sev0 Board salaries --private")
    await town.until_whisper("ann", COMMON, "INC-2: go to")
    await town.cordon.idle()
    assert len(town.messages("#leadership")) == 1


async def test_a_shipped_scheme_is_chosen_by_its_name(open_town: OpenTown) -> None:
    town = await open_town(organisation=Organisation.model_validate({"severities": "sev0-3"}))
    ann = town.person("ann")
    await ann.slash(COMMON, "/incident declare sev4 Nearly")
    await town.until_whisper("ann", COMMON, "This workspace has SEV0, SEV1, SEV2 and SEV3")
