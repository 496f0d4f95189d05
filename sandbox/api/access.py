"""Which channels and messages the app may touch, and the scopes for each kind of channel."""

from collections.abc import Mapping

from sandbox.api.method import require
from sandbox.errors import ApiError
from sandbox.hub import Hub
from sandbox.workspace import Channel, Json, Message

READ = {"channel": "channels:read", "group": "groups:read", "im": "im:read"}
MANAGE = {"channel": "channels:manage", "group": "groups:write", "im": "im:write"}
HISTORY = {"channel": "channels:history", "group": "groups:history", "im": "im:history"}


def known(hub: Hub, channel_id: str, scopes: Mapping[str, str] | None = None) -> Channel:
    """The channel with this id, if the app may know of it and has the scope for its kind."""
    channel = hub.workspace.channels.get(channel_id)
    if channel is None or (channel.is_private and not is_in(hub, channel)):
        raise ApiError("channel_not_found")
    if scopes:
        require(hub, scopes[channel.kind])
    return channel


def joined(
    hub: Hub, channel_id: str, scopes: Mapping[str, str] | None = None, *, archived: bool = False
) -> Channel:
    """The channel with this id, if the bot is a member; `archived` allows an archived one."""
    channel = known(hub, channel_id, scopes)
    if not is_in(hub, channel):
        raise ApiError("not_in_channel")
    if channel.is_archived and not archived:
        raise ApiError("is_archived")
    return channel


def is_in(hub: Hub, channel: Channel) -> bool:
    """Whether the bot is a member."""
    return hub.workspace.bot_user_id in channel.members


def message_in(channel: Channel, ts: str, code: str = "message_not_found") -> Message:
    """The message that everyone sees with this ts. Raises ApiError with the code."""
    message = channel.messages.get(ts)
    if message is None or message.ephemeral:
        raise ApiError(code)
    return message


def channel_json(hub: Hub, channel: Channel, *, members: bool = False) -> Json:
    """A channel as Slack describes it to the app."""
    if channel.kind == "im":
        other = next(one for one in channel.members if one != hub.workspace.bot_user_id)
        return {
            "id": channel.id,
            "created": channel.created,
            "is_im": True,
            "user": other,
            "is_archived": False,
        }
    described: Json = {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_general": channel.is_general,
        "is_shared": False,
        "is_ext_shared": False,
        "is_member": is_in(hub, channel),
        "created": channel.created,
        "creator": channel.creator,
        "context_team_id": hub.workspace.team_id,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": channel.purpose, "creator": "", "last_set": 0},
        "previous_names": [],
    }
    return described | ({"num_members": len(channel.members)} if members else {})
