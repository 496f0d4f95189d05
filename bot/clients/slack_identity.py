"""Who the bot is in its workspace, and what its tokens may do. The ground that Slack's other parts stand on."""

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.clients.slack_calls import SERVICE, SlackCalls
from incidents.clock import Clock
from incidents.errors import PermanentError
from incidents.ports import Identity


class SlackIdentity:
    """One workspace, seen by one bot token."""

    def __init__(self, client: AsyncWebClient, http: aiohttp.ClientSession, clock: Clock) -> None:
        """Use a client and a session that the composition root made and closes."""
        self._client = client
        self._http = http
        self._clock = clock
        self._calls = SlackCalls(clock)
        self._identity: Identity | None = None

    async def identify(self) -> Identity:
        """Who the token belongs to; asked once."""
        if self._identity is None:
            said = await self._calls.make("auth.test", self._client.auth_test, safe=True)
            if not said.get("bot_id"):
                raise PermanentError(SERVICE, "not_a_bot", "SLACK_BOT_TOKEN does not belong to a bot")
            self._identity = Identity(
                team=said["team_id"], user=said["user_id"], bot=said["bot_id"], url=said.get("url", "")
            )
        return self._identity

    async def reachable(self) -> None:
        """Ask Slack anew who we are, for readiness."""
        await self._calls.make("auth.test", self._client.auth_test, safe=True)

    async def granted_scopes(self) -> set[str]:
        """The scopes that the token has."""
        headers: dict[str, str] = {}

        async def ask() -> AsyncSlackResponse:
            response = await self._client.auth_test()
            headers.update({name.lower(): value for name, value in response.headers.items()})
            return response

        await self._calls.make("auth.test", ask, safe=True)
        return {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",") if scope.strip()}

    async def try_socket(self, app_token: str) -> None:
        """See that the app token may open Socket Mode connections."""
        await self._calls.make(
            "apps.connections.open",
            lambda: self._client.apps_connections_open(app_token=app_token),
            safe=True,
        )

    def permalink(self, channel: str, ts: str | None = None) -> str | None:
        """The web address of a channel or message."""
        if self._identity is None or not self._identity.url:
            return None
        address = f"{self._identity.url.rstrip('/')}/archives/{channel}"
        return f"{address}/p{ts.replace('.', '')}" if ts else address
