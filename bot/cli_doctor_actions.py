"""The doctor's look at the configured actions: their parameters, their secrets, and what the cluster allows."""

import aiohttp

from bot.clock import SystemClock
from bot.services.contain.check_actions import check_actions
from bot.services.contain.needed_permissions import needed_permissions
from bot.settings import Settings
from commands.base import kubernetes_access
from commands.base.contract import Surroundings
from incidents.containment import ActionError
from incidents.errors import ConfigError

Finding = tuple[bool, str]


async def look(settings: Settings) -> list[Finding]:
    """What is right and wrong with the actions; one line that there are none where there are none."""
    catalog = settings.organisation.catalog
    if not catalog.actions:
        return [
            (
                True,
                "actions: none are configured, so nothing can be contained from here (README, “Containment”)",
            )
        ]
    try:
        check_actions(catalog)
    except ConfigError as error:
        return [(False, f"actions: {error}")]
    found = [
        (True, f"actions: {len(catalog.actions)} are configured, with parameters that their commands take")
    ]
    return found + await _cluster(settings)


async def _cluster(settings: Settings) -> list[Finding]:
    """Ask the cluster for each permission; nothing where no action needs one."""
    needed = needed_permissions(settings.organisation.catalog)
    if not needed:
        return []
    timeout = aiohttp.ClientTimeout(total=10)
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as http:
        around = Surroundings(SystemClock(), http, settings.secret, settings.organisation.connections)
        try:
            reviewed = await kubernetes_access.review(around, needed)
        except ActionError as error:
            return [(False, f"kubernetes: {error}")]
    refused = [(False, f"kubernetes: {said}") for _, allowed, said in reviewed if not allowed]
    return refused or [
        (True, f"kubernetes: all {len(reviewed)} permissions that the actions need are granted")
    ]
