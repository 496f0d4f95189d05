"""Sends payloads to the app: over Socket Mode when it is connected, else signed over HTTP; events are retried."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp

from sandbox.changes import Change, Changes
from sandbox.deliveries import Ack, Delivery, parsed_ack, signed
from sandbox.sockets import Sockets

_FORM = "application/x-www-form-urlencoded"
_RETRY_REASONS = {"operation_timeout": "http_timeout", "dispatch_failed": "connection_failed"}
_KEPT = 5_000


class Dispatch:
    """The way to the app. `deliveries` keeps what was sent, the newest last."""

    def __init__(
        self,
        sockets: Sockets,
        changes: Changes,
        *,
        secret: str,
        ack_timeout: float,
        retry_delays: Sequence[float],
    ) -> None:
        self.request_url: str | None = None
        self.deliveries: list[Delivery] = []
        self._sockets = sockets
        self._changes = changes
        self._secret = secret
        self._ack_timeout = ack_timeout
        self._retry_delays = retry_delays
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> str:
        """How the app is reached: `socket`, `http` or `none`."""
        if self._sockets.connected:
            return "socket"
        return "http" if self.request_url else "none"

    async def start(self) -> None:
        """Get ready to send."""
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(), connector=aiohttp.TCPConnector(limit=0)
        )

    async def stop(self) -> None:
        """Give up what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def slash(self, payload: Mapping[str, Any]) -> Ack:
        """Send a slash command."""
        fields = {
            key: str(value).lower() if isinstance(value, bool) else value for key, value in payload.items()
        }
        return await self._send("slash_commands", dict(fields), urlencode(fields), _FORM)

    async def interactive(self, payload: Mapping[str, Any]) -> Ack:
        """Send a press, submission, closing or shortcut."""
        return await self._send(
            "interactive", dict(payload), urlencode({"payload": json.dumps(payload)}), _FORM
        )

    def event(self, payload: Mapping[str, Any]) -> None:
        """Send an event in the background, again if it isn't acknowledged."""
        task = asyncio.create_task(self._send_event(dict(payload)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send_event(self, payload: dict[str, Any]) -> None:
        ack = await self._send("events_api", payload, json.dumps(payload), "application/json")
        for number, delay in enumerate(self._retry_delays, start=1):
            if ack.ok:
                return
            await asyncio.sleep(delay)
            retry = (number, _RETRY_REASONS.get(ack.error or "", "http_error"))
            ack = await self._send("events_api", payload, json.dumps(payload), "application/json", retry)

    async def _send(
        self,
        kind: str,
        payload: dict[str, Any],
        body: str,
        content_type: str,
        retry: tuple[int, str] | None = None,
    ) -> Ack:
        await self._sockets.settled(self._ack_timeout)
        if self._sockets.connected:
            return await self._deliver(Delivery("socket", {}, self._sockets.envelope(kind, payload, retry)))
        if self.request_url is None:
            return Ack(0, error="dispatch_failed")
        headers = signed(self._secret, body, content_type)
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry[0]), "X-Slack-Retry-Reason": retry[1]}
        return await self._deliver(Delivery(urlsplit(self.request_url).path, headers, body))

    async def again(self, delivery: Delivery) -> Ack:
        """Send the same bytes with the same headers once more."""
        return await self._deliver(Delivery(delivery.path, dict(delivery.headers), delivery.body))

    async def _deliver(self, delivery: Delivery) -> Ack:
        self.deliveries.append(delivery)
        del self.deliveries[:-_KEPT]
        if delivery.path == "socket":
            if not self._sockets.connected:
                return Ack(0, error="dispatch_failed")
            delivery.ack = await self._sockets.send(delivery.body, within=self._ack_timeout)
        else:
            delivery.ack = await self.post(delivery.headers, delivery.body)
        self._changes.announce(Change("delivery"))
        return delivery.ack

    async def post(self, headers: Mapping[str, str], body: str) -> Ack:
        """POST to the app exactly this, signed or not."""
        if self._session is None or self.request_url is None:
            return Ack(0, error="dispatch_failed")
        begun = time.monotonic()
        limit = aiohttp.ClientTimeout(total=self._ack_timeout)
        try:
            async with self._session.post(
                self.request_url, data=body.encode(), headers=headers, timeout=limit, allow_redirects=False
            ) as answer:
                text = await answer.text()
                return parsed_ack(answer.status, text, answer.content_type, time.monotonic() - begun)
        except TimeoutError:
            return Ack(0, "", time.monotonic() - begun, "operation_timeout")
        except aiohttp.ClientError:
            return Ack(0, "", time.monotonic() - begun, "dispatch_failed")
