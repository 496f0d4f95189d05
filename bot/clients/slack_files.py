"""Files: uploaded in Slack's three steps, and found again where the answer to the last step was lost."""

import asyncio
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import aiohttp

from bot.clients.slack_calls import SERVICE, SKEW
from bot.clients.slack_identity import SlackIdentity
from bot.views.mrkdwn import escape
from incidents.errors import OutageError, PermanentError, TemporaryError
from incidents.ports import File

_PAGES: Final = 5


class SlackFiles(SlackIdentity):
    """What is shared in channels as files."""

    async def share(self, channel: str, files: Sequence[File], *, comment: str) -> None:
        """Share files in a channel under one plain comment; only the last step shows anything to anybody."""
        uploaded = await asyncio.gather(*(self._upload(file) for file in files))
        listed: list[dict[str, str | None]] = [
            {"id": file_id, "title": file.title} for file_id, file in zip(uploaded, files, strict=True)
        ]
        await self._calls.make(
            "files.completeUploadExternal",
            lambda: self._client.files_completeUploadExternal(
                files=listed, channel_id=channel, initial_comment=escape(comment)
            ),
            safe=False,
        )

    async def _upload(self, file: File) -> str:
        body = file.content.encode()
        said = await self._calls.make(
            "files.getUploadURLExternal",
            lambda: self._client.files_getUploadURLExternal(filename=file.name, length=len(body)),
            safe=True,
        )
        await self._send(str(said["upload_url"]), body)
        return str(said["file_id"])

    async def _send(self, url: str, body: bytes) -> None:
        """Send the bytes; a failure shows nothing to anybody, so that all of it may be tried again."""
        try:
            async with self._http.post(url, data=io.BytesIO(body)) as response:
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            code = type(error).__name__
            raise OutageError(SERVICE, code, f"Slack could not be reached for a file ({code})") from None
        if status != 200:  # noqa: PLR2004 - OK
            kind = TemporaryError if status >= 500 or status == 429 else PermanentError  # noqa: PLR2004 - HTTP
            raise kind(SERVICE, f"http_{status}", f"Slack answered {status} to a file")

    async def find_file(self, channel: str, name: str, *, posted_after: datetime) -> bool:
        """Whether the bot shared a file of this name there since that moment."""
        identity = await self.identify()
        oldest, cursor = str((posted_after - SKEW).timestamp()), ""
        for _ in range(_PAGES):
            said = await self._page(channel, oldest, cursor)
            mine = [one for one in said["messages"] if one.get("user") == identity.user]
            if any(file.get("name") == name for one in mine for file in one.get("files") or []):
                return True
            cursor = (said.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                break
        return False

    async def _page(self, channel: str, oldest: str, cursor: str) -> dict[str, Any]:
        return await self._calls.make(
            "conversations.history",
            lambda: self._client.conversations_history(
                channel=channel, oldest=oldest, limit=200, cursor=cursor or None
            ),
            safe=True,
        )
