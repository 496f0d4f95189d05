"""Flags in Unleash, through its admin API: one toggle for each project and environment."""

from typing import Final, Literal
from urllib.parse import quote

from pydantic import Field

from commands.base.contract import Params, Progress, Surroundings
from commands.base.flag_provider import FlagState, object_of, strange
from commands.base.http_call import Auth, Call, ask, refuse
from commands.base.http_retries import insist
from commands.base.web_address import WebAddress
from incidents.containment import ActionError

_RETRIES: Final = 2
_FORBIDDEN: Final = 403


class UnleashConnection(Params):
    """`connections.flags.<name>` for an Unleash server."""

    provider: Literal["unleash"]
    url: WebAddress = Field(description="the server's address, without /api")
    token_env: str = Field(description="the variable that holds an admin or service account token")
    project: str = Field(default="default", min_length=1, description="the project")
    environment: str = Field(min_length=1, description="the environment, such as production")


class Unleash:
    """One project and environment of an Unleash server. Implements `FlagProvider`."""

    def __init__(self, surroundings: Surroundings, connection: UnleashConnection) -> None:
        """Open nothing."""
        self._surroundings = surroundings
        self._at = connection
        self._auth = Auth(env=connection.token_env, scheme="none")

    @property
    def where(self) -> str:
        """The provider, project and environment, for people."""
        return f"Unleash {self._at.project}/{self._at.environment}"

    async def read(self, flag: str) -> FlagState:
        """How the flag stands now."""
        call = Call("GET", self._address(flag), auth=self._auth, guarded=False)
        answer = await ask(self._surroundings, call)
        found = object_of(answer, call.what)
        on = found.get("enabled")
        if not isinstance(on, bool):
            raise strange(call.what, answer)
        warnings: tuple[str, ...] = ()
        if found.get("hasStrategies") is False or found.get("hasEnabledStrategies") is False:
            warnings = ("It has no active strategy: put on, Unleash decides by its default for whom.",)
        return FlagState(on, warnings)

    async def switch(self, flag: str, *, on: bool, reason: str, progress: Progress) -> None:
        """Put the flag on or off. Unleash keeps no reason with it."""
        call = Call(
            "POST",
            f"{self._address(flag)}/{'on' if on else 'off'}",
            auth=self._auth,
            guarded=False,
            accept=frozenset({_FORBIDDEN}),
        )
        answer = await insist(self._surroundings, call, retries=_RETRIES, repeatable=True, progress=progress)
        if answer.status == _FORBIDDEN:
            raise ActionError(
                refuse(call, answer).failed,
                now="The flag was not changed.",
                then=f"Give the token in {self._at.token_env} the permission; where the environment asks for change "
                "requests, have the change approved in Unleash, or let the token skip them.",
            )

    def _address(self, flag: str) -> str:
        project, name, environment = (
            quote(one, safe="") for one in (self._at.project, flag, self._at.environment)
        )
        base = self._at.url.rstrip("/").removesuffix("/api")
        return f"{base}/api/admin/projects/{project}/features/{name}/environments/{environment}"
