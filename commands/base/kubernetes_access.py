"""What Cordon's account may do in the cluster, asked from the cluster itself, for those who look before the need.

It ends at asking; which permissions an action needs is the command's, what a person is told of them is the caller's.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from commands.base.contract import Surroundings
from commands.base.kubernetes_answers import NOTHING, RBAC_FILE
from commands.base.kubernetes_api import KubernetesApi
from commands.base.kubernetes_places import ACCESS_REVIEW, Json
from commands.base.masking import quoted
from commands.base.side_by_side import side_by_side
from incidents.containment import ActionError, Effect, Permission

Access = tuple[Permission, bool, str]
"""A permission, whether it is granted, and what to know or to do about it as a sentence."""
_ASKED: Final = ACCESS_REVIEW.at(None)


async def review(surroundings: Surroundings, permissions: Iterable[Permission]) -> list[Access]:
    """Ask the cluster for each permission, once, in the order given.

    Args:
        surroundings: what may be used.
        permissions: of all that the organisation has configured.

    Raises:
        ActionError: the cluster does not answer, or not to this account.
    """
    wanted = list(dict.fromkeys(permissions))
    if not wanted:
        return []
    api = KubernetesApi(surroundings)
    try:
        return await side_by_side([partial(_ask, api, one) for one in wanted])
    finally:
        await api.close()


async def _ask(api: KubernetesApi, permission: Permission) -> Access:
    try:
        answer = await api.post(_ASKED, _question(permission))
    except ActionError as error:
        raise ActionError(
            f"The cluster did not say what Cordon may do: {error.failed}",
            now=NOTHING,
            then="See that the API server can be reached with this kubeconfig, then ask again.",
            temporary=error.temporary or error.effect is Effect.UNKNOWN,
        ) from error
    status: Any = answer.get("status")
    found = status if isinstance(status, dict) else {}
    allowed = found.get("allowed") is True
    return permission, allowed, _sentence(permission, allowed=allowed, why=found)


def _question(permission: Permission) -> Json:
    resource, _, subresource = permission.resource.partition("/")
    asked = {
        "verb": permission.verb,
        "group": permission.group,
        "resource": resource,
        "subresource": subresource,
        "namespace": permission.namespace or "",
        "name": permission.name or "",
    }
    return {
        "apiVersion": ACCESS_REVIEW.api_version,
        "kind": ACCESS_REVIEW.title,
        "spec": {"resourceAttributes": {key: value for key, value in asked.items() if value}},
    }


def _sentence(permission: Permission, *, allowed: bool, why: Json) -> str:
    resource = permission.resource + (f".{permission.group}" if permission.group else "")
    name = f" {permission.name}" if permission.name else ""
    place = f" in the namespace {permission.namespace}" if permission.namespace else ""
    what = f'"{permission.verb}" {resource}{name}{place}'
    if allowed:
        return f"Cordon may {what}."
    said = quoted(str(why.get("reason") or why.get("evaluationError") or ""))
    because = f" The cluster says: {said}." if said else ""
    return f"Cordon may not {what}.{because} Grant it: {RBAC_FILE} shows the rule."
