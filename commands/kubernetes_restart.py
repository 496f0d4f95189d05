"""Start all pods of a Deployment or StatefulSet anew, one after another, as `kubectl rollout restart` does."""

from collections.abc import Mapping, Sequence

from commands.base.contract import Progress
from commands.base.kubernetes_answers import changed_meanwhile
from commands.base.kubernetes_places import Json
from commands.base.kubernetes_restarts import refuse_without_effect, restart_body, run_of
from commands.base.kubernetes_snapshot import SnapshotParams, snapshot_permissions, take
from commands.base.kubernetes_workload import (
    WorkloadCommand,
    digest,
    images,
    waiting_permissions,
)
from incidents.containment import (
    Change,
    ChangedMeanwhileError,
    Permission,
    Plan,
    Verification,
)

_TRIES = 5


class RestartParams(SnapshotParams):
    """What to restart."""


class KubernetesRestart(WorkloadCommand[RestartParams]):
    """Change an annotation of the pods' template; seen to work when only pods made from that are left."""

    name = "kubernetes_restart"
    summary = "Start all pods of a Deployment or StatefulSet anew, one after another"
    params_type = RestartParams

    async def plan(self, params: RestartParams) -> Plan:
        """Read what runs. Raises ActionError also where a restart would have no effect."""
        now = await self.read(params)
        refuse_without_effect(now)
        running = images(now.template)
        return Plan(
            target=params.place.text,
            changes=(
                Change(what=f"{params.place.text} pods", before=running, after=f"{running}, started anew"),
            ),
            warnings=() if now.replicas else ("It has no pods now; nothing will start.",),
            reversible=False,
            irreversible_because="pods that have ended don't come back",
            destroys_evidence=now.replicas > 0,
            state={"uid": now.uid, "template": digest(now.template)},
            inverse={"version": now.version},
        )

    async def execute(self, params: RestartParams, plan: Plan, key: str, progress: Progress) -> None:
        """Ask for new pods, once for a key."""
        version = str(plan.inverse["version"])
        for _ in range(_TRIES):
            try:
                await self.api.patch(params.place, restart_body(self.surroundings.clock.now(), key, version))
            except ChangedMeanwhileError:
                now = await self.read(params)
                if run_of(now.template) == key:
                    return
                if (now.uid, digest(now.template)) != (plan.state["uid"], plan.state["template"]):
                    raise changed_meanwhile(params.place, "its pods' template is another") from None
                version = now.version
            else:
                return
        raise changed_meanwhile(params.place, f"it changed {_TRIES} times while Cordon tried")

    async def verify(self, params: RestartParams, plan: Plan, progress: Progress) -> Verification:
        """Wait until all pods are of the restart and ready, and the old ones gone."""
        now = await self.read(params)
        run = run_of(now.template)
        if run is None or digest(now.template) == plan.state["template"]:
            return Verification(verified=False, evidence=(f"{params.place.text} has not been restarted",))

        def is_new(pod: Json) -> bool:
            return run_of(pod) == run

        return await self.wait_for_pods(params.place, now.selector, now.replicas, progress, is_new)

    async def snapshot(self, params: RestartParams) -> Mapping[str, bytes]:
        """Manifests, logs and, where a port is given, metrics."""
        return await take(self.api, params, await self.read(params))

    @classmethod
    def permissions(cls, params: RestartParams) -> Sequence[Permission]:
        """Reading the workload and its pods, and changing the workload."""
        own = (params.place.permission("get"), params.place.permission("patch"))
        more = (*waiting_permissions(params.namespace), *snapshot_permissions(params))
        return tuple(dict.fromkeys((*own, *more)))
