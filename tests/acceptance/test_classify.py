"""Saying what kind of incident it is, as people do."""

import asyncio
from typing import Any

from bot.organisation import Organisation
from sandbox import Channel, View
from tests.acceptance.conftest import TEAM, OpenTown
from tests.acceptance.town import COMMON, Town


async def form(town: Town, channel: Channel, by: str = "ann") -> View:
    await town.person(by).slash(channel.id, "/incident classify")
    return await town.person(by).until_view("Classify")


def filled(view: View) -> dict[str, Any]:
    """What the form comes with, by field."""
    found = {}
    for block in view.blocks[1:]:
        element = block["element"]
        option = element.get("initial_option") or {}
        ticked = [one["value"] for one in element.get("initial_options", [])]
        found[block["block_id"]] = element.get("initial_value") or option.get("value") or ticked or None
    return {name: value for name, value in found.items() if value}


async def entries(town: Town, by: str, channel: Channel) -> str:
    """The timeline as this person reads it now."""
    before = len([m for m in town.person(by).sees(channel.id) if "Timeline of" in m.words])
    await town.person(by).slash(channel.id, "/incident timeline")

    def told() -> str | None:
        pages = [m.words for m in town.person(by).sees(channel.id) if "Timeline of" in m.words]
        return pages[-1] if len(pages) > before else None

    return str(await town.sandbox.until(told))


async def test_what_is_chosen_stands_on_the_cards_in_the_timeline_and_in_the_next_form(
    any_town: Town,
) -> None:
    town, ann = any_town, any_town.person("ann")
    channel = await town.declare("sev2 Agent mails strangers")
    view = await form(town, channel)
    assert filled(view) == {}
    await ann.submit(
        view,
        {
            "incident_type": "pii_exposure",
            "failure_mode": "prompt_injection",
            "signals": ["data_exposure"],
            "atlas": "aml.t0051, AML.T0054",
            "owasp": "LLM01;LLM05:2025",
        },
    )
    told = await town.until_whisper("ann", channel, "INC-1 is classified")
    assert "Incident type set to PII exposure." in told.words
    assert "typically *SEV0 or SEV1*; this one is SEV2 now" in told.words
    assert "Escalate to: *Security, Legal*" in told.words
    await town.cordon.idle()
    for place in (COMMON, channel):
        assert "🏷️ PII exposure · Prompt injection" in town.message(place, "🏷️").words
    assert "🏷️ Classified" in await entries(town, "ann", channel)

    await town.restart()
    for name in ("bob", "cyd"):
        await town.person(name).join(channel.id)
    assert filled(await form(town, channel, by="bob")) == {
        "incident_type": "pii_exposure",
        "failure_mode": "prompt_injection",
        "signals": ["data_exposure"],
        "atlas": "AML.T0051, AML.T0054",
        "owasp": "LLM01:2026, LLM05:2025",
    }
    await town.person("cyd").slash(channel.id, "/incident update")
    update = await town.person("cyd").until_view("Status update")
    assert filled(update)["failure_mode"] == "Prompt injection"

    await ann.click(told, "assess.open")
    await ann.until_view("Assess the severity")


async def test_a_wrong_tag_is_said_beside_its_own_field_and_nothing_is_kept(town: Town) -> None:
    channel = await town.declare()
    ann, view = town.person("ann"), await form(town, channel)
    refused = await ann.submit(view, {"incident_type": "pii_exposure", "atlas": "T0051", "owasp": "LLM11"})
    assert isinstance(refused.body, dict)
    assert refused.body["errors"] == {
        "atlas": '"T0051" is no ATLAS technique. Write it like AML.T0051 or AML.T0051.001.',
        "owasp": '"LLM11" is no risk of the OWASP LLM Top 10. Write LLM01 to LLM10, or with the edition, '
        "like LLM05:2025.",
    }
    many = ",".join(f"AML.T{number:04}" for number in range(16))
    refused = await ann.submit(view, {"atlas": many, "owasp": ""})
    assert "At most 15 fit" in str(refused.body)
    assert "🏷️" not in town.message(COMMON, "INC-1").words
    await ann.submit(view, {"atlas": "AML.T0051", "owasp": ""})
    await town.until_whisper("ann", channel, "INC-1 is classified")


