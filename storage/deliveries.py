"""The repository of requests taken, which makes the same request act once."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from storage.inserting import changed_rows, insert_into
from storage.tables import DELIVERIES


class Deliveries:
    """Requests by the key that their sender repeats."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def accept(self, key: str, at: datetime) -> bool:
        """Take a request; False when it was taken before. Two takers at once: one of them gets False."""
        statement = insert_into(self._session, DELIVERIES).values(key=key, at=at).on_conflict_do_nothing()
        return bool((await self._session.execute(statement.returning(DELIVERIES.c.key))).all())

    async def prune(self, before: datetime) -> int:
        """Forget requests taken before that moment; tells how many."""
        return await changed_rows(self._session, delete(DELIVERIES).where(DELIVERIES.c.at < before))
