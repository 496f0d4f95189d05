"""What keeps a cluster going: Deployments make ReplicaSets, those make Pods, which start and end.

Services get their endpoints in `kubernetes_endpoints.py`. One pass at a time over the whole store until nothing changes; good for hundreds of pods, not for thousands.
"""

import asyncio
import hashlib
import json
import secrets
from collections.abc import Sequence
from typing import Final

from sandbox.changes import Change
from sandbox.kubernetes_answers import Json
from sandbox.kubernetes_endpoints import point
from sandbox.kubernetes_kinds import (
    DEPLOYMENT,
    POD,
    REPLICA_SET,
    SERVICE,
    STATEFUL_SET,
    Kind,
)
from sandbox.kubernetes_pods import Ages, is_ready, new_pod, settle
from sandbox.kubernetes_store import Store, moment

REVISION: Final = "deployment.kubernetes.io/revision"
HASH_LABEL: Final = "pod-template-hash"
_STATEFUL_HASH: Final = "controller-revision-hash"


class Controllers:
    """The controllers of one cluster.

    Attributes:
        start_seconds: how long a pod takes until it is ready.
        stop_seconds: how long a pod takes to end.
        broken_images: pods with one of these never get ready.
    """

    def __init__(self, store: Store, *, start_seconds: float, stop_seconds: float) -> None:
        self._store = store
        self.start_seconds = start_seconds
        self.stop_seconds = stop_seconds
        self.broken_images: set[str] = set()
        self._running = asyncio.Event()
        self._running.set()
        self._wake = asyncio.Event()
        self._ages = Ages()

    def hold(self) -> None:
        """Let nothing happen until `release`."""
        self._running.clear()

    def release(self) -> None:
        """Go on."""
        self._running.set()
        self._wake.set()

    async def run(self) -> None:
        """Keep everything as it should be until cancelled."""
        unlisten = self._store.changes.listen(self._woken)
        try:
            while True:
                await self._running.wait()
                version = self._store.version
                waiting = self._pass()
                if self._store.version == version:
                    await self._rest(waiting)
                await asyncio.sleep(0)
        finally:
            unlisten()

    def _woken(self, _: Change) -> None:
        self._wake.set()

    async def _rest(self, seconds: float | None) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return
        finally:
            self._wake.clear()

    def _pass(self) -> float | None:
        """Take every object one step on; returns in how many seconds a pod will be due."""
        for deployment in self._store.all(DEPLOYMENT):
            self._deploy(deployment)
        for replica_set in self._store.all(REPLICA_SET):
            if self._is_orphan(replica_set):
                about = replica_set["metadata"]
                self._store.delete(REPLICA_SET, about["namespace"], about["name"])
            else:
                self._replicate(replica_set)
        for stateful_set in self._store.all(STATEFUL_SET):
            self._keep_state(stateful_set)
        waits = [self._take_on(pod) for pod in self._store.all(POD)]
        for service in self._store.all(SERVICE):
            point(self._store, service)
        return min((wait for wait in waits if wait is not None), default=None)

    # --- deployments -----------------------------------------------------------------------------------

    def _deploy(self, deployment: Json) -> None:
        if deployment["spec"].get("paused"):
            return
        mine = self._owned(REPLICA_SET, deployment)
        digest = template_hash(deployment["spec"]["template"])
        current = next((one for one in mine if one["metadata"]["labels"][HASH_LABEL] == digest), None)
        newest = max((_revision(one) for one in mine), default=0)
        if current is None:
            current = self._new_replica_set(deployment, digest, newest + 1)
        elif _revision(current) < newest:
            current = self._annotate(REPLICA_SET, current, str(newest + 1))
        others = [one for one in mine if one["metadata"]["uid"] != current["metadata"]["uid"]]
        wanted = replicas(deployment)
        self._resize(current, wanted)
        if (current.get("status") or {}).get("readyReplicas", 0) >= wanted:
            for other in others:
                self._resize(other, 0)
        self._annotate(DEPLOYMENT, deployment, current["metadata"]["annotations"][REVISION])
        self._tell_status(DEPLOYMENT, deployment, self._status(deployment, [current, *others], current))

    def _new_replica_set(self, deployment: Json, digest: str, revision: int) -> Json:
        template = json.loads(json.dumps(deployment["spec"]["template"]))
        labels = template.setdefault("metadata", {}).setdefault("labels", {})
        labels[HASH_LABEL] = digest
        name = deployment["metadata"]["name"]
        return self._store.create(
            REPLICA_SET,
            deployment["metadata"]["namespace"],
            {
                "metadata": {
                    "name": f"{name}-{digest}",
                    "labels": dict(labels),
                    "annotations": {REVISION: str(revision)},
                    "ownerReferences": [owner(DEPLOYMENT, deployment)],
                },
                "spec": {"replicas": 0, "selector": {"matchLabels": dict(labels)}, "template": template},
            },
        )

    def _annotate(self, kind: Kind, thing: Json, revision: str) -> Json:
        def edit(newest: Json) -> None:
            (newest["metadata"].setdefault("annotations", {}))[REVISION] = revision

        return self._store.change(kind, thing, edit)

    def _resize(self, replica_set: Json, wanted: int) -> None:
        if replicas(replica_set) != wanted:
            self._store.change(
                REPLICA_SET, replica_set, lambda newest: newest["spec"].update(replicas=wanted)
            )

    def _status(self, thing: Json, sets: Sequence[Json], current: Json) -> Json:
        def total(field: str, of: Sequence[Json]) -> int:
            return sum((one.get("status") or {}).get(field, 0) for one in of)

        ready, wanted = total("readyReplicas", sets), replicas(thing)
        return {
            "observedGeneration": thing["metadata"]["generation"],
            "replicas": total("replicas", sets),
            "updatedReplicas": total("replicas", [current]),
            "readyReplicas": ready,
            "availableReplicas": ready,
            "unavailableReplicas": max(wanted - ready, 0),
            "conditions": [{"type": "Available", "status": "True" if ready >= wanted else "False"}],
        }

    # --- sets of pods ----------------------------------------------------------------------------------

    def _replicate(self, replica_set: Json) -> None:
        pods = [pod for pod in self._owned(POD, replica_set) if not _ending(pod)]
        wanted = replicas(replica_set)
        for _ in range(wanted - len(pods)):
            name = f"{replica_set['metadata']['name']}-{secrets.token_hex(3)[:5]}"
            self._create_pod(REPLICA_SET, replica_set, name)
        for pod in sorted(pods, key=is_ready)[: max(len(pods) - wanted, 0)]:
            self.end(pod)
        pods = [pod for pod in self._owned(POD, replica_set) if not _ending(pod)]
        self._tell_status(
            REPLICA_SET,
            replica_set,
            {
                "observedGeneration": replica_set["metadata"]["generation"],
                "replicas": len(pods),
                "readyReplicas": sum(map(is_ready, pods)),
                "availableReplicas": sum(map(is_ready, pods)),
            },
        )

    def _keep_state(self, stateful_set: Json) -> None:
        digest = template_hash(stateful_set["spec"]["template"])
        pods = {pod["metadata"]["name"]: pod for pod in self._owned(POD, stateful_set)}
        name, wanted = stateful_set["metadata"]["name"], replicas(stateful_set)
        names = [f"{name}-{number}" for number in range(wanted)]
        for missing in [one for one in names if one not in pods]:
            self._create_pod(STATEFUL_SET, stateful_set, missing, {_STATEFUL_HASH: f"{name}-{digest}"})
        old = [
            pod for pod in pods.values() if pod["metadata"]["labels"][_STATEFUL_HASH] != f"{name}-{digest}"
        ]
        for pod in [pod for one, pod in pods.items() if one not in names] + old:
            if not _ending(pod):
                self.end(pod)
        alive = [pod for pod in self._owned(POD, stateful_set) if not _ending(pod)]
        fresh = [pod for pod in alive if pod["metadata"]["labels"][_STATEFUL_HASH] == f"{name}-{digest}"]
        status = {
            "observedGeneration": stateful_set["metadata"]["generation"],
            "replicas": len(alive),
            "readyReplicas": sum(map(is_ready, alive)),
            "availableReplicas": sum(map(is_ready, alive)),
            "updatedReplicas": len(fresh),
            "updateRevision": f"{name}-{digest}",
        }
        self._tell_status(STATEFUL_SET, stateful_set, status)

    def _create_pod(self, kind: Kind, owning: Json, name: str, labels: Json | None = None) -> None:
        pod = new_pod(name, owning["spec"]["template"], owner(kind, owning), labels or {})
        self._store.create(POD, owning["metadata"]["namespace"], pod)

    def _owned(self, kind: Kind, owning: Json) -> list[Json]:
        uid = owning["metadata"]["uid"]
        return [
            one
            for one in self._store.all(kind, owning["metadata"]["namespace"])
            if any(by["uid"] == uid for by in one["metadata"].get("ownerReferences", []))
        ]

    def _tell_status(self, kind: Kind, thing: Json, status: Json) -> None:
        self._store.change(kind, thing, lambda newest: newest.update(status=status))

    # --- pods and what points to them ------------------------------------------------------------------

    def end(self, pod: Json) -> None:
        """Ask a pod to end, which it does in its own time."""
        self._store.change(POD, pod, lambda newest: newest["metadata"].update(deletionTimestamp=moment()))

    def _take_on(self, pod: Json) -> float | None:
        if self._is_orphan(pod) and not _ending(pod):
            self.end(pod)
            return 0
        seconds = self.stop_seconds if _ending(pod) else self.start_seconds
        wait = self._ages.left(pod, seconds)
        if wait is None or wait > 0:
            return wait
        if _ending(pod):
            self._store.delete(POD, pod["metadata"]["namespace"], pod["metadata"]["name"])
        else:
            self._store.change(POD, pod, lambda newest: settle(newest, self.broken_images))
        return None

    def _is_orphan(self, thing: Json) -> bool:
        alive = {
            one["metadata"]["uid"]
            for kind in (DEPLOYMENT, REPLICA_SET, STATEFUL_SET)
            for one in self._store.all(kind)
        }
        return any(by["uid"] not in alive for by in thing["metadata"].get("ownerReferences", []))


def replicas(thing: Json) -> int:
    """How many pods an object asks for."""
    return int(thing["spec"].get("replicas", 1))


def template_hash(template: Json) -> str:
    """A short name for what a template says."""
    return hashlib.sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()[:10]


def owner(kind: Kind, thing: Json) -> Json:
    """A reference to an object's controller."""
    about = thing["metadata"]
    return {
        "apiVersion": kind.api_version,
        "kind": kind.kind,
        "name": about["name"],
        "uid": about["uid"],
        "controller": True,
    }


def _revision(replica_set: Json) -> int:
    return int((replica_set["metadata"].get("annotations") or {}).get(REVISION, 0))


def _ending(pod: Json) -> bool:
    return "deletionTimestamp" in pod["metadata"]
