"""Every error that callers may see; vendors' own exceptions never leave their door.

A `PersonError` is for the person who acted: its text says what was wrong and what to do.
An `OutsideError` is about a vendor: whether trying again can help, and whether the effect may have happened.
"""


class CordonError(Exception):
    """The root of Cordon's own errors."""


# --- for the person who acted ---------------------------------------------------------------------


class PersonError(CordonError):
    """What the person asked for can't be done; the text says why and what to do instead."""


class NotUnderstoodError(PersonError):
    """The words or the form could not be read; the text shows a right example."""


class NotFoundError(PersonError):
    """No such incident, item or playbook; the text says which there are."""


class ConflictError(PersonError):
    """Somebody else changed the thing meanwhile; the text, as markup, says who, when and to what."""


class TargetTakenError(ConflictError):
    """Another run has the target to itself; the text says which, whose, and how far it is.

    Attributes:
        run_id: that run's number; one that has not started yet may be called off in favour of this one.
    """

    def __init__(self, text: str, run_id: int) -> None:
        super().__init__(text)
        self.run_id = run_id


class IllegalMoveError(PersonError):
    """The lifecycle has no such move; the text, as markup, says what is missing."""


class NotAllowedError(PersonError):
    """The person lacks a right; the text, as markup, says which and who has it."""


# --- for the operator ------------------------------------------------------------------------------


class ConfigError(CordonError):
    """A file or variable of the operator's is wrong; the text names it, the place, and what to write."""


# --- for retries -----------------------------------------------------------------------------------


class OutsideError(CordonError):
    """A vendor did not do what was asked.

    Attributes:
        service: the vendor's name for people, such as "Slack".
        code: the vendor's own code for what went wrong, such as "channel_not_found".
    """

    def __init__(self, service: str, code: str, text: str = "") -> None:
        super().__init__(text or f"{service} answered {code}")
        self.service = service
        self.code = code


class TemporaryError(OutsideError):
    """The effect did not happen and trying again later can help.

    Attributes:
        retry_after: seconds the vendor asked us to wait, 0 when it did not say.
    """

    def __init__(self, service: str, code: str, text: str = "", *, retry_after: float = 0) -> None:
        super().__init__(service, code, text)
        self.retry_after = retry_after


class OutageError(TemporaryError):
    """The vendor can't be reached at all, or what is needed waits for that: worth waiting for, however long."""


class PermanentError(OutsideError):
    """The effect did not happen, and asking again the same way won't help."""


class InDoubtError(OutsideError):
    """The request was sent and its answer lost: the effect may have happened. Probe before repeating."""


class LeaseLostError(CordonError):
    """Another replica took this job over; stop without touching anything more."""
