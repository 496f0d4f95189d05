"""What the five runbooks say, written down here once more, so that a phase or a figure that gets lost goes red."""

from collections.abc import Callable, Iterator

import pytest

from bot.playbooks import PlaybookLibrary, read, shipped_files
from incidents.playbook import Playbook, PlaybookItem
from incidents.playbook_knowledge import MessageForm

Minutes = int | None
FACTS: dict[str, list[tuple[str, Minutes, Minutes, int]]] = {
    "child-safety": [
        ("Immediate actions", 0, 2, 4),
        ("Investigation", 2, 10, 4),
        ("Containment", 5, 15, 2),
        ("Resolution", 15, 30, 6),
        ("Recovery", 30, 60, 2),
        ("Post-incident", 60, 1440, 10),
    ],
    "agentic-on-call": [
        ("Contain", 0, 2, 4),
        ("Preserve evidence", 2, 4, 4),
        ("Classify", 4, 6, 2),
        ("Triage and notify", 6, 8, 4),
        ("Turn it into a regression", 8, 10, 4),
        ("Follow-up", 10, None, 6),
    ],
    "operations-governance": [
        ("Assess severity", None, None, 6),
        ("Escalate by type", None, None, 4),
        ("Postmortem: before the meeting", None, 2880, 3),
        ("Postmortem: in the meeting", None, 2880, 4),
        ("Postmortem: after the meeting", None, 2880, 3),
        ("Hand over as a regression test", None, None, 4),
        ("Release gate", None, None, 3),
        ("Quarterly review", None, None, 6),
        ("Retire a test", None, None, 4),
    ],
    "ai-service": [
        ("Detect and acknowledge", None, None, 2),
        ("Stabilise", None, None, 2),
        ("Contain", None, None, 3),
        ("Investigate", None, None, 5),
        ("Remediate", None, None, 3),
        ("Communicate", None, None, 2),
        ("Review", None, 2880, 4),
    ],
    "agent-platform": [
        ("Triage", 0, 5, 4),
        ("Contain", 5, 15, 5),
        ("Investigate", 15, 60, 3),
        ("Remediate", 60, None, 4),
        ("Recover", None, None, 4),
        ("Post-incident", None, None, 3),
    ],
}

Shipped = Callable[[str], Playbook]


@pytest.fixture(scope="module")
def shipped() -> Shipped:
    return PlaybookLibrary.load(None).get


def _items(playbook: Playbook) -> Iterator[PlaybookItem]:
    return (item for phase in playbook.phases for item in phase.items)


def _responses(playbook: Playbook) -> dict[str, Minutes]:
    return {level.key: level.response_minutes for level in playbook.severities}


def _labels(form: MessageForm | None) -> list[str]:
    return [field.label for field in form.fields] if form else []


def _options(playbook: Playbook) -> dict[str, list[str]]:
    return {group.title: [option.name for option in group.options] for group in playbook.classifications}


def test_each_file_is_called_what_its_playbook_is_called() -> None:
    assert {path.name for path in shipped_files()} == {f"{name}.yaml" for name in FACTS}
    for path in shipped_files():
        assert path.name == f"{read(path).name}.yaml"


@pytest.mark.parametrize("name", FACTS)
def test_phases_with_their_minutes_and_number_of_items(shipped: Shipped, name: str) -> None:
    phases = shipped(name).phases
    assert [(one.title, one.starts_minute, one.ends_minute, len(one.items)) for one in phases] == FACTS[name]


@pytest.mark.parametrize("name", FACTS)
def test_items_can_be_read_at_a_glance(shipped: Shipped, name: str) -> None:
    assert [item.text for item in _items(shipped(name)) if len(item.text) > 80] == []


