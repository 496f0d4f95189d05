"""The parameters of a change of configuration, checked: a manifest, or some keys of a ConfigMap or a Secret."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from commands.base.contract import Params
from commands.base.kubernetes_manifests import MANIFEST_NAME
from commands.base.kubernetes_places import (
    CONFIG_MAP,
    DEPLOYMENT,
    NETWORK_POLICY,
    SECRET,
    Kind,
    Name,
    Namespace,
    Place,
)

KINDS: Final[Mapping[str, Kind]] = {"configmap": CONFIG_MAP, "networkpolicy": NETWORK_POLICY}
"""What a manifest may be."""
Key = Annotated[str, Field(pattern=r"^[-._a-zA-Z0-9]{1,253}$")]


class FromEnvironment(Params):
    """A secret by reference."""

    env: str = Field(
        pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$", description="the environment variable that holds it"
    )


class ConfigParams(Params):
    """What is configured, and who has to start anew to see it."""

    namespace: Namespace = Field(description="the namespace it is in")
    manifest: str | None = Field(
        None,
        pattern=MANIFEST_NAME,
        max_length=200,
        description="a file of the folder connections.kubernetes.manifests, to be applied",
    )
    kind: Literal["configmap", "networkpolicy"] = Field("configmap", description="what the manifest is")
    creates: bool = Field(False, description="whether the manifest may make what is not there")
    force: bool = Field(False, description="whether the manifest takes over fields that another manager owns")
    configmap: Name | None = Field(
        None, description="instead of a manifest: a ConfigMap some of whose keys change"
    )
    secret: Name | None = Field(None, description="instead of a manifest: a Secret some of whose keys change")
    data: Mapping[Key, str | FromEnvironment | None] = Field(
        default_factory=dict,
        description="key -> value; for a Secret {env: NAME}; null takes the key away",
    )
    before: Mapping[Key, FromEnvironment] = Field(
        default_factory=dict,
        description="for a Secret: key -> {env: NAME}, where the values of now are kept, so that it can be taken back",
    )
    restart: tuple[Name, ...] = Field(
        (), max_length=20, description="Deployments whose pods read it when they start"
    )

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(one is not None for one in (self.manifest, self.configmap, self.secret)) != 1:
            raise ValueError("give one of manifest, configmap and secret")
        if bool(self.data) == (self.manifest is not None):
            raise ValueError("a configmap and a secret need data; a manifest has its own")
        if not self.manifest and (self.creates or self.force or self.kind != "configmap"):
            raise ValueError("kind, creates and force belong to a manifest")
        if len(set(self.restart)) != len(self.restart):
            raise ValueError("restart names a Deployment twice")
        return self

    @model_validator(mode="after")
    def _keeps_secrets_out(self) -> Self:
        by_name = [isinstance(value, FromEnvironment) for value in self.data.values() if value is not None]
        if self.secret and not all(by_name):
            raise ValueError("a secret's values are given as {env: NAME}, never as they are")
        if not self.secret and any(by_name):
            raise ValueError("{env: NAME} is for a secret; a configmap can be read by many")
        if self.before and (not self.secret or self.before.keys() - self.data.keys()):
            raise ValueError("before belongs to a secret, and names no key that data does not")
        return self

    @property
    def place(self) -> Place:
        """What changes; all of a manifest's kind, for its name stands in the file."""
        if self.manifest:
            return KINDS[self.kind].at(self.namespace)
        kind, name = (SECRET, self.secret) if self.secret else (CONFIG_MAP, self.configmap)
        return kind.at(self.namespace, name)

    @property
    def dependants(self) -> tuple[Place, ...]:
        """The Deployments to start anew."""
        return tuple(DEPLOYMENT.at(self.namespace, one) for one in self.restart)
