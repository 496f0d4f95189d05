"""The repository of messages whose content follows an incident.

A change raises `wanted`; whoever edits the message in Slack leases it, shows the newest content, and records
which revision that was. Changes made meanwhile leave `shown < wanted`, so the last state always arrives and
the ones between cost nothing. What a message says is decided elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Update, case, null, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.inserting import insert_into
from storage.tables import MESSAGES

_COLUMNS = [
    MESSAGES.c[name] for name in ("id", "incident_id", "kind", "part", "channel_id", "ts", "wanted", "shown")
]
_FREE = {"owner": None, "lease_until": None}


@dataclass(frozen=True)
class PostedMessage:
    """A message: what it is, where it stands in Slack (`ts` None: not posted yet), and its revisions."""

    id: int
    incident_id: int
    kind: str
    part: int
    channel_id: str | None
    ts: str | None
    wanted: int
    shown: int


class Messages:
    """Messages by incident, kind and part."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def expect(
        self, incident_id: int, kind: str, part: int = 0, channel_id: str | None = None
    ) -> PostedMessage:
        """Note a message about to be posted; one that is noted already is given back as it is."""
        key = {"incident_id": incident_id, "kind": kind, "part": part}
        insert = insert_into(self._session, MESSAGES).values(
            **key, channel_id=channel_id, wanted=1, shown=0, gone=False
        )
        await self._session.execute(insert.on_conflict_do_nothing())
        query = select(*_COLUMNS).filter_by(**key)
        return PostedMessage(**(await self._session.execute(query)).mappings().one())

    async def expect_all(self, incident_id: int, messages: Sequence[tuple[str, int]]) -> None:
        """Note messages about to be posted, each as kind and part, with one statement."""
        rows = [
            {"incident_id": incident_id, "kind": kind, "part": part, "wanted": 1, "shown": 0, "gone": False}
            for kind, part in messages
        ]
        await self._session.execute(insert_into(self._session, MESSAGES).on_conflict_do_nothing(), rows)

    async def of(self, incident_id: int, kind: str | None = None) -> list[PostedMessage]:
        """The incident's messages by kind and part, without those deleted in Slack."""
        query = select(*_COLUMNS).where(MESSAGES.c.incident_id == incident_id, ~MESSAGES.c.gone)
        if kind is not None:
            query = query.where(MESSAGES.c.kind == kind)
        rows = await self._session.execute(query.order_by(MESSAGES.c.kind, MESSAGES.c.part))
        return [PostedMessage(**row) for row in rows.mappings()]

    async def get(self, message_id: int) -> PostedMessage:
        """One message as it is now."""
        rows = await self._session.execute(select(*_COLUMNS).where(MESSAGES.c.id == message_id))
        return PostedMessage(**rows.mappings().one())

    async def move(self, message_id: int, *, ts: str) -> None:
        """Note that this content belongs into another of the channel's messages."""
        await self._session.execute(_of_one(message_id).values(ts=ts))

    async def posted(self, message_id: int, *, channel_id: str, ts: str, revision: int) -> None:
        """Note where a message was posted, and which revision of its content people see."""
        columns = {"channel_id": channel_id, "ts": ts, "shown": revision}
        await self._session.execute(_of_one(message_id).values(columns))

    async def touch(
        self, incident_id: int, kinds: Sequence[str] | None = None, part: int | None = None
    ) -> list[int]:
        """Ask for a newer content of the incident's messages, of these kinds and part only; gives their ids."""
        wanted = update(MESSAGES).where(MESSAGES.c.incident_id == incident_id, ~MESSAGES.c.gone)
        if kinds is not None:
            wanted = wanted.where(MESSAGES.c.kind.in_(kinds))
        if part is not None:
            wanted = wanted.where(MESSAGES.c.part == part)
        result = await self._session.execute(
            wanted.values(wanted=MESSAGES.c.wanted + 1).returning(MESSAGES.c.id)
        )
        return sorted(result.scalars())

    async def touch_one(self, message_id: int) -> None:
        """Ask for a newer content of one message."""
        await self._session.execute(_of_one(message_id).values(wanted=MESSAGES.c.wanted + 1))

    async def claim(
        self, message_id: int, *, owner: str, until: datetime, now: datetime
    ) -> PostedMessage | None:
        """Lease a message in order to edit it.

        Args:
            message_id: its number.
            owner: the process that asks; what it has leased already it gets again.
            until: when the lease ends, if it is neither settled nor released before.
            now: the time.

        Returns:
            The message as it is now, or None when there is nothing to show or somebody else is at it.
        """
        free = MESSAGES.c.owner.is_(None) | (MESSAGES.c.owner == owner) | (MESSAGES.c.lease_until < now)
        statement = _of_one(message_id).where(_unsettled(), free).values(owner=owner, lease_until=until)
        row = (await self._session.execute(statement.returning(*_COLUMNS))).mappings().one_or_none()
        return None if row is None else PostedMessage(**row)

    async def settle(self, message_id: int, *, owner: str, revision: int) -> bool:
        """Note the revision that people see now; keeps the lease only when a newer one is wanted.

        Returns:
            Whether a newer one is wanted; False also when the lease has passed to somebody else.
        """
        more = MESSAGES.c.wanted > revision
        columns = {
            "shown": revision,
            "owner": case((more, MESSAGES.c.owner), else_=null()),
            "lease_until": case((more, MESSAGES.c.lease_until), else_=null()),
        }
        statement = _of_one(message_id).where(MESSAGES.c.owner == owner).values(columns)
        wanted = (await self._session.execute(statement.returning(MESSAGES.c.wanted))).scalar_one_or_none()
        return wanted is not None and wanted > revision

    async def release(self, message_id: int, *, owner: str) -> None:
        """Give a lease up without having shown anything."""
        await self._session.execute(_of_one(message_id).where(MESSAGES.c.owner == owner).values(_FREE))

    async def forget(self, message_id: int) -> None:
        """Note that a message was deleted in Slack: it is never edited or posted again."""
        await self._session.execute(_of_one(message_id).values(gone=True, **_FREE))

    async def unsettled(self, *, now: datetime, owner: str | None = None) -> list[int]:
        """Messages that show an old content and that nobody but `owner` is editing."""
        free = MESSAGES.c.owner.is_(None) | (MESSAGES.c.owner == owner) | (MESSAGES.c.lease_until < now)
        query = select(MESSAGES.c.id).where(_unsettled(), free).order_by(MESSAGES.c.id)
        return list((await self._session.execute(query)).scalars())


def _of_one(message_id: int) -> Update:
    return update(MESSAGES).where(MESSAGES.c.id == message_id)


def _unsettled() -> ColumnElement[bool]:
    return MESSAGES.c.ts.is_not(None) & (MESSAGES.c.shown < MESSAGES.c.wanted) & ~MESSAGES.c.gone
