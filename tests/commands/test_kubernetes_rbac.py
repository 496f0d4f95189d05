"""The RBAC manifest that is shipped grants what the commands need, and nothing else."""

from pathlib import Path
from typing import Any

import yaml

from commands.base import registry

MANIFEST = Path(__file__).parents[2] / "deploy/kubernetes/rbac.yaml"
PROD: dict[str, Any] = {"namespace": "prod"}
LOAD: list[dict[str, Any]] = [
    PROD | {"deployment": "a", "metrics_port": 1},
    PROD | {"statefulset": "a", "metrics_port": 1},
]
EXAMPLES: dict[str, list[dict[str, Any]]] = {
    "kubernetes_scale": [one | {"replicas": 0} for one in LOAD],
    "kubernetes_restart": LOAD,
    "kubernetes_rollback": LOAD[:1],
    "kubernetes_config": [
        PROD | {"manifest": "a.yaml", "creates": True, "restart": ["a"]},
        PROD | {"manifest": "a.yaml", "kind": "networkpolicy", "creates": True},
        PROD | {"configmap": "a", "data": {"b": "c"}, "restart": ["a"]},
        PROD | {"secret": "a", "data": {"b": {"env": "C"}}},
    ],
    "kubernetes_traffic": [
        PROD | {"kind": "httproute", "name": "a", "weights": {"b": 1}},
        PROD | {"kind": "virtualservice", "name": "a", "weights": {"b": 100}},
        PROD | {"kind": "service", "name": "a", "selector": {"b": "c"}},
    ],
    "kubernetes_alert_rule": [PROD | {"name": "a", "alert": "B", "expression": "up == 0"}],
}
"""Parameters that together need all that a command can need."""


def test_every_command_on_a_cluster_has_its_examples() -> None:
    assert set(EXAMPLES) == {name for name in registry.names() if name.startswith("kubernetes_")}


def test_what_is_granted_is_what_is_needed() -> None:
    needed = {
        (one.group, one.resource, one.verb)
        for name, examples in EXAMPLES.items()
        for given in examples
        for one in registry.load(name).permissions(registry.read_params(name, given))
    }
    documents = list(yaml.safe_load_all(MANIFEST.read_text()))
    granted = {
        (group, resource, verb)
        for role in documents
        for rule in role.get("rules", [])
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
    assert granted == needed


def test_secrets_are_granted_by_name_only() -> None:
    rules = [rule for one in yaml.safe_load_all(MANIFEST.read_text()) for rule in one.get("rules", [])]
    assert all(rule.get("resourceNames") for rule in rules if "secrets" in rule["resources"])
