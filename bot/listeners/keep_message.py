"""Messages that people pin or mark with the reaction, and what becomes of those: into the timeline."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.listeners.reception import Reception
from bot.services import keep_message
from bot.services.incident_channels import IncidentChannels
from incidents.ports import Written
from incidents.rights import Right


def register(app: AsyncApp, reception: Reception) -> None:
    """Listen for pins, reactions, edits and deletions; all but incidents' channels are passed over at once."""
    channels = IncidentChannels()

    @app.event("pin_added")
    async def pinned(body: dict[str, Any]) -> None:
        await _keep(reception, channels, body, "pin")

    @app.event("reaction_added")
    async def reacted(body: dict[str, Any]) -> None:
        # a skin tone is the same emoji
        name = str(body["event"].get("reaction", "")).partition("::")[0]
        if name == reception.parts.organisation.timeline.reaction:
            await _keep(reception, channels, body, "reaction")

    @app.event("message")
    async def changed(body: dict[str, Any]) -> None:
        event = body["event"]
        if event.get("subtype") == "message_changed" and _says_something_else(event):
            await _edited(reception, channels, body)
        elif event.get("subtype") == "message_deleted":
            await _deleted(reception, channels, body)


async def _keep(reception: Reception, channels: IncidentChannels, body: Mapping[str, Any], way: str) -> None:
    item = body["event"].get("item") or {}
    message = item.get("message") or {}
    channel = str(item.get("channel") or body["event"].get("channel_id") or "")
    ts = str(item.get("ts") or message.get("ts") or "")
    if item.get("type") != "message" or not channel or not ts:
        return
    async with reception.attend(body) as asked:
        incident_id = await channels.find(reception.parts, channel)
        if incident_id is not None:
            await reception.incident(replace(asked, channel=channel), incident_id, Right.NOTE)
            await keep_message.keep(
                reception.parts, incident_id, channel, ts, by=asked.user, way=way, delivery=asked.delivery
            )


def _says_something_else(event: Mapping[str, Any]) -> bool:
    """Whether words were changed, and not by a bot: bots edit their own messages all day."""
    new, old = event.get("message") or {}, event.get("previous_message") or {}
    return new.get("text") != old.get("text") and not new.get("bot_id")


async def _edited(reception: Reception, channels: IncidentChannels, body: Mapping[str, Any]) -> None:
    event = body["event"]
    message, channel = event["message"], str(event["channel"])
    if message.get("subtype") == "tombstone":  # what stands in a thread for a deleted message
        await _deleted(reception, channels, body)
        return
    by = str((message.get("edited") or {}).get("user") or message.get("user") or "cordon")
    files = [str(file.get("title") or file.get("name")) for file in message.get("files") or []]
    written = Written(str(message.get("user", "")), str(message.get("text") or ""), own=False, files=files)
    async with reception.attend(body) as asked:
        if await channels.find(reception.parts, channel) is not None:
            await keep_message.note_edit(
                reception.parts, channel, str(message["ts"]), written, by=by, delivery=asked.delivery
            )


async def _deleted(reception: Reception, channels: IncidentChannels, body: Mapping[str, Any]) -> None:
    event = body["event"]
    channel = str(event["channel"])
    gone = event.get("deleted_ts") or (event.get("previous_message") or {}).get("ts") or ""
    async with reception.attend(body) as asked:
        if await channels.find(reception.parts, channel) is not None:
            await keep_message.note_deletion(reception.parts, channel, str(gone), delivery=asked.delivery)
