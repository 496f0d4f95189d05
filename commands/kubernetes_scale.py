"""Set how many pods a Deployment or StatefulSet has, such as none, and back."""

from collections.abc import Mapping, Sequence

from pydantic import Field

from commands.base.contract import Progress
from commands.base.kubernetes_answers import changed_meanwhile
from commands.base.kubernetes_snapshot import SnapshotParams, snapshot_permissions, take
from commands.base.kubernetes_workload import Workload, WorkloadCommand, waiting_permissions
from incidents.containment import Change, ChangedMeanwhileError, Permission, Plan, Verification

_TRIES = 5
"""How often a write is made anew because the workload's status, and nothing of ours, changed in between."""


class ScaleParams(SnapshotParams):
    """How many pods."""

    replicas: int = Field(ge=0, le=10_000, description="how many pods there should be; 0 stops it")


class KubernetesScale(WorkloadCommand[ScaleParams]):
    """Set the replicas; seen to work when so many pods are ready and no others are there."""

    name = "kubernetes_scale"
    summary = "Set how many pods a Deployment or StatefulSet has; 0 stops it"
    params_type = ScaleParams

    async def plan(self, params: ScaleParams) -> Plan:
        """Read the replicas."""
        now = await self.read(params)
        change = Change(
            what=f"{params.place.text} replicas", before=str(now.replicas), after=str(params.replicas)
        )
        return Plan(
            target=params.place.text,
            changes=(change,),
            warnings=_warnings(now, params),
            destroys_evidence=params.replicas == 0 < now.replicas,
            state={"uid": now.uid, "replicas": now.replicas, "selector": now.selector},
            inverse={"replicas": now.replicas, "version": now.version},
        )

    async def execute(self, params: ScaleParams, plan: Plan, key: str, progress: Progress) -> None:
        """Set the replicas, where they are still what the plan found."""
        before = int(plan.state["replicas"])
        if before != params.replicas:
            await self._set(params, plan, before, params.replicas, str(plan.inverse["version"]))

    async def verify(self, params: ScaleParams, plan: Plan, progress: Progress) -> Verification:
        """Wait until so many pods are ready and the others are gone."""
        return await self._wait(params, plan, params.replicas, progress)

    async def revert(self, params: ScaleParams, plan: Plan, key: str, progress: Progress) -> None:
        """Set the replicas back, where they are still what was set."""
        await self._set(params, plan, params.replicas, int(plan.inverse["replicas"]))

    async def verify_reverted(self, params: ScaleParams, plan: Plan, progress: Progress) -> Verification:
        """Wait until as many pods are ready as before."""
        return await self._wait(params, plan, int(plan.inverse["replicas"]), progress)

    async def snapshot(self, params: ScaleParams) -> Mapping[str, bytes]:
        """Manifests, logs and, where a port is given, metrics."""
        return await take(self.api, params, await self.read(params))

    @classmethod
    def permissions(cls, params: ScaleParams) -> Sequence[Permission]:
        """Reading the workload and its pods, and its scale subresource."""
        place = params.place
        scale = place.kind.at(place.namespace, place.name, "scale")
        own = (place.permission("get"), scale.permission("get"), scale.permission("patch"))
        return tuple(
            dict.fromkeys(
                (*own, *waiting_permissions(params.namespace), *snapshot_permissions(params)),
            )
        )

    async def _set(self, params: ScaleParams, plan: Plan, before: int, after: int, version: str = "") -> None:
        """Go from one number to the other. A version saves the reading: one call where nothing has changed."""
        scale = params.place.kind.at(params.namespace, params.place.name, "scale")
        for _ in range(_TRIES):
            if not version:
                now = await self.api.get(scale)
                number = int((now.get("spec") or {}).get("replicas", 0))
                if now["metadata"]["uid"] != plan.state["uid"]:
                    raise changed_meanwhile(params.place, "it was deleted and made anew")
                if number == after:
                    return
                if number != before:
                    raise changed_meanwhile(params.place, f"it has {number} replicas instead of {before}")
                version = now["metadata"]["resourceVersion"]
            body = {"metadata": {"resourceVersion": version}, "spec": {"replicas": after}}
            try:
                await self.api.patch(scale, body)
            except ChangedMeanwhileError:
                version = ""
            else:
                return
        raise changed_meanwhile(params.place, f"it changed {_TRIES} times while Cordon tried")

    async def _wait(self, params: ScaleParams, plan: Plan, wanted: int, progress: Progress) -> Verification:
        return await self.wait_for_pods(params.place, str(plan.state["selector"]), wanted, progress)


def _warnings(now: Workload, params: ScaleParams) -> tuple[str, ...]:
    warnings = []
    if now.ready != now.replicas:
        warnings.append(f"Only {now.ready} of its {now.replicas} pods are ready now.")
    if params.replicas == 0 < now.replicas:
        warnings.append(f"It stops: nothing answers for {params.place.name} until it is taken back.")
    return tuple(warnings)
