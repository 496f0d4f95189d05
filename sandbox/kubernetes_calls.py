"""What each call to the local cluster does to its store. Knows no HTTP: arguments in, JSON out."""

import base64
import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sandbox.kubernetes_answers import Json, RefusalError, conflict
from sandbox.kubernetes_controllers import Controllers, replicas
from sandbox.kubernetes_kinds import ACCESS_REVIEW, NAMESPACE, POD, Kinds, Target
from sandbox.kubernetes_managers import Managers
from sandbox.kubernetes_patches import json_patched, merged
from sandbox.kubernetes_selectors import selector
from sandbox.kubernetes_store import Store

APPLY: Final = "application/apply-patch+yaml"
_MERGE: Final = "application/merge-patch+json"
_STRATEGIC: Final = "application/strategic-merge-patch+json"
_JSON_PATCH: Final = "application/json-patch+json"
Allowed = Callable[[str, str], bool]


@dataclass(frozen=True)
class Call:
    """One call: its verb as RBAC names it, and all that came with it."""

    verb: str
    target: Target
    query: Mapping[str, str]
    body: bytes = b""
    content_type: str = ""

    def json(self) -> Any:  # noqa: ANN401 -- JSON of any shape
        """The body. Raises RefusalError (400)."""
        try:
            return json.loads(self.body or b"{}")
        except ValueError:
            raise RefusalError(400, "the body is not JSON") from None


class Calls:
    """The verbs."""

    def __init__(self, store: Store, kinds: Kinds, controllers: Controllers, allowed: Allowed) -> None:
        self._store = store
        self._kinds = kinds
        self._controllers = controllers
        self._allowed = allowed
        self._managers = Managers()

    def do(self, call: Call) -> tuple[int, Json]:
        """Carry out a call that is no watch and no plain text: the status and the body. Raises RefusalError."""
        if call.target.subresource == "scale":
            return self._scale(call)
        return {
            "get": self._get,
            "list": self._list,
            "create": self._create,
            "update": self._update,
            "patch": self._patch,
            "delete": self._delete,
        }[call.verb](call)

    def _get(self, call: Call) -> tuple[int, Json]:
        target = call.target
        return 200, self._store.get(target.kind, target.namespace, target.name)

    def _list(self, call: Call) -> tuple[int, Json]:
        kind, query = call.target.kind, call.query
        matches = selector(query.get("labelSelector", ""), query.get("fieldSelector", ""))
        return 200, {
            "kind": f"{kind.kind}List",
            "apiVersion": kind.api_version,
            "metadata": {"resourceVersion": str(self._store.version)},
            "items": self._store.all(kind, call.target.namespace, matches),
        }

    def _create(self, call: Call) -> tuple[int, Json]:
        target, thing = call.target, self._object(call)
        if target.kind == ACCESS_REVIEW:
            return 201, self._review(thing)
        if target.kind.namespaced:
            self._store.get(NAMESPACE, None, target.namespace or "")
        made = self._store.create(target.kind, target.namespace, _encoded(thing))
        self._managers.wrote(_manager(call), {"metadata": {}}, made)
        return 201, made

    def _update(self, call: Call) -> tuple[int, Json]:
        target, thing = call.target, self._object(call)
        before = self._store.get(target.kind, target.namespace, target.name)
        thing["metadata"]["name"] = target.name
        return 200, self._written(call, before, _encoded(thing))

    def _patch(self, call: Call) -> tuple[int, Json]:
        target = call.target
        if call.content_type == APPLY:
            return self._apply(call)
        before = self._store.get(target.kind, target.namespace, target.name)
        return 200, self._written(call, before, _encoded(_patched(call, before)))

    def _delete(self, call: Call) -> tuple[int, Json]:
        target, options = call.target, call.json()
        before = self._store.get(target.kind, target.namespace, target.name)
        uid = (options.get("preconditions") or {}).get("uid")
        if uid not in (None, before["metadata"]["uid"]):
            raise conflict(target.kind.title, target.name)
        if target.kind == POD:
            self._controllers.end(before)
            return 200, before
        self._store.delete(target.kind, target.namespace, target.name)
        return 200, {"kind": "Status", "apiVersion": "v1", "status": "Success"}

    # --- what is special -------------------------------------------------------------------------------

    def _written(self, call: Call, before: Json, after: Json) -> Json:
        kind = call.target.kind
        if kind.is_workload and call.target.subresource != "status":
            after = {**after, "status": before.get("status", {})}
        if after == before:
            return before
        after["metadata"]["uid"] = before["metadata"]["uid"]
        if after["metadata"].get("resourceVersion") in (None, "", before["metadata"]["resourceVersion"]):
            self._managers.wrote(_manager(call), before, after)
        return self._store.update(kind, call.target.namespace, after)

    def _apply(self, call: Call) -> tuple[int, Json]:
        target, wanted = call.target, self._object(call)
        if "fieldManager" not in call.query:
            raise RefusalError(422, "PatchOptions.meta.k8s.io is invalid: fieldManager: Required value")
        force, manager = call.query.get("force") == "true", call.query["fieldManager"]
        if call.query.get("dryRun") == "All":
            return self._apply_dry(target, manager, wanted, force=force)
        try:
            before = self._store.get(target.kind, target.namespace, target.name)
        except RefusalError:
            fresh: Json = {"metadata": {"name": target.name}}
            made = self._managers.applied(manager, fresh, _encoded(wanted), force=force)
            made = self._store.create(target.kind, target.namespace, made)
            self._managers.born(made["metadata"]["uid"])
            return 201, made
        given = wanted["metadata"].get("resourceVersion")
        if given not in (None, before["metadata"]["resourceVersion"]):
            raise conflict(target.kind.title, target.name)
        after = self._managers.applied(manager, before, _encoded(wanted), force=force)
        return 200, self._store.update(target.kind, target.namespace, after)

    def _apply_dry(self, target: Target, manager: str, wanted: Json, *, force: bool) -> tuple[int, Json]:
        """What would come of it; nothing is kept, no field gets another owner."""
        try:
            before = self._store.get(target.kind, target.namespace, target.name)
        except RefusalError:
            before = {"metadata": {"name": target.name, "namespace": target.namespace}}
        after = copy.deepcopy(self._managers).applied(manager, before, _encoded(wanted), force=force)
        return 200, {"apiVersion": target.kind.api_version, "kind": target.kind.kind, **after}

    def _scale(self, call: Call) -> tuple[int, Json]:
        target = call.target
        before = self._store.get(target.kind, target.namespace, target.name)
        shown = _as_scale(before)
        if call.verb == "get":
            return 200, shown
        wanted = self._object(call) if call.verb == "update" else _patched(call, shown)
        given = wanted["metadata"].get("resourceVersion")
        if given not in (None, "", before["metadata"]["resourceVersion"]):
            raise conflict(target.kind.title, target.name)
        number = (wanted.get("spec") or {}).get("replicas", 0)
        if not isinstance(number, int) or number < 0:
            raise RefusalError(422, "spec.replicas: Invalid value: must be greater than or equal to 0")
        after = {**before, "spec": {**before["spec"], "replicas": number}}
        return 200, _as_scale(self._written(call, before, after))

    def _review(self, thing: Json) -> Json:
        asked = (thing.get("spec") or {}).get("resourceAttributes") or {}
        resource = asked.get("resource", "") + (
            f"/{asked['subresource']}" if asked.get("subresource") else ""
        )
        return {**thing, "status": {"allowed": self._allowed(asked.get("verb", ""), resource)}}

    def _object(self, call: Call) -> Json:
        thing = call.json()
        if not isinstance(thing, dict):
            raise RefusalError(400, "the body is no object")
        about = thing.setdefault("metadata", {})
        target = call.target
        if target.name and about.setdefault("name", target.name) != target.name:
            raise RefusalError(400, "the name of the object does not match the name on the URL")
        if about.setdefault("namespace", target.namespace) != target.namespace:
            raise RefusalError(400, "the namespace of the object does not match the namespace on the request")
        return thing


