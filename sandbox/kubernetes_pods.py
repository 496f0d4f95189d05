"""One pod's life: made, ready a little later or never, ended a little later."""

import copy
import time
from collections.abc import Set as AbstractSet

from sandbox.kubernetes_answers import Json


def new_pod(name: str, template: Json, owned_by: Json, labels: Json) -> Json:
    """A pod as its set makes it."""
    about = copy.deepcopy(template.get("metadata") or {})
    about |= {"name": name, "ownerReferences": [owned_by]}
    about["labels"] = {**(about.get("labels") or {}), **labels}
    spec = copy.deepcopy(template["spec"])
    waiting = [_container(one, {"waiting": {"reason": "ContainerCreating"}}) for one in spec["containers"]]
    return {"metadata": about, "spec": spec, "status": {"phase": "Pending", "containerStatuses": waiting}}


def settle(pod: Json, broken_images: AbstractSet[str]) -> None:
    """Make a new pod ready, or say why it will never be."""
    images = {one["image"] for one in pod["spec"]["containers"]}
    if images & broken_images:
        states = [
            _container(one, {"waiting": {"reason": "ImagePullBackOff"}}) for one in pod["spec"]["containers"]
        ]
        pod["status"] = {"phase": "Pending", "containerStatuses": states}
        return
    states = [_container(one, {"running": {}}, ready=True) for one in pod["spec"]["containers"]]
    pod["status"] = {
        "phase": "Running",
        "podIP": f"10.0.0.{int(pod['metadata']['uid'][:2], 16) % 250 + 1}",
        "conditions": [{"type": "Ready", "status": "True"}],
        "containerStatuses": states,
    }


def is_ready(pod: Json) -> bool:
    """Whether it serves."""
    conditions = (pod.get("status") or {}).get("conditions") or []
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def is_settled(pod: Json) -> bool:
    """Whether nothing more will happen to it by itself."""
    states = (pod.get("status") or {}).get("containerStatuses") or []
    return any((one["state"].get("waiting") or {}).get("reason") != "ContainerCreating" for one in states)


def _container(spec: Json, state: Json, *, ready: bool = False) -> Json:
    return {
        "name": spec["name"],
        "image": spec.get("image", ""),
        "ready": ready,
        "restartCount": 0,
        "state": state,
    }


class Ages:
    """Since when pods have been in the state that they are in."""

    def __init__(self) -> None:
        self._since: dict[tuple[str, bool], float] = {}

    def left(self, pod: Json, seconds: float) -> float | None:
        """Seconds until the pod goes on; None when it doesn't by itself."""
        ending = "deletionTimestamp" in pod["metadata"]
        if not ending and is_settled(pod):
            return None
        began = self._since.setdefault((pod["metadata"]["uid"], ending), time.monotonic())
        return max(began + seconds - time.monotonic(), 0)
