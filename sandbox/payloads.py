"""The payloads of interactions, with all the fields that an app finds in Slack's own."""

from collections.abc import Mapping
from typing import Any

from sandbox import modals
from sandbox.blocks.inputs import state_of
from sandbox.drafts import Drafts
from sandbox.hub import Hub
from sandbox.posts import message_json
from sandbox.workspace import Channel, Json, Message, User, View


def slash(hub: Hub, user: User, channel: Channel, command: str, text: str) -> Json:
    """A slash command."""
    return {
        "token": hub.credentials.verification_token,
        "team_id": hub.workspace.team_id,
        "team_domain": hub.workspace.team_domain,
        "channel_id": channel.id,
        "channel_name": _channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": hub.workspace.app_id,
        "is_enterprise_install": False,
        "response_url": hub.response_urls.issue("commands", channel.id, user.id),
        "trigger_id": hub.triggers.issue(user.id),
    }


def press_in_message(
    hub: Hub, user: User, channel: Channel, message: Message, action: Mapping[str, Any]
) -> Json:
    """A press on something in a message. Slack leaves the message itself out when it is ephemeral."""
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.ephemeral,
    }
    typed = hub.drafts.at(Drafts.place(user.id, channel.id, message.ts))
    payload = {
        "type": "block_actions",
        **_common(hub, user),
        "container": container,
        "trigger_id": hub.triggers.issue(user.id),
        "channel": {"id": channel.id, "name": _channel_name(channel)},
        "state": {"values": state_of(message.blocks, typed)},
        "response_url": hub.response_urls.issue("actions", channel.id, user.id, message.ts),
        "actions": [_timed(hub, action)],
    }
    return payload if message.ephemeral else payload | {"message": message_json(hub, message)}


def press_in_view(hub: Hub, user: User, view: View, action: Mapping[str, Any]) -> Json:
    """A press on something in a modal or App Home."""
    described = modals.view_json(hub, view)
    return {
        "type": "block_actions",
        **_common(hub, user),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": hub.triggers.issue(user.id, view.id if view.type == "modal" else None),
        "view": described,
        "state": described["state"],
        "actions": [_timed(hub, action)],
    }


def submission(hub: Hub, user: User, view: View) -> Json:
    """The sending of a modal."""
    trigger = hub.triggers.issue(user.id, view.id)
    own = {"trigger_id": trigger, "view": modals.view_json(hub, view), "response_urls": []}
    return {"type": "view_submission", **_common(hub, user), **own}


def closing(hub: Hub, user: User, view: View, *, cleared: bool) -> Json:
    """The closing of a modal unsent; cleared when the whole stack went."""
    return {
        "type": "view_closed",
        **_common(hub, user),
        "view": modals.view_json(hub, view),
        "is_cleared": cleared,
    }


def shortcut(hub: Hub, user: User, callback_id: str) -> Json:
    """A global shortcut."""
    own = {"callback_id": callback_id, "trigger_id": hub.triggers.issue(user.id), "action_ts": _moment(hub)}
    return {"type": "shortcut", **_common(hub, user), **own}


def message_shortcut(hub: Hub, user: User, callback_id: str, channel: Channel, message: Message) -> Json:
    """A shortcut on a message."""
    return {
        "type": "message_action",
        **_common(hub, user),
        "callback_id": callback_id,
        "trigger_id": hub.triggers.issue(user.id),
        "response_url": hub.response_urls.issue("actions", channel.id, user.id),
        "message_ts": message.ts,
        "channel": {"id": channel.id, "name": _channel_name(channel)},
        "message": message_json(hub, message),
        "action_ts": _moment(hub),
    }


def _common(hub: Hub, user: User) -> Json:
    team = {"id": hub.workspace.team_id, "domain": hub.workspace.team_domain}
    return {
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": hub.workspace.team_id},
        "api_app_id": hub.workspace.app_id,
        "token": hub.credentials.verification_token,
        "team": team,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _timed(hub: Hub, action: Mapping[str, Any]) -> Json:
    return {**action, "action_ts": _moment(hub)}


def _moment(hub: Hub) -> str:
    return hub.workspace.next_ts(hub.clock())


def _channel_name(channel: Channel) -> str:
    """Slack does not tell the name of a private channel here."""
    return {"im": "directmessage", "group": "privategroup"}.get(channel.kind, channel.name)
