"""Commands are found by their files, and each keeps the contract's outer form."""

import pytest

from commands.base import registry
from incidents.errors import NotFoundError


def test_an_unknown_command_is_refused_with_what_there_is() -> None:
    with pytest.raises(NotFoundError, match='There is no command "kubernetes_scael"'):
        registry.load("kubernetes_scael")


@pytest.mark.parametrize("name", registry.names())
def test_every_command_says_what_it_is(name: str) -> None:
    command = registry.load(name)
    assert command.name == name
    assert command.summary.strip()
    assert not command.summary.endswith(".")
    for field, about in command.params_type.model_fields.items():
        assert about.description, f"{name}.{field} has no description"
