"""Some keys of a Secret, whose values stand in the environment and nowhere else: not in a plan, a log or an error.

What people see of a value is a short fingerprint, salted by the Secret's own version and slow to compute, so that it
tells one value from another and can't be turned back. The way back is kept as names of variables, or not at all.
"""

import asyncio
import base64
import hashlib
from collections.abc import Mapping
from typing import Final

from commands.base import connections
from commands.base.contract import Surroundings
from commands.base.kubernetes_answers import changed_meanwhile
from commands.base.kubernetes_api import KubernetesApi
from commands.base.kubernetes_config_params import ConfigParams, FromEnvironment
from commands.base.kubernetes_edit import Edit, Kept, refuse_immutable
from commands.base.kubernetes_fields import Side
from commands.base.kubernetes_places import Json
from incidents.containment import ActionError, Change, Verification
from incidents.errors import ConfigError

_Values = Mapping[str, str | None]
"""Key -> value as Kubernetes writes it (base64), None for a key that is not there."""
_FINGERPRINT_BYTES: Final = 3
_WORK: Final = 2**14


class SecretEdit:
    """Some keys of a Secret. Implements `Editing`."""

    def __init__(self, api: KubernetesApi, surroundings: Surroundings, params: ConfigParams) -> None:
        """Open nothing."""
        self._api = api
        self._surroundings = surroundings
        self._params = params
        self._place = params.place

    async def plan(self) -> Edit:
        """Compare the keys, and look whether the way back is kept."""
        wanted = self._wanted()
        now = await self._api.get(self._place)
        refuse_immutable(self._place, now)
        held = _held(now, wanted)
        salt = f"{now['metadata']['uid']}/{now['metadata']['resourceVersion']}"
        because, back = self._way_back(held)
        changes = [
            Change(
                what=f"{self._place.text} key {key}{self._source(key)}",
                before=await _fingerprint(held[key], salt, key),
                after=await _fingerprint(wanted[key], salt, key),
            )
            for key in sorted(wanted)
        ]
        return Edit(
            self._place,
            tuple(changes),
            state={"uid": now["metadata"]["uid"], "version": now["metadata"]["resourceVersion"]},
            inverse={"back": back},
            warnings=(f"It can't be taken back: {because}.",) if because else (),
            irreversible_because=because,
        )

    async def make(self, state: Kept, inverse: Kept) -> None:
        """Write the keys, where the Secret is still at the version of the plan."""
        wanted = self._wanted()
        now = await self._api.get(self._place)
        if _held(now, wanted) == wanted and now["metadata"]["uid"] == state["uid"]:
            return
        if (now["metadata"]["uid"], now["metadata"]["resourceVersion"]) != (state["uid"], state["version"]):
            raise changed_meanwhile(self._place)
        await self._write(now, wanted)

    async def take_back(self, state: Kept, inverse: Kept) -> None:
        """Write the values of before, where those that were written are still there."""
        back = self._back(inverse)
        now = await self._api.get(self._place)
        if _held(now, back) == back and now["metadata"]["uid"] == state["uid"]:
            return
        wanted = self._wanted()
        if _held(now, wanted) != wanted or now["metadata"]["uid"] != state["uid"]:
            raise changed_meanwhile(self._place, "it no longer holds what was written")
        await self._write(now, back)

    async def see(self, inverse: Kept, side: Side) -> Verification:
        """Read the keys back."""
        wanted = self._wanted() if side == "after" else self._back(inverse)
        held = _held(await self._api.get(self._place), wanted)
        right = sum(held[key] == wanted[key] for key in wanted)
        wish = "wanted" if side == "after" else "as before"
        text = f"{self._place.text}: {right} of {len(wanted)} keys are {wish}"
        return Verification(verified=right == len(wanted), evidence=(text,))

    async def _write(self, now: Json, values: _Values) -> None:
        about = {"resourceVersion": now["metadata"]["resourceVersion"]}
        await self._api.patch(self._place, {"metadata": about, "data": dict(values)})

    def _wanted(self) -> _Values:
        return {key: self._value(value) for key, value in self._params.data.items()}

    def _back(self, inverse: Kept) -> _Values:
        return {
            key: self._value(FromEnvironment(env=env) if env else None)
            for key, env in inverse["back"].items()
        }

    def _value(self, given: object) -> str | None:
        return _encoded(self._surroundings, given) if isinstance(given, FromEnvironment) else None

    def _source(self, key: str) -> str:
        given = self._params.data[key]
        return f" (from {given.env})" if isinstance(given, FromEnvironment) else ""

    def _way_back(self, held: _Values) -> tuple[str, dict[str, str | None]]:
        """Why there is none, if so; and key -> the variable with its value of now, None for a key to take away."""
        back: dict[str, str | None] = {}
        for key, value in held.items():
            kept = self._params.before.get(key)
            if value is None:
                back[key] = None
            elif kept is None:
                return f"no variable is named that keeps the value which {key} has now", {}
            elif not self._holds(kept, value):
                return f"{kept.env} does not hold the value which {key} has now", {}
            else:
                back[key] = kept.env
        return "", back

    def _holds(self, kept: FromEnvironment, value: str) -> bool:
        """One that is missing is no reason not to contain."""
        try:
            return self._value(kept) == value
        except ActionError:
            return False


def _encoded(surroundings: Surroundings, given: FromEnvironment) -> str:
    """As it stands there, line ends and all: a key in PEM is of many lines."""
    try:
        value = surroundings.secret(given.env).get_secret_value()
    except ConfigError:
        value = ""
    if not value:
        raise connections.misconfigured(f"The variable {given.env} is not set, or empty.")
    return base64.b64encode(value.encode()).decode()


def _held(now: Json, keys: _Values) -> _Values:
    data = now.get("data") or {}
    return {key: data.get(key) for key in keys}


async def _fingerprint(value: str | None, salt: str, key: str) -> str:
    """Slow on purpose; in a thread, so that nobody waits for it."""
    if value is None:
        return "not there"
    mark = await asyncio.to_thread(
        hashlib.scrypt,
        value.encode(),
        salt=f"{salt}/{key}".encode(),
        n=_WORK,
        r=8,
        p=1,
        dklen=_FINGERPRINT_BYTES,
    )
    return f"a value, #{mark.hex()}"
