"""Writing, editing, deleting and marking messages, with the events that this causes. Checks no permissions."""

from dataclasses import replace
from typing import Any

from sandbox.blocks.inputs import with_ids
from sandbox.events import emit, emit_item, emit_message
from sandbox.hub import Hub
from sandbox.workspace import Channel, Message


def post(hub: Hub, channel: Channel, user: str, text: str, **details: Any) -> Message:  # noqa: ANN401
    """Write a message; `details` are further fields of Message. An ephemeral one causes no event."""
    ts = hub.workspace.next_ts(hub.clock())
    details["blocks"] = with_ids(details.get("blocks") or [])
    bot = user == hub.workspace.bot_user_id
    message = Message(ts, channel.id, user, text, bot=bot, **details)
    channel.messages[ts] = message
    if message.ephemeral:
        hub.changed_channel(channel.id, message.ephemeral_to)
        return message
    hub.changed_channel(channel.id)
    shared = {"subtype": "file_share"} if message.files else {}
    emit_message(hub, channel, {**message_json(hub, message), **shared, "event_ts": ts})
    _emit_mention(hub, channel, message)
    return message


def _emit_mention(hub: Hub, channel: Channel, message: Message) -> None:
    if f"<@{hub.workspace.bot_user_id}>" in message.text and not message.bot:
        event = {
            **message_json(hub, message),
            "type": "app_mention",
            "channel": channel.id,
            "event_ts": message.ts,
        }
        emit(hub, event, channel)


def edit(hub: Hub, channel: Channel, message: Message, **changes: Any) -> Message:  # noqa: ANN401
    """Replace fields of a message."""
    if "blocks" in changes:
        changes["blocks"] = with_ids(changes["blocks"])
    moment = hub.workspace.next_ts(hub.clock())
    new = replace(message, edited=moment, **changes)
    channel.messages[message.ts] = new
    hub.changed_channel(channel.id, message.ephemeral_to)
    if not message.ephemeral:
        both = {"message": message_json(hub, new), "previous_message": message_json(hub, message)}
        emit_message(hub, channel, {"subtype": "message_changed", **both, "ts": moment, "event_ts": moment})
    return new


def delete(hub: Hub, channel: Channel, message: Message) -> None:
    """Remove a message, its pin too."""
    channel.messages.pop(message.ts, None)
    if message.ts in channel.pins:
        channel.pins.remove(message.ts)
    hub.changed_channel(channel.id, message.ephemeral_to)
    if not message.ephemeral:
        moment = hub.workspace.next_ts(hub.clock())
        gone = {"previous_message": message_json(hub, message), "deleted_ts": message.ts}
        emit_message(hub, channel, {"subtype": "message_deleted", **gone, "ts": moment, "event_ts": moment})


def whisper(hub: Hub, channel: Channel, user: str, text: str, **details: Any) -> Message:  # noqa: ANN401
    """Write what only this person sees, as the app."""
    return post(hub, channel, hub.workspace.bot_user_id, text, ephemeral_to=user, **details)


def react(hub: Hub, channel: Channel, message: Message, user: str, name: str) -> None:
    """Add a person's reaction; theirs must not stand there already."""
    reactions = {**message.reactions, name: [*message.reactions.get(name, []), user]}
    channel.messages[message.ts] = replace(message, reactions=reactions)
    hub.changed_channel(channel.id)
    emit_item(hub, channel, "reaction_added", user, message, reaction=name)


def unreact(hub: Hub, channel: Channel, message: Message, user: str, name: str) -> None:
    """Take a person's reaction away."""
    left = {key: [one for one in who if (key, one) != (name, user)] for key, who in message.reactions.items()}
    channel.messages[message.ts] = replace(message, reactions={key: who for key, who in left.items() if who})
    hub.changed_channel(channel.id)
    emit_item(hub, channel, "reaction_removed", user, message, reaction=name)


def pin(hub: Hub, channel: Channel, message: Message, user: str) -> None:
    """Pin a message."""
    channel.pins.append(message.ts)
    hub.changed_channel(channel.id)
    emit_item(hub, channel, "pin_added", user, message, channel_id=channel.id)


def unpin(hub: Hub, channel: Channel, message: Message, user: str) -> None:
    """Unpin a message."""
    channel.pins.remove(message.ts)
    hub.changed_channel(channel.id)
    emit_item(hub, channel, "pin_removed", user, message, channel_id=channel.id)


def message_json(hub: Hub, message: Message, *, with_metadata: bool = True) -> dict[str, Any]:
    """A message as Slack describes it to the app."""
    described: dict[str, Any] = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": hub.workspace.team_id,
    }
    if message.bot:
        described |= {"bot_id": hub.workspace.bot_id, "app_id": hub.workspace.app_id}
    if message.blocks:
        described["blocks"] = message.blocks
    if message.thread_ts:
        described["thread_ts"] = message.thread_ts
    if message.edited:
        described["edited"] = {"user": message.user, "ts": message.edited}
    if message.metadata and with_metadata:
        described["metadata"] = message.metadata
    if message.files:
        described["files"] = [hub.workspace.files[one].described() for one in message.files]
    if message.reactions:
        described["reactions"] = reactions_json(message)
    return described


def reactions_json(message: Message) -> list[dict[str, Any]]:
    """A message's reactions as Slack describes them."""
    return [{"name": name, "users": who, "count": len(who)} for name, who in message.reactions.items()]
