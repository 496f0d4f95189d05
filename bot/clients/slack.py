"""The one door to Slack's Web API. Implements `incidents.ports.Workspace`; each part of it is a file beside."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.slack_channels import SlackChannels
from bot.clients.slack_files import SlackFiles
from bot.clients.slack_names import SlackNames
from bot.clients.slack_one_person import SlackOnePerson
from bot.clients.slack_people import SlackPeople
from bot.clients.slack_reading import SlackReading
from incidents.clock import Clock

if TYPE_CHECKING:
    from incidents.ports import Workspace


class SlackWorkspace(SlackChannels, SlackOnePerson, SlackReading, SlackFiles, SlackNames):
    """One workspace, seen by one bot token."""

    def __init__(self, client: AsyncWebClient, http: aiohttp.ClientSession, clock: Clock) -> None:
        """Use a client and a session that the composition root made and closes."""
        super().__init__(client, http, clock)
        self._people = SlackPeople(client, self._calls, clock)

    async def people(self, references: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
        """Turn U…, S…, @group and e-mail addresses into user ids; returns those and what was not found."""
        return await self._people.resolve(references)


if TYPE_CHECKING:
    _IMPLEMENTS: type[Workspace] = SlackWorkspace
