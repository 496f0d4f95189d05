"""conversations.*: who is in a channel, and direct conversations."""
# ruff: noqa: ARG001 -- arguments of Slack's that change nothing here are accepted all the same

from sandbox import rooms
from sandbox.api.access import MANAGE, READ, channel_json, is_in, joined, known
from sandbox.api.method import Commas, method, require
from sandbox.api.paging import page
from sandbox.errors import ApiError
from sandbox.hub import Hub
from sandbox.workspace import Channel, Json

INVITES_LIMIT = 100


@method("conversations.invite", tier=3, scope=MANAGE)
def invite(hub: Hub, *, channel: str, users: Commas, force: bool = False) -> Json:
    """Make people members; unless forced, all of them or none."""
    where = joined(hub, channel, MANAGE)
    if not users:
        raise ApiError("no_user")
    if len(users) > INVITES_LIMIT:
        raise ApiError("too_many_users", detail=f"at most {INVITES_LIMIT} users a call")
    refused = {user: code for user in users if (code := _refusal(hub, where, user))}
    for user in dict.fromkeys(users):
        if user not in refused and (force or not refused):
            rooms.add(hub, where, user, inviter=hub.workspace.bot_user_id)
    if refused:
        errors = [{"user": user, "ok": False, "error": code} for user, code in refused.items()]
        raise ApiError(next(iter(refused.values())), errors=errors)
    return {"channel": channel_json(hub, where)}


def _refusal(hub: Hub, channel: Channel, user_id: str) -> str | None:
    user = hub.workspace.users.get(user_id)
    if user is None:
        return "user_not_found"
    if user.id == hub.workspace.bot_user_id:
        return "cant_invite_self"
    if user.deleted:
        return "cant_invite"
    if user.id in channel.members:
        return "already_in_channel"
    return "user_is_restricted" if user.is_restricted else None


@method("conversations.join", tier=3, scope="channels:join")
def join(hub: Hub, *, channel: str) -> Json:
    """Make the bot a member of a public channel."""
    where = known(hub, channel)
    if where.is_private:
        raise ApiError("method_not_supported_for_channel_type")
    if where.is_archived:
        raise ApiError("is_archived")
    if is_in(hub, where):
        return {"channel": channel_json(hub, where), "warning": "already_in_channel"}
    rooms.add(hub, where, hub.workspace.bot_user_id)
    return {"channel": channel_json(hub, where)}


@method("conversations.leave", tier=3, scope=MANAGE)
def leave(hub: Hub, *, channel: str) -> Json:
    """Take the bot out of a channel."""
    where = known(hub, channel, MANAGE)
    if not is_in(hub, where):
        return {"not_in_channel": True}
    if where.is_archived:
        raise ApiError("is_archived")
    if where.is_general:
        raise ApiError("cant_leave_general")
    rooms.remove(hub, where, hub.workspace.bot_user_id)
    return {}


@method("conversations.kick", tier=3, scope=MANAGE)
def kick(hub: Hub, *, channel: str, user: str) -> Json:
    """Take a person out of a channel."""
    where = joined(hub, channel, MANAGE)
    if user == hub.workspace.bot_user_id:
        raise ApiError("cant_kick_self")
    if user not in hub.workspace.users:
        raise ApiError("user_not_found")
    if user not in where.members:
        raise ApiError("not_in_channel")
    if where.is_general:
        raise ApiError("cant_kick_from_general")
    rooms.remove(hub, where, user)
    return {}


@method("conversations.members", tier=4, scope=READ)
def members(hub: Hub, *, channel: str, cursor: str | None = None, limit: int | None = None) -> Json:
    """List a channel's members."""
    some, following = page(known(hub, channel, READ).members, cursor, limit)
    return {"members": some, **following}


@method("conversations.open", tier=3, scope={"im": "im:write"})
def open_direct(
    hub: Hub,
    *,
    users: Commas | None = None,
    channel: str | None = None,
    return_im: bool = False,
    prevent_creation: bool = False,
) -> Json:
    """Open the direct conversation with one person."""
    require(hub, "im:write")
    if channel is not None:
        return _opened(hub, known(hub, channel), return_im=return_im)
    if not users:
        raise ApiError("users_list_not_supplied")
    if len(users) > 1:
        raise ApiError("method_not_supported_for_channel_type")
    user = hub.workspace.users.get(users[0])
    if user is None:
        raise ApiError("user_not_found")
    if user.deleted:
        raise ApiError("user_disabled")
    return _opened(hub, rooms.direct(hub, user.id), return_im=return_im)


def _opened(hub: Hub, channel: Channel, *, return_im: bool) -> Json:
    return {"channel": channel_json(hub, channel) if return_im else {"id": channel.id}}
