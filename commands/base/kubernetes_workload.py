"""What the commands on Deployments and StatefulSets share: parameters, reading one, and waiting for its pods.

A workload is seen to be as it should when its pods are: the ones wanted are ready, and no other runs any more.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self, TypeVar

from pydantic import Field, model_validator

from commands.base.contract import Params, Progress, Surroundings
from commands.base.kubernetes_api import KubernetesApi
from commands.base.kubernetes_command import KubernetesCommand
from commands.base.kubernetes_places import (
    DEPLOYMENT,
    POD,
    STATEFUL_SET,
    Json,
    Name,
    Namespace,
    Place,
    selector_text,
)
from commands.base.kubernetes_watch import Objects, Wait
from incidents.containment import Permission, Verification

RUN_ANNOTATION = "cordon/run"
"""Where a workload holds the key of the run that changed it last."""
HASH_LABEL = "pod-template-hash"
_OVER = frozenset({"Succeeded", "Failed"})
_SHOWN = 5


class WorkloadParams(Params):
    """Which workload is meant."""

    namespace: Namespace = Field(description="the namespace it is in")
    deployment: Name | None = Field(None, description="the Deployment's name")
    statefulset: Name | None = Field(None, description="the StatefulSet's name, instead of a Deployment's")

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.deployment is None) == (self.statefulset is None):
            raise ValueError("give either deployment or statefulset")
        return self

    @property
    def place(self) -> Place:
        """The workload's place in the cluster."""
        kind = DEPLOYMENT if self.deployment else STATEFUL_SET
        return kind.at(self.namespace, self.deployment or self.statefulset)


@dataclass(frozen=True)
class Workload:
    """A workload as it was read."""

    place: Place
    thing: Json

    @property
    def uid(self) -> str:
        """What tells it from one that was made anew under its name."""
        return str(self.thing["metadata"]["uid"])

    @property
    def version(self) -> str:
        """The version of this reading."""
        return str(self.thing["metadata"]["resourceVersion"])

    @property
    def replicas(self) -> int:
        """How many pods it asks for."""
        return int(self.thing["spec"].get("replicas", 1))

    @property
    def ready(self) -> int:
        """How many of its pods serve."""
        return int((self.thing.get("status") or {}).get("readyReplicas", 0))

    @property
    def selector(self) -> str:
        """What finds its pods."""
        return selector_text(self.thing["spec"]["selector"])

    @property
    def template(self) -> Json:
        """What its pods are made from."""
        template: Json = self.thing["spec"]["template"]
        return template

    @property
    def annotations(self) -> Json:
        """Its own annotations."""
        return self.thing["metadata"].get("annotations") or {}


P = TypeVar("P", bound=WorkloadParams)


class WorkloadCommand(KubernetesCommand[P]):
    """A command on one workload."""

    async def read(self, params: P) -> Workload:
        """The workload as it is. Raises ActionError."""
        return Workload(params.place, await self.api.get(params.place))

    async def wait_for_pods(
        self,
        place: Place,
        selector: str,
        wanted: int,
        progress: Progress,
        belongs: Callable[[Json], bool] = lambda _: True,
    ) -> Verification:
        """Wait until so many pods are ready and no others run.

        Args:
            place: the workload.
            selector: what finds its pods.
            wanted: how many must be ready.
            progress: told of each new count.
            belongs: tells the pods that are wanted from those that must go.
        """
        return await pods_of(
            self.api, self.surroundings, place, selector, wanted=wanted, progress=progress, belongs=belongs
        )


async def pods_of(
    api: KubernetesApi,
    surroundings: Surroundings,
    place: Place,
    selector: str,
    *,
    wanted: int,
    progress: Progress,
    belongs: Callable[[Json], bool] = lambda _: True,
) -> Verification:
    """As `WorkloadCommand.wait_for_pods`, for whoever is no such command."""
    seen = _Pods(wanted, belongs, progress)
    wait = Wait(api, surroundings.clock, POD.at(place.namespace), {"labelSelector": selector}, seen.look)
    done = await wait.until(surroundings.clock.now() + timedelta(seconds=surroundings.patience))
    return Verification(verified=done, evidence=seen.evidence(place))


class _Pods:
    """The pods as they were seen last."""

    def __init__(self, wanted: int, belongs: Callable[[Json], bool], progress: Progress) -> None:
        self._wanted = wanted
        self._belongs = belongs
        self._progress = progress
        self._ready: list[Json] = []
        self._others: list[Json] = []
        self._told = ""

    async def look(self, pods: Objects) -> bool:
        running = [pod for pod in pods.values() if (pod.get("status") or {}).get("phase") not in _OVER]
        self._ready = [pod for pod in running if self._belongs(pod) and _serves(pod)]
        self._others = [pod for pod in running if pod not in self._ready]
        if len(self._ready) == self._wanted and not self._others:
            return True
        if self._counts != self._told:
            self._told = self._counts
            await self._progress(f"waiting: {self._counts}")
        return False

    def evidence(self, place: Place) -> tuple[str, ...]:
        reasons = [f"{pod['metadata']['name']} {_why(pod)}" for pod in self._others[:_SHOWN]]
        return (f"{place.text}: {self._counts}", *reasons)

    @property
    def _counts(self) -> str:
        others = len(self._others)
        if not self._wanted:
            return f"{others + len(self._ready)} pods left"
        return f"{len(self._ready)} of {self._wanted} pods ready, {others} other{'' if others == 1 else 's'} there"


def _serves(pod: Json) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or []
    ready = any(one.get("type") == "Ready" and one.get("status") == "True" for one in conditions)
    return ready and "deletionTimestamp" not in pod["metadata"]


def _why(pod: Json) -> str:
    if "deletionTimestamp" in pod["metadata"]:
        return "is ending"
    for one in (pod.get("status") or {}).get("containerStatuses") or []:
        waiting = (one.get("state") or {}).get("waiting")
        if waiting:
            return f"is not ready: {waiting.get('reason', 'waiting')}"
    return "is not the one wanted" if _serves(pod) else "is not ready"


def digest(thing: Any) -> str:  # noqa: ANN401 -- JSON of any shape
    """A short fingerprint of a JSON value, which tells nothing of it."""
    return hashlib.sha256(json.dumps(thing, sort_keys=True).encode()).hexdigest()[:16]


def images(template: Json) -> str:
    """What a template's containers run, for people: "agent:2, proxy:1"."""
    return ", ".join(str(one.get("image", one["name"])) for one in template["spec"]["containers"])


def waiting_permissions(namespace: str) -> tuple[Permission, ...]:
    """What waiting for pods needs."""
    pods = POD.at(namespace)
    return (pods.permission("list"), pods.permission("watch"))
