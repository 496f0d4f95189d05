"""Which pods a Service leads to: its Endpoints and its EndpointSlice, kept as the pods come and go."""

from sandbox.kubernetes_answers import Json
from sandbox.kubernetes_kinds import ENDPOINT_SLICE, ENDPOINTS, POD, Kind
from sandbox.kubernetes_pods import is_ready
from sandbox.kubernetes_selectors import matches_labels
from sandbox.kubernetes_store import Store


def point(store: Store, service: Json) -> None:
    """Bring a Service's endpoints up to date."""
    namespace = service["metadata"]["namespace"]
    wanted = service["spec"].get("selector") or {}
    pods = [
        pod
        for pod in store.all(POD, namespace)
        if matches_labels(wanted, pod) and is_ready(pod) and "deletionTimestamp" not in pod["metadata"]
    ]
    targets = [(pod["status"]["podIP"], {"kind": "Pod", "name": pod["metadata"]["name"]}) for pod in pods]
    addresses = [{"ip": ip, "targetRef": ref} for ip, ref in targets]
    _put(store, ENDPOINTS, service, {"subsets": [{"addresses": addresses}] if addresses else []})
    points = [{"addresses": [ip], "conditions": {"ready": True}, "targetRef": ref} for ip, ref in targets]
    _put(store, ENDPOINT_SLICE, service, {"addressType": "IPv4", "endpoints": points})


def _put(store: Store, kind: Kind, service: Json, content: Json) -> None:
    namespace, name = service["metadata"]["namespace"], service["metadata"]["name"]
    there = [one for one in store.all(kind, namespace) if one["metadata"]["name"] == name]
    if there:
        store.change(kind, there[0], lambda newest: newest.update(content))
    else:
        about = {"name": name, "labels": {"kubernetes.io/service-name": name}}
        store.create(kind, namespace, {"metadata": about, **content})
