"""The HTTP server: Slack's traffic, health, readiness and metrics."""

from http import HTTPStatus

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp

from bot.webhooks.metrics import Metrics
from bot.webhooks.readiness import Readiness
from incidents.errors import ConfigError

_UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, RecursionError)
"""What Bolt lets through when it takes a body apart, which it does before it looks at the signature."""

_LONGEST_STAMP = 20
"""Digits of a moment, in seconds."""


class HttpServer:
    """Listens until stopped."""

    def __init__(self, slack: AsyncApp | None, readiness: Readiness) -> None:
        """Take the app that Slack's traffic goes to, or None in Socket Mode."""
        self._slack = slack
        self._readiness = readiness
        self._metrics = Metrics(readiness)
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> str:
        """Listen, and return the address.

        Raises:
            ConfigError: the port is taken, or not ours to use.
        """
        app = web.Application(client_max_size=1024**2)
        app.router.add_post("/slack/events", self._slack_events)
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics.page)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        try:
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            raise ConfigError(
                f"Can't listen on {host}:{port}: {error.strerror}. Choose another with PORT or HOST (in the sandbox: --port)."
            ) from error
        bound = self._runner.addresses[0]
        return f"http://{host}:{bound[1]}"

    async def stop(self) -> None:
        """Stop listening, letting requests that are being answered finish."""
        if self._runner:
            await self._runner.cleanup()

    async def _slack_events(self, request: web.Request) -> web.StreamResponse:
        if self._slack is None:
            said = "Slack's traffic comes over Socket Mode here, because SLACK_APP_TOKEN is set."
            return web.Response(status=HTTPStatus.NOT_FOUND, text=said)
        if not _can_be_signed(request):
            return web.Response(status=HTTPStatus.UNAUTHORIZED, text="The signature can't be read.")
        try:
            asked = await to_bolt_request(request)
        except _UNREADABLE:
            return web.Response(status=HTTPStatus.BAD_REQUEST, text="The body is not what Slack sends.")
        return await to_aiohttp_response(await self._slack.async_dispatch(asked))

    async def _healthz(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(text="ok\n")

    async def _readyz(self, _request: web.Request) -> web.StreamResponse:
        reasons = await self._readiness.reasons()
        if reasons:
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text="\n".join(reasons) + "\n")
        return web.Response(text="ready\n")


def _can_be_signed(request: web.Request) -> bool:
    """Whether the signature's headers, where they are given, can be compared at all; Bolt fails where not."""
    stamp = request.headers.get("X-Slack-Request-Timestamp", "0")
    signature = request.headers.get("X-Slack-Signature", "")
    return stamp.isdecimal() and stamp.isascii() and len(stamp) <= _LONGEST_STAMP and signature.isascii()
