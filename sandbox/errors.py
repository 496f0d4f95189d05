"""The ways in which the workspace says no: to the app, and to a person at the keyboard."""

from collections.abc import Mapping
from typing import Any


class ApiError(Exception):
    """A Web API call that Slack refuses. `code` is Slack's error code, `extra` the fields beside it."""

    def __init__(self, code: str, **extra: Any) -> None:  # noqa: ANN401 -- an answer's fields are JSON
        super().__init__(code)
        self.code = code
        self.extra = extra


def invalid_arguments(*messages: str) -> ApiError:
    """An `invalid_arguments` error that says which argument is wrong."""
    return ApiError(
        "invalid_arguments", response_metadata={"messages": [f"[ERROR] {text}" for text in messages]}
    )


class NotPossibleError(Exception):
    """What Slack's own client would not let a person do: press a button that isn't there, leave out a field.

    `errors` maps block ids to what is wrong with the input in them.
    """

    def __init__(self, message: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.errors = dict(errors or {})


class NotVisibleError(LookupError):
    """A channel, message or view that this person can't see, or that doesn't exist."""
