"""The commands that there are: one file each, found by itself and imported when first used."""

import inspect
from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, TypeGuard

from pydantic import ValidationError

import commands
from commands.base.contract import Command, Params, Prepared, Surroundings
from incidents.errors import NotFoundError, NotUnderstoodError


def names() -> tuple[str, ...]:
    """Every command's name, without importing one."""
    return tuple(sorted(module.name for module in iter_modules(commands.__path__) if not module.ispkg))


def load(name: str) -> type[Command[Any]]:
    """The command of this name.

    Raises:
        NotFoundError: there is none; the text says which there are.
    """
    known = names()
    if name not in known:
        close = get_close_matches(name, known, n=1)
        perhaps = f' Did you mean "{close[0]}"?' if close else ""
        raise NotFoundError(f'There is no command "{name}".{perhaps} There are: {", ".join(known)}.')
    module = import_module(f"commands.{name}")
    found = [
        one for _, one in inspect.getmembers(module, inspect.isclass) if _is_command_of(one, module.__name__)
    ]
    if len(found) != 1:
        raise TypeError(f"commands/{name}.py must hold one command and holds {len(found)}")
    return found[0]


def read_params(name: str, given: Mapping[str, Any]) -> Params:
    """Parameters for a command, checked.

    Raises:
        NotFoundError: there is no such command.
        NotUnderstoodError: the parameters are wrong; names each, without its value.
    """
    try:
        return load(name).params_type.model_validate(dict(given))
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or name}: {problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors(include_input=False, include_url=False)
        )
        raise NotUnderstoodError(f"{name}: {wrong}") from None


def prepare(name: str, given: Mapping[str, Any], surroundings: Surroundings) -> Prepared:
    """A command made for use, with its parameters.

    Raises:
        NotFoundError: there is no such command.
        NotUnderstoodError: the parameters are wrong.
    """
    return Prepared(load(name)(surroundings), read_params(name, given))


def _is_command_of(one: type, module: str) -> TypeGuard[type[Command[Any]]]:
    return issubclass(one, Command) and one.__module__ == module and not inspect.isabstract(one)