@pytest.mark.parametrize(
    ("name", "responses"),
    [
        ("child-safety", {"SEV1": 2}),
        ("agentic-on-call", {"SEV1": None, "SEV2": None, "SEV3": None, "SEV4": None}),
        ("operations-governance", {"SEV0": 15, "SEV1": 60, "SEV2": 240, "SEV3": 1440}),
        ("ai-service", {}),
        ("agent-platform", {"SEV1": 15, "SEV2": 60, "SEV3": 240, "SEV4": 1440}),
    ],
)
def test_severities_with_their_response_times(
    shipped: Shipped, name: str, responses: dict[str, Minutes]
) -> None:
    assert _responses(shipped(name)) == responses


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "child-safety",
            [
                "api.pagerduty.com/incidents/{incident_id}/acknowledge",
                "curl http://conversation-service:8000/metrics | grep safety_incidents",
                'grep "SAFETY_VIOLATION" | tail -20',
                "INTERVAL '10 minutes'",
                "jq '.incident_type' | sort | uniq -c | sort -nr",
                "jq '.child_id' | sort | uniq -c | sort -nr",
                "m.safety_score < 0.5",
                'grep "AI_RESPONSE"',
                'pause_conversation(conversation.id, reason="safety_incident")',
                "send_safety_incident_notification",
                "kubectl apply -f k8s/safety-config.yaml",
                "kubectl rollout restart deployment/conversation-service",
                "src/services/ai_provider_service.py",
                "of 3 to 13 years",
                "is_hidden = true, hidden_reason = 'safety_incident'",
                "safety_score < 0.3",
                "INTERVAL '1 hour'",
                "INSERT INTO audit_log (action, details, performed_by, performed_at)",
                "resume_conversation_with_enhanced_safety",
                "increase(conversation_service_safety_incidents_total[1m]) > 0",
                "EnhancedSafetyMonitoring",
                "affected_children, incident_types, actions_taken",
            ],
        ),
        (
            "agentic-on-call",
            [
                "kubectl scale deployment agent-prod --replicas=0",
                "feature_flag set AGENT_TOOLS=off",
                "incident_lab add --from incident_2026-02-01/trajectories.jsonl",
                "regression_suite add --scenario incident_42",
            ],
        ),
        (
            "operations-governance",
            ["expected_block_turn: 3", "severity_weight: 0.8", "RETIRE_REGRESSION", "at least SEV1"],
        ),
        ("ai-service", ["severity, affected services, guardrail metrics, last deploy id"]),
        (
            "agent-platform",
            [
                "/killswitch",
                "emergency_stop.sh --pack <pack_name>",
                "emergency_stop.sh --global",
                "systemctl restart agentos-orchestrator",
                "curl http://localhost:8080/health",
            ],
        ),
    ],
)
def test_commands_and_queries_are_in_the_details(shipped: Shipped, name: str, said: list[str]) -> None:
    details = "\n".join(item.detail for item in _items(shipped(name)))
    assert [text for text in said if text not in details] == []


def test_child_safety_knows_its_alerts_contacts_and_prevention(shipped: Shipped) -> None:
    playbook = shipped("child-safety")
    assert [one.alert for one in playbook.triggers] == ["CriticalSafetyIncident", "SafetyIncidentsSpike"]
    assert playbook.default_severity == "SEV1"
    assert {one.role: one.address for one in playbook.contacts} == {
        "Safety Team": "safety-team@example.com",
        "Backend On-Call": "backend-oncall@example.com",
        "CTO": "cto@example.com",
        "Emergency hotline": "+1-555-SAFETY",
        "Slack channel": "#safety-incidents",
    }
    assert [one.every for one in playbook.prevention] == ["day", "week", "month", "quarter"]
    assert len(playbook.references[0].points) == 6


def test_on_call_knows_its_triggers_failure_modes_rules_and_template(shipped: Shipped) -> None:
    playbook = shipped("agentic-on-call")
    assert len(playbook.triggers) == 5
    assert len(playbook.golden_rules) == 5
    assert _options(playbook) == {
        "Primary failure mode": [
            "Prompt injection",
            "Policy erosion",
            "Intent drift",
            "Tool hallucination",
            "Coordinated misuse",
            "Safeguard failure",
            "Unknown or emergent",
        ]
    }
    assert _labels(playbook.communication.initial) == [
        "Summary",
        "Model / version",
        "Failure mode",
        "Immediate mitigation",
        "Suspected root cause",
    ]
    assert [one.path for one in playbook.artefacts] == [
        "incident_<timestamp>/trajectories.jsonl",
        "incident_<timestamp>/metrics.json",
    ]
    assert [phase.asynchronous for phase in playbook.phases] == [False] * 5 + [True]


