"""Who asks, from where, and how they are answered. Every listener acks first and then attends to the person."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bot.services import find_incident
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


class Reception:
    """Attends to requests: answers mistakes in words, and knows what is still under way."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._under_way: set[asyncio.Task[Any]] = set()

    @asynccontextmanager
    async def attend(self, body: Mapping[str, Any]) -> AsyncIterator[Asked]:
        """Attend to the request in `body`; what the person did wrong is answered in words."""
        asked = read(body)
        task = asyncio.current_task()
        if task:
            self._under_way.add(task)
        try:
            yield asked
        except (IllegalMoveError, ConflictError, NotAllowedError) as error:
            await self.answer(asked, answers.refused(str(error)))
        except (PersonError, ConfigError) as error:
            await self.answer(asked, answers.say(str(error)))
        finally:
            self._under_way.discard(task) if task else None

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
        try:
            await self.parts.workspace.open_modal(asked.trigger_id, view)
        except PermanentError as error:
            if error.code == "exchanged_trigger_id":
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
    )


def _delivery(body: Mapping[str, Any]) -> str:
    if body.get("type") == "view_submission":
        return f"view:{body['view']['id']}"
    if "event_id" in body:
        return f"event:{body['event_id']}"
    return f"trigger:{body.get('trigger_id', '')}"
