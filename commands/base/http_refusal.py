"""What it means that an HTTP call did not work: what failed, what state the outside is in, what to do."""

from typing import Final

from incidents.containment import ActionError, ChangedMeanwhileError, Effect

_UNCHANGED: Final = "Nothing was changed by it."
_IN_DOUBT: Final = "Whether the change happened is not known."
_LOOK: Final = "Look at the target before you try again."
_LATER: Final = "Try again in a moment; if it stays so, contain it by hand."

_UNAUTHORISED, _FORBIDDEN, _MISSING, _TIMED_OUT = 401, 403, 404, 408
_CONFLICTS: Final = frozenset({409, 412})
SLOW_DOWN: Final = frozenset({429, 503})
"""Refused without having begun, and to be tried again later."""


class UnauthorisedError(ActionError):
    """The credential was not accepted: nothing else that is sent with it will be."""


def refusal(what: str, status: int, said: str, *, env: str | None, changes: bool) -> ActionError:
    """The error that an answer with this status is.

    Args:
        what: the request in a few words.
        status: of the answer, neither 2xx nor otherwise expected.
        said: the beginning of the answer, fit for people.
        env: the variable that holds the credential that was sent.
        changes: whether the request could have an effect.
    """
    failed = f"{what} answered {status}{f': {said}' if said else ''}."
    if status in _CONFLICTS and changes:
        return ChangedMeanwhileError(failed, now=_UNCHANGED, then="Look at the new plan and confirm it anew.")
    if status in SLOW_DOWN:
        return ActionError(failed, now=_UNCHANGED, then=_LATER, temporary=True)
    if status >= 500 or status == _TIMED_OUT:  # noqa: PLR2004 - 5xx
        return _failed_there(failed, changes=changes)
    kind = UnauthorisedError if status == _UNAUTHORISED else ActionError
    return kind(failed, now=_UNCHANGED, then=_advice(status, env))


def unreachable(what: str) -> ActionError:
    """Nobody listens there: nothing was sent."""
    return ActionError(
        f"{what} could not be sent: nothing can be reached at this address.",
        now=_UNCHANGED,
        then="Check that the service runs and the address is right; else contain it by hand.",
        temporary=True,
    )


def unsecured(what: str) -> ActionError:
    """The other side's certificate is not to be trusted: nothing was sent."""
    return ActionError(
        f"{what} was not sent: the server's certificate is not trusted.",
        now=_UNCHANGED,
        then="Check the address and the certificate; contain it by hand meanwhile.",
    )


def lost(what: str, how: str, *, changes: bool) -> ActionError:
    """The answer did not come."""
    return _failed_there(f"{what} {how}.", changes=changes)


def _failed_there(failed: str, *, changes: bool) -> ActionError:
    if changes:
        return ActionError(failed, now=_IN_DOUBT, then=_LOOK, effect=Effect.UNKNOWN)
    return ActionError(failed, now=_UNCHANGED, then=_LATER, temporary=True)


def _advice(status: int, env: str | None) -> str:
    if status // 100 == 3:  # noqa: PLR2004 - 3xx
        return "Redirects are not followed: configure the final address."
    if status == _UNAUTHORISED:
        if env is None:
            return "Configure a credential for it (auth)."
        return f"Check the credential in {env}: it was not accepted."
    if status == _FORBIDDEN:
        holder = f"the credential in {env}" if env else "the request"
        return f"Give {holder} the permission, or have somebody who has it do this by hand."
    if status == _MISSING:
        return "Check the address and the names in it."
    return "Check the request's parameters."
