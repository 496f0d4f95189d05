"""The revisions of a Deployment: its ReplicaSets, which hold what its pods were made from."""

from collections.abc import Sequence
from dataclasses import dataclass

from commands.base.kubernetes_answers import NOTHING
from commands.base.kubernetes_places import Json, Place
from commands.base.kubernetes_workload import HASH_LABEL, Workload, images
from incidents.containment import ActionError

_REVISION = "deployment.kubernetes.io/revision"


@dataclass(frozen=True)
class Revision:
    """One revision. Its number grows when it is returned to; its name stays."""

    name: str
    number: int
    hash: str
    template: Json

    @property
    def text(self) -> str:
        """For people: "revision 3 (agent:2)"."""
        return f"revision {self.number} ({images(self.template)})"


def revisions_of(workload: Workload, replica_sets: Sequence[Json]) -> list[Revision]:
    """Those that are the Deployment's, the newest first."""
    mine = [
        one
        for one in replica_sets
        if any(by.get("uid") == workload.uid for by in one["metadata"].get("ownerReferences") or [])
    ]
    return sorted((_revision(one) for one in mine), key=lambda one: -one.number)


def current(workload: Workload, revisions: Sequence[Revision]) -> Revision:
    """The one that the Deployment is at. Raises ActionError while the cluster has not caught up."""
    status, about = workload.thing.get("status") or {}, workload.thing["metadata"]
    number = workload.annotations.get(_REVISION)
    found = next((one for one in revisions if str(one.number) == number), None)
    if found is None or status.get("observedGeneration", 0) < about.get("generation", 0):
        raise ActionError(
            f"{workload.place.text} has just been changed, and the cluster has not taken that up yet.",
            now=NOTHING,
            then="Try again in a few seconds.",
            temporary=True,
        )
    return found


def wanted(place: Place, revisions: Sequence[Revision], now: Revision, number: int | None) -> Revision:
    """The revision of that number, or the one before the present. Raises ActionError where there is none."""
    fits = [one for one in revisions if (one.number == number if number else one.number < now.number)]
    if fits:
        return fits[0]
    kept = ", ".join(str(one.number) for one in reversed(revisions))
    what = f"no revision {number}" if number else "no earlier revision"
    raise ActionError(
        f"{place.text} has {what}; the cluster keeps {kept}.",
        now=NOTHING,
        then="Name one of these, or deploy the known good version anew.",
    )


def named(place: Place, revisions: Sequence[Revision], name: str) -> Revision:
    """The revision that a plan meant. Raises ActionError when the cluster has dropped it."""
    for one in revisions:
        if one.name == name:
            return one
    raise ActionError(
        f"The cluster no longer keeps the revision {name} of {place.text}.",
        now=NOTHING,
        then="Deploy the known good version anew; raise revisionHistoryLimit to keep more.",
    )


def _revision(replica_set: Json) -> Revision:
    about, template = replica_set["metadata"], dict(replica_set["spec"]["template"])
    labels = dict((template.get("metadata") or {}).get("labels") or {})
    digest = str(labels.pop(HASH_LABEL, ""))
    template["metadata"] = {**(template.get("metadata") or {}), "labels": labels}
    number = int((about.get("annotations") or {}).get(_REVISION, 0))
    return Revision(str(about["name"]), number, digest, template)
