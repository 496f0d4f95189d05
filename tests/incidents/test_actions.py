import pytest
from pydantic import ValidationError

from incidents.action_answers import AnswerKind, Ask
from incidents.actions import Action, OnFailure, When
from incidents.containment import Risk

STOP = {"title": "Stop the agent", "command": "kubernetes_scale", "params": {"replicas": 0}}


def test_an_action_as_people_write_it() -> None:
    action = Action.model_validate(
        {
            **STOP,
            "description": "Users see the fallback.",
            "risk": "high",
            "target": "the production agent",
            "expires_minutes": 60,
            "packs": ["global"],
            "when": {"failure_modes": ["prompt_injection"], "severities": ["SEV0", "SEV1"]},
        }
    )
    assert (action.risk, action.expires_minutes, action.snapshot, action.snapshot_seconds) == (
        Risk.HIGH,
        60,
        True,
        5,
    )
    assert not action.is_sequence
    assert Action.model_validate({"title": "All off", "sequence": ["a", "b"]}).on_failure is OnFailure.STOP


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"command": None}, "either a command or a sequence of actions, exactly one"),
        ({"sequence": ["a"]}, "either a command or a sequence of actions, exactly one"),
        ({"command": None, "sequence": ["a"]}, "a sequence has no params"),
        (
            {"command": None, "params": {}, "sequence": ["a"], "ask": {"ids": {"label": "Ids"}}},
            "a sequence asks what its steps ask",
        ),
        (
            {"command": None, "params": {}, "sequence": ["a"], "expires_minutes": 5},
            "a sequence does not expire; give expires_minutes to its steps",
        ),
        ({"parallel": True}, "parallel and on_failure are a sequence's"),
        ({"on_failure": "continue"}, "parallel and on_failure are a sequence's"),
        ({"ask": {"replicas": {"label": "Replicas"}}}, '"replicas" stands in params and is asked for'),
        ({"expires_minutes": 10, "expiry_warning_minutes": 10}, "must be less than expires_minutes"),
        ({"title": "Stop <!channel>"}, "must not have < or >"),
        ({"title": "x" * 61}, "at most 60 characters"),
        ({"command": "../evil"}, "should match pattern"),
        ({"snapshot_seconds": 0}, "greater than 0"),
        ({"when": {"failure_modes": ["prompt_injektion"]}}, 'did you mean "prompt_injection"'),
        ({"when": {"incident_types": ["zzz"]}}, 'no incident type "zzz"; there are: '),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_what_does_not_fit_is_told(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        Action.model_validate({**STOP, **changes})


def test_answers_go_into_the_parameters_that_were_asked_for() -> None:
    action = Action(
        title="Pause",
        command="http_request",
        params={"url": "u"},
        ask={"ids": Ask(label="I", kind=AnswerKind.IDS)},
    )
    assert action.params_with({"ids": ["a"], "url": "evil"}) == {"url": "u", "ids": ["a"]}
    assert action.params_with({}) == {"url": "u"}


def test_what_an_action_is_meant_for() -> None:
    when = When(failure_modes=("prompt_injection",), incident_types=("mass_harmful_output",))
    assert when.fits(None, None)
    assert when.fits("mass_harmful_output", "prompt_injection")
    assert not when.fits("mass_harmful_output", "other")
    assert not when.fits("other", None)
    assert When().fits("a", "b")