async def test_what_others_set_meanwhile_stays_and_what_both_touched_is_the_last_ones(town: Town) -> None:
    channel = await town.declare()
    ann, bob = town.person("ann"), town.person("bob")
    anns, bobs = await form(town, channel), await form(town, channel, by="bob")
    await bob.submit(bobs, {"incident_type": "policy_violation", "failure_mode": "intent_drift"})
    await town.until_whisper("bob", channel, "INC-1 is classified")
    await ann.submit(anns, {"incident_type": "pii_exposure", "agent_type": "runaway_agent"})
    told = await town.until_whisper("ann", channel, "INC-1 is classified")
    assert "Incident type changed from Policy violation (isolated) to PII exposure." in told.words
    assert filled(await form(town, channel, by="cyd")) == {
        "incident_type": "pii_exposure",
        "failure_mode": "intent_drift",
        "agent_type": "runaway_agent",
    }


async def test_what_was_chosen_can_be_taken_away(town: Town) -> None:
    channel = await town.declare()
    ann = town.person("ann")
    await ann.submit(await form(town, channel), {"failure_mode": "unknown", "atlas": "AML.T0051"})
    await town.until_message(COMMON, "🏷️ Unknown or emergent")
    await ann.submit(await form(town, channel), {"failure_mode": "-", "atlas": ""})
    told = await town.until_whisper("ann", channel, "Failure mode taken away")
    assert "MITRE ATLAS taken away; it was AML.T0051 LLM Prompt Injection." in told.words
    await town.cordon.idle()
    assert "🏷️" not in town.message(COMMON, "INC-1").words


async def test_sending_it_twice_counts_once_and_sending_it_unchanged_not_at_all(town: Town) -> None:
    channel = await town.declare()
    ann, view = town.person("ann"), await form(town, channel)
    chosen = {"failure_mode": "intent_drift"}
    await asyncio.gather(ann.submit(view, chosen), ann.submit(view, chosen))
    await town.until_whisper("ann", channel, "INC-1 is classified")
    await town.cordon.idle()
    assert len([m for m in ann.sees(channel.id) if "classified" in m.words]) == 1
    await ann.submit(await form(town, channel))
    await town.until_whisper("ann", channel, "INC-1 was classified so already")
    await town.cordon.idle()
    assert (await entries(town, "ann", channel)).count("🏷️ Classified") == 1


async def test_the_type_alone_is_set_by_its_words(town: Town) -> None:
    channel = await town.declare()
    ann = town.person("ann")
    await ann.slash(COMMON, "/incident classify INC-1 type pii-exposre")
    told = await town.until_whisper("ann", COMMON, "Incident type set to PII exposure.")
    assert "this one is SEV1 now" in told.words
    await town.until_message(channel, "🏷️ PII exposure")
    await ann.slash(channel.id, "/incident classify policy")
    told = await town.until_whisper("ann", channel, "I can't tell which incident type")
    assert "policy violation, policy erosion detected" in told.words


async def test_who_may_not_classify_is_told_so_when_asking_and_when_sending(open_town: OpenTown) -> None:
    town = await open_town()
    channel = await town.declare()
    ann, view = town.person("ann"), await form(town, channel)
    await town.stop_bot()
    rights = {"classify": {"groups": ["@leads"]}}
    town.organisation = Organisation.model_validate({**TEAM.model_dump(), "rights": rights})
    await town.start_bot()
    await ann.slash(channel.id, "/incident classify pii")
    await town.until_whisper("ann", channel, "You can't classify incidents")
    await ann.submit(view, {"failure_mode": "intent_drift"})
    rooms = town.sandbox.workspace.channels
    await town.sandbox.until(
        lambda: any(
            "You can't classify" in m.words
            for room in rooms.values()
            for m in room.messages.values()
            if not m.ephemeral
        )
    )
    await town.cordon.idle()
    assert "🏷️" not in town.message(COMMON, "INC-1").words
    await town.person("dee").slash(COMMON, "/incident classify INC-1 pii")
    await town.until_message(channel, "🏷️ PII exposure")
