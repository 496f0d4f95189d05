"""A reviewed manifest applied on the server's side: the cluster itself says beforehand what would come of it."""

import asyncio

from commands.base.kubernetes_answers import NOTHING, changed_meanwhile
from commands.base.kubernetes_api import APPLY, FIELD_MANAGER, KubernetesApi
from commands.base.kubernetes_config_params import KINDS, ConfigParams
from commands.base.kubernetes_conflicts import OwnedElsewhereError, described
from commands.base.kubernetes_edit import TRIES, Edit, Kept, compared, move, refuse_immutable
from commands.base.kubernetes_fields import Side, content, differences, read_fields, shown, stand_as
from commands.base.kubernetes_manifests import read_manifest
from commands.base.kubernetes_places import Json, Place
from commands.base.kubernetes_workload import digest
from incidents.containment import ActionError, Change, ChangedMeanwhileError, Permission, Verification


class ManifestEdit:
    """One manifest. Implements `Editing`."""

    def __init__(self, api: KubernetesApi, params: ConfigParams) -> None:
        """Open nothing."""
        self._api = api
        self._params = params

    async def plan(self) -> Edit:
        """Try the apply without effect, and compare what comes of it with what is there."""
        wanted = await self._manifest()
        place = self._place(wanted)
        now = await self._find(place)
        self._refuse_unwanted(place, now)
        then, warnings = await self._tried(place, wanted)
        fields = differences(content(now or {}), content(then))
        made = (Change(what=place.text, before="not there", after=f"made from {self._params.manifest}"),)
        return Edit(
            place,
            shown(place, fields) if now else made + shown(place, fields),
            state={"uid": now["metadata"]["uid"] if now else None, "manifest": digest(wanted)},
            inverse={"fields": [one.model_dump() for one in fields], "name": place.name},
            warnings=warnings,
        )

    async def make(self, state: Kept, inverse: Kept) -> None:
        """Apply it, where it is the manifest of the plan, and what is there is as the plan found it."""
        wanted = await self._manifest()
        place, fields = self._place(wanted), read_fields(inverse["fields"])
        if digest(wanted) != state["manifest"]:
            raise changed_meanwhile(place, f"the manifest {self._params.manifest} is another")
        for _ in range(TRIES):
            now = await self._find(place)
            if now is not None and stand_as(content(now), fields, "after"):
                return
            found = now["metadata"]["uid"] if now else None
            if found != state["uid"] or not stand_as(content(now or {}), fields, "before"):
                raise changed_meanwhile(place)
            try:
                await self._apply(place, _with_version(wanted, now))
            except ChangedMeanwhileError:
                continue
            return
        raise changed_meanwhile(place, f"it changed {TRIES} times while Cordon tried")

    async def take_back(self, state: Kept, inverse: Kept) -> None:
        """Write back what it changed; delete what it made, where it is as it was made."""
        place, fields = self._named(inverse), read_fields(inverse["fields"])
        if state["uid"] is not None:
            await move(self._api, place, state, fields, "before")
            return
        now = await self._find(place)
        if now is None:
            return
        if not stand_as(content(now), fields, "after"):
            raise changed_meanwhile(place, "it is no longer as it was made")
        await self._api.delete(place, uid=now["metadata"]["uid"])

    async def see(self, inverse: Kept, side: Side) -> Verification:
        """Read it back."""
        place, fields = self._named(inverse), read_fields(inverse["fields"])
        now = await self._find(place)
        if now is None:
            gone = side == "before" and stand_as(content({}), fields, "before")
            return Verification(verified=gone, evidence=(f"{place.text} is not there",))
        return compared(place, content(now), fields, side)

    async def _manifest(self) -> Json:
        """Off the loop: the folder can be a slow disk."""
        return await asyncio.to_thread(
            read_manifest,
            self._api.connection.manifests,
            self._params.manifest or "",
            KINDS[self._params.kind],
            self._params.namespace,
        )

    def _place(self, wanted: Json) -> Place:
        return KINDS[self._params.kind].at(self._params.namespace, wanted["metadata"]["name"])

    def _named(self, inverse: Kept) -> Place:
        return KINDS[self._params.kind].at(self._params.namespace, str(inverse["name"]))

    async def _find(self, place: Place) -> Json | None:
        """A list tells an object that is not there from a cluster that knows no such kind."""
        found = await self._api.get(self._params.place, {"fieldSelector": f"metadata.name={place.name}"})
        item: Json | None = next(iter(found.get("items") or []), None)
        kind = place.kind
        return item and {"apiVersion": kind.api_version, "kind": kind.title, **item}

    def _refuse_unwanted(self, place: Place, now: Json | None) -> None:
        if now is not None:
            refuse_immutable(place, now)
        elif not self._params.creates:
            raise ActionError(
                f"{place.text} is not there, and this action may not make it.",
                now=NOTHING,
                then="Check the namespace and the manifest's name, or give the action creates: true.",
            )

    async def _tried(self, place: Place, wanted: Json) -> tuple[Json, tuple[str, ...]]:
        """What the cluster says would come of it, and whose fields would be taken over."""
        try:
            return await self._api.patch(place, wanted, APPLY, dryRun="All"), ()
        except OwnedElsewhereError as error:
            others = {manager: fields for manager, fields in error.owners.items() if manager != FIELD_MANAGER}
            if others and not self._params.force:
                raise
            warning = f"It takes fields over: {described(others)}, which may put them back by itself."
            then = await self._api.patch(place, wanted, APPLY, dryRun="All", force="true")
            return then, (warning,) if others else ()

    async def _apply(self, place: Place, body: Json) -> None:
        """What Cordon wrote itself in another way, such as by an undo, is no other's."""
        try:
            await self._api.patch(place, body, APPLY, **({"force": "true"} if self._params.force else {}))
        except OwnedElsewhereError as error:
            if error.owners.keys() - {FIELD_MANAGER}:
                raise
            await self._api.patch(place, body, APPLY, force="true")


def permissions(params: ConfigParams) -> tuple[Permission, ...]:
    """What applying one needs."""
    verbs = ("list", "get", "patch", *(("create", "delete") if params.creates else ()))
    return tuple(params.place.permission(verb) for verb in verbs)


def _with_version(wanted: Json, now: Json | None) -> Json:
    """Applied only to what was just compared."""
    if now is None:
        return wanted
    return wanted | {"metadata": wanted["metadata"] | {"resourceVersion": now["metadata"]["resourceVersion"]}}
