"""Who asks, from where, and how they are answered. Every listener acks first and then attends to the person."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakValueDictionary

from bot.services import find_incident
from bot.services.home import publish_home
from bot.services.parts import Parts
from bot.views import answers
from incidents.errors import (
    ConfigError,
    ConflictError,
    IllegalMoveError,
    NotAllowedError,
    OutsideError,
    PermanentError,
    PersonError,
)
from incidents.incident import Incident
from incidents.ports import Message
from incidents.rights import Right

_FROM_HOME: Final = "home:"
"""Begins the external id of a form that was opened from the Home, so that sending it redraws the Home."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """One request of one person."""

    user: str
    channel: str
    """Where it came from: a channel's id, or "" outside of one."""
    trigger_id: str
    delivery: str
    """The same for the same request, however often Slack delivers it."""
    response_url: str | None
    at_home: bool = False
    """Whether it was pressed on the App Home, or sent from a form that was opened there."""


class Reception:
    """Attends to requests: answers mistakes in words, and knows what is still under way."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._under_way: set[asyncio.Task[Any]] = set()
        self._homes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def attend(self, body: Mapping[str, Any]) -> AsyncIterator[Asked]:
        """Attend to the request in `body`; what the person did wrong is answered in words.

        What came from the Home is followed by the Home as it is then, whatever became of the request.
        """
        asked = read(body)
        task = asyncio.current_task()
        if task:
            self._under_way.add(task)
        try:
            async with self._mistakes_answered(asked):
                yield asked
            if asked.at_home:
                await self._show_home_again(asked.user)
        finally:
            self._under_way.discard(task) if task else None

    @asynccontextmanager
    async def _mistakes_answered(self, asked: Asked) -> AsyncIterator[None]:
        try:
            yield
        except (IllegalMoveError, ConflictError, NotAllowedError) as error:
            await self.answer(asked, answers.refused(str(error)))
        except (PersonError, ConfigError) as error:
            await self.answer(asked, answers.say(str(error)))

    async def show_home(self, user: str) -> None:
        """Show a person their Home; of two at once the second waits, so that the newer one stays."""
        lock = self._homes.setdefault(user, asyncio.Lock())
        async with lock:
            await publish_home(self.parts, user)

    async def _show_home_again(self, user: str) -> None:
        """What they asked for is done; a Home that can't be shown is told to nobody but the log."""
        try:
            await self.show_home(user)
        except OutsideError as error:
            _log.warning("The Home of %s could not be redrawn: %s", user, error)

    async def answer(self, asked: Asked, message: Message) -> None:
        """Answer this person alone, and log it when even that fails."""
        try:
            if asked.response_url:
                await self.parts.workspace.answer(asked.response_url, message)
            else:
                await self.parts.workspace.tell(asked.user, message, channel=asked.channel or None)
        except OutsideError as error:
            _log.warning("An answer to %s could not be given: %s", asked.user, error)

    async def incident(self, asked: Asked, incident_id: int, right: Right | None = None) -> Incident:
        """The incident of this number, if this person may know of it and has the right.

        Raises:
            NotFoundError: there is none, or none that they may know of.
            NotAllowedError: they lack the right.
        """
        return await find_incident.by_id(
            self.parts, incident_id, user=asked.user, channel=asked.channel, right=right
        )

    async def meant(
        self, asked: Asked, verb: str, words: str, right: Right | None = None
    ) -> tuple[Incident, str]:
        """The incident that is named first or whose channel this is, and the words without its name.

        Raises:
            NotFoundError: it can't be told which incident is meant, or they may not know of it.
            NotAllowedError: they lack the right.
        """
        return await find_incident.meant(
            self.parts, verb, words, user=asked.user, channel=asked.channel, right=right
        )

    async def open_modal(self, asked: Asked, view: Mapping[str, Any]) -> None:
        """Open a modal; a trigger used before belongs to a request that was delivered twice."""
        if asked.at_home:
            view = {**view, "external_id": f"{_FROM_HOME}{asked.delivery}"}
        try:
            await self.parts.workspace.open_modal(asked.trigger_id, view)
        except PermanentError as error:
            if error.code in {"exchanged_trigger_id", "duplicate_external_id"}:
                return
            if error.code == "expired_trigger_id":
                await self.answer(
                    asked, answers.say("Slack was slow and the form came too late. Please try again.")
                )
                return
            raise

    async def quiet(self, *, grace: float) -> None:
        """Wait until nothing is under way, at most so many seconds."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=grace)


def read(body: Mapping[str, Any]) -> Asked:
    """Who asks in any of Slack's payloads."""
    user = (
        body.get("user_id") or (body.get("user") or {}).get("id") or (body.get("event") or {}).get("user", "")
    )
    channel = body.get("channel_id") or (body.get("channel") or {}).get("id") or ""
    return Asked(
        user=user,
        channel=channel,
        trigger_id=body.get("trigger_id", ""),
        delivery=_delivery(body),
        response_url=body.get("response_url"),
        at_home=_is_at_home(body.get("view") or {}),
    )


def _is_at_home(view: Mapping[str, Any]) -> bool:
    return view.get("type") == "home" or str(view.get("external_id") or "").startswith(_FROM_HOME)


def _delivery(body: Mapping[str, Any]) -> str:
    if body.get("type") == "view_submission":
        return f"view:{body['view']['id']}"
    if "event_id" in body:
        return f"event:{body['event_id']}"
    return f"trigger:{body.get('trigger_id', '')}"
