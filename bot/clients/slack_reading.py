"""Reading one message that somebody wrote, in the channel itself or in a thread."""

from collections.abc import Mapping
from typing import Any, Final

from bot.clients.slack_identity import SlackIdentity
from incidents.errors import PermanentError
from incidents.ports import Written

_GONE: Final = {"thread_not_found", "message_not_found"}


class SlackReading(SlackIdentity):
    """What people wrote."""

    async def message_at(self, channel: str, ts: str) -> Written | None:
        """The message with this ts as it is now, in a thread too, or None."""
        identity = await self.identify()
        said = await self._calls.make(
            "conversations.history",
            lambda: self._client.conversations_history(channel=channel, latest=ts, inclusive=True, limit=1),
            safe=True,
        )
        found = _with_ts(said, ts) or _with_ts(await self._in_thread(channel, ts), ts)
        if found is None:
            return None
        author = str(found.get("user") or found.get("bot_id") or "")
        own = author == identity.user or found.get("bot_id") == identity.bot
        files = [str(file.get("title") or file.get("name")) for file in found.get("files") or []]
        return Written(author, str(found.get("text") or ""), own, files)

    async def _in_thread(self, channel: str, ts: str) -> Mapping[str, Any]:
        """What a thread has at this moment; a channel's history leaves replies out."""
        try:
            return await self._calls.make(
                "conversations.replies",
                lambda: self._client.conversations_replies(
                    channel=channel, ts=ts, latest=ts, oldest=ts, inclusive=True, limit=10
                ),
                safe=True,
            )
        except PermanentError as error:
            if error.code in _GONE:
                return {}
            raise


def _with_ts(said: Mapping[str, Any], ts: str) -> Mapping[str, Any] | None:
    return next((one for one in said.get("messages") or [] if one.get("ts") == ts), None)
