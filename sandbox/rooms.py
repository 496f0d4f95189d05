"""Making channels and moving people in and out, with the events that this causes. Checks no permissions."""

from typing import Literal

from sandbox.events import emit_channel, emit_membership
from sandbox.hub import Hub
from sandbox.ids import new_id
from sandbox.workspace import Channel


def create(hub: Hub, name: str, creator: str, *, private: bool) -> Channel:
    """Make a channel with its creator as the only member."""
    kind: Literal["group", "channel"] = "group" if private else "channel"
    channel = Channel(new_id("C"), name, kind, creator, int(hub.clock()), members=[creator])
    hub.workspace.channels[channel.id] = channel
    hub.changed_sidebar()
    emit_channel(hub, channel, "channel_created", creator)
    return channel


def direct(hub: Hub, user: str) -> Channel:
    """The direct conversation of this person with the app, made when there is none."""
    members = [user, hub.workspace.bot_user_id]
    for channel in hub.workspace.channels.values():
        if channel.kind == "im" and set(channel.members) == set(members):
            return channel
    channel = Channel(new_id("D"), "", "im", user, int(hub.clock()), members=members)
    hub.workspace.channels[channel.id] = channel
    hub.changed_sidebar()
    return channel


def add(hub: Hub, channel: Channel, user: str, inviter: str | None = None) -> None:
    """Make this person a member; they must not be one."""
    channel.members.append(user)
    _changed(hub, channel)
    emit_membership(hub, channel, "member_joined_channel", user, inviter)


def remove(hub: Hub, channel: Channel, user: str) -> None:
    """Take this person out; they must be a member."""
    emit_membership(hub, channel, "member_left_channel", user)
    channel.members.remove(user)
    _changed(hub, channel)


def rename(hub: Hub, channel: Channel, name: str, user: str) -> None:
    """Give a channel another name."""
    channel.name = name
    _changed(hub, channel)
    emit_channel(hub, channel, "channel_rename", user)


def set_archived(hub: Hub, channel: Channel, user: str, *, archived: bool) -> None:
    """Archive a channel or bring it back."""
    channel.is_archived = archived
    _changed(hub, channel)
    emit_channel(hub, channel, "channel_archive" if archived else "channel_unarchive", user)


def _changed(hub: Hub, channel: Channel) -> None:
    hub.changed_sidebar()
    hub.changed_channel(channel.id)