def find_log(store: Store, call: Call, logs: Mapping[tuple[str, str], str]) -> bytes:
    """A pod's log as asked for. Raises RefusalError."""
    target = call.target
    pod = store.get(POD, target.namespace, target.name)
    names = [one["name"] for one in pod["spec"]["containers"]]
    if call.query.get("container", names[0]) not in names:
        raise RefusalError(400, f"container {call.query['container']} is not valid for pod {target.name}")
    text = logs.get((target.namespace or "", target.name), f"{target.name} started\n")
    lines = text.splitlines(keepends=True)
    if "tailLines" in call.query:
        lines = lines[-int(call.query["tailLines"]) :]
    whole = "".join(lines).encode()
    return whole[: int(call.query.get("limitBytes", len(whole)))]


def _patched(call: Call, before: Json) -> Json:
    if call.content_type == _JSON_PATCH:
        return json_patched(before, call.json())
    if call.content_type == _STRATEGIC and not call.target.kind.group.count("."):
        return dict(merged(before, call.json(), strategic=True))
    if call.content_type == _MERGE:
        return dict(merged(before, call.json()))
    raise RefusalError(415, f"the body of the request was in an unknown format: {call.content_type}")


def _as_scale(thing: Json) -> Json:
    about = thing["metadata"]
    number = replicas(thing)
    labels = (thing["spec"].get("selector") or {}).get("matchLabels") or {}
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {key: about[key] for key in ("name", "namespace", "uid", "resourceVersion")},
        "spec": {"replicas": number} if number else {},  # a zero is left out, as the real server does
        "status": {
            "replicas": (thing.get("status") or {}).get("replicas", 0),
            "selector": ",".join(f"{key}={value}" for key, value in sorted(labels.items())),
        },
    }


def _encoded(thing: Json) -> Json:
    """A Secret's stringData goes into its data, as the real server does."""
    if thing.get("kind") != "Secret" or "stringData" not in thing:
        return thing
    plain = {key: base64.b64encode(value.encode()).decode() for key, value in thing["stringData"].items()}
    rest = {key: value for key, value in thing.items() if key != "stringData"}
    return {**rest, "data": {**(thing.get("data") or {}), **plain}}


def _manager(call: Call) -> str:
    return call.query.get("fieldManager") or "unknown"
