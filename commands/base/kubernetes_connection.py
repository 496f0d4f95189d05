"""How a cluster is reached: the `kubernetes` part of cordon.yaml's `connections`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from commands.base.kubernetes_answers import misconfigured


class KubernetesConnection(BaseModel):
    """`connections.kubernetes` of cordon.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kubeconfig: Path | None = Field(
        None, description="the kubeconfig file; default: KUBECONFIG, or the pod's own account"
    )
    context: str | None = Field(None, description="the kubeconfig's context; default: its current one")
    timeout_seconds: float = Field(5, gt=0, le=60, description="how long one call may take")
    manifests: Path | None = Field(None, description="the folder with the manifests that may be applied")


def read_connection(connections: Mapping[str, Any]) -> KubernetesConnection:
    """The section, checked. Raises ActionError where it is wrong; names each place, without its value."""
    try:
        return KubernetesConnection.model_validate(connections.get("kubernetes") or {})
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, one['loc'])) or 'the section'}: {one['msg']}"
            for one in error.errors(include_input=False, include_url=False)
        )
        raise misconfigured(
            f"connections.kubernetes in cordon.yaml is wrong: {wrong}.", "Correct it and start Cordon anew."
        ) from None
