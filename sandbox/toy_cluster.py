"""The toy service's part in the cluster: the agent in its bad version, the safe baseline, and the route between them."""

from typing import Any, Final

from sandbox.kubernetes import KubernetesSandbox, deployment
from sandbox.kubernetes_kinds import DEPLOYMENT, HTTP_ROUTE, POD
from sandbox.kubernetes_pods import is_ready
from sandbox.toy_actions import AGENT, BASELINE, NAMESPACE, REPLICAS, ROUTE

_Json = dict[str, Any]
_GOOD: Final = "agent:1"
_BAD: Final = "agent:2"


async def deploy(cluster: KubernetesSandbox) -> None:
    """Run the agent's good version, then release the bad one; returns when all agents are of that and ready."""
    cluster.add(deployment(BASELINE, namespace=NAMESPACE, replicas=2, image="baseline:1"))
    cluster.add(deployment(AGENT, namespace=NAMESPACE, replicas=REPLICAS, image=_GOOD))
    cluster.add(_route())
    await cluster.until(lambda: _runs(cluster, _GOOD))
    released = cluster.store.get(DEPLOYMENT, NAMESPACE, AGENT)
    cluster.store.change(DEPLOYMENT, released, _release_the_bad)
    await cluster.until(lambda: _runs(cluster, _BAD))


def agents(cluster: KubernetesSandbox) -> list[_Json]:
    """The agent's pods that serve."""
    return [pod for pod in _pods(cluster) if is_ready(pod) and "deletionTimestamp" not in pod["metadata"]]


def bad_agents(cluster: KubernetesSandbox) -> int:
    """How many of them are of the bad version."""
    return sum(_image(pod) == _BAD for pod in agents(cluster))


def traffic_share(cluster: KubernetesSandbox) -> float:
    """Which part of the traffic goes to the agent, from 0 to 1."""
    routes = cluster.store.all(HTTP_ROUTE, NAMESPACE)
    weights = [
        (one["name"], float(one["weight"]))
        for route in routes
        for one in route["spec"]["rules"][0]["backendRefs"]
    ]
    whole = sum(weight for _, weight in weights)
    return sum(weight for name, weight in weights if name == AGENT) / whole if whole else 0.0


def _runs(cluster: KubernetesSandbox, image: str) -> bool:
    ready = sum(_image(pod) == image for pod in agents(cluster))
    return ready == len(_pods(cluster)) == REPLICAS


def _pods(cluster: KubernetesSandbox) -> list[_Json]:
    pods = cluster.store.all(POD, NAMESPACE)
    return [pod for pod in pods if pod["metadata"].get("labels", {}).get("app") == AGENT]


def _image(pod: _Json) -> str:
    return str(pod["spec"]["containers"][0]["image"])


def _release_the_bad(agent: _Json) -> None:
    agent["spec"]["template"]["spec"]["containers"][0]["image"] = _BAD


def _route() -> _Json:
    backends = [
        {"name": AGENT, "port": 80, "weight": 100},
        {"name": BASELINE, "port": 80, "weight": 0},
    ]
    return {
        "apiVersion": HTTP_ROUTE.api_version,
        "kind": HTTP_ROUTE.kind,
        "metadata": {"name": ROUTE, "namespace": NAMESPACE},
        "spec": {"rules": [{"backendRefs": backends}]},
    }
