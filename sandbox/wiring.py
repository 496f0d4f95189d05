"""Puts the parts of a sandbox together. Decides nothing."""

from collections.abc import Callable, Sequence

from aiohttp import web

from sandbox import ids
from sandbox.changes import Changes
from sandbox.dispatch import Dispatch
from sandbox.drafts import Drafts
from sandbox.faults import Faults
from sandbox.hub import Credentials, Hub
from sandbox.installed_app import InstalledApp
from sandbox.rates import Rates
from sandbox.respond import Respond
from sandbox.response_urls import ResponseUrls
from sandbox.seeds import new_workspace
from sandbox.sockets import Sockets
from sandbox.state_file import Kept
from sandbox.triggers import Triggers
from sandbox.ui import files
from sandbox.ui.acting import Acting
from sandbox.ui.control import Control
from sandbox.ui.gate import gate
from sandbox.ui.live import Live
from sandbox.ui.reading import Reading
from sandbox.ui.transfers import Transfers
from sandbox.webapi import WebApi

_BODY_LIMIT = 4 * 1024 * 1024


def new_application(hub: Hub, live: Live) -> web.Application:
    """The web server: the Web API, response_urls, Socket Mode, and the page with its interface."""
    application = web.Application(client_max_size=_BODY_LIMIT, middlewares=[gate])
    api = WebApi(hub).serve
    application.add_routes(
        [
            web.get("/", files.index),
            web.get("/page/{file}", files.file),
            web.get("/api/{method}", api),
            web.post("/api/{method}", api),
            web.post("/respond/{kind}/{key}", Respond(hub).serve),
            web.get("/link/", hub.sockets.serve),
            web.get("/ui/live", live.serve),
            *Reading(hub).routes(),
            *Acting(hub).routes(),
            *Control(hub).routes(),
            *Transfers(hub).routes(),
        ]
    )
    return application


def new_hub(
    app: InstalledApp,
    kept: Kept | None,
    *,
    clock: Callable[[], float],
    ack_timeout: float,
    retry_delays: Sequence[float],
    rate_limits: bool,
) -> Hub:
    """The parts of a sandbox, with the workspace that was kept or a new one."""
    credentials = kept.credentials if kept else _new_credentials()
    workspace = kept.workspace if kept else new_workspace(app.name, clock)
    changes = Changes()
    sockets = Sockets(workspace.app_id, changes)
    secret = credentials.signing_secret
    dispatch = Dispatch(sockets, changes, secret=secret, ack_timeout=ack_timeout, retry_delays=retry_delays)
    return Hub(
        app=app,
        credentials=credentials,
        workspace=workspace,
        clock=clock,
        changes=changes,
        sockets=sockets,
        dispatch=dispatch,
        faults=Faults(),
        rates=Rates(clock, enabled=rate_limits),
        triggers=Triggers(clock),
        response_urls=ResponseUrls(clock),
        drafts=Drafts(),
    )


def _new_credentials() -> Credentials:
    return Credentials(ids.new_bot_token(), ids.new_app_token(), ids.new_secret(), ids.new_secret()[:24])
