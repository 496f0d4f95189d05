"""Tells the app of what happened, where its manifest subscribes to it and its bot may see it."""

import secrets
from typing import Any

from sandbox.hub import Hub
from sandbox.ids import new_id
from sandbox.workspace import Channel, Message

_MESSAGE_EVENTS = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}
_CHANNEL_TYPES = {"channel": "C", "group": "G", "im": "D"}


def emit(
    hub: Hub, event: dict[str, Any], channel: Channel | None = None, *, subscription: str | None = None
) -> None:
    """Send an event. One that belongs to a channel goes out only when the bot is a member of it."""
    if (subscription or event["type"]) not in hub.app.events:
        return
    if channel is not None and hub.workspace.bot_user_id not in channel.members:
        return
    hub.dispatch.event(_callback(hub, event))


def emit_message(hub: Hub, channel: Channel, event: dict[str, Any]) -> None:
    """Send a message event of the kind of its channel."""
    whole = {"type": "message", "channel": channel.id, "channel_type": channel.kind, **event}
    emit(hub, whole, channel, subscription=_MESSAGE_EVENTS[channel.kind])


def emit_membership(hub: Hub, channel: Channel, kind: str, user: str, inviter: str | None = None) -> None:
    """Send member_joined_channel or member_left_channel."""
    letter = _CHANNEL_TYPES[channel.kind]
    event = {
        "type": kind,
        "user": user,
        "channel": channel.id,
        "channel_type": letter,
        "team": hub.workspace.team_id,
    }
    emit(hub, event | ({"inviter": inviter} if inviter else {}) | {"event_ts": _moment(hub)}, channel)


def emit_channel(hub: Hub, channel: Channel, kind: str, user: str) -> None:
    """Send channel_created, channel_rename, channel_archive or channel_unarchive."""
    described = {
        "id": channel.id,
        "name": channel.name,
        "created": channel.created,
        "creator": channel.creator,
    }
    whole = channel.id if kind in {"channel_archive", "channel_unarchive"} else described
    if not channel.is_private:
        event = {"type": kind, "channel": whole, "user": user, "event_ts": _moment(hub)}
        emit(hub, event, None if kind == "channel_created" else channel)


def emit_item(hub: Hub, channel: Channel, kind: str, user: str, message: Message, **more: Any) -> None:  # noqa: ANN401
    """Send reaction_added, reaction_removed, pin_added or pin_removed; `more` are the event's own fields."""
    item = {"type": "message", "channel": channel.id, "ts": message.ts}
    event = {
        "type": kind,
        "user": user,
        "item": item,
        "item_user": message.user,
        **more,
        "event_ts": _moment(hub),
    }
    emit(hub, event, channel)


def _moment(hub: Hub) -> str:
    return hub.workspace.next_ts(hub.clock())


def _callback(hub: Hub, event: dict[str, Any]) -> dict[str, Any]:
    workspace = hub.workspace
    return {
        "token": hub.credentials.verification_token,
        "team_id": workspace.team_id,
        "api_app_id": workspace.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(hub.clock()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.team_id,
                "user_id": workspace.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": "4-" + secrets.token_urlsafe(30),
    }
