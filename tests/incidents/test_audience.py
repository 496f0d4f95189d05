from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from incidents.audience import RESPONDERS, Audience, check_approver, told_of, who_may_approve
from incidents.crew import Crew, Holder
from incidents.errors import IllegalMoveError
from incidents.roles import Role
from incidents.status_update import UpdateKind

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ANN, SME, BOB = "U0ANN", "U0SME", "U0BOB"
STAKEHOLDERS = Audience(
    key="stakeholders",
    title="Stakeholders",
    channel="#stakeholders",
    templates={UpdateKind.UPDATE: "stakeholder_update"},
    approval=frozenset({Role.COMMANDER, Role.DOMAIN_SME}),
)
LEADERSHIP = Audience(
    key="leadership", title="Leadership", channel="C0LEADERS", kinds=frozenset({UpdateKind.RESOLUTION})
)
ALL = (RESPONDERS, STAKEHOLDERS, LEADERSHIP)


def _crew(**users: str) -> Crew:
    return Crew(
        holders=tuple(Holder(role=Role(role), user=user, since=NOON, by=user) for role, user in users.items())
    )


CREW = _crew(commander=ANN, domain_sme=SME, scribe=BOB)


def test_an_audience_has_its_own_template_or_the_shared_one() -> None:
    assert STAKEHOLDERS.template(UpdateKind.UPDATE) == "stakeholder_update"
    assert STAKEHOLDERS.template(UpdateKind.INITIAL) == "initial_notification"
    assert RESPONDERS.template(UpdateKind.RESOLUTION) == "resolution"
    assert RESPONDERS.is_incident_channel
    assert not STAKEHOLDERS.is_incident_channel


@pytest.mark.parametrize(
    ("kind", "private", "heard"),
    [
        (UpdateKind.INITIAL, False, (RESPONDERS, STAKEHOLDERS)),
        (UpdateKind.RESOLUTION, False, ALL),
        (UpdateKind.INITIAL, True, (RESPONDERS,)),
        (UpdateKind.RESOLUTION, True, (RESPONDERS,)),
    ],
)
def test_who_hears_what(kind: UpdateKind, private: bool, heard: tuple[Audience, ...]) -> None:  # noqa: FBT001 - a table
    assert told_of(kind, ALL, private=private) == heard


def test_somebody_elses_text_waits_for_an_approver() -> None:
    approval = who_may_approve(STAKEHOLDERS, BOB, CREW)
    assert approval.needed
    assert approval.by == (ANN, SME)
    assert approval.sentence == f"Stakeholders are told once <@{ANN}> or <@{SME}> approves."


def test_without_an_approver_it_is_said_how_to_become_one() -> None:
    approval = who_may_approve(STAKEHOLDERS, BOB, _crew(scribe=BOB))
    assert approval.needed
    assert approval.by == ()
    assert approval.sentence == (
        "Stakeholders are told once it is approved, and nobody can yet:"
        " take `/incident role commander` or `/incident role domain sme`."
    )


@pytest.mark.parametrize("author", [ANN, SME])
def test_an_approvers_own_text_does_not_wait(author: str) -> None:
    assert not who_may_approve(STAKEHOLDERS, author, CREW).needed


def test_an_audience_without_approval_waits_for_nobody() -> None:
    assert not who_may_approve(RESPONDERS, BOB, Crew()).needed
    check_approver(RESPONDERS, BOB, Crew())


def test_only_an_approver_approves() -> None:
    check_approver(STAKEHOLDERS, ANN, CREW)
    check_approver(STAKEHOLDERS, SME, CREW)
    with pytest.raises(IllegalMoveError) as caught:
        check_approver(STAKEHOLDERS, BOB, CREW)
    assert str(caught.value) == (
        f"What Stakeholders are told is approved by: Incident commander or Domain expert (<@{ANN}> and <@{SME}>)."
    )
    with pytest.raises(IllegalMoveError, match="nobody yet"):
        check_approver(STAKEHOLDERS, BOB, Crew())


@given(
    approval=st.frozensets(st.sampled_from(Role)),
    holders=st.lists(st.tuples(st.sampled_from(Role), st.sampled_from([ANN, SME, BOB]))),
    author=st.sampled_from([ANN, SME, BOB]),
)
def test_whoever_is_named_may_approve_and_is_not_the_author(
    approval: frozenset[Role], holders: list[tuple[Role, str]], author: str
) -> None:
    audience = STAKEHOLDERS.model_copy(update={"approval": approval})
    crew = Crew(holders=tuple(Holder(role=role, user=user, since=NOON, by=user) for role, user in holders))
    asked = who_may_approve(audience, author, crew)
    assert author not in asked.by
    assert asked.needed is bool(asked.sentence)
    for person in asked.by:
        check_approver(audience, person, crew)


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "Stake Holders"},
        {"channel": "stakeholders"},
        {"templates": {"update": "../secret"}},
        {"approval": ["boss"]},
        {"kinds": ["rumour"]},
        {"channels": ["#a"]},
    ],
)
def test_an_audience_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Audience.model_validate({"key": "leadership", "title": "Leadership", **wrong})
