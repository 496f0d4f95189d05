"""Socket Mode: connections that the app opens, each payload going to one of them."""

import asyncio
import itertools
import json
import time
import uuid
from contextlib import suppress
from typing import Any

from aiohttp import WSMsgType, web

from sandbox.changes import Change, Changes
from sandbox.deliveries import Ack
from sandbox.ids import new_secret

MAX_CONNECTIONS = 10


class Sockets:
    """The open connections of the app."""

    def __init__(self, app_id: str, changes: Changes) -> None:
        self._app_id = app_id
        self._changes = changes
        self._tickets: set[str] = set()
        self._open: list[web.WebSocketResponse] = []
        self._turn = itertools.count()
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._settled = asyncio.Event()
        self._settled.set()
        self.host = ""

    @property
    def connected(self) -> bool:
        """Whether the app holds a connection."""
        return bool(self._open)

    def invite(self) -> str:
        """A fresh address, good for one connection."""
        ticket = new_secret()
        self._tickets.add(ticket)
        return f"ws://{self.host}/link/?ticket={ticket}&app_id={self._app_id}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hold one connection of the app until it ends."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403, text="invalid ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if len(self._open) >= MAX_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        await self._hold(socket)
        return socket

    async def _hold(self, socket: web.WebSocketResponse) -> None:
        self._open.append(socket)
        self._settled.set()
        self._changes.announce(Change("sidebar"))
        await socket.send_json(self._hello())
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._answered(message.data)
        finally:
            if socket in self._open:
                self._open.remove(socket)
            self._changes.announce(Change("sidebar"))

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self._open),
            "connection_info": {"app_id": self._app_id},
            "debug_info": {"host": self.host, "build_number": 1, "approximate_connection_time": 18060},
        }

    def _answered(self, text: str) -> None:
        answer = json.loads(text)
        waiting = self._waiting.get(answer.get("envelope_id", ""))
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    @staticmethod
    def envelope(kind: str, payload: dict[str, Any], retry: tuple[int, str] | None) -> str:
        """A payload in its envelope, as text. `retry` is the attempt's number and the reason for it."""
        envelope: dict[str, Any] = {
            "envelope_id": str(uuid.uuid4()),
            "type": kind,
            "accepts_response_payload": kind != "events_api",
            "payload": payload,
        }
        if kind == "events_api":
            envelope["retry_attempt"], envelope["retry_reason"] = retry or (0, "")
        return json.dumps(envelope)

    async def send(self, text: str, *, within: float) -> Ack:
        """Send an envelope over the next connection in turn and wait for its ack, at most so many seconds."""
        socket, envelope_id = self._open[next(self._turn) % len(self._open)], json.loads(text)["envelope_id"]
        answer = self._waiting[envelope_id] = asyncio.get_running_loop().create_future()
        begun = time.monotonic()
        try:
            await socket.send_str(text)
            payload = (await asyncio.wait_for(answer, within)).get("payload")
            return Ack(200, payload or "", time.monotonic() - begun)
        except TimeoutError:
            return Ack(0, "", time.monotonic() - begun, "operation_timeout")
        except ConnectionError:
            return Ack(0, "", time.monotonic() - begun, "dispatch_failed")
        finally:
            self._waiting.pop(envelope_id, None)

    async def settled(self, within: float) -> None:
        """Wait, at most so many seconds, for a connection in place of those that were asked to go."""
        if self._settled.is_set():
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._settled.wait(), within)
        self._settled.set()

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to be replaced, as Slack does every few hours; they get no more payloads."""
        leaving, self._open = self._open, []
        if leaving:
            self._settled.clear()
        for socket in leaving:
            await socket.send_json(
                {"type": "disconnect", "reason": reason, "debug_info": {"host": self.host}}
            )

    async def close(self) -> None:
        """Close every connection."""
        for socket in list(self._open):
            await socket.close()
