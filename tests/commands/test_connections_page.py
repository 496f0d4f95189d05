"""The examples of docs/connections.md are true."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from commands.base import connections, programs, registry
from commands.base.flag_connections import provider
from commands.base.kubernetes_connection import read_connection
from commands.base.prometheus import PrometheusConnection
from tests.commands.conftest import Around

PAGE = (Path(__file__).parents[2] / "docs" / "connections.md").read_text("utf-8")
CONNECTIONS, COMMANDS = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]


@pytest.mark.parametrize(("name", "given"), COMMANDS.items())
def test_the_parameters_are_accepted(name: str, given: dict[str, Any]) -> None:
    registry.read_params(name, given)


def test_the_connections_are_accepted(around: Around) -> None:
    surroundings = around(CONNECTIONS["connections"])
    wheres = [provider(surroundings, name).where for name in CONNECTIONS["connections"]["flags"]]
    assert wheres == [
        "Unleash default/production",
        "LaunchDarkly shop/production",
        "flagd prod/flagd-flags flags.json",
    ]
    assert read_connection(CONNECTIONS["connections"]).context == "production"
    assert programs.find(surroundings, "emergency-stop").revert
    assert programs.state_folder(surroundings) == "data/runs"
    assert connections.read(surroundings, PrometheusConnection, "prometheus").auth
