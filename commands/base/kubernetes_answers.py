"""What a cluster's refusals and silences mean for an action. Pure: statuses in, `ActionError`s out.

The server's own messages are shown only where they can't hold anything of an object's content.
"""

from typing import Final

from commands.base.kubernetes_places import Place
from incidents.containment import ActionError, ChangedMeanwhileError, Effect

RBAC_FILE: Final = "deploy/kubernetes/rbac.yaml"
NOTHING: Final = "Nothing was changed."
_READS: Final = frozenset({"get", "list", "watch"})
_DOING: Final = {
    "get": "read",
    "list": "list",
    "watch": "watch",
    "patch": "change",
    "update": "change",
    "create": "make",
    "delete": "delete",
}
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _CONFLICT, _GONE, _INVALID = 401, 403, 404, 409, 410, 422
_TOO_MANY, _SERVER = 429, 500


def did_not(verb: str, place: Place) -> str:
    """The first half of each refusal: "Kubernetes did not let Cordon change Deployment prod/agent: "."""
    return f"Could not {_DOING.get(verb, verb)} {place.text}"


def refused(verb: str, place: Place, status: int) -> ActionError:
    """An answer with an error's status."""
    if status == _UNAUTHORIZED:
        return ActionError(
            f"{did_not(verb, place)}: Kubernetes does not accept Cordon's credentials (401).",
            now=NOTHING,
            then=f"Renew the kubeconfig's or the service account's token; {_grant(verb, place)}",
        )
    if status == _FORBIDDEN:
        return ActionError(
            f'{did_not(verb, place)}: Cordon may not "{verb}" {_group(place)}{_in(place)} (403).',
            now=NOTHING,
            then=f"Grant it: {_grant(verb, place)}",
        )
    if status == _NOT_FOUND:
        return ActionError(
            f"{did_not(verb, place)}: it is not there (404).",
            now=NOTHING,
            then="Check the namespace and the name, and that connections.kubernetes is the right cluster.",
        )
    if status == _CONFLICT:
        return changed_meanwhile(place)
    return _troubled(verb, place, status)


def _troubled(verb: str, place: Place, status: int) -> ActionError:
    failed = f"{did_not(verb, place)}: the API server answered {status}."
    if status == _TOO_MANY:
        return ActionError(failed, now=NOTHING, then="It is busy; try again in a minute.", temporary=True)
    if status == _INVALID:
        return ActionError(
            failed, now=NOTHING, then="It holds the change for invalid: compare it with the object's kind."
        )
    if status >= _SERVER and verb not in _READS:
        return in_doubt(verb, place, f"the API server answered {status}")
    return ActionError(
        failed, now=NOTHING, then="Try again; look at the API server's health.", temporary=status >= _SERVER
    )


def silent(verb: str, place: Place, why: str) -> ActionError:
    """No answer, or a broken one: harmless after reading, a doubt after writing."""
    if verb not in _READS:
        return in_doubt(verb, place, why)
    return ActionError(
        f"{did_not(verb, place)}: {why}.",
        now=NOTHING,
        then="Try again; check that the API server can be reached from where Cordon runs.",
        temporary=True,
    )


def unreachable(verb: str, place: Place) -> ActionError:
    """The request was never sent."""
    return ActionError(
        f"{did_not(verb, place)}: the API server can't be reached.",
        now=NOTHING,
        then="Check the address in the kubeconfig, the network and the server's certificate.",
        temporary=True,
    )


def in_doubt(verb: str, place: Place, why: str) -> ActionError:
    """A write whose effect nobody knows."""
    return ActionError(
        f"{did_not(verb, place)} for certain: {why}.",
        now="The change may have happened or not.",
        then=f"Look at it with kubectl (get {place.kind.plural}), or run the action again: it does nothing twice.",
        effect=Effect.UNKNOWN,
    )


def changed_meanwhile(place: Place, how: str = "") -> ChangedMeanwhileError:
    """The target is not as the plan found it. `how` says what is different, as a clause."""
    return ChangedMeanwhileError(
        f"{place.text} has been changed since the plan was made{f': {how}' if how else ''}.",
        now=NOTHING,
        then="Look at who changed it, then make the plan anew.",
    )


def misconfigured(what: str, then: str) -> ActionError:
    """The way to the cluster is not set up."""
    return ActionError(what, now=NOTHING, then=then)


def _group(place: Place) -> str:
    return f"{place.resource}.{place.kind.group}" if place.kind.group else place.resource


def _in(place: Place) -> str:
    return f" in the namespace {place.namespace}" if place.namespace else ""


def _grant(verb: str, place: Place) -> str:
    return f'{RBAC_FILE} shows the rule with "{verb}" on "{place.resource}".'
