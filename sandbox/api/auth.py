"""auth.test, api.test and apps.connections.open."""

from sandbox.api.method import SPECIAL, method
from sandbox.errors import ApiError
from sandbox.hub import Hub
from sandbox.workspace import Json


@method("auth.test", tier=SPECIAL)
def auth_test(hub: Hub) -> Json:
    """Who the token belongs to."""
    workspace = hub.workspace
    return {
        "url": f"https://{workspace.team_domain}.slack.com/",
        "team": workspace.team_domain,
        "user": workspace.users[workspace.bot_user_id].name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "app_id": workspace.app_id,
        "is_enterprise_install": False,
    }


@method("api.test", tier=SPECIAL, token=None)
def api_test(_hub: Hub, *, error: str | None = None, foo: str | None = None) -> Json:
    """Answers what it was given."""
    arguments = {key: value for key, value in (("error", error), ("foo", foo)) if value is not None}
    if error:
        raise ApiError(error, args=arguments)
    return {"args": arguments}


@method("apps.connections.open", tier=2, token="app")  # noqa: S106 -- a kind of token
def connections_open(hub: Hub) -> Json:
    """An address for one Socket Mode connection."""
    if not hub.app.socket_mode:
        raise ApiError("socket_mode_not_enabled")
    return {"url": hub.sockets.invite()}
