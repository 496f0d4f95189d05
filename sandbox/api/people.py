"""users.* and usergroups.*: who there is."""
# ruff: noqa: ARG001 -- arguments of Slack's that change nothing here are accepted all the same

from datetime import datetime
from zoneinfo import ZoneInfo

from sandbox.api.access import READ, channel_json, is_in
from sandbox.api.conversations import kinds_of
from sandbox.api.method import Commas, method
from sandbox.api.paging import page
from sandbox.errors import ApiError
from sandbox.hub import Hub
from sandbox.workspace import Json, User, Usergroup


@method("users.info", tier=4, scope="users:read")
def info(hub: Hub, *, user: str, include_locale: bool = False) -> Json:
    """Describe a person."""
    found = hub.workspace.users.get(user)
    if found is None:
        raise ApiError("user_not_found")
    return {"user": user_json(hub, found)}


@method("users.list", tier=2, scope="users:read")
def list_all(
    hub: Hub,
    *,
    cursor: str | None = None,
    limit: int | None = None,
    include_locale: bool = False,
) -> Json:
    """List everyone, those deactivated too."""
    some, following = page(list(hub.workspace.users.values()), cursor, limit)
    return {"members": [user_json(hub, one) for one in some], "cache_ts": int(hub.clock()), **following}


@method("users.lookupByEmail", tier=3, scope="users:read.email")
def lookup_by_email(hub: Hub, *, email: str) -> Json:
    """The active person with this address."""
    for user in hub.workspace.users.values():
        if user.email.lower() == email.lower() and user.email and not user.deleted:
            return {"user": user_json(hub, user)}
    raise ApiError("users_not_found")


@method("users.conversations", tier=3, scope=READ)
def conversations(
    hub: Hub,
    *,
    user: str | None = None,
    types: Commas | None = None,
    cursor: str | None = None,
    limit: int | None = None,
    exclude_archived: bool = False,
) -> Json:
    """The channels that a person, by default the bot, is in and the app may know of."""
    whose, kinds = user or hub.workspace.bot_user_id, kinds_of(hub, types)
    if whose not in hub.workspace.users:
        raise ApiError("user_not_found")
    found = [one for one in hub.workspace.channels.values() if one.kind in kinds and whose in one.members]
    visible = [one for one in found if not one.is_private or is_in(hub, one)]
    some, following = page(
        [one for one in visible if not (exclude_archived and one.is_archived)], cursor, limit
    )
    return {"channels": [channel_json(hub, one) for one in some], **following}


@method("usergroups.list", tier=2, scope="usergroups:read")
def usergroups(
    hub: Hub,
    *,
    include_count: bool = False,
    include_disabled: bool = False,
    include_users: bool = False,
) -> Json:
    """List the user groups."""
    groups = [_group_json(hub, one) for one in hub.workspace.usergroups.values()]
    for group in groups:
        count = len(group["users"])
        if not include_users:
            del group["users"]
        if include_count:
            group["user_count"] = count
    return {"usergroups": groups}


@method("usergroups.users.list", tier=2, scope="usergroups:read")
def usergroup_users(hub: Hub, *, usergroup: str, include_disabled: bool = False) -> Json:
    """List the people of a user group."""
    group = hub.workspace.usergroups.get(usergroup)
    if group is None:
        raise ApiError("no_such_subteam")
    return {"users": list(group.users)}


def _group_json(hub: Hub, group: Usergroup) -> Json:
    return {
        "id": group.id,
        "team_id": hub.workspace.team_id,
        "is_usergroup": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_delete": 0,
        "users": list(group.users),
    }


def user_json(hub: Hub, user: User) -> Json:
    """A person as Slack describes them to the app; the address only with its scope."""
    offset = datetime.fromtimestamp(hub.clock(), ZoneInfo(user.tz)).utcoffset()
    profile = {
        "real_name": user.real_name,
        "display_name": user.name,
        "title": "",
        "team": hub.workspace.team_id,
    }
    if "users:read.email" in hub.app.scopes and user.email:
        profile["email"] = user.email
    return {
        "id": user.id,
        "team_id": hub.workspace.team_id,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": user.deleted,
        "color": user.color,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": profile,
        "is_admin": False,
        "is_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": 0,
    }
