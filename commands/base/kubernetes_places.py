"""What things in a cluster are called: kinds, and the one object or list of them that a call is about.

Pure. Kinds that a cluster learns later (CRDs) are a `Kind` like any other.
"""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import Field

from incidents.containment import Permission

Json = dict[str, Any]
"""An object as Kubernetes writes it."""

NAME_PATTERN = r"^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$"
Namespace = Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")]
Name = Annotated[str, Field(pattern=NAME_PATTERN)]


@dataclass(frozen=True)
class Kind:
    """One kind of object: where its API is, and how people call it."""

    group: str
    version: str
    plural: str
    title: str

    @property
    def api_version(self) -> str:
        """As objects name it."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def at(self, namespace: str | None, name: str | None = None, subresource: str = "") -> "Place":
        """One object of this kind, or all of them when it has no name."""
        return Place(self, namespace, name, subresource)


@dataclass(frozen=True)
class Place:
    """What a call is about. `subresource` is such as "scale" or "log"."""

    kind: Kind
    namespace: str | None
    name: str | None = None
    subresource: str = ""

    @property
    def path(self) -> str:
        """The path at the API server, safe for any name."""
        kind = self.kind
        parts = ["apis", kind.group, kind.version] if kind.group else ["api", kind.version]
        parts += ["namespaces", self.namespace] if self.namespace else []
        parts += [kind.plural, *([self.name] if self.name else [])]
        parts += self.subresource.split("/") if self.subresource else []
        return "/" + "/".join(quote(part, safe=":") for part in parts)

    @property
    def resource(self) -> str:
        """The resource as RBAC writes it."""
        return self.kind.plural + (f"/{self.subresource.partition('/')[0]}" if self.subresource else "")

    @property
    def text(self) -> str:
        """For people: "Deployment prod/agent-prod", or "the Pods in prod"."""
        if self.name is None:
            return f"the {self.kind.title}s" + (f" in {self.namespace}" if self.namespace else "")
        return f"{self.kind.title} " + "/".join(part for part in (self.namespace, self.name) if part)

    def permission(self, verb: str) -> Permission:
        """What is needed to do this here. A name narrows it, except for the verbs that know no names."""
        name = self.name.partition(":")[0] if self.name and verb != "create" else None
        return Permission(
            verb=verb, resource=self.resource, group=self.kind.group, namespace=self.namespace, name=name
        )


DEPLOYMENT = Kind("apps", "v1", "deployments", "Deployment")
STATEFUL_SET = Kind("apps", "v1", "statefulsets", "StatefulSet")
REPLICA_SET = Kind("apps", "v1", "replicasets", "ReplicaSet")
POD = Kind("", "v1", "pods", "Pod")
CONFIG_MAP = Kind("", "v1", "configmaps", "ConfigMap")
SECRET = Kind("", "v1", "secrets", "Secret")
SERVICE = Kind("", "v1", "services", "Service")
NETWORK_POLICY = Kind("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy")
ACCESS_REVIEW = Kind("authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview")
HTTP_ROUTE = Kind("gateway.networking.k8s.io", "v1", "httproutes", "HTTPRoute")
VIRTUAL_SERVICE = Kind("networking.istio.io", "v1", "virtualservices", "VirtualService")
PROMETHEUS_RULE = Kind("monitoring.coreos.com", "v1", "prometheusrules", "PrometheusRule")


def selector_text(labels: Json) -> str:
    """A label selector of an object as the API takes it in a query."""
    terms = [f"{key}={value}" for key, value in sorted((labels.get("matchLabels") or {}).items())]
    for one in labels.get("matchExpressions") or []:
        values = f"({','.join(one.get('values') or [])})"
        terms.append(
            {
                "In": f"{one['key']} in {values}",
                "NotIn": f"{one['key']} notin {values}",
                "Exists": one["key"],
                "DoesNotExist": f"!{one['key']}",
            }[one["operator"]]
        )
    return ",".join(terms)
