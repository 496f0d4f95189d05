"""Puts the use cases' parts together, for the bot and for the command line alike. Starting them is not done here."""

import logging
from typing import TYPE_CHECKING

from bot.organisation import Organisation
from bot.playbooks import PlaybookLibrary
from bot.services.draw import Artist
from bot.services.parts import Parts
from bot.services.refresh import Refresher
from bot.settings import Environment
from bot.views.templates import Templates
from incidents.clock import Clock
from incidents.ports import Workspace
from storage.database import Database

if TYPE_CHECKING:
    from bot.clients.pagerduty import PagerDuty, PagerDutyAccess
    from incidents.paging import Pager

_log = logging.getLogger(__name__)


class Wording:
    """The organisation's playbooks and templates, read and proven.

    Raises:
        ConfigError: one of them is wrong.
    """

    def __init__(self, organisation: Organisation) -> None:
        self.playbooks = PlaybookLibrary.load(organisation.playbooks.folder)
        self.playbooks.get(organisation.playbooks.default)
        self.templates = Templates(organisation.templates.folder, named=organisation.template_names)
        self.templates.prove(organisation.scheme)


def compose(
    organisation: Organisation,
    wording: Wording,
    database: Database,
    workspace: Workspace,
    clock: Clock,
    *,
    owner: str,
    pager: "Pager | None",
) -> Parts:
    """What the use cases work with, over this database and this workspace."""
    artist = Artist(wording.templates, organisation.scheme, clock, organisation.audiences)
    # twice a job's lease: an edit's is not renewed while Slack lets it wait
    lease = 2 * organisation.journal.lease_seconds
    return Parts(
        database=database,
        workspace=workspace,
        clock=clock,
        organisation=organisation,
        playbooks=wording.playbooks,
        templates=wording.templates,
        artist=artist,
        refresher=Refresher(database, workspace, clock, artist, owner=owner, lease_seconds=lease),
        pager=pager,
    )


def pagerduty(environment: Environment, limit: float) -> "PagerDuty | None":
    """The door to PagerDuty, to be closed at the end; its package is loaded only where it is configured.

    Args:
        environment: what is configured.
        limit: seconds for one call.
    """
    access = pagerduty_access(environment)
    if access is None:
        _log.info("PagerDuty is off: PAGERDUTY_ROUTING_KEY is not set, so nobody is paged")
        return None
    from bot.clients.pagerduty import PagerDuty, Patience  # noqa: PLC0415 - see above

    return PagerDuty(access, Patience(connect=0.3 * limit, read=0.5 * limit, deadline=limit))


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
