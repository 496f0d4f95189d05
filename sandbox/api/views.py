"""views.*: opening, pushing and updating modals, publishing the App Home."""

from typing import Annotated

from pydantic import Field

from sandbox import modals
from sandbox.api.method import JsonObject, method
from sandbox.blocks.check import check_view
from sandbox.errors import ApiError, invalid_arguments
from sandbox.hub import Hub
from sandbox.workspace import Json, View

Hash = Annotated[str | None, Field(alias="hash")]


@method("views.open", tier=4)
def open_view(hub: Hub, *, trigger_id: str, view: JsonObject) -> Json:
    """Show a modal to the person whose trigger it is."""
    check_view(view, kind="modal")
    _check_external_id(hub, view)
    user = hub.triggers.exchange(trigger_id).user
    return {"view": modals.view_json(hub, modals.open_modal(hub, user, view))}


@method("views.push", tier=4)
def push(hub: Hub, *, trigger_id: str, view: JsonObject) -> Json:
    """Put a modal on top of the one in which the trigger was made."""
    check_view(view, kind="modal")
    _check_external_id(hub, view)
    trigger = hub.triggers.exchange(trigger_id)
    if trigger.view is None or trigger.view not in hub.workspace.views:
        raise ApiError("invalid_trigger_id")
    return {"view": modals.view_json(hub, modals.push_modal(hub, trigger.user, view))}


@method("views.update", tier=4)
def update(
    hub: Hub,
    *,
    view: JsonObject,
    view_id: str | None = None,
    external_id: str | None = None,
    hash_: Hash = None,
) -> Json:
    """Replace what an open view shows; with a hash, only if nobody has replaced it since."""
    found = _found(hub, view_id, external_id)
    check_view(view, kind=found.type)
    if hash_ is not None and hash_ != found.hash:
        raise ApiError("hash_conflict")
    return {"view": modals.view_json(hub, modals.update(hub, found, view))}


@method("views.publish", tier=4)
def publish(hub: Hub, *, user_id: str, view: JsonObject, hash_: Hash = None) -> Json:
    """Show an App Home to a person."""
    if not hub.app.home_tab:
        raise ApiError("not_enabled")
    if user_id not in hub.workspace.users:
        raise invalid_arguments("no such user [json-pointer:/user_id]")
    check_view(view, kind="home")
    current = modals.home_of(hub, user_id)
    if hash_ is not None and (current is None or hash_ != current.hash):
        raise ApiError("hash_conflict")
    return {"view": modals.view_json(hub, modals.publish_home(hub, user_id, view))}


def _found(hub: Hub, view_id: str | None, external_id: str | None) -> View:
    if (view_id is None) == (external_id is None):
        raise invalid_arguments("needs either view_id or external_id")
    for view in hub.workspace.views.values():
        if view.id == view_id or (external_id and view.definition.get("external_id") == external_id):
            return view
    raise ApiError("not_found")


def _check_external_id(hub: Hub, view: Json) -> None:
    given = view.get("external_id")
    if given and any(one.definition.get("external_id") == given for one in hub.workspace.views.values()):
        raise ApiError("duplicate_external_id")
