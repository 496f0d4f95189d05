"""Tells an incident's channel what was done from the command line, by whom and why, once Slack can be reached."""

from bot.services import notice
from bot.services.parts import Parts
from bot.views import mrkdwn
from incidents.incident import Incident
from storage.unit_of_work import UnitOfWork

_WHAT = 600


async def tell(parts: Parts, incident: Incident, what: str, *, by: str, reason: str, delivery: str) -> None:
    """Let it be said once.

    Args:
        parts: what the use cases work with.
        incident: whose channel.
        what: what was done, in plain words.
        by: who did it.
        reason: why it was done there.
        delivery: the key of the request.
    """
    done, why = (mrkdwn.escape(mrkdwn.line(words, _WHAT)) for words in (what, reason))
    said = f"🖥️ From the command line, {mrkdwn.user(by)}: {done}. Reason: {why}"

    async def commit(work: UnitOfWork) -> None:
        await notice.enqueue(work, incident.id, f"cli:{delivery}", said, now=parts.clock.now())

    await parts.database.write(commit)
