"""What a Web API method is: its arguments (read from its function's signature), scope, tier and token."""

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, create_model

from sandbox.errors import ApiError, invalid_arguments
from sandbox.hub import Hub
from sandbox.workspace import Json

POSTS = 0
"""The tier of chat.postMessage: limited by channel."""
SPECIAL = -1
"""A method without a limit that matters here."""


def _from_json(value: object) -> object:
    """Nested arguments come as JSON text in a form."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise ValueError("must be valid JSON") from error


def _from_commas(value: object) -> object:
    return [one.strip() for one in value.split(",") if one.strip()] if isinstance(value, str) else value


JsonObject = Annotated[dict[str, Any], BeforeValidator(_from_json)]
JsonObjects = Annotated[list[dict[str, Any]], BeforeValidator(_from_json)]
Commas = Annotated[list[str], BeforeValidator(_from_commas)]


@dataclass(frozen=True)
class Method:
    """A Web API method. `scopes` are those of which the app needs one, by the kind of channel where it matters."""

    name: str
    tier: int
    scopes: Mapping[str, str]
    token: Literal["bot", "app"] | None
    arguments: type[BaseModel]
    run: Callable[..., Json]

    def call(self, hub: Hub, raw: Mapping[str, Any]) -> Json:
        """Do it. Raises ApiError for arguments or states that Slack refuses."""
        if "any" in self.scopes:
            require(hub, self.scopes["any"])
        # Bolt's clients name the workspace in every call
        if raw.get("team_id", hub.workspace.team_id) != hub.workspace.team_id:
            raise ApiError("team_not_found")
        given = self.parsed({name: value for name, value in raw.items() if name != "team_id"})
        return self.run(hub, **{name: getattr(given, name) for name in type(given).model_fields})

    def parsed(self, raw: Mapping[str, Any]) -> BaseModel:
        """The arguments in their types. Raises ApiError `invalid_arguments`."""
        try:
            return self.arguments.model_validate(raw)
        except ValidationError as error:
            raise invalid_arguments(*map(_explained, error.errors())) from None


def _explained(error: Any) -> str:  # noqa: ANN401 -- pydantic's ErrorDetails
    at = "/".join(str(part) for part in error["loc"])
    if error["type"] == "missing":
        return f"missing required field: {at}"
    if error["type"] == "extra_forbidden":
        return f"unknown argument: {at}"
    return f"{error['msg']} [json-pointer:/{at}]"


def method(
    name: str,
    *,
    tier: int,
    scope: str | Mapping[str, str] | None = None,
    token: Literal["bot", "app"] | None = "bot",  # noqa: S107 -- a kind of token
) -> Callable[[Callable[..., Json]], Method]:
    """Make a Web API method of a function whose first parameter is the hub and the others its arguments.

    Args:
        name: Slack's name for it.
        tier: 1 to 4, POSTS or SPECIAL.
        scope: the bot scope it needs; by kind of channel where the function itself asks for it.
        token: the kind of token it takes, None for no token at all.
    """
    scopes = {"any": scope} if isinstance(scope, str) else dict(scope or {})

    def made(run: Callable[..., Json]) -> Method:
        return Method(name, tier, scopes, token, _model(name, run), run)

    return made


def _model(name: str, run: Callable[..., Json]) -> type[BaseModel]:
    own = list(inspect.signature(run).parameters.values())[1:]
    fields: dict[str, Any] = {
        one.name: (one.annotation, ... if one.default is inspect.Parameter.empty else one.default)
        for one in own
    }
    return create_model(name, __config__=ConfigDict(extra="forbid"), **fields)


def require(hub: Hub, scope: str) -> None:
    """Raise ApiError `missing_scope` unless the app was installed with this scope."""
    if scope not in hub.app.scopes:
        raise ApiError("missing_scope", needed=scope, provided=",".join(sorted(hub.app.scopes)))
