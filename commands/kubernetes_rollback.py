"""Take a Deployment back to an earlier revision, such as the last known good model, and forth again."""

from collections.abc import Mapping, Sequence
from typing import Self

from pydantic import Field, model_validator

from commands.base.contract import Progress
from commands.base.kubernetes_answers import changed_meanwhile
from commands.base.kubernetes_api import JSON_PATCH
from commands.base.kubernetes_places import REPLICA_SET, Json
from commands.base.kubernetes_revisions import Revision, current, named, revisions_of, wanted
from commands.base.kubernetes_snapshot import SnapshotParams, snapshot_permissions, take
from commands.base.kubernetes_workload import (
    HASH_LABEL,
    RUN_ANNOTATION,
    Workload,
    WorkloadCommand,
    images,
    waiting_permissions,
)
from incidents.containment import Change, ChangedMeanwhileError, Permission, Plan, Verification

_TRIES = 5


class RollbackParams(SnapshotParams):
    """Where to go back to."""

    revision: int | None = Field(
        None, ge=1, description="the revision's number; default: the one before the present"
    )

    @model_validator(mode="after")
    def _is_deployment(self) -> Self:
        if self.deployment is None:
            raise ValueError("give a deployment: only a Deployment keeps revisions to go back to")
        return self


class KubernetesRollback(WorkloadCommand[RollbackParams]):
    """Put an earlier template back; seen to work when its images are read back and only its pods are left."""

    name = "kubernetes_rollback"
    summary = "Take a Deployment back to its previous or a named revision"
    params_type = RollbackParams

    async def plan(self, params: RollbackParams) -> Plan:
        """Read the revisions."""
        workload, revisions = await self._read_all(params)
        now = current(workload, revisions)
        goal = wanted(params.place, revisions, now, params.revision)
        keeps_none = workload.thing["spec"].get("revisionHistoryLimit") == 0
        return Plan(
            target=params.place.text,
            changes=(Change(what=f"{params.place.text} revision", before=now.text, after=goal.text),),
            warnings=_warnings(workload),
            reversible=not keeps_none,
            irreversible_because="the cluster keeps no old revisions of it" if keeps_none else "",
            destroys_evidence=goal != now and workload.replicas > 0,
            state={"uid": workload.uid, "from": now.name, "to": goal.name},
            inverse={"from": _as_json(now), "to": _as_json(goal)},
        )

    async def execute(self, params: RollbackParams, plan: Plan, key: str, progress: Progress) -> None:
        """Put the template back, once for a key."""
        await self._go(params, plan, plan.inverse["from"], plan.inverse["to"], f"execute {key}")

    async def verify(self, params: RollbackParams, plan: Plan, progress: Progress) -> Verification:
        """Read the images back, and wait until only that revision's pods are left."""
        return await self._see(params, plan.inverse["to"], progress)

    async def revert(self, params: RollbackParams, plan: Plan, key: str, progress: Progress) -> None:
        """Go forth again, where the Deployment is still at what was rolled back to."""
        await self._go(params, plan, plan.inverse["to"], plan.inverse["from"], f"revert {key}")

    async def verify_reverted(self, params: RollbackParams, plan: Plan, progress: Progress) -> Verification:
        """As `verify`, for the revision of before."""
        return await self._see(params, plan.inverse["from"], progress)

    async def snapshot(self, params: RollbackParams) -> Mapping[str, bytes]:
        """Manifests, logs and, where a port is given, metrics."""
        return await take(self.api, params, await self.read(params))

    @classmethod
    def permissions(cls, params: RollbackParams) -> Sequence[Permission]:
        """Reading the workload, its revisions and pods, and changing the workload."""
        own = (params.place.permission("get"), params.place.permission("patch"))
        sets = (REPLICA_SET.at(params.namespace).permission("list"),)
        more = (*waiting_permissions(params.namespace), *snapshot_permissions(params))
        return tuple(dict.fromkeys((*own, *sets, *more)))

    async def _read_all(self, params: RollbackParams) -> tuple[Workload, list[Revision]]:
        workload = await self.read(params)
        sets = await self.api.get(REPLICA_SET.at(params.namespace), {"labelSelector": workload.selector})
        return workload, revisions_of(workload, sets.get("items") or [])

    async def _go(self, params: RollbackParams, plan: Plan, start: Json, goal: Json, run: str) -> None:
        """Go from one revision to another; the run's mark is on the Deployment, as its pods must not differ."""
        for _ in range(_TRIES):
            workload, revisions = await self._read_all(params)
            if workload.annotations.get(RUN_ANNOTATION) == run:
                return
            if workload.uid != plan.state["uid"]:
                raise changed_meanwhile(params.place, "it was deleted and made anew")
            now = current(workload, revisions)
            if now.name == goal["name"]:
                return
            if now.name != start["name"]:
                raise changed_meanwhile(params.place, f"it is at {now.text}")
            target = named(params.place, revisions, goal["name"])
            try:
                await self.api.patch(params.place, _operations(workload, target, run), JSON_PATCH)
            except ChangedMeanwhileError:
                continue
            return
        raise changed_meanwhile(params.place, f"it changed {_TRIES} times while Cordon tried")

    async def _see(self, params: RollbackParams, goal: Json, progress: Progress) -> Verification:
        workload = await self.read(params)
        found = images(workload.template)
        read_back = f"{params.place.text} runs {found}"
        if found != goal["images"]:
            return Verification(verified=False, evidence=(f"{read_back} instead of {goal['images']}",))

        def is_of_goal(pod: Json) -> bool:
            return bool((pod["metadata"].get("labels") or {}).get(HASH_LABEL) == goal["hash"])

        pods = await self.wait_for_pods(
            params.place, workload.selector, workload.replicas, progress, is_of_goal
        )
        return Verification(verified=pods.verified, evidence=(read_back, *pods.evidence))


def _operations(workload: Workload, target: Revision, run: str) -> list[Json]:
    """Naming the version that was read makes the cluster refuse when somebody else was faster."""
    marks = {**workload.annotations, RUN_ANNOTATION: run}
    return [
        {"op": "replace", "path": "/metadata/resourceVersion", "value": workload.version},
        {"op": "add", "path": "/metadata/annotations", "value": marks},
        {"op": "replace", "path": "/spec/template", "value": target.template},
    ]


def _as_json(revision: Revision) -> Json:
    return {"name": revision.name, "hash": revision.hash, "images": images(revision.template)}


def _warnings(workload: Workload) -> tuple[str, ...]:
    paused = workload.thing["spec"].get("paused")
    return ("Its rollouts are paused: nothing happens until they are resumed.",) if paused else ()
