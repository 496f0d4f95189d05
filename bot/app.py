"""The composition root: the only place where parts are chosen and wired. Nothing is built at import.

A `Cordon` is one running bot; several can run in one process.
"""

import asyncio
import logging
import secrets
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.slack import SlackWorkspace
from bot.clock import SystemClock
from bot.composition import compose, prove
from bot.listeners import features
from bot.listeners.reception import Reception
from bot.services import (
    archive_channel,
    ask_access,
    ask_approval,
    change_severity,
    declare_later,
    export,
    notice,
    open_channel,
    page_fallback,
    page_overdue,
    page_send,
    page_tell,
    phase_due,
    publish_update,
    remind,
    reopened,
    retrospective,
    role_told,
    send_telling,
    tell_declaration,
    unattended,
)
from bot.services.contain import carry_out, expiry, show_run, take_back, waiting
from bot.settings import Environment, Settings
from bot.webhooks.http import HttpServer
from bot.webhooks.readiness import Readiness
from incidents.clock import Clock
from incidents.errors import ConfigError, OutsideError
from storage.database import Database
from storage.journal import Journal

if TYPE_CHECKING:
    from bot.services.parts import Parts

_CALL_TIMEOUT = 10.0
"""Seconds for one call to Slack, far shorter than a job's lease."""

_POLL = 5.0
"""Seconds after which the work of other replicas and of the command line is noticed."""

_GRACE = 8.0
"""Seconds for what is under way to finish when stopping."""

_JOBS = (
    archive_channel,
    ask_access,
    ask_approval,
    carry_out,
    change_severity,
    declare_later,
    expiry,
    export,
    notice,
    open_channel,
    page_fallback,
    page_overdue,
    page_send,
    page_tell,
    phase_due,
    publish_update,
    remind,
    reopened,
    retrospective,
    role_told,
    send_telling,
    show_run,
    take_back,
    tell_declaration,
    unattended,
    waiting,
)
"""Every use case that leaves work to the journal."""

_log = logging.getLogger(__name__)


class Cordon:
    """One bot: started once, stopped once."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        call_timeout: float = _CALL_TIMEOUT,
        poll_seconds: float = _POLL,
    ) -> None:
        self._settings = settings
        self._call_timeout = call_timeout
        self._poll_seconds = poll_seconds
        self._timeout = aiohttp.ClientTimeout(total=call_timeout, connect=call_timeout / 2)
        self._clock: Clock = clock or SystemClock()
        self._stack = AsyncExitStack()
        self.parts: Parts
        self.journal: Journal
        self._reception: Reception
        self.address = ""
        """Where it listens, such as http://127.0.0.1:3000, once started."""

    async def start(self) -> None:
        """Start listening and take up what was left undone.

        Raises:
            ConfigError: something is configured wrongly.
            OutsideError: the database can't be reached.
        """
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise

    async def stop(self) -> None:
        """Finish what is under way, and stop."""
        await self._stack.aclose()

    async def idle(self) -> None:
        """Wait until nobody is attended to, nothing is due, and every message shows what it should."""
        await self._reception.quiet(grace=_GRACE)
        await self.journal.idle()
        await self.parts.refresher.idle()

    async def _start(self) -> None:
        settings = self._settings
        environment = settings.environment
        if environment.slack_bot_token is None:
            raise ConfigError(
                "SLACK_BOT_TOKEN is not set. See “Connect your workspace” in the README, or run: cordon sandbox"
            )
        owner = secrets.token_hex(8)
        proven = await prove(settings)
        database = await Database.open(environment.database_url.get_secret_value())
        self._stack.push_async_callback(database.close)
        await database.upgrade()
        http = await self._stack.enter_async_context(aiohttp.ClientSession(timeout=self._timeout))
        client = AsyncWebClient(
            token=environment.slack_bot_token.get_secret_value(),
            base_url=environment.slack_api_url,
            session=http,
            retry_handlers=[],
        )
        workspace = SlackWorkspace(client, http, self._clock)
        self._stack.callback(workspace.stop)
        self.parts = await compose(
            self._stack,
            settings,
            proven,
            database=database,
            workspace=workspace,
            clock=self._clock,
            owner=owner,
            call_timeout=self._call_timeout,
        )
        self.journal = Journal(
            database,
            self._clock,
            [module.kind(self.parts) for module in _JOBS],
            owner=owner,
            lease_seconds=settings.organisation.journal.lease_seconds,
            poll_seconds=self._poll_seconds,
        )
        reception = self._reception = Reception(self.parts)
        app = _bolt(environment, client, workspace)
        features.register(app, reception)
        await self.parts.refresher.start()
        self._stack.push_async_callback(self.parts.refresher.stop)
        await self.journal.start()
        self._stack.push_async_callback(lambda: self.journal.stop(grace=_GRACE))
        self._stack.push_async_callback(lambda: reception.quiet(grace=_GRACE))
        await self._listen(environment, app, workspace)

    async def _listen(self, environment: Environment, app: AsyncApp, workspace: SlackWorkspace) -> None:
        """Open the ways in, last of all; Slack need not be reachable for that."""
        socket = _socket(environment, app)
        if socket:
            self._stack.push_async_callback(socket.close_async)
        readiness = Readiness(
            self.parts, self.journal, workspace, socket.client.is_connected if socket else None
        )
        server = HttpServer(None if socket else app, readiness)
        self.address = await server.start(environment.host, environment.port)
        self._stack.push_async_callback(server.stop)
        greeting = asyncio.create_task(self._greet(workspace))
        self._stack.callback(greeting.cancel)
        if socket:
            await socket.connect_async()  # type: ignore[no-untyped-call]

    async def _greet(self, workspace: SlackWorkspace) -> None:
        """Learn who we are and where the common channel is, before the first person needs it."""
        reference = self._settings.organisation.channels.incidents
        try:
            identity = await workspace.identify()
            found = await workspace.channel_id(reference)
            await workspace.meet()
        except OutsideError as error:
            _log.error("Slack does not answer as it should: %s. Run: cordon doctor", error)
            return
        if found is None:
            _log.error("The bot is not in %s: invite it there, or incidents are announced nowhere", reference)
        _log.info("Connected to %s as %s", identity.url, identity.user)


def _bolt(environment: Environment, client: AsyncWebClient, workspace: SlackWorkspace) -> AsyncApp:
    """Bolt, with the signature checked over HTTP, and one workspace only."""

    async def authorize(team_id: str | None) -> AuthorizeResult | None:
        identity = await workspace.identify()
        if team_id and team_id != identity.team:
            return None
        return AuthorizeResult(
            enterprise_id=None,
            team_id=identity.team,
            bot_id=identity.bot,
            bot_user_id=identity.user,
            bot_token=client.token,
        )

    secret = environment.slack_signing_secret
    quiet = _log.getChild("bolt")
    quiet.setLevel(logging.ERROR)  # it warns at every start of how we authorize, and repeats what we answer
    return AsyncApp(
        name="cordon",
        logger=quiet,
        client=client,
        authorize=authorize,  # type: ignore[arg-type]  # Bolt allows None for an unknown workspace
        signing_secret=secret.get_secret_value() if secret else None,
        request_verification_enabled=not environment.socket_mode,
    )


def _socket(environment: Environment, app: AsyncApp) -> AsyncSocketModeHandler | None:
    token = environment.slack_app_token
    return AsyncSocketModeHandler(app, token.get_secret_value()) if token else None
