"""Flags in LaunchDarkly, through its REST API v2: a flag's targeting on or off in one environment."""

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
_SEMANTIC_PATCH: Final = "application/json; domain-model=launchdarkly.semanticpatch"
_NEEDS_APPROVAL: Final = 405


class LaunchDarklyConnection(Params):
    """`connections.flags.<name>` for a LaunchDarkly account."""

    provider: Literal["launchdarkly"]
    url: WebAddress = Field(
        default="https://app.launchdarkly.com", description="the account's address, without /api"
    )
    token_env: str = Field(description="the variable that holds a REST access token that may write")
    project: str = Field(min_length=1, description="the project's key")
    environment: str = Field(min_length=1, description="the environment's key, such as production")


class LaunchDarkly:
    """One project and environment of a LaunchDarkly account. Implements `FlagProvider`."""

    def __init__(self, surroundings: Surroundings, connection: LaunchDarklyConnection) -> None:
        """Open nothing."""
        self._surroundings = surroundings
        self._at = connection
        self._auth = Auth(env=connection.token_env, scheme="none")

    @property
    def where(self) -> str:
        """The provider, project and environment, for people."""
        return f"LaunchDarkly {self._at.project}/{self._at.environment}"

    async def read(self, flag: str) -> FlagState:
        """How the flag stands now."""
        address = f"{self._address(flag)}?env={quote(self._at.environment, safe='')}"
        call = Call("GET", address, auth=self._auth, guarded=False)
        answer = await ask(self._surroundings, call)
        found = object_of(answer, call.what)
        environments = found.get("environments")
        here = environments.get(self._at.environment) if isinstance(environments, dict) else None
        if not isinstance(here, dict) or not isinstance(here.get("on"), bool):
            raise strange(call.what, answer)
        archived = ("It is archived: switching it has no effect.",) if found.get("archived") is True else ()
        return FlagState(here["on"], archived)

    async def switch(self, flag: str, *, on: bool, reason: str, progress: Progress) -> None:
        """Put the flag's targeting on or off, with the reason as comment."""
        body = {
            "environmentKey": self._at.environment,
            "instructions": [{"kind": "turnFlagOn" if on else "turnFlagOff"}],
        }
        call = Call(
            "PATCH",
            self._address(flag),
            headers={"Content-Type": _SEMANTIC_PATCH},
            body=body | ({"comment": reason} if reason else {}),
            auth=self._auth,
            guarded=False,
            accept=frozenset({_NEEDS_APPROVAL}),
        )
        answer = await insist(self._surroundings, call, retries=_RETRIES, repeatable=True, progress=progress)
        if answer.status == _NEEDS_APPROVAL:
            raise ActionError(
                refuse(call, answer).failed,
                now="The flag was not changed.",
                then=f"This environment asks for approvals: have it approved in LaunchDarkly, or let the token in "
                f"{self._at.token_env} bypass them.",
            )

    def _address(self, flag: str) -> str:
        base = self._at.url.rstrip("/").removesuffix("/api")
        return f"{base}/api/v2/flags/{quote(self._at.project, safe='')}/{quote(flag, safe='')}"
