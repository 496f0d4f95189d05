"""pins.* and reactions.*: what is marked in a channel."""
# ruff: noqa: ARG001 -- arguments of Slack's that change nothing here are accepted all the same

import re

from sandbox import posts
from sandbox.api.access import joined, known, message_in
from sandbox.api.method import method
from sandbox.errors import ApiError
from sandbox.hub import Hub
from sandbox.workspace import Json

PINS_LIMIT = 100


@method("pins.add", tier=2, scope="pins:write")
def pin(hub: Hub, *, channel: str, timestamp: str) -> Json:
    """Pin a message."""
    where = joined(hub, channel)
    message = message_in(where, timestamp)
    if message.ts in where.pins:
        raise ApiError("already_pinned")
    if len(where.pins) >= PINS_LIMIT:
        raise ApiError("too_many_pins")
    posts.pin(hub, where, message, hub.workspace.bot_user_id)
    return {}


@method("pins.remove", tier=2, scope="pins:write")
def unpin(hub: Hub, *, channel: str, timestamp: str) -> Json:
    """Unpin a message."""
    where = joined(hub, channel)
    message = message_in(where, timestamp)
    if message.ts not in where.pins:
        raise ApiError("no_pin")
    posts.unpin(hub, where, message, hub.workspace.bot_user_id)
    return {}


@method("pins.list", tier=2, scope="pins:read")
def pins(hub: Hub, *, channel: str) -> Json:
    """List the pinned messages, the newest pin first."""
    where = joined(hub, channel, archived=True)
    pinned = [posts.message_json(hub, where.messages[ts]) for ts in reversed(where.pins)]
    return {"items": [{"type": "message", "channel": where.id, "message": one} for one in pinned]}


@method("reactions.add", tier=3, scope="reactions:write")
def react(hub: Hub, *, channel: str, timestamp: str, name: str) -> Json:
    """React to a message as the bot."""
    where = joined(hub, channel)
    message = message_in(where, timestamp)
    emoji = check_emoji(name)
    if hub.workspace.bot_user_id in message.reactions.get(emoji, []):
        raise ApiError("already_reacted")
    posts.react(hub, where, message, hub.workspace.bot_user_id, emoji)
    return {}


@method("reactions.get", tier=3, scope="reactions:read")
def reactions(hub: Hub, *, channel: str, timestamp: str, full: bool = False) -> Json:
    """A message with its reactions."""
    where = known(hub, channel)
    message = message_in(where, timestamp)
    described = {**posts.message_json(hub, message), "reactions": posts.reactions_json(message)}
    return {"type": "message", "channel": where.id, "message": described}


def check_emoji(name: str) -> str:
    """The emoji's bare name. Raises ApiError when it can't be one."""
    bare = name.strip(":")
    if not re.fullmatch(r"[a-z0-9_+'-]{1,100}", bare):
        raise ApiError("invalid_name")
    return bare
