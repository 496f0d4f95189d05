"""What one person alone sees: ephemeral messages, answers, modals and the App Home."""

from collections.abc import Mapping
from typing import Any, Final

import aiohttp

from bot.clients.slack_calls import SERVICE
from bot.clients.slack_messages import SlackMessages
from bot.views.mrkdwn import escape
from incidents.errors import InDoubtError, PermanentError, TemporaryError
from incidents.ports import Message

_NOT_THERE: Final = {"not_in_channel", "channel_not_found", "user_not_in_channel", "is_archived"}


class SlackOnePerson(SlackMessages):
    """What is shown to one person."""

    async def tell(self, user: str, message: Message, *, channel: str | None = None) -> None:
        """Tell one person alone: in the channel where that is possible, else by direct message."""
        if channel:
            try:
                await self._calls.make(
                    "chat.postEphemeral",
                    lambda: self._client.chat_postEphemeral(
                        channel=channel,
                        user=user,
                        text=escape(message.text),
                        blocks=list(message.blocks) or None,  # type: ignore[arg-type]
                    ),
                    safe=True,
                )
            except PermanentError as error:
                if error.code not in _NOT_THERE:
                    raise
            else:
                return
        opened = await self._calls.make(
            "conversations.open", lambda: self._client.conversations_open(users=[user]), safe=True
        )
        await self._post(opened["channel"]["id"], message, key="direct")

    async def answer(self, response_url: str, message: Message) -> None:
        """Answer a slash command or a button by its response_url, for 30 minutes and 5 times at most."""
        body = {
            "response_type": "ephemeral",
            "replace_original": False,
            "text": escape(message.text),
            **({"blocks": list(message.blocks)} if message.blocks else {}),
        }
        try:
            async with self._http.post(response_url, json=body) as response:
                refused = response.status if response.status != 200 else 0  # noqa: PLR2004 - OK
                text = (await response.text())[:200] if refused else ""
        except aiohttp.ClientConnectorError as error:
            code = type(error).__name__
            raise TemporaryError(SERVICE, code, f"Slack could not be reached for a reply ({code})") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            code = type(error).__name__
            raise InDoubtError(SERVICE, code, f"Slack's answer to a reply was lost ({code})") from None
        if refused:
            kind = TemporaryError if refused >= 500 or refused == 429 else PermanentError  # noqa: PLR2004 - HTTP
            raise kind(SERVICE, f"http_{refused}", f"Slack answered {refused} to a reply: {text}")

    async def open_modal(self, trigger_id: str, view: Mapping[str, Any]) -> str:
        """Open a modal; the trigger lives 3 s, so a failed one is not tried again."""
        said = await self._calls.make(
            "views.open", lambda: self._client.views_open(trigger_id=trigger_id, view=dict(view)), safe=False
        )
        return str(said["view"]["id"])

    async def replace_modal(self, view_id: str, view: Mapping[str, Any]) -> None:
        """Replace an open modal."""
        await self._calls.make(
            "views.update", lambda: self._client.views_update(view_id=view_id, view=dict(view)), safe=True
        )

    async def publish_home(self, user: str, view: Mapping[str, Any]) -> None:
        """Publish a person's App Home."""
        await self._calls.make(
            "views.publish", lambda: self._client.views_publish(user_id=user, view=dict(view)), safe=True
        )
