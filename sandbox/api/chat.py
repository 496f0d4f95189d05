"""chat.*: posting, editing, deleting messages."""
# ruff: noqa: ARG001 -- arguments of Slack's that change nothing here are accepted all the same

from typing import Any

from sandbox import posts, rooms
from sandbox.api.access import is_in, joined, known, message_in
from sandbox.api.method import POSTS, SPECIAL, JsonObject, JsonObjects, method
from sandbox.blocks.check import check_message, check_metadata
from sandbox.errors import ApiError
from sandbox.hub import Hub
from sandbox.workspace import Channel, Json, Message

TEXT_LIMIT = 40_000
UPDATE_TEXT_LIMIT = 4_000


@method("chat.postMessage", tier=POSTS, scope="chat:write")
def post_message(
    hub: Hub,
    *,
    channel: str,
    text: str | None = None,
    blocks: JsonObjects | None = None,
    metadata: JsonObject | None = None,
    thread_ts: str | None = None,
    reply_broadcast: bool = False,
    unfurl_links: bool = True,
    unfurl_media: bool = True,
    link_names: bool = False,
    mrkdwn: bool = True,
    parse: str | None = None,
) -> Json:
    """Write a message to a channel, by id, name or #name, or to a person by id."""
    where = _writable(hub, channel)
    _check_content(text, blocks, TEXT_LIMIT)
    if metadata is not None:
        check_metadata(metadata)
    if thread_ts is not None:
        message_in(where, thread_ts, "thread_not_found")
    details: dict[str, Any] = {"blocks": blocks, "metadata": metadata, "thread_ts": thread_ts}
    message = posts.post(hub, where, hub.workspace.bot_user_id, text or "", **details)
    return {"channel": where.id, "ts": message.ts, "message": posts.message_json(hub, message)}


def _writable(hub: Hub, given: str) -> Channel:
    user = hub.workspace.users.get(given)
    if user is not None:
        return rooms.direct(hub, user.id)
    named = hub.workspace.named(given.removeprefix("#"))
    where = known(hub, named.id if named else given)
    if not is_in(hub, where) and "chat:write.public" not in hub.app.scopes:
        raise ApiError("not_in_channel")
    if where.is_archived:
        raise ApiError("is_archived")
    return where


def _check_content(text: str | None, blocks: list[Json] | None, limit: int) -> None:
    if not (text and text.strip()) and not blocks:
        raise ApiError("no_text")
    if len(text or "") > limit:
        raise ApiError("msg_too_long")
    check_message(blocks or [])


@method("chat.update", tier=3, scope="chat:write")
def update(
    hub: Hub,
    *,
    channel: str,
    ts: str,
    text: str | None = None,
    blocks: JsonObjects | None = None,
    metadata: JsonObject | None = None,
    link_names: bool = False,
    parse: str | None = None,
) -> Json:
    """Replace parts of the app's own message: what is not given stays, an empty list removes the blocks."""
    where = joined(hub, channel)
    message = _own(hub, where, ts, "cant_update_message")
    _check_content(text, blocks, UPDATE_TEXT_LIMIT)
    changes: dict[str, Any] = {"text": text, "blocks": blocks, "metadata": metadata}
    if metadata:
        check_metadata(metadata)
    new = posts.edit(hub, where, message, **{name: new for name, new in changes.items() if new is not None})
    return {"channel": where.id, "ts": ts, "text": new.text, "message": posts.message_json(hub, new)}


@method("chat.delete", tier=3, scope="chat:write")
def delete(hub: Hub, *, channel: str, ts: str) -> Json:
    """Delete the app's own message."""
    where = joined(hub, channel)
    posts.delete(hub, where, _own(hub, where, ts, "cant_delete_message"))
    return {"channel": where.id, "ts": ts}


def _own(hub: Hub, where: Channel, ts: str, code: str) -> Message:
    message = message_in(where, ts)
    if message.user != hub.workspace.bot_user_id:
        raise ApiError(code)
    return message


@method("chat.postEphemeral", tier=4, scope="chat:write")
def post_ephemeral(
    hub: Hub,
    *,
    channel: str,
    user: str,
    text: str | None = None,
    blocks: JsonObjects | None = None,
    thread_ts: str | None = None,
    link_names: bool = False,
    parse: str | None = None,
) -> Json:
    """Write what only one member of the channel sees."""
    where = joined(hub, channel)
    if user not in where.members:
        raise ApiError("user_not_in_channel")
    _check_content(text, blocks, TEXT_LIMIT)
    message = posts.whisper(hub, where, user, text or "", blocks=blocks, thread_ts=thread_ts)
    return {"message_ts": message.ts}


@method("chat.getPermalink", tier=SPECIAL)
def get_permalink(hub: Hub, *, channel: str, message_ts: str) -> Json:
    """The address of a message."""
    where = known(hub, channel)
    message = message_in(where, message_ts)
    link = f"https://{hub.workspace.team_domain}.slack.com/archives/{where.id}/p{message.ts.replace('.', '')}"
    return {"channel": where.id, "permalink": link}
