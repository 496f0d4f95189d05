"""Flags of flagd: a JSON file of definitions in a ConfigMap, where `state` says whether a flag is on.

The file is written back as a whole, and only over the version that was read. A disabled flag makes every evaluation
answer the caller's own default.
"""

import json
from typing import Any, Final, Literal

from pydantic import Field

from commands.base.contract import Params, Progress, Surroundings
from commands.base.flag_provider import FlagState
from commands.base.kubernetes_answers import NOTHING, changed_meanwhile
from commands.base.kubernetes_api import KubernetesApi
from commands.base.kubernetes_places import CONFIG_MAP, Json, Name, Namespace, Place
from commands.base.masking import quoted
from incidents.containment import ActionError, ChangedMeanwhileError

_TRIES: Final = 5
_WORDS: Final = {True: "ENABLED", False: "DISABLED"}
_STATES: Final = {word: on for on, word in _WORDS.items()}


class FlagdConnection(Params):
    """`connections.flags.<name>` for a flagd that reads its flags from a ConfigMap of connections.kubernetes."""

    provider: Literal["flagd"]
    namespace: Namespace = Field(description="the ConfigMap's namespace")
    configmap: Name = Field(description="the ConfigMap's name")
    key: str = Field(
        default="flags.json", pattern=r"^[-._a-zA-Z0-9]{1,253}$", description="the key that holds the JSON"
    )


class Flagd:
    """The flags of one file. Implements `FlagProvider`."""

    def __init__(self, surroundings: Surroundings, connection: FlagdConnection) -> None:
        """Open nothing."""
        self._surroundings = surroundings
        self._at = connection

    @property
    def where(self) -> str:
        """The file, for people."""
        return f"flagd {self._at.namespace}/{self._at.configmap} {self._at.key}"

    async def read(self, flag: str) -> FlagState:
        """How the flag stands now."""
        api = KubernetesApi(self._surroundings)
        try:
            thing = await api.get(self._place)
        finally:
            await api.close()
        found = self._flag(self._file(thing), flag)
        targeted = (
            ("It has targeting rules: put on, they decide for whom.",) if found.get("targeting") else ()
        )
        return FlagState(_STATES[found["state"]], targeted)

    async def switch(self, flag: str, *, on: bool, reason: str, progress: Progress) -> None:
        """Put the flag on or off, in the version of the file that was read."""
        api = KubernetesApi(self._surroundings)
        try:
            for _ in range(_TRIES):
                thing = await api.get(self._place)
                body = self._switched(thing, flag, on=on)
                if body is None:
                    return
                try:
                    await api.patch(self._place, body)
                except ChangedMeanwhileError:
                    await progress(f"{self._place.text} has just been changed; trying again")
                    continue
                return
        finally:
            await api.close()
        raise changed_meanwhile(self._place, f"it changed {_TRIES} times while Cordon tried")

    @property
    def _place(self) -> Place:
        return CONFIG_MAP.at(self._at.namespace, self._at.configmap)

    def _switched(self, thing: Json, flag: str, *, on: bool) -> Json | None:
        """The patch, or None where the flag stands so already."""
        file = self._file(thing)
        found = self._flag(file, flag)
        if _STATES[found["state"]] == on:
            return None
        found["state"] = _WORDS[on]
        text = json.dumps(file, indent=2, ensure_ascii=False) + "\n"
        about = {"resourceVersion": thing["metadata"]["resourceVersion"]}
        return {"metadata": about, "data": {self._at.key: text}}

    def _file(self, thing: Json) -> Json:
        text = (thing.get("data") or {}).get(self._at.key)
        if text is None:
            raise self._strange(f"has no key {self._at.key}")
        try:
            file: Any = json.loads(text)
        except (ValueError, RecursionError):
            file = None
        if not isinstance(file, dict) or not isinstance(file.get("flags"), dict):
            raise self._strange(f"holds no flags of flagd in {self._at.key}")
        return file

    def _flag(self, file: Json, flag: str) -> Json:
        found: Any = file["flags"].get(flag)
        if found is None:
            known = quoted(", ".join(sorted(file["flags"])) or "none")
            raise self._strange(f"has no flag {flag}; there are: {known}")
        if not isinstance(found, dict) or found.get("state") not in _STATES:
            raise self._strange(f"has a flag {flag} that is neither ENABLED nor DISABLED")
        one: Json = found
        return one

    def _strange(self, why: str) -> ActionError:
        return ActionError(
            f"{self._place.text} {why}.",
            now=NOTHING,
            then="Check the connection's configmap and key, and the flag's name.",
        )
