"""What the organisation lets commands reach, and the secrets they do it with, read as a command needs them.

Each command validates its own part of `connections:` here; what is wrong there, or missing, leaves as an ActionError.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, SecretStr, ValidationError

from commands.base.contract import Surroundings
from incidents.containment import ActionError
from incidents.errors import ConfigError

_M = TypeVar("_M", bound=BaseModel)


def read(surroundings: Surroundings, model: type[_M], *path: str) -> _M:
    """The part of `connections:` at this path, validated; an absent part is read as an empty one.

    Raises:
        ActionError: it is wrong; names each key, without its value.
    """
    given: Any = surroundings.connections
    for step in path:
        given = given.get(step) if isinstance(given, Mapping) else None
    try:
        return model.model_validate({} if given is None else given)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join((*path, *map(str, problem['loc'])))}: {problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors(include_input=False, include_url=False)
        )
        raise misconfigured(f"connections.{wrong}.") from None


def secret(surroundings: Surroundings, name: str) -> SecretStr:
    """The secret in the environment's variable of that name, without white space around it.

    Raises:
        ActionError: it is not set, is empty, or can't be sent.
    """
    try:
        value = surroundings.secret(name).get_secret_value().strip()
    except ConfigError as error:
        raise misconfigured(f"The variable {name} is not set.") from error
    if not value or not value.isprintable():
        raise misconfigured(f"The variable {name} is empty or holds characters that no credential has.")
    return SecretStr(value)


def misconfigured(failed: str) -> ActionError:
    """The refusal to act with a configuration that is wrong; nothing has happened yet."""
    return ActionError(
        failed, now="Nothing was changed.", then="Correct the configuration, or contain it by hand now."
    )
