"""What people do, as their Slack client does it: commands, presses, submissions, shortcuts, and what follows."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from sandbox import modals, payloads, posts
from sandbox.blocks.check import check_view
from sandbox.blocks.inputs import value_field
from sandbox.changes import Change
from sandbox.deliveries import Ack
from sandbox.drafts import Drafts
from sandbox.errors import ApiError, NotPossibleError
from sandbox.forms import problems
from sandbox.hub import Hub
from sandbox.respond import Answer, show
from sandbox.response_urls import ResponseUrl
from sandbox.typed_text import as_command
from sandbox.workspace import Channel, Json, Message, User, View

_TROUBLE = "We had some trouble connecting. Try again?"


async def slash(hub: Hub, user: User, channel: Channel, text: str) -> Ack:
    """Send a slash command and show what the app answers.

    Raises:
        NotPossibleError: no such command, or not a place where this person can write.
    """
    name, _, rest = text.strip().partition(" ")
    command = hub.app.commands.get(name)
    if command is None:
        raise NotPossibleError(f"{name} is not a valid command.")
    must_write(user, channel)
    sent = as_command(hub.workspace, rest.strip(), should_escape=command.should_escape)
    ack = await hub.dispatch.slash(payloads.slash(hub, user, channel, name, sent))
    failure = _shown(hub, user, channel, ack) if ack.ok else ack.error or "dispatch_failed"
    if failure is None:
        return ack
    posts.whisper(hub, channel, user.id, f"{name} failed with the error “{failure}”")
    return Ack(ack.status, ack.body, ack.seconds, failure)


def must_write(user: User, channel: Channel) -> None:
    """Raise NotPossibleError where this person can't write."""
    if user.deleted:
        raise NotPossibleError(f"{user.name} is deactivated.")
    if user.id not in channel.members:
        raise NotPossibleError(f"{user.name} is not in #{channel.name}.")
    if channel.is_archived:
        raise NotPossibleError(f"#{channel.name} is archived.")


def _shown(hub: Hub, user: User, channel: Channel, ack: Ack) -> str | None:
    """Show the answer to a command; the error code instead when it can't be shown."""
    body = {"text": ack.body} if isinstance(ack.body, str) else ack.body
    if not body or body == {"text": ""}:
        return None
    try:
        show(hub, ResponseUrl(channel.id, user.id, None, hub.clock()), Answer.model_validate(body))
    except ValidationError:
        return "invalid_payload"
    except ApiError as error:
        return error.code
    return None


async def press_message(
    hub: Hub, user: User, channel: Channel, message: Message, action: Json, *, seen: Message | None = None
) -> Ack:
    """Press something in a message; `seen` is the message as the person's client showed it, if older."""
    must_write(user, channel)
    _keep(hub, Drafts.place(user.id, channel.id, message.ts), action)
    payload = payloads.press_in_message(hub, user, channel, seen or message, action)
    if seen is not None and not message.ephemeral:
        payload["message"] = posts.message_json(hub, message)
    return await _interactive(hub, user, payload)


async def press_view(hub: Hub, user: User, view: View, action: Json) -> Ack:
    """Press something in an open view."""
    _keep(hub, view.id, action)
    return await _interactive(hub, user, payloads.press_in_view(hub, user, view, action))


def _keep(hub: Hub, place: str, action: Mapping[str, Any]) -> None:
    field = value_field(action["type"])
    if field is not None and action["block_id"]:
        held = {"type": action["type"], field: action.get(field)}
        hub.drafts.put(place, action["block_id"], action["action_id"], held)


async def shortcut(hub: Hub, user: User, callback_id: str, at: tuple[Channel, Message] | None) -> Ack:
    """Use a shortcut, on a message where it is one for messages."""
    known = hub.app.shortcuts.get(callback_id)
    if known is None or (known.type == "message") != (at is not None):
        raise NotPossibleError(f"There is no {'message' if at else 'global'} shortcut {callback_id!r}.")
    if at is None:
        return await _interactive(hub, user, payloads.shortcut(hub, user, callback_id))
    return await _interactive(hub, user, payloads.message_shortcut(hub, user, callback_id, *at))


async def _interactive(hub: Hub, user: User, payload: Json) -> Ack:
    if not hub.app.interactivity:
        raise NotPossibleError("The manifest does not turn interactivity on.")
    ack = await hub.dispatch.interactive(payload)
    if not ack.ok:
        _toast(hub, user, _TROUBLE)
    return ack


async def submit(hub: Hub, user: User, view: View) -> Ack:
    """Send a modal and do what the app answers.

    Raises:
        NotPossibleError: a field is left out or too long, or the modal can't be sent.
    """
    if view.definition.get("submit") is None:
        raise NotPossibleError("This modal has no button to send it.")
    wrong = problems(view, hub.drafts.at(view.id))
    if wrong:
        modals.show_errors(hub, view, wrong)
        raise NotPossibleError("; ".join(f"{block}: {text}" for block, text in wrong.items()), wrong)
    ack = await _interactive(hub, user, payloads.submission(hub, user, view))
    if not ack.ok:
        return ack
    trouble = _answered(hub, view, ack.body)
    if trouble is None:
        return ack
    _toast(hub, user, f"{_TROUBLE} ({trouble})")
    return Ack(ack.status, ack.body, ack.seconds, trouble)


def _answered(hub: Hub, view: View, body: str | Json) -> str | None:
    """Do what the answer to a submission says; what is wrong with it instead."""
    current = hub.workspace.views.get(view.id)
    if current is None:
        return None
    if not body or isinstance(body, str):
        modals.close(hub, current)
        return "invalid_response" if body else None
    kind = body.get("response_action")
    if kind == "errors":
        return _errors(hub, current, body.get("errors"))
    if kind in {"update", "push"}:
        return _replaced(hub, current, body.get("view"), push=kind == "push")
    if kind == "clear":
        modals.close_all(hub, current.user)
        return None
    return f"unknown response_action {kind!r}"


def _errors(hub: Hub, view: View, errors: object) -> str | None:
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if (
        not isinstance(errors, dict)
        or not errors
        or not all(isinstance(text, str) for text in errors.values())
    ):
        return "errors must map block ids to texts"
    if set(errors) - inputs:
        return f"errors for blocks that are no inputs: {', '.join(sorted(set(errors) - inputs))}"
    modals.show_errors(hub, view, errors)
    return None


def _replaced(hub: Hub, view: View, definition: object, *, push: bool) -> str | None:
    if not isinstance(definition, dict):
        return "missing view"
    try:
        check_view(definition, kind="modal")
        if push:
            modals.push_modal(hub, view.user, definition)
        else:
            modals.update(hub, view, definition)
    except ApiError as error:
        return f"{error.code} {error.extra.get('response_metadata', '')}"
    return None


async def close(hub: Hub, user: User, view: View) -> Ack:
    """Close a modal unsent; the app hears of it when it asked to."""
    payload = payloads.closing(hub, user, view, cleared=False)
    if view.definition.get("clear_on_close"):
        payload["is_cleared"] = True
        modals.close_all(hub, user.id)
    else:
        modals.close(hub, view)
    if not view.definition.get("notify_on_close"):
        return Ack(200)
    return await _interactive(hub, user, payload)


def _toast(hub: Hub, user: User, text: str) -> None:
    hub.changes.announce(Change("toast", user=user.id, text=text))
