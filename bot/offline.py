"""The use cases' parts for the command line: the same database and rules as the bot's, and no Slack.

What is committed here is carried out by the running bot within its poll, or by the next one to start.
"""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from bot.clients.offline import OfflineWorkspace
from bot.clock import SystemClock
from bot.composition import compose, prove
from bot.services.parts import Parts
from bot.settings import Settings
from incidents.crew import crew_of
from storage.database import Database

_CALL_TIMEOUT = 10.0
"""Seconds for one call to a vendor."""


def new_owner() -> str:
    """A name under which a process leases, unlike that of any other."""
    return f"cli-{secrets.token_hex(8)}"


@asynccontextmanager
async def offline_parts(settings: Settings, stamp: Mapping[str, str]) -> AsyncIterator[Parts]:
    """The parts, until the block ends; every timeline entry written with them carries the stamp.

    Raises:
        ConfigError: something is configured wrongly.
        OutsideError: the database can't be reached.
    """
    proven = await prove(settings)
    async with AsyncExitStack() as stack:
        database = await Database.open(settings.environment.database_url.get_secret_value())
        stack.push_async_callback(database.close)
        await database.upgrade()
        database.stamp(stamp)
        yield await compose(
            stack,
            settings,
            proven,
            database=database,
            workspace=OfflineWorkspace(settings.organisation.operators, _Record(database).belongs),
            clock=SystemClock(),
            owner=new_owner(),
            call_timeout=_CALL_TIMEOUT,
        )


class _Record:
    """What the database tells about who is in a channel, while Slack can't be asked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def belongs(self, channel: str, user: str) -> bool:
        """Whether a person declared the channel's incident, or holds a role in it."""
        found = await self._database.read(lambda work: work.incidents.by_channel(channel))
        return found is not None and (user == found.reporter or bool(crew_of(found).roles_of(user)))
