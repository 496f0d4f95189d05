"""How a Kubernetes API server says no: Status objects with a code, a reason and a message."""

from collections.abc import Sequence
from typing import Any, Final

Json = dict[str, Any]

_REASONS: Final = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    409: "Conflict",
    410: "Expired",
    415: "UnsupportedMediaType",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
}


class RefusalError(Exception):
    """A call that the API server refuses."""

    def __init__(self, code: int, message: str, reason: str = "", causes: Sequence[Json] = ()) -> None:
        super().__init__(message)
        self.status = status(code, message, reason, causes)
        self.code = code


def status(code: int, message: str, reason: str = "", causes: Sequence[Json] = ()) -> Json:
    """A Status object."""
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason or _REASONS.get(code, "Unknown"),
        "code": code,
    } | ({"details": {"causes": list(causes)}} if causes else {})


def not_found(resource: str, name: str) -> RefusalError:
    """No such object."""
    return RefusalError(404, f'{resource} "{name}" not found')


def conflict(resource: str, name: str) -> RefusalError:
    """The object has been changed since it was read."""
    return RefusalError(
        409,
        f'Operation cannot be fulfilled on {resource} "{name}": the object has been modified; '
        "please apply your changes to the latest version and try again",
    )
