"""Checks at start that every configured action has a command that there is, with parameters that it takes."""

from typing import Any

from pydantic import ValidationError

from commands.base import registry
from incidents.action_catalog import Catalog
from incidents.actions import Action
from incidents.errors import ConfigError, NotFoundError


def check_actions(catalog: Catalog) -> None:
    """Check them all; loads the commands that are used, which may take a moment.

    Raises:
        ConfigError: names each wrong key, and what is wrong, without values.
    """
    wrong = [line for name, action in catalog.actions.items() for line in _wrong(name, action)]
    if wrong:
        raise ConfigError("\n".join(wrong))


def _wrong(name: str, action: Action) -> list[str]:
    if action.command is None:
        return []
    at = f"cordon.yaml: actions.{name}"
    try:
        params_type = registry.load(action.command).params_type
    except NotFoundError as error:
        return [f"{at}.command: {error}"]
    if unknown := sorted(action.ask.keys() - params_type.model_fields.keys()):
        return [f"{at}.ask.{unknown[0]}: {action.command} has no such parameter."]
    try:
        params_type.model_validate(dict(action.params))
    except ValidationError as error:
        return [
            f"{at}.params{_path(problem)}: {_reason(problem)}."
            for problem in error.errors(include_input=False, include_url=False)
            if not _is_asked(action, problem)
        ]
    return []


def _is_asked(action: Action, problem: Any) -> bool:  # noqa: ANN401 - pydantic's ErrorDetails
    """Whether it may be about what a person is going to fill in: a field of theirs, or the fields all together."""
    return bool(action.ask) and (not problem["loc"] or problem["loc"][0] in action.ask)


def _path(problem: Any) -> str:  # noqa: ANN401 - the same
    return "".join(f".{part}" for part in problem["loc"])


def _reason(problem: Any) -> str:  # noqa: ANN401 - the same
    return str(problem["msg"]).removeprefix("Value error, ").rstrip(".")
