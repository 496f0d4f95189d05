"""A run's command, made ready and closed again. What the configuration gets wrong leaves as an ActionError."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from bot.services.parts import Parts
from commands.base import registry
from commands.base.contract import Prepared
from incidents.containment import ActionError
from incidents.errors import PersonError


@asynccontextmanager
async def opened(parts: Parts, command: str, params: Mapping[str, Any]) -> AsyncIterator[Prepared]:
    """The command with its parameters, for one use.

    Raises:
        ActionError: there is no such command, or the parameters are wrong.
    """
    try:
        # in a thread: the first use of a vendor's package may take half a second to load
        prepared = await asyncio.to_thread(registry.prepare, command, params, parts.surroundings)
    except PersonError as error:
        raise ActionError(
            f"The action can't be prepared. {error}",
            now="Nothing was changed.",
            then="Correct the action in cordon.yaml, or what was filled in; or contain it by hand now.",
        ) from error
    try:
        yield prepared
    finally:
        await prepared.command.close()
