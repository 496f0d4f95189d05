"""Opening, stacking, replacing and closing views. Who may do it, and how views are checked, stands elsewhere."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sandbox.blocks.inputs import state_of, with_ids
from sandbox.changes import Change
from sandbox.errors import ApiError
from sandbox.hub import Hub
from sandbox.ids import new_id
from sandbox.workspace import View

STACK_LIMIT = 3


def open_modal(hub: Hub, user: str, definition: Mapping[str, Any]) -> View:
    """Show a modal to this person, in place of any stack that is open."""
    close_all(hub, user)
    return push_modal(hub, user, definition)


def push_modal(hub: Hub, user: str, definition: Mapping[str, Any]) -> View:
    """Put a modal on top of this person's stack. Raises ApiError when it is full."""
    stack = hub.workspace.modals.setdefault(user, [])
    if len(stack) >= STACK_LIMIT:
        raise ApiError("push_limit_reached")
    view_id = new_id("V")
    root, previous = (stack[0], stack[-1]) if stack else (view_id, None)
    view = View(view_id, user, _filled(definition), _new_hash(hub), root, previous)
    hub.workspace.views[view_id] = view
    stack.append(view_id)
    _changed(hub, view)
    return view


def update(hub: Hub, view: View, definition: Mapping[str, Any]) -> View:
    """Show something else in a view. What was typed stays where block_id and action_id stay."""
    new = replace(view, definition=_filled(definition), hash=_new_hash(hub), errors={})
    hub.workspace.views[view.id] = new
    _changed(hub, new)
    return new


def show_errors(hub: Hub, view: View, errors: Mapping[str, str]) -> None:
    """Mark inputs of a view as wrong."""
    new = replace(view, errors=dict(errors))
    hub.workspace.views[view.id] = new
    _changed(hub, new)


def publish_home(hub: Hub, user: str, definition: Mapping[str, Any]) -> View:
    """Show an App Home to this person."""
    old = home_of(hub, user)
    if old is not None:
        return update(hub, old, definition)
    view_id = new_id("V")
    view = View(view_id, user, _filled(definition), _new_hash(hub), view_id)
    hub.workspace.views[view_id] = view
    hub.workspace.homes[user] = view_id
    _changed(hub, view)
    return view


def close(hub: Hub, view: View) -> None:
    """Take one modal off its stack."""
    stack = hub.workspace.modals.get(view.user, [])
    if view.id in stack:
        stack.remove(view.id)
    hub.workspace.views.pop(view.id, None)
    hub.drafts.forget(view.id)
    _changed(hub, view)


def close_all(hub: Hub, user: str) -> None:
    """Close all modals of this person."""
    for view_id in reversed(hub.workspace.modals.get(user, []).copy()):
        close(hub, hub.workspace.views[view_id])


def top_of(hub: Hub, user: str) -> View | None:
    """The modal that this person sees, if any."""
    stack = hub.workspace.modals.get(user)
    return hub.workspace.views[stack[-1]] if stack else None


def home_of(hub: Hub, user: str) -> View | None:
    """The App Home that this person sees, if one was published."""
    view_id = hub.workspace.homes.get(user)
    return hub.workspace.views[view_id] if view_id else None


def view_json(hub: Hub, view: View) -> dict[str, Any]:
    """A view as Slack describes it to the app, with the state of its inputs."""
    workspace, shown = hub.workspace, view.definition
    described: dict[str, Any] = {
        "id": view.id,
        "team_id": workspace.team_id,
        "type": view.type,
        "blocks": view.blocks,
        "private_metadata": view.private_metadata,
        "callback_id": view.callback_id,
        "state": {"values": state_of(view.blocks, hub.drafts.at(view.id))},
        "hash": view.hash,
        "title": shown.get("title"),
        "clear_on_close": shown.get("clear_on_close", False),
        "notify_on_close": shown.get("notify_on_close", False),
        "close": shown.get("close"),
        "submit": shown.get("submit"),
        "previous_view_id": view.previous_view_id,
        "root_view_id": view.root_view_id,
        "app_id": workspace.app_id,
        "external_id": shown.get("external_id", ""),
        "app_installed_team_id": workspace.team_id,
        "bot_id": workspace.bot_id,
    }
    return described


def _filled(definition: Mapping[str, Any]) -> dict[str, Any]:
    return {**definition, "blocks": with_ids(definition["blocks"])}


def _new_hash(hub: Hub) -> str:
    return f"{int(hub.clock())}.{secrets.token_urlsafe(6)}"


def _changed(hub: Hub, view: View) -> None:
    hub.changes.announce(Change("home" if view.type == "home" else "view", user=view.user))
