"""Puts the use cases' parts together, for the bot and for the command line alike. Starting them is not done here."""

import asyncio
import logging
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp

from bot.playbooks import PlaybookLibrary
from bot.services.contain.check_actions import check_actions
from bot.services.draw import Artist
from bot.services.parts import Parts
from bot.services.refresh import Refresher
from bot.settings import Environment, Settings
from bot.views.templates import Templates
from commands.base.contract import Surroundings
from incidents.clock import Clock
from incidents.ports import Workspace
from storage.database import Database
from storage.evidence import EvidenceStore, open_evidence

if TYPE_CHECKING:
    from bot.clients.pagerduty import PagerDutyAccess
    from incidents.paging import Pager

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Proven:
    """What the organisation wrote, read and tried."""

    playbooks: PlaybookLibrary
    templates: Templates
    evidence: EvidenceStore


async def prove(settings: Settings) -> Proven:
    """Read and try playbooks, templates and actions, before anything is opened.

    Raises:
        ConfigError: one of them is wrong.
    """
    organisation = settings.organisation
    playbooks = PlaybookLibrary.load(organisation.playbooks.folder)
    playbooks.get(organisation.playbooks.default)
    templates = Templates(organisation.templates.folder, named=organisation.template_names)
    templates.prove(organisation.scheme)
    await asyncio.to_thread(check_actions, organisation.catalog)
    return Proven(playbooks, templates, open_evidence(settings.environment.evidence_url))


async def compose(
    stack: AsyncExitStack,
    settings: Settings,
    proven: Proven,
    *,
    database: Database,
    workspace: Workspace,
    clock: Clock,
    owner: str,
    call_timeout: float,
) -> Parts:
    """What the use cases work with.

    Args:
        stack: closes at its end what is opened here.
        settings: what is configured.
        proven: what the organisation wrote.
        database: where everything is kept.
        workspace: Slack, or what stands for it.
        clock: the time.
        owner: the name under which this process leases what it works at.
        call_timeout: seconds for one call to a vendor.
    """
    organisation = settings.organisation
    artist = Artist(proven.templates, organisation, clock)
    # twice a job's lease: an edit's is not renewed while Slack lets it wait
    lease = 2 * organisation.journal.lease_seconds
    return Parts(
        database=database,
        workspace=workspace,
        clock=clock,
        organisation=organisation,
        playbooks=proven.playbooks,
        templates=proven.templates,
        artist=artist,
        refresher=Refresher(database, workspace, clock, artist, owner=owner, lease_seconds=lease),
        surroundings=await _surroundings(stack, settings, clock, call_timeout),
        evidence=proven.evidence,
        pager=_pager(stack, settings.environment, call_timeout),
    )


async def _surroundings(
    stack: AsyncExitStack, settings: Settings, clock: Clock, call_timeout: float
) -> Surroundings:
    """What actions may use; their session keeps no cookies and no credentials, and asks no proxy."""
    timeout = aiohttp.ClientTimeout(total=call_timeout, connect=call_timeout / 2)
    session = aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)
    http = await stack.enter_async_context(session)
    return Surroundings(clock, http, settings.secret, settings.organisation.connections)


def _pager(stack: AsyncExitStack, environment: Environment, limit: float) -> "Pager | None":
    """The door to PagerDuty, closed at the end; its package is loaded only where it is configured."""
    access = pagerduty_access(environment)
    if access is None:
        _log.info("PagerDuty is off: PAGERDUTY_ROUTING_KEY is not set, so nobody is paged")
        return None
    from bot.clients.pagerduty import PagerDuty, Patience  # noqa: PLC0415 - see above

    pager = PagerDuty(access, Patience(connect=0.3 * limit, read=0.5 * limit, deadline=limit))
    stack.callback(pager.close)
    return pager


def pagerduty_access(environment: Environment) -> "PagerDutyAccess | None":
    """What PagerDuty's door is opened with, or None where PagerDuty is not configured."""
    if environment.pagerduty_routing_key is None:
        return None
    from bot.clients.pagerduty import PagerDutyAccess  # noqa: PLC0415 - loaded only where it is configured

    return PagerDutyAccess(
        routing_key=environment.pagerduty_routing_key,
        api_key=environment.pagerduty_api_key,
        from_email=environment.pagerduty_from_email,
        events_url=environment.pagerduty_events_url,
        api_url=environment.pagerduty_api_url,
    )
