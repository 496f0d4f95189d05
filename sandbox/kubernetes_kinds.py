"""Which kinds of objects the local cluster knows, and how a path names one of them."""

from dataclasses import dataclass
from typing import Final

from sandbox.kubernetes_answers import RefusalError


@dataclass(frozen=True)
class Kind:
    """A kind of object. `workload` kinds have a status that only controllers write, and a generation."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool = True
    subresources: tuple[str, ...] = ()

    @property
    def api_version(self) -> str:
        """As objects name it."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def title(self) -> str:
        """As messages name it."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def is_workload(self) -> bool:
        """Whether controllers own its status."""
        return "status" in self.subresources


_WORKLOAD: Final = ("scale", "status")
NAMESPACE: Final = Kind("", "v1", "namespaces", "Namespace", namespaced=False)
POD: Final = Kind("", "v1", "pods", "Pod", subresources=("log", "proxy", "status"))
SERVICE: Final = Kind("", "v1", "services", "Service", subresources=("status",))
ENDPOINTS: Final = Kind("", "v1", "endpoints", "Endpoints")
ENDPOINT_SLICE: Final = Kind("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice")
CONFIG_MAP: Final = Kind("", "v1", "configmaps", "ConfigMap")
SECRET: Final = Kind("", "v1", "secrets", "Secret")
DEPLOYMENT: Final = Kind("apps", "v1", "deployments", "Deployment", subresources=_WORKLOAD)
STATEFUL_SET: Final = Kind("apps", "v1", "statefulsets", "StatefulSet", subresources=_WORKLOAD)
REPLICA_SET: Final = Kind("apps", "v1", "replicasets", "ReplicaSet", subresources=_WORKLOAD)
ACCESS_REVIEW: Final = Kind(
    "authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", namespaced=False
)
NETWORK_POLICY: Final = Kind("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy")
HTTP_ROUTE: Final = Kind("gateway.networking.k8s.io", "v1", "httproutes", "HTTPRoute")
VIRTUAL_SERVICE: Final = Kind("networking.istio.io", "v1", "virtualservices", "VirtualService")
PROMETHEUS_RULE: Final = Kind("monitoring.coreos.com", "v1", "prometheusrules", "PrometheusRule")

KNOWN: Final = (
    NAMESPACE,
    POD,
    SERVICE,
    ENDPOINTS,
    ENDPOINT_SLICE,
    CONFIG_MAP,
    SECRET,
    DEPLOYMENT,
    STATEFUL_SET,
    REPLICA_SET,
    ACCESS_REVIEW,
    NETWORK_POLICY,
    HTTP_ROUTE,
    VIRTUAL_SERVICE,
    PROMETHEUS_RULE,
)


@dataclass(frozen=True)
class Target:
    """What a path is about. `rest` is what follows the subresource, as in a proxied path."""

    kind: Kind
    namespace: str | None = None
    name: str = ""
    subresource: str = ""
    rest: str = ""

    @property
    def resource(self) -> str:
        """As RBAC names it."""
        return self.kind.plural + (f"/{self.subresource}" if self.subresource else "")


class Kinds:
    """The kinds that this cluster knows."""

    def __init__(self) -> None:
        self._known = list(KNOWN)

    def add(self, kind: Kind) -> None:
        """Learn one, as a CustomResourceDefinition teaches a cluster."""
        self._known.append(kind)

    def named(self, api_version: str, kind: str) -> Kind:
        """The kind of an object. Raises RefusalError."""
        for one in self._known:
            if (one.api_version, one.kind) == (api_version, kind):
                return one
        raise RefusalError(404, f"no matches for kind {kind!r} in version {api_version!r}")

    def target(self, path: str) -> Target:
        """What a path is about. Raises RefusalError (404) where it leads nowhere."""
        root, *parts = path.strip("/").split("/")
        size = {"api": 1, "apis": 2}.get(root, len(parts) + 1)
        if len(parts) <= size:
            raise _nowhere()
        group, version = ("", parts[0]) if root == "api" else (parts[0], parts[1])
        rest, namespace = parts[size:], None
        if rest[0] == "namespaces" and len(rest) > 2:  # noqa: PLR2004 -- something inside a namespace
            namespace, rest = rest[1], rest[2:]
        kind = self._kind(group, version, rest[0])
        name, subresource = (*rest[1:3], "", "")[:2]
        if kind.namespaced and namespace is None and name:
            raise _nowhere()
        if subresource and subresource not in kind.subresources:
            raise _nowhere()
        return Target(kind, namespace, name, subresource, "/".join(rest[3:]))

    def _kind(self, group: str, version: str, plural: str) -> Kind:
        for one in self._known:
            if (one.group, one.version, one.plural) == (group, version, plural):
                return one
        raise _nowhere()


def _nowhere() -> RefusalError:
    return RefusalError(404, "the server could not find the requested resource")
