from typing import Any

import pytest
from pydantic import ValidationError

from incidents.playbook import PHASE_ITEMS_LIMIT, Playbook


def _phase(title: str = "Contain", **more: object) -> dict[str, Any]:
    return {"title": title, "items": [{"text": "Turn it off"}], **more}


def _playbook(**more: object) -> dict[str, Any]:
    return {"name": "mine", "title": "Mine", "description": "What it is for", "phases": [_phase()], **more}


def _complaint(content: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        Playbook.model_validate(content)
    return "\n".join(error["msg"] for error in caught.value.errors())


def test_the_smallest_playbook_has_one_phase_with_one_item() -> None:
    playbook = Playbook.model_validate(_playbook())
    assert playbook.item_count == 1
    assert playbook.phases[0].starts_minute is None
    assert playbook.communication.initial is None


def test_a_playbook_does_not_change() -> None:
    playbook = Playbook.model_validate(_playbook())
    with pytest.raises(ValidationError, match="frozen"):
        setattr(playbook, "title", "Another")  # noqa: B010 - mypy knows already


def test_phases_may_overlap_and_untimed_ones_may_stand_between() -> None:
    phases = [
        _phase("Investigation", starts_minute=2, ends_minute=10),
        _phase("Notes"),
        _phase("Containment", starts_minute=5, ends_minute=15),
        _phase("Review", ends_minute=2880),
    ]
    playbook = Playbook.model_validate(_playbook(phases=phases))
    assert [phase.ends_minute for phase in playbook.phases] == [10, None, 15, 2880]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            {"phases": [_phase("B", starts_minute=5), _phase("Notes"), _phase("A", starts_minute=2)]},
            '"A" starts at minute 2, before "B" at 5: put phases in order of start',
        ),
        ({"phases": [_phase("Contain"), _phase("contain")]}, 'two phases are called "contain"'),
        (
            {"phases": [_phase(starts_minute=5, ends_minute=5)]},
            '"Contain" starts at minute 5 and ends at 5: it must end after its start',
        ),
        (
            {"phases": [_phase(items=[{"text": "Stop"}, {"text": "Stop"}])]},
            'the item "Stop" stands here twice',
        ),
        ({"phases": []}, "at least 1 item"),
        ({"phases": [_phase(items=[])]}, "at least 1 item"),
        (
            {"phases": [_phase(items=[{"text": str(n)} for n in range(PHASE_ITEMS_LIMIT + 1)])]},
            "at most 40 items",
        ),
        ({"phases": [_phase(str(n)) for n in range(21)]}, "at most 20 items"),
        ({"phases": [_phase("x" * 101)]}, "at most 100 characters"),
        ({"phases": [_phase(items=[{"text": "x" * 201}])]}, "at most 200 characters"),
        ({"phases": [_phase(items=[{"text": "x", "detail": "x" * 1501}])]}, "at most 1500 characters"),
        ({"phases": [_phase(items=[{"text": "one\ntwo"}])]}, "must stand on one line"),
        ({"phases": [_phase(items=[{"text": "  "}])]}, "at least 1 character"),
        ({"phases": [_phase(starts_minute=-1)]}, "greater than or equal to 0"),
        ({"phases": [_phase(starts_minute=True)]}, "valid integer"),
        ({"name": "My playbook"}, '"My playbook" must be lower-case words joined by hyphens'),
        ({"colour": "red"}, "Extra inputs are not permitted"),
        (
            {"severities": [{"key": "SEV1", "definition": "bad"}], "default_severity": "SEV4"},
            "SEV4 is used but not among severities, which are SEV1",
        ),
        (
            {"severities": [{"key": "SEV1", "definition": "bad"}, {"key": "SEV1", "definition": "worse"}]},
            "severities defines SEV1 twice",
        ),
        (
            {
                "phases": [_phase(items=[{"text": "Stop", "role": "Cook"}])],
                "roles": [{"name": "A", "duties": ["b"]}],
            },
            'the item "Stop" names the role "Cook" that is not in roles, which has A',
        ),
        ({"phases": [_phase(items=[{"text": "Stop", "role": "Cook"}])]}, "which is empty"),
        (
            {"roles": [{"name": "A", "duties": ["b"]}, {"name": "a", "duties": ["c"]}]},
            'roles has "a" twice',
        ),
    ],
)
def test_what_is_refused_and_how_it_is_told(content: dict[str, Any], told: str) -> None:
    assert told in _complaint(_playbook(**content))


@pytest.mark.parametrize(
    "where",
    [
        {"escalation": [{"when": "x", "to": ["y"], "severities": ["SEV3"]}]},
        {"classifications": [{"title": "x", "options": [{"name": "y", "typical_severities": ["SEV3"]}]}]},
        {"assessment": [{"question": "x", "answers": [{"text": "y", "at_least": "SEV3"}]}]},
        {"assessment": [{"question": "x", "answers": [{"text": "y", "level": "SEV3"}]}]},
        {"assessment": [{"question": "x", "answers": [{"text": "y", "consider": "SEV3"}]}]},
    ],
)
def test_a_level_must_be_defined_wherever_it_is_named(where: dict[str, Any]) -> None:
    severities = [{"key": "SEV1", "definition": "bad"}]
    assert "SEV3 is used" in _complaint(_playbook(severities=severities, **where))
    Playbook.model_validate(_playbook(**where))  # a playbook that defines none takes the workspace's
