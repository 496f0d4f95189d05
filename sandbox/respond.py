"""What comes back to a response_url: a message for one person or the channel, in place of the one pressed or not."""

import json
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from sandbox import posts
from sandbox.api.chat import TEXT_LIMIT
from sandbox.blocks.check import check_message, check_metadata
from sandbox.errors import ApiError
from sandbox.hub import Hub
from sandbox.response_urls import ResponseUrl


def _to_bool(value: object) -> object:
    return value == "true" if value in ("true", "false") else value


Flag = Annotated[bool, BeforeValidator(_to_bool)]


class Answer(BaseModel):
    """The body that an app may send to a response_url, or as the answer to a slash command."""

    model_config = ConfigDict(extra="forbid")

    text: str = ""
    blocks: list[dict[str, Any]] = []
    response_type: Literal["ephemeral", "in_channel"] = "ephemeral"
    replace_original: Flag = False
    delete_original: Flag = False
    thread_ts: str | None = None
    metadata: dict[str, Any] | None = None
    mrkdwn: bool = True
    unfurl_links: bool = True
    unfurl_media: bool = True

    def check(self) -> None:
        """Raise ApiError when Slack would not show it."""
        if not self.text.strip() and not self.blocks and not self.delete_original:
            raise ApiError("no_text")
        if len(self.text) > TEXT_LIMIT:
            raise ApiError("msg_too_long")
        check_message(self.blocks)
        if self.metadata is not None:
            check_metadata(self.metadata)


def show(hub: Hub, where: ResponseUrl, answer: Answer) -> None:
    """Show an answer where its interaction came from. Raises ApiError when Slack would not."""
    answer.check()
    channel = hub.workspace.channels[where.channel]
    original = channel.messages.get(where.original or "")
    if answer.delete_original:
        if original is not None:
            posts.delete(hub, channel, original)
        return
    details: dict[str, Any] = {"blocks": answer.blocks}
    if answer.metadata is not None:
        details["metadata"] = answer.metadata
    if answer.replace_original and original is not None:
        posts.edit(hub, channel, original, text=answer.text, **details)
        return
    details["thread_ts"] = answer.thread_ts
    if answer.response_type == "ephemeral":
        posts.whisper(hub, channel, where.user, answer.text, **details)
    else:
        posts.post(hub, channel, hub.workspace.bot_user_id, answer.text, **details)


class Respond:
    """Serves /respond/<kind>/<key>."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def serve(self, request: web.Request) -> web.Response:
        """Take one answer."""
        try:
            answer = Answer.model_validate(json.loads(await request.text()))
        except (ValueError, ValidationError) as error:
            return web.Response(status=400, text=f"invalid_payload: {error}")
        await self._hub.travel()
        where = self._hub.response_urls.use(request.match_info["key"])
        if isinstance(where, str):
            return web.Response(status=404, text=where)
        try:
            show(self._hub, where, answer)
        except ApiError as error:
            return web.Response(status=400, text=": ".join([error.code, *error.extra.get("errors", [])]))
        return web.Response(text="ok")
