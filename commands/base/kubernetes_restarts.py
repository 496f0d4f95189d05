"""Pods started anew: the mark in a workload's template that does it, and the workloads where it would do nothing."""

from datetime import datetime
from typing import Final

from commands.base.kubernetes_answers import NOTHING
from commands.base.kubernetes_places import Json
from commands.base.kubernetes_workload import RUN_ANNOTATION, Workload
from incidents.containment import ActionError

_RESTARTED: Final = "kubectl.kubernetes.io/restartedAt"


def restart_body(now: datetime, key: str, version: str) -> Json:
    """The merge patch that starts all pods anew, where the workload still has this version."""
    marks = {_RESTARTED: now.isoformat(), RUN_ANNOTATION: key}
    return {
        "metadata": {"resourceVersion": version},
        "spec": {"template": {"metadata": {"annotations": marks}}},
    }


def run_of(thing: Json) -> str | None:
    """The key of the run that started this template or pod, if one did."""
    marks = (thing.get("metadata") or {}).get("annotations") or {}
    found: str | None = marks.get(RUN_ANNOTATION)
    return found


def refuse_without_effect(now: Workload) -> None:
    """Raise ActionError where the mark would start no pod."""
    spec = now.thing["spec"]
    if spec.get("paused"):
        why, then = "its rollouts are paused", "Resume them with kubectl rollout resume, then try again."
    elif (spec.get("updateStrategy") or {}).get("type") == "OnDelete":
        why, then = "its update strategy is OnDelete", "Delete its pods by hand."
    else:
        return
    raise ActionError(f"A restart of {now.place.text} would have no effect: {why}.", now=NOTHING, then=then)
