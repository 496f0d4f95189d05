from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from bot import yaml_source
from bot.organisation import Organisation
from bot.settings import read_settings
from incidents.containment import Risk
from incidents.errors import ConfigError
from incidents.severity import DEFAULT_SCHEME

ROOT = Path(__file__).parents[2]


def _read(tmp_path: Path, text: str) -> Organisation:
    (tmp_path / "cordon.yaml").write_text(text)
    return read_settings({}, tmp_path).organisation


def _refusal(tmp_path: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        _read(tmp_path, text)
    return str(caught.value).replace(f"{tmp_path}/", "")


def test_without_a_file_everything_has_a_default() -> None:
    organisation = Organisation()
    assert organisation.scheme == DEFAULT_SCHEME
    assert organisation.playbooks.default == "agentic-on-call"
    assert organisation.invite.everyone == ()


def test_the_example_is_exactly_the_defaults_and_has_every_key() -> None:
    document = yaml_source.load(ROOT / "cordon.example.yaml")
    assert yaml_source.validate(document, Organisation) == Organisation()
    assert document.data is not None
    assert _keys(document.data) == _keys(Organisation().model_dump())


def _keys(tree: object, path: str = "") -> set[str]:
    if isinstance(tree, dict):
        return {path}.union(*(_keys(value, f"{path}.{key}") for key, value in tree.items()))
    if isinstance(tree, list | tuple | frozenset):
        return {path}.union(*(_keys(value, f"{path}[]") for value in tree))
    return {path}


def test_every_key_says_what_it_means() -> None:
    without = [
        f"{section.__name__}.{name}"
        for section in (type(getattr(Organisation(), name)) for name in Organisation.model_fields)
        if issubclass(section, BaseModel)
        for name, field in section.model_fields.items()
        if not field.description
    ]
    assert without == []


def test_severities_replace_the_built_in_ones(tmp_path: Path) -> None:
    organisation = _read(
        tmp_path,
        "severities:\n"
        "  - {key: SEV1, name: Bad, definition: It is bad, response_minutes: 5, update_minutes: 15,"
        " invite: ['@oncall', S0123ABC, lead@example.com]}\n"
        "  - {key: SEV2, name: Less bad, definition: It is less bad, response_minutes: 50}\n",
    )
    assert organisation.scheme.spoken == "SEV1 and SEV2"
    assert organisation.scheme.find("1").invite == ("@oncall", "S0123ABC", "lead@example.com")
    assert organisation.scheme.find("2").update_cadence is None


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("channels: {incidents: safety incidents}", "cordon.yaml:1: channels.incidents: "),
        ("channels: {incidents: '#Safety'}", "cordon.yaml:1: channels.incidents: "),
        ("invite:\n  everyone:\n    - '@oncall'\n    - somebody\n", "cordon.yaml:4: invite.everyone[1]: "),
        ("invite: {everyone: '@oncall'}", "cordon.yaml:1: invite.everyone: "),
        ("reminders:\n  lead_minutes: 61\n", "cordon.yaml:2: reminders.lead_minutes: "),
        ("reminders:\n  escalate_after_minutes: 0\n", "cordon.yaml:2: reminders.escalate_after_minutes: "),
        ("paging:\n  fallback: [nobody]\n", "cordon.yaml:2: paging.fallback[0]: "),
        ("paging:\n  fallback_after_attempts: 0\n", "cordon.yaml:2: paging.fallback_after_attempts: "),
        ("paging:\n  fallback_after_seconds: 1\n", "cordon.yaml:2: paging.fallback_after_seconds: "),
        ("journal:\n  lease_seconds: 0\n", "cordon.yaml:2: journal.lease_seconds: "),
        ("severities: []", "cordon.yaml:1: severities: "),
        (
            "severities:\n  - {key: P1, name: n, definition: d, response_minutes: 1}\n",
            "cordon.yaml:2: severities[0].key: ",
        ),
        ("severities:\n  - key: SEV1\n    name: n\n    definition: d\n", "cordon.yaml:2: severities[0]: "),
        ("nonsense: 1", 'cordon.yaml:1: nonsense: unknown key "nonsense"'),
        ("- a list", "cordon.yaml:1: the file must be keys and values"),
        ("channels: [", "cordon.yaml:2: this is not YAML"),
    ],
)
def test_a_wrong_key_or_value_is_told_with_its_line(tmp_path: Path, text: str, where: str) -> None:
    assert _refusal(tmp_path, text).startswith(where)


def test_levels_out_of_order_or_twice_are_refused(tmp_path: Path) -> None:
    level = "  - {key: %s, name: n, definition: d, response_minutes: 1}\n"
    for keys in (("SEV2", "SEV1"), ("SEV1", "SEV1")):
        text = "severities:\n" + "".join(level % key for key in keys)
        assert "worst (SEV0) to mildest" in _refusal(tmp_path, text)


def test_a_severity_level_refuses_people_it_cannot_invite(tmp_path: Path) -> None:
    text = "severities:\n  - {key: SEV1, name: n, definition: d, response_minutes: 1, invite: [somebody]}\n"
    assert _refusal(tmp_path, text).startswith("cordon.yaml:2: severities[0].invite[0]: ")


def test_nothing_in_it_can_be_changed_after_the_start() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Organisation().reminders.lead_minutes = 1  # type: ignore[misc]


def test_actions_and_their_approval_are_read(tmp_path: Path) -> None:
    organisation = _read(
        tmp_path,
        """
actions:
  stop-agent: {title: Stop the agent, command: kubernetes_scale, params: {replicas: 0}}
  kill-switch: {title: Kill switch, sequence: [stop-agent]}
containment:
  rules:
    - {risks: [low, medium, high], approvals: 2, approvers: {groups: [S0OPS]}}
""",
    )
    assert organisation.catalog.steps("kill-switch") == ("stop-agent",)
    assert organisation.containment.rule(Risk.LOW, 3).approvals == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "actions:\n  kill: {title: Kill switch, sequence: [stop-agnt]}\n  stop-agent: {title: Stop, command: x}\n",
            'cordon.yaml:1: actions: "kill" names the action "stop-agnt", which there is not; did you mean',
        ),
        (
            "actions:\n  stop-agent:\n    title: Stop\n    comand: x\n",
            'cordon.yaml:4: actions.stop-agent.comand: unknown key "comand"; did you mean "command"?',
        ),
        (
            "actions:\n  Stop Agent: {title: Stop, command: x}\n",
            "cordon.yaml:2: actions.Stop Agent: must be text of the form ",
        ),
        (
            "actions:\n  stop-agent: {title: Stop, command: x, risk: deadly}\n",
            "cordon.yaml:2: actions.stop-agent.risk: ",
        ),
        (
            "containment:\n  rules:\n    - {risks: [low]}\n",
            "no rule says who may run actions of medium risk at every severity",
        ),
    ],
)
def test_wrong_actions_and_rules_are_told_with_their_line(tmp_path: Path, text: str, sentence: str) -> None:
    assert sentence in _refusal(tmp_path, text)
