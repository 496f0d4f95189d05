"""conversations.*: making, naming and describing channels. Members and history stand in their own files."""
# ruff: noqa: ARG001 -- arguments of Slack's that change nothing here are accepted all the same

import re

from sandbox import rooms
from sandbox.api.access import MANAGE, READ, channel_json, is_in, joined, known
from sandbox.api.method import Commas, method, require
from sandbox.api.paging import page
from sandbox.errors import ApiError
from sandbox.hub import Hub
from sandbox.workspace import Channel, Json

NAME_LIMIT = 80
TOPIC_LIMIT = 250
_TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im"}


def check_name(hub: Hub, name: str) -> None:
    """Raise ApiError for a name that a channel can't have, or that one has, archived or not."""
    if not name:
        raise ApiError("invalid_name_required")
    if len(name) > NAME_LIMIT:
        raise ApiError("invalid_name_maxlength")
    if re.search(r"[^\w-]", name) or name != name.lower():
        raise ApiError("invalid_name_specials")
    if not re.search(r"\w", name.replace("_", "")):
        raise ApiError("invalid_name_punctuation")
    if hub.workspace.named(name) is not None:
        raise ApiError("name_taken")


@method("conversations.create", tier=2, scope=MANAGE)
def create(hub: Hub, *, name: str, is_private: bool = False) -> Json:
    """Make a channel with the bot as its only member."""
    require(hub, MANAGE["group" if is_private else "channel"])
    check_name(hub, name)
    return {
        "channel": channel_json(hub, rooms.create(hub, name, hub.workspace.bot_user_id, private=is_private))
    }


@method("conversations.rename", tier=2, scope=MANAGE)
def rename(hub: Hub, *, channel: str, name: str) -> Json:
    """Give a channel another name."""
    where = joined(hub, channel, MANAGE)
    if name != where.name:
        check_name(hub, name)
        rooms.rename(hub, where, name, hub.workspace.bot_user_id)
    return {"channel": channel_json(hub, where)}


@method("conversations.archive", tier=2, scope=MANAGE)
def archive(hub: Hub, *, channel: str) -> Json:
    """Archive a channel."""
    where = joined(hub, channel, MANAGE, archived=True)
    if where.is_archived:
        raise ApiError("already_archived")
    if where.is_general:
        raise ApiError("cant_archive_general")
    rooms.set_archived(hub, where, hub.workspace.bot_user_id, archived=True)
    return {}


@method("conversations.unarchive", tier=2, scope=MANAGE)
def unarchive(hub: Hub, *, channel: str) -> Json:
    """Bring an archived channel back."""
    where = joined(hub, channel, MANAGE, archived=True)
    if not where.is_archived:
        raise ApiError("not_archived")
    rooms.set_archived(hub, where, hub.workspace.bot_user_id, archived=False)
    return {}


@method("conversations.setTopic", tier=2, scope=MANAGE)
def set_topic(hub: Hub, *, channel: str, topic: str) -> Json:
    """Set the topic, of at most 250 characters."""
    where = _described(hub, channel, topic)
    where.topic = topic
    hub.changed_channel(where.id)
    return {"channel": channel_json(hub, where)}


@method("conversations.setPurpose", tier=2, scope=MANAGE)
def set_purpose(hub: Hub, *, channel: str, purpose: str) -> Json:
    """Set the purpose, of at most 250 characters."""
    where = _described(hub, channel, purpose)
    where.purpose = purpose
    hub.changed_channel(where.id)
    return {"purpose": purpose, "channel": channel_json(hub, where)}


def _described(hub: Hub, channel: str, text: str) -> Channel:
    where = joined(hub, channel, MANAGE)
    if len(text) > TOPIC_LIMIT:
        raise ApiError("too_long")
    return where


@method("conversations.info", tier=3, scope=READ)
def info(hub: Hub, *, channel: str, include_locale: bool = False, include_num_members: bool = False) -> Json:
    """Describe a channel."""
    return {"channel": channel_json(hub, known(hub, channel, READ), members=include_num_members)}


@method("conversations.list", tier=2, scope=READ)
def list_all(
    hub: Hub,
    *,
    cursor: str | None = None,
    exclude_archived: bool = False,
    limit: int | None = None,
    types: Commas | None = None,
) -> Json:
    """List the channels that the app may know of."""
    kinds = kinds_of(hub, types)
    visible = [one for one in hub.workspace.channels.values() if one.kind in kinds and _may_know(hub, one)]
    some, following = page(
        [one for one in visible if not (exclude_archived and one.is_archived)], cursor, limit
    )
    return {"channels": [channel_json(hub, one, members=True) for one in some], **following}


def kinds_of(hub: Hub, types: list[str] | None) -> set[str]:
    """The kinds of channel named by `types`, the app having the scopes for them."""
    wanted = types or ["public_channel"]
    if set(wanted) - set(_TYPES):
        raise ApiError("invalid_types")
    kinds = {_TYPES[one] for one in wanted}
    for kind in sorted(kinds):
        require(hub, READ[kind])
    return kinds


def _may_know(hub: Hub, channel: Channel) -> bool:
    return not channel.is_private or is_in(hub, channel)
