"""The Deployments that read a configuration only when they start: started anew after it, and waited for."""

from collections.abc import Mapping
from typing import Any

from commands.base.contract import Progress, Surroundings
from commands.base.kubernetes_answers import changed_meanwhile
from commands.base.kubernetes_api import KubernetesApi
from commands.base.kubernetes_places import Json, Place
from commands.base.kubernetes_restarts import refuse_without_effect, restart_body, run_of
from commands.base.kubernetes_workload import Workload, digest, images, pods_of, waiting_permissions
from incidents.containment import (
    ActionError,
    Change,
    ChangedMeanwhileError,
    Effect,
    Permission,
    Verification,
)

_TRIES = 5


class Dependants:
    """Some Deployments of one namespace."""

    def __init__(self, api: KubernetesApi, surroundings: Surroundings, places: tuple[Place, ...]) -> None:
        """Open nothing."""
        self._api = api
        self._surroundings = surroundings
        self._places = places

    async def read(self) -> list[Workload]:
        """All of them. Raises ActionError, also where a restart of one would have no effect."""
        found = [Workload(place, await self._api.get(place)) for place in self._places]
        for one in found:
            refuse_without_effect(one)
        return found

    async def restart(self, state: Mapping[str, Any], key: str, progress: Progress) -> None:
        """Start them anew, each once for a key.

        Args:
            state: name -> uid, as the plan found them.
            key: of the run.
            progress: told of each.

        Raises:
            ActionError: one could not be; says which are left, and that the configuration is changed already.
        """
        for number, place in enumerate(self._places):
            await progress(f"starting {place.text} anew")
            try:
                await self._restart(place, str(state[str(place.name)]), key)
            except ActionError as error:
                left = ", ".join(str(one.name) for one in self._places[number:])
                effect = Effect.UNKNOWN if error.effect is Effect.UNKNOWN else Effect.PARTIAL
                raise ActionError(
                    error.failed,
                    now=f"The configuration is changed; not started anew for certain: {left}.",
                    then="Run the action again, or start them anew by hand; until then they use the old one.",
                    effect=effect,
                ) from error

    async def wait(self, key_ends: str, progress: Progress) -> Verification:
        """Wait until each has only pods of its restart.

        Args:
            key_ends: what tells this restart's key from the one of the way back.
            progress: told of counts.
        """
        seen = [await self._wait(place, key_ends, progress) for place in self._places]
        return Verification(
            verified=all(one.verified for one in seen),
            evidence=tuple(text for one in seen for text in one.evidence),
        )

    async def _restart(self, place: Place, uid: str, key: str) -> None:
        for _ in range(_TRIES):
            now = Workload(place, await self._api.get(place))
            if now.uid != uid:
                raise changed_meanwhile(place, "it was deleted and made anew")
            if run_of(now.template) == key:
                return
            body = restart_body(self._surroundings.clock.now(), key, now.version)
            try:
                await self._api.patch(place, body)
            except ChangedMeanwhileError:
                continue
            return
        raise changed_meanwhile(place, f"it changed {_TRIES} times while Cordon tried")

    async def _wait(self, place: Place, key_ends: str, progress: Progress) -> Verification:
        now = Workload(place, await self._api.get(place))
        run = run_of(now.template)
        if run is None or not run.endswith(key_ends):
            return Verification(verified=False, evidence=(f"{place.text} has not been started anew",))

        def is_new(pod: Json) -> bool:
            return run_of(pod) == run

        return await pods_of(
            self._api,
            self._surroundings,
            place,
            now.selector,
            wanted=now.replicas,
            progress=progress,
            belongs=is_new,
        )


def changes(dependants: list[Workload]) -> tuple[Change, ...]:
    """What is shown of them."""
    return tuple(
        Change(
            what=f"{one.place.text} pods",
            before=images(one.template),
            after=f"{images(one.template)}, started anew",
        )
        for one in dependants
    )


def states(dependants: list[Workload]) -> Json:
    """What a plan is made from: each one's uid and template."""
    return {str(one.place.name): {"uid": one.uid, "template": digest(one.template)} for one in dependants}


def permissions(places: tuple[Place, ...]) -> tuple[Permission, ...]:
    """What all of this needs."""
    own = tuple(place.permission(verb) for place in places for verb in ("get", "patch"))
    return own + tuple(one for place in places[:1] for one in waiting_permissions(place.namespace or ""))
