"""What PostgreSQL's refusals mean to the person who pressed Run.

Pure: goes by the error's five-letter code. PostgreSQL's sentences quote values, so they are passed on only where
they can't.
"""

from incidents.containment import ActionError

NOTHING_CHANGED = "Nothing was changed."
_MEANINGS = {
    "28P01": ("refused the login: the password is wrong", "Correct {variable}."),
    "28000": (
        "refused the login: this user may not come in",
        "Correct {variable} or the server's pg_hba.conf.",
    ),
    "3D000": ("is not on that server", "Correct the database's name in {variable}."),
    "42501": (
        "did not permit it to Cordon's user",
        "Grant that user the rights on the table and its audit table.",
    ),
    "57014": ("took longer than its statement_timeout_seconds and was stopped", "Narrow the condition."),
    "55P03": ("holds a lock on one of the rows for somebody else", "Try again in a moment."),
    "40001": ("was changed by somebody else at the same moment", "Try again."),
    "40P01": ("was changed by somebody else at the same moment", "Try again."),
}
_TEMPORARY = frozenset({"55P03", "40001", "40P01"})
_BAD_TEXT = "22P02"
_MISUSES = "42"
"""The class of errors about names and types; their sentences name no values."""
_VALUES, _CONSTRAINTS = "22", "23"
_UNAVAILABLE = frozenset({"08", "53", "57"})
"""The classes of lost connections, lacking resources and operators' interventions."""


def told(error: BaseException, database: str, variable: str) -> ActionError:
    """The error that a transaction before its commit ended with, in words.

    Args:
        error: the driver's.
        database: its name in the organisation's configuration.
        variable: the environment's variable that holds its address.
    """
    state = str(getattr(error, "sqlstate", None) or "")
    what, then = _MEANINGS.get(state) or _by_class(error, state)
    is_gone = not state or (state[:2] in _UNAVAILABLE and state not in _MEANINGS)
    return ActionError(
        f'Database "{database}" {what}.',
        now=NOTHING_CHANGED,
        then=then.format(variable=variable),
        temporary=is_gone or state in _TEMPORARY,
    )


def _by_class(error: BaseException, state: str) -> tuple[str, str]:
    if not state or state[:2] in _UNAVAILABLE:
        return "can't be reached, or the connection was lost", "Check that it runs, then try again."
    if state[:2] == _VALUES:
        about = f" ({_sentence(error).partition(':')[0]})" if state == _BAD_TEXT else ""
        return f"can't put a value or id into its column{about}", "Correct the values or ids."
    if state[:2] == _CONSTRAINTS:
        name = getattr(error, "constraint_name", None) or getattr(error, "column_name", None) or state
        return (
            f"forbids it by its constraint {name}",
            "Correct the values, or change the rows that stand against it.",
        )
    about = f": {_sentence(error)}" if state[:2] == _MISUSES else f" with the error {state}"
    return "refused" + about, "Correct the action in cordon.yaml."


def _sentence(error: BaseException) -> str:
    lines = str(getattr(error, "message", None) or "").splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
