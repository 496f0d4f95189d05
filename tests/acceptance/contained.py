"""Towns with a toy AI service to contain, and what tests look at in them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from bot.organisation import Organisation
from incidents.runs import Run
from incidents.timeline import EntryKind, TimelineEntry
from sandbox import Channel, Message
from sandbox.toy_service import ToyService
from tests.acceptance.conftest import TEAM, OpenTown
from tests.acceptance.town import Town

ContainedTown = Callable[..., Awaitable[Town]]
FREE = {"containment": {"rules": [{"risks": ["low", "medium", "high"]}]}}
"""Nobody else must agree."""


@pytest.fixture
async def toy() -> AsyncIterator[ToyService]:
    async with ToyService() as service:
        yield service


@pytest.fixture
def open_contained(open_town: OpenTown, toy: ToyService) -> ContainedTown:
    """Opens towns whose bot can contain the toy service; the keys given stand in cordon.yaml."""

    async def opened(*, more: dict[str, Any] | None = None, **choices: Any) -> Town:  # noqa: ANN401
        organisation = organised(toy, **(more or {}))
        return await open_town(**{"extra": toy.environment(), "organisation": organisation, **choices})

    return opened


@pytest.fixture
async def free(open_contained: ContainedTown) -> Town:
    """A town where actions need no approval."""
    return await open_contained(more=FREE)


@pytest.fixture
async def strict(open_contained: ContainedTown) -> Town:
    """A town with the usual policy: high risk needs another person."""
    return await open_contained()


def organised(toy: ToyService, *, actions: dict[str, Any] | None = None, **keys: Any) -> Organisation:  # noqa: ANN401
    """The team's organisation, with the toy service's actions and some more, or changed ones."""
    own = toy.actions()
    for name, changes in (actions or {}).items():
        own[name] = {**own.get(name, {}), **changes}
    return Organisation.model_validate(
        {"severities": TEAM.severities, "connections": toy.connections(), "actions": own, **keys}
    )


async def plan(town: Town, channel: Channel, words: str, by: str = "ann") -> Message:
    """Ask for an action, and wait for the message of its run."""
    before = {message.ts for message in town.messages(channel)}
    await town.person(by).slash(channel.id, f"/incident contain {words}")

    def planned() -> Message | None:
        fresh = [one for one in town.messages(channel) if one.ts not in before]
        return next((one for one in fresh if "Nothing is changed yet" in one.words), None)

    return await town.sandbox.until(planned)


async def shows(town: Town, channel: Channel, message: Message, words: str) -> Message:
    """Wait until a message, which may have been edited, says so."""

    def now() -> Message | None:
        return next((m for m in town.messages(channel) if m.ts == message.ts and words in m.words), None)

    return await town.sandbox.until(now)


async def runs(town: Town, incident_id: int = 1) -> list[Run]:
    return await town.cordon.parts.database.read(lambda work: work.runs.of_incident(incident_id))


async def entries(town: Town, *kinds: EntryKind, incident_id: int = 1) -> list[TimelineEntry]:
    found = await town.cordon.parts.database.read(lambda work: work.timeline.entries(incident_id))
    return [one for one in found if not kinds or one.kind in kinds]


def buttons(message: Message) -> list[str]:
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [element["text"]["text"] for row in rows for element in row]
