"""Keeps posted messages showing the last state: edits are coalesced, and the last one always arrives.

A change raises the revision that a message should show, in the change's own transaction. One task for each
message then edits until the revision shown is the one wanted. Between replicas a lease on the message keeps
two from editing it at once; what a dead process left unshown is found by a sweep.
"""

import asyncio
import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from bot.services.draw import CARD, CHECKLIST, RUN, TOPIC, Artist
from incidents.clock import Clock
from incidents.errors import OutsideError, PermanentError
from incidents.ports import Message, Workspace
from storage.database import Database
from storage.messages import PostedMessage
from storage.unit_of_work import UnitOfWork

_SWEEP: Final = 10.0
"""Seconds between two looks for what was left unshown."""
_CALM: Final = 1.0
"""Seconds in which changes that can wait are gathered into one edit."""

_log = logging.getLogger(__name__)


class Refresher:
    """Edits messages whose incident changed."""

    def __init__(
        self,
        database: Database,
        workspace: Workspace,
        clock: Clock,
        artist: Artist,
        *,
        owner: str,
        lease_seconds: float,
    ) -> None:
        self._database = database
        self._workspace = workspace
        self._clock = clock
        self._artist = artist
        self._lease = timedelta(seconds=lease_seconds)
        self._owner = owner if database.is_shared else "the only process"
        self._following: dict[int, asyncio.Task[None]] = {}
        self._again: set[int] = set()
        self._hurry: dict[int, asyncio.Event] = {}
        self._sweeping: asyncio.Task[None] | None = None
        self._idle = asyncio.Event()
        self._idle.set()

    async def touch(
        self,
        work: UnitOfWork,
        incident_id: int,
        *kinds: str,
        part: int | None = None,
        urgent: bool = True,
    ) -> None:
        """Have these messages of the incident edited after the commit; without kinds, all of them."""
        ids = await work.messages.touch(incident_id, kinds or None, part)
        work.after_commit(lambda: self.wake(ids, urgent=urgent))

    def wake(self, ids: Iterable[int], *, urgent: bool = True) -> None:
        """Look at these messages now, or a little later where it is not urgent.

        Without having been started it looks at nothing: what is to be shown waits for a process that shows it.
        """
        if self._sweeping is None:
            return
        for message_id in ids:
            self._again.add(message_id)
            hurry = self._hurry.setdefault(message_id, asyncio.Event())
            if urgent:
                hurry.set()
            if message_id not in self._following:
                self._idle.clear()
                self._following[message_id] = asyncio.create_task(self._follow(message_id, hurry))

    async def start(self) -> None:
        """Begin to look for what was left unshown."""
        self._sweeping = asyncio.create_task(self._sweep(), name="refresher-sweep")

    async def stop(self) -> None:
        """Stop; what is not shown yet will be by the next process."""
        tasks = [*self._following.values(), *([self._sweeping] if self._sweeping else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def idle(self) -> None:
        """Wait until every message shows what it should, as far as Slack can be reached."""
        await self._idle.wait()

    async def _sweep(self) -> None:
        while True:
            try:
                self.wake(await self._database.read(self._unsettled), urgent=False)
            except OutsideError as error:
                _log.warning("The messages to refresh could not be read: %s", error)
            await self._clock.sleep(_SWEEP)

    async def _unsettled(self, work: UnitOfWork) -> list[int]:
        return await work.messages.unsettled(now=self._clock.now(), owner=self._owner)

    async def _follow(self, message_id: int, hurry: asyncio.Event) -> None:
        try:
            while message_id in self._again:
                self._again.discard(message_id)
                urgent = await self._clock.wait(hurry, self._clock.now() + timedelta(seconds=_CALM))
                hurry.clear()
                while await self._edit(message_id, urgent=urgent):
                    pass
        except OutsideError as error:
            _log.warning("Message %d could not be refreshed yet: %s", message_id, error)
        finally:
            del self._following[message_id], self._hurry[message_id]
            if not self._following:
                self._idle.set()

    async def _edit(self, message_id: int, *, urgent: bool) -> bool:
        """Edit once; returns whether there is more to show."""
        now = self._clock.now()
        posted = await self._database.write(
            lambda work: work.messages.claim(message_id, owner=self._owner, until=now + self._lease, now=now)
        )
        if posted is None:
            return False
        try:
            revision = await self._send(posted, urgent=urgent)
        except PermanentError as error:
            return await self._refused(posted, error)
        except OutsideError:
            await self._database.write(lambda work: work.messages.release(message_id, owner=self._owner))
            raise
        return await self._database.write(
            lambda work: work.messages.settle(message_id, owner=self._owner, revision=revision)
        )

    async def _send(self, posted: PostedMessage, *, urgent: bool) -> int:
        """Send the state as it is when Slack's turn comes; returns the revision sent."""
        revision = posted.wanted

        async def drawn() -> Message:
            nonlocal revision
            revision, message = await self._database.read(lambda work: self._draw(work, posted))
            return message

        channel, ts = posted.channel_id or "", posted.ts or ""
        if posted.kind == TOPIC:
            await self._workspace.set_topic(channel, (await drawn()).text)
        else:
            await self._workspace.edit(
                channel, ts, drawn, urgent=urgent and posted.kind in {CHECKLIST, CARD, RUN}
            )
        return revision

    async def _draw(self, work: UnitOfWork, posted: PostedMessage) -> tuple[int, Message]:
        now_wanted = await work.messages.get(posted.id)
        return now_wanted.wanted, await self._artist.draw(work, now_wanted)

    async def _refused(self, posted: PostedMessage, error: PermanentError) -> bool:
        """Slack won't take the edit: the message or its channel is gone, or we drew something wrong."""
        level = logging.INFO if error.code == "is_archived" else logging.ERROR
        _log.log(level, "Message %d (%s) can't be edited: %s", posted.id, posted.kind, error)
        if error.code in {"message_not_found", "channel_not_found", "cant_update_message"}:
            await self._database.write(lambda work: work.messages.forget(posted.id))
            return False
        return await self._database.write(
            lambda work: work.messages.settle(posted.id, owner=self._owner, revision=posted.wanted)
        )
