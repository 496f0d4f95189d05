"""Change what pods are configured with - prompts, limits, safety rules, credentials - and start anew who reads it."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from commands.base import kubernetes_dependants, kubernetes_edit, kubernetes_edit_manifest
from commands.base.contract import Progress, cannot_revert
from commands.base.kubernetes_command import KubernetesCommand
from commands.base.kubernetes_config_params import ConfigParams
from commands.base.kubernetes_dependants import Dependants
from commands.base.kubernetes_edit import Editing, KeysEdit
from commands.base.kubernetes_edit_manifest import ManifestEdit
from commands.base.kubernetes_edit_secret import SecretEdit
from commands.base.kubernetes_fields import Side
from commands.base.kubernetes_snapshot import SnapshotParams, snapshot_permissions, take
from incidents.containment import Permission, Plan, Verification

_MADE: Final = ":config"
_TAKEN_BACK: Final = ":config-back"


class KubernetesConfig(KubernetesCommand[ConfigParams]):
    """Write the configuration, restart; seen to work when it is read back and only fresh pods are left, ready."""

    name: ClassVar[str] = "kubernetes_config"
    summary: ClassVar[str] = "Apply a reviewed manifest, or change keys of a ConfigMap or Secret"
    params_type: ClassVar[type[ConfigParams]] = ConfigParams

    async def plan(self, params: ConfigParams) -> Plan:
        """Read the configuration and who depends on it."""
        edit = await self._editing(params).plan()
        dependants = await self._dependants(params).read()
        return Plan(
            target=edit.place.text,
            changes=(*edit.changes, *kubernetes_dependants.changes(dependants)),
            warnings=edit.warnings,
            reversible=not edit.irreversible_because,
            irreversible_because=edit.irreversible_because,
            destroys_evidence=any(one.replicas for one in dependants),
            state={"config": edit.state, "dependants": kubernetes_dependants.states(dependants)},
            inverse=edit.inverse,
        )

    async def execute(self, params: ConfigParams, plan: Plan, key: str, progress: Progress) -> None:
        """Write it where it is still as the plan found it, then restart; each once for a key."""
        await self._editing(params).make(plan.state["config"], plan.inverse)
        await self._dependants(params).restart(_uids(plan), key + _MADE, progress)

    async def verify(self, params: ConfigParams, plan: Plan, progress: Progress) -> Verification:
        """Read it back, and wait for the pods."""
        return await self._see(params, plan, "after", progress)

    async def revert(self, params: ConfigParams, plan: Plan, key: str, progress: Progress) -> None:
        """Write back what was there, where what was written still is, then restart."""
        if not plan.reversible:
            raise cannot_revert(plan)
        await self._editing(params).take_back(plan.state["config"], plan.inverse)
        await self._dependants(params).restart(_uids(plan), key + _TAKEN_BACK, progress)

    async def verify_reverted(self, params: ConfigParams, plan: Plan, progress: Progress) -> Verification:
        """Read it back, and wait for the pods."""
        if not plan.reversible:
            raise cannot_revert(plan)
        return await self._see(params, plan, "before", progress)

    async def snapshot(self, params: ConfigParams) -> Mapping[str, bytes]:
        """Manifests and logs of who will be started anew. Of the configuration, the plan keeps what changes."""
        kept: dict[str, bytes] = {}
        for one in await self._dependants(params).read():
            of_it = SnapshotParams(namespace=params.namespace, deployment=one.place.name)
            kept |= await take(self.api, of_it, one)
        return kept

    @classmethod
    def permissions(cls, params: ConfigParams) -> Sequence[Permission]:
        """Reading and changing the configuration, and restarting."""
        own = kubernetes_edit_manifest if params.manifest else kubernetes_edit
        first = [SnapshotParams(namespace=params.namespace, deployment=one) for one in params.restart[:1]]
        kept = [permission for one in first for permission in snapshot_permissions(one)]
        needed = (*own.permissions(params), *kubernetes_dependants.permissions(params.dependants), *kept)
        return tuple(dict.fromkeys(needed))

    def _editing(self, params: ConfigParams) -> Editing:
        if params.manifest:
            return ManifestEdit(self.api, params)
        if params.secret:
            return SecretEdit(self.api, self.surroundings, params)
        return KeysEdit(self.api, params)

    def _dependants(self, params: ConfigParams) -> Dependants:
        return Dependants(self.api, self.surroundings, params.dependants)

    async def _see(self, params: ConfigParams, plan: Plan, side: Side, progress: Progress) -> Verification:
        config = await self._editing(params).see(plan.inverse, side)
        if not config.verified:
            return config
        pods = await self._dependants(params).wait(_MADE if side == "after" else _TAKEN_BACK, progress)
        return Verification(verified=pods.verified, evidence=(*config.evidence, *pods.evidence))


def _uids(plan: Plan) -> dict[str, str]:
    return {name: str(one["uid"]) for name, one in plan.state["dependants"].items()}
