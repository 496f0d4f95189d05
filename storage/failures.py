"""What the databases' own errors mean to callers. Errors that only a mistake of ours can raise stay as they are."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from incidents.errors import ConfigError, InDoubtError, TemporaryError
from storage.address import Address

_REPEATABLE = frozenset({"40001", "40P01"})
"""PostgreSQL's serialization failure and deadlock: the transaction did not happen."""
_UNAVAILABLE_CLASSES = frozenset({"08", "53", "57"})
"""PostgreSQL's classes of lost connections, lacking resources and operators' interventions."""
_UNAVAILABLE = frozenset({"28P01", "28000", "3D000", "55000"})
"""A database that let us in once and refuses now: gone, renamed, or not taking connections."""
_REFUSALS = {
    "28P01": "the password is wrong",
    "28000": "this user may not come in",
    "3D000": "there is no such database",
}


def sqlstate(error: BaseException) -> str:
    """PostgreSQL's five-letter code of an error, or nothing."""
    return str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")


def is_repeatable(error: DBAPIError) -> bool:
    """Whether the same transaction may well succeed when done again at once."""
    return sqlstate(error) in _REPEATABLE


def translated(error: BaseException) -> BaseException:
    """The error that callers see.

    A database that does not answer gives an `InDoubtError`, never a `TemporaryError`: it may have committed,
    and a job's step that used it after its effect must not be taken for one whose effect did not happen.
    """
    if not _is_unavailable(error):
        return error
    doubt = InDoubtError("The database", "unavailable", f"The database did not answer: {first_line(error)}")
    doubt.__cause__ = error
    return doubt


def _is_unavailable(error: BaseException) -> bool:
    if isinstance(error, OSError | PoolTimeoutError | OperationalError | InterfaceError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = sqlstate(error)
    return error.connection_invalidated or state in _UNAVAILABLE or state[:2] in _UNAVAILABLE_CLASSES


def refusal(address: Address, error: BaseException) -> ConfigError | TemporaryError:
    """What an operator is told when a database can't be opened."""
    original = error.__cause__ if isinstance(error, InDoubtError) and error.__cause__ else error
    reason = _REFUSALS.get(sqlstate(original)) or first_line(original)
    if address.is_postgres and sqlstate(original) not in _REFUSALS:
        text = f"PostgreSQL at {address.spoken} can't be reached: {reason}."
        return TemporaryError("PostgreSQL", "unreachable", text)
    return ConfigError(f"DATABASE_URL: {address.spoken} can't be opened: {reason}.")


def first_line(error: BaseException) -> str:
    """A driver's words about an error, without the statement and its values."""
    lines = str(getattr(error, "orig", None) or error).splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
