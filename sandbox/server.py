"""The sandbox itself: one local workspace with its web server, as tests and the command line use it."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web

from sandbox.deliveries import Ack, Delivery
from sandbox.faults import Faults
from sandbox.hub import Call
from sandbox.installed_app import InstalledApp
from sandbox.person import Person
from sandbox.state_file import StateFile
from sandbox.ui.live import Live
from sandbox.wiring import new_application, new_hub
from sandbox.workspace import Workspace

_T = TypeVar("_T")
_LAST_MESSAGES = 3
_LAST_CALLS = 12


class Sandbox:
    """A local Slack workspace with one installed app."""

    def __init__(
        self,
        *,
        manifest: Mapping[str, Any],
        port: int = 0,
        state_file: Path | None = None,
        latency: float = 0,
        rate_limits: bool = False,
        clock: Callable[[], float] = time.time,
        ack_timeout: float = 3,
        event_retry_delays: Sequence[float] = (0.1, 0.3, 1.0),
    ) -> None:
        """Prepare a workspace; nothing runs before `start`.

        Args:
            manifest: the app's parsed manifest.
            port: where to listen on the loopback interface, 0 for any free port.
            state_file: where the workspace is kept between runs, None to forget it.
            latency: seconds from a Web API call to its effect.
            rate_limits: whether Slack's limits are in force.
            clock: epoch seconds for everything in the workspace; signatures use the machine's own clock.
            ack_timeout: seconds in which the app must answer.
            event_retry_delays: seconds before each time that an event is sent again.

        Raises:
            ValueError: the manifest makes no sense, or the state file can't be read.
        """
        self._port = port
        self._file = StateFile(state_file) if state_file else None
        self._hub = new_hub(
            InstalledApp.from_manifest(manifest),
            self._file.load() if self._file else None,
            clock=clock,
            ack_timeout=ack_timeout,
            retry_delays=event_retry_delays,
            rate_limits=rate_limits,
        )
        self._hub.latency = latency
        self._live = Live(self._hub)
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen."""
        await self._hub.dispatch.start()
        self._runner = web.AppRunner(
            new_application(self._hub, self._live), access_log=None, shutdown_timeout=0.2
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self._hub.sockets.host = f"127.0.0.1:{self._port}"
        self._hub.response_urls.base = self.url
        if self._file is not None:
            self._file.watch(self._hub)

    async def stop(self) -> None:
        """Stop listening, let go of held calls, and write the state file."""
        self._hub.closing.set()
        self._hub.faults.clear()
        await self._hub.dispatch.stop()
        await self._hub.sockets.close()
        await self._live.close()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._file is not None:
            await self._file.close()

    # --- addresses and secrets -----------------------------------------------------------------------

    @property
    def url(self) -> str:
        """The page."""
        return f"http://127.0.0.1:{self._port}/"

    @property
    def api_url(self) -> str:
        """The Web API, as SLACK_API_URL takes it."""
        return f"{self.url}api/"

    @property
    def bot_token(self) -> str:
        """The bot's token."""
        return self._hub.credentials.bot_token

    @property
    def app_token(self) -> str:
        """The app-level token for Socket Mode."""
        return self._hub.credentials.app_token

    @property
    def signing_secret(self) -> str:
        """What requests are signed with."""
        return self._hub.credentials.signing_secret

    @property
    def request_url(self) -> str | None:
        """Where payloads are POSTed while no Socket Mode connection is open."""
        return self._hub.dispatch.request_url

    @request_url.setter
    def request_url(self, url: str | None) -> None:
        self._hub.dispatch.request_url = url
        self._hub.changed_sidebar()

    # --- state ---------------------------------------------------------------------------------------

    @property
    def workspace(self) -> Workspace:
        """Everything that is in the workspace."""
        return self._hub.workspace

    @property
    def faults(self) -> Faults:
        """The trouble ordered."""
        return self._hub.faults

    @property
    def calls(self) -> list[Call]:
        """The Web API calls, the newest last."""
        return self._hub.calls

    @property
    def deliveries(self) -> list[Delivery]:
        """What was sent to the app, the newest last."""
        return self._hub.dispatch.deliveries

    @property
    def latency(self) -> float:
        """Seconds from a call to its effect."""
        return self._hub.latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        self._hub.latency = seconds

    @property
    def rate_limits(self) -> bool:
        """Whether Slack's limits are in force."""
        return self._hub.rates.enabled

    @rate_limits.setter
    def rate_limits(self, enabled: bool) -> None:
        self._hub.rates.enabled = enabled

    @property
    def connected(self) -> str:
        """How the app is reached: `socket`, `http` or `none`."""
        return self._hub.dispatch.connected

    def person(self, name: str) -> Person:
        """A person by name or id. Raises NotVisibleError."""
        return Person(self._hub, self._hub.workspace.user(name).id)

    async def until(self, predicate: Callable[[], _T | None], *, timeout: float = 10) -> _T:  # noqa: ASYNC109
        """Wait until the predicate gives something true, and return that; asked at every change of state.

        A LookupError in the predicate (a channel not there yet) means no.

        Raises:
            TimeoutError: it stayed false; the message shows each channel's last messages.
        """
        try:
            return await self._hub.changes.until(predicate, timeout=timeout)
        except TimeoutError:
            raise TimeoutError(f"Not true within {timeout} s. {self.described()}") from None

    def described(self) -> str:
        """The channels with their last messages, and the last calls, for a person to read."""
        lines = ["The workspace:"]
        for channel in self.workspace.channels.values():
            lines.append(f"  #{channel.name or channel.id} ({len(channel.messages)} messages)")
            for message in list(channel.messages.values())[-_LAST_MESSAGES:]:
                whose = self.workspace.users[message.user].name + (
                    " (ephemeral)" if message.ephemeral else ""
                )
                lines.append(f"    {message.ts} {whose}: {(message.text or message.words)[:200]!r}")
        last = [f"{call.method}: {call.error or ('ok' if call.ok else 'no answer')}" for call in self.calls]
        return "\n".join(
            [*lines, f"  {len(last)} Web API calls, the last of them {', '.join(last[-_LAST_CALLS:])}"]
        )

    # --- payloads again --------------------------------------------------------------------------------

    async def redeliver(self, delivery: Delivery) -> Ack:
        """Send the same bytes with the same signature once more."""
        return await self._hub.dispatch.again(delivery)

    async def deliver_raw(self, headers: Mapping[str, str], body: str) -> Ack:
        """POST exactly this to the app, signed or not."""
        return await self._hub.dispatch.post(headers, body)

    async def refresh_sockets(self) -> None:
        """Ask each Socket Mode connection to be replaced, as Slack does every few hours."""
        await self._hub.sockets.refresh()