def test_operations_knows_its_rubric_types_and_test_lifecycle(shipped: Shipped) -> None:
    playbook = shipped("operations-governance")
    assert [len(one.answers) for one in playbook.assessment] == [3, 3, 2, 2, 2]
    types = {
        one.name: (one.typical_severities, one.escalate_to) for one in playbook.classifications[0].options
    }
    assert types == {
        "Mass harmful output": (("SEV0",), ("Executive", "Legal", "PR")),
        "PII exposure": (("SEV0", "SEV1"), ("Security", "Legal")),
        "Policy violation (isolated)": (("SEV2",), ("Safety team",)),
        "Policy erosion": (("SEV2", "SEV3"), ("Safety team",)),
        "False positive spike": (("SEV3",), ("Product team",)),
    }
    assert len(playbook.golden_rules) == 4
    tables = {one.title: one.table.rows for one in playbook.references if one.table}
    assert [row[0] for row in tables["States of a regression test"]] == [
        "ACTIVE",
        "MONITORING",
        "DEPRECATED",
        "RETIRED",
    ]
    assert {title: len(rows) for title, rows in tables.items()} == {
        "Blameless language": 1,
        "Anti-patterns": 4,
        "States of a regression test": 4,
        "When a test may retire": 5,
        "Is a test of three months ago still relevant?": 5,
    }


def test_operations_rates_as_the_rubric_says(shipped: Shipped) -> None:
    harm, scope, law, reputation, scale = shipped("operations-governance").assessment
    assert [(one.at_least, one.level) for one in harm.answers] == [
        ("SEV1", None),
        (None, "SEV2"),
        (None, "SEV3"),
    ]
    assert [one.effect for one in scope.answers] == ["raise", "keep", "lower"]
    assert (law.answers[0].at_least, law.answers[0].involve) == ("SEV1", ("Legal",))
    assert reputation.answers[0].consider == "SEV0"
    assert scale.answers[0].effect == "raise"


def test_ai_service_knows_its_signals_roles_cadence_and_artefacts(shipped: Shipped) -> None:
    playbook = shipped("ai-service")
    assert len(playbook.triggers) == 3
    assert _options(playbook) == {"Signal": ["Guardrail breach", "Latency or cost spike", "Data exposure"]}
    assert {one.name: len(one.duties) for one in playbook.roles} == {
        "Incident Commander": 3,
        "AI Ops": 3,
        "Domain SME": 2,
        "Communications": 1,
    }
    assert [one.minutes for one in playbook.communication.cadence] == [30, 60]
    assert len(playbook.artefacts) == 4
    assert len(playbook.references[0].points) == 4


def test_agent_platform_knows_its_types_contacts_messages_and_access(shipped: Shipped) -> None:
    playbook = shipped("agent-platform")
    assert {title: len(names) for title, names in _options(playbook).items()} == {
        "Agent": 4,
        "System": 3,
        "Security": 3,
    }
    assert [one.role for one in playbook.contacts] == [
        "On-Call Engineer",
        "Engineering Manager",
        "Security Lead",
        "Legal",
    ]
    assert [(one.to, one.after_minutes) for one in playbook.escalation if one.after_minutes] == [
        (("Engineering Manager",), 30)
    ]
    assert len(playbook.access_checks) == 5
    told = playbook.communication
    assert _labels(told.initial) == ["Incident", "Severity", "Status", "Impact", "Lead", "Bridge"]
    assert _labels(told.update) == [
        "Time",
        "Status",
        "Current state",
        "Actions in progress",
        "ETA to resolution",
    ]
    assert _labels(told.resolution) == ["Resolved", "Duration", "Root cause", "Follow-up"]
    retrospective = next(item for item in _items(playbook) if item.due_minutes)
    assert (retrospective.due_minutes, retrospective.when) == (72 * 60, "SEV1 or SEV2")
