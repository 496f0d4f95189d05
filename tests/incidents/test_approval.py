from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from incidents.approval import (
    Approval,
    ApprovalRule,
    BreakGlass,
    BreakGlassRule,
    ContainmentPolicy,
    Judgement,
    check_approver,
    judge,
    may_break_glass,
)
from incidents.containment import Risk
from incidents.crew import Crew, Holder
from incidents.rights import Person, Rule
from incidents.roles import Role

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ANN = Person("U0ANN", roles=frozenset({Role.COMMANDER}))
BOB = Person("U0BOB")
OPS = Person("U0OPS", roles=frozenset({Role.AI_OPS}))
GUEST = Person("U0GUEST", is_guest=True)
GONE = Person("U0GONE", is_deactivated=True)
CREW = Crew(
    holders=(
        Holder(role=Role.COMMANDER, user="U0ANN", since=NOON, by="U0ANN"),
        Holder(role=Role.AI_OPS, user="U0OPS", since=NOON, by="U0OPS"),
    )
)
LOW = ContainmentPolicy().rule(Risk.LOW, 2)
HIGH = ContainmentPolicy().rule(Risk.HIGH, 0)


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


def test_by_default_high_risk_needs_a_second_person_and_the_rest_does_not() -> None:
    for risk in (Risk.LOW, Risk.MEDIUM):
        verdict = judge(ContainmentPolicy().rule(risk, 0), requester=BOB, approvals=(), now=NOON)
        assert (verdict.allowed, verdict.until) == (True, minutes(30))
    verdict = judge(HIGH, requester=BOB, approvals=(), now=NOON, crew=CREW)
    assert (verdict.judgement, verdict.needed) == (Judgement.NEEDS_APPROVAL, 1)
    assert verdict.sentence == (
        "Needs the approval of one other person. Who can: the incident commander (<@U0ANN>), the AI ops (<@U0OPS>)"
        " and the domain expert (nobody yet: `/incident role domain sme` takes it). After 3 minutes without an answer,"
        " this can go on without: the incident commander (<@U0ANN>)."
    )


def test_an_approval_lasts_its_time_and_no_longer() -> None:
    approvals = [Approval(by="U0ANN", at=NOON)]
    allowed = judge(HIGH, requester=BOB, approvals=approvals, now=minutes(29))
    assert (allowed.allowed, allowed.until) == (True, minutes(30))
    assert not judge(HIGH, requester=BOB, approvals=approvals, now=minutes(30)).allowed
    again = [*approvals, Approval(by="U0ANN", at=minutes(29))]
    assert judge(HIGH, requester=BOB, approvals=again, now=minutes(30)).until == minutes(59)


def test_two_approvals_are_two_people() -> None:
    two = HIGH.model_copy(update={"approvals": 2})
    once = [Approval(by="U0ANN", at=NOON), Approval(by="U0ANN", at=minutes(1)), Approval(by="U0BOB", at=NOON)]
    verdict = judge(two, requester=BOB, approvals=once, now=minutes(2))
    assert (verdict.allowed, verdict.needed) == (False, 1)
    both = judge(two, requester=BOB, approvals=[*once, Approval(by="U0OPS", at=minutes(5))], now=minutes(6))
    assert both.until == minutes(31)


def test_breaking_the_glass_allows_for_the_time_of_an_approval() -> None:
    glass = BreakGlass(by="U0ANN", at=NOON, reason="it leaks")
    assert judge(HIGH, requester=ANN, approvals=(), now=minutes(29), break_glass=glass).until == minutes(30)
    assert not judge(HIGH, requester=ANN, approvals=(), now=minutes(30), break_glass=glass).allowed


@pytest.mark.parametrize(
    ("person", "sentence"),
    [
        (
            GUEST,
            "You can't run this action. A guest can only where cordon.yaml names them. Who can: any other full",
        ),
        (GONE, "The account of <@U0GONE> is deactivated."),
    ],
)
def test_who_may_not_even_ask(person: Person, sentence: str) -> None:
    verdict = judge(LOW, requester=person, approvals=(), now=NOON)
    assert verdict.judgement is Judgement.REFUSED
    assert verdict.sentence.startswith(sentence)


def test_who_may_run_can_be_a_few() -> None:
    rule = ApprovalRule(risks=(Risk.HIGH,), run=Rule(groups=frozenset({"S0OPS"})))
    assert judge(rule, requester=Person("U1", groups=frozenset({"S0OPS"})), approvals=(), now=NOON).allowed
    refused = judge(rule, requester=BOB, approvals=(), now=NOON)
    assert refused.sentence == "You can't run this action. Who can: the members of `S0OPS`."
    nobody = ApprovalRule(risks=(Risk.HIGH,), run=Rule())
    assert judge(nobody, requester=BOB, approvals=(), now=NOON).sentence.endswith("cordon.yaml can allow it.")


@pytest.mark.parametrize(
    ("approver", "approvals", "sentence"),
    [
        (ANN, (), ""),
        (OPS, (Approval(by="U0ANN", at=NOON),), ""),
        (
            Person("U0REQ", roles=frozenset({Role.COMMANDER})),
            (),
            (
                "You asked for it, so somebody else must approve. Who can: the incident commander (<@U0ANN>),"
                " the AI ops (<@U0OPS>) and"
            ),
        ),
        (BOB, (), "You can't approve it. Who can: the incident commander (<@U0ANN>), the AI ops"),
        (GONE, (), "The account of <@U0GONE> is deactivated."),
        (ANN, (Approval(by="U0ANN", at=NOON),), "You have approved it already. Another person must, too."),
    ],
)
def test_who_may_approve(approver: Person, approvals: tuple[Approval, ...], sentence: str) -> None:
    decision = check_approver(
        HIGH, approver=approver, requester="U0REQ", approvals=approvals, now=NOON, crew=CREW
    )
    assert decision.allowed is not bool(sentence)
    assert decision.sentence.startswith(sentence)


def test_what_needs_no_approval_is_not_approved() -> None:
    assert not check_approver(LOW, approver=ANN, requester="U1", approvals=(), now=NOON).allowed
    assert not may_break_glass(LOW, person=ANN, asked_at=NOON, reason="x", now=minutes(9)).allowed


@pytest.mark.parametrize(
    ("person", "after", "reason", "sentence"),
    [
        (ANN, 3, "it leaks", ""),
        (
            ANN,
            2.9,
            "it leaks",
            (
                "You can run it without approval from 12:03:00 UTC on, 3 minutes after it was asked for. Until then"
                " ask: the incident commander (nobody else: `/incident role commander` takes it), the AI ops (<@U0OPS>)"
            ),
        ),
        (ANN, 3, "  ", "Say why it can't wait, such as:"),
        (
            OPS,
            9,
            "it leaks",
            "You can't run it without approval. Who can: the incident commander (<@U0ANN>).",
        ),
        (GONE, 9, "it leaks", "The account of <@U0GONE> is deactivated."),
    ],
)
def test_who_may_go_past_the_approval(person: Person, after: float, reason: str, sentence: str) -> None:
    decision = may_break_glass(
        HIGH, person=person, asked_at=NOON, reason=reason, now=minutes(after), crew=CREW
    )
    assert decision.allowed is not bool(sentence)
    assert decision.sentence.startswith(sentence)


def test_zero_minutes_is_at_once() -> None:
    rule = HIGH.model_copy(update={"break_glass": BreakGlassRule(after_minutes=0)})
    assert may_break_glass(rule, person=ANN, asked_at=NOON, reason="it leaks", now=NOON).allowed
    assert (
        "If it can't wait, this can go on without"
        in judge(rule, requester=BOB, approvals=(), now=NOON).sentence
    )


def test_the_first_rule_that_covers_counts() -> None:
    worst = {"risks": ["high"], "severities": ["SEV0"], "approvals": 0}
    rest = {"risks": ["low", "medium", "high"], "approvals": 1}
    policy = ContainmentPolicy.model_validate({"rules": [worst, rest]})
    assert policy.rule(Risk.HIGH, 0).approvals == 0
    assert policy.rule(Risk.HIGH, 1).approvals == 1
    assert policy.rule(Risk.LOW, 0).approvals == 1


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ([], "no rule says who may run actions of low risk at every severity; add one with risks: \\[low\\]"),
        ([{"risks": ["low", "medium"]}, {"risks": ["high"], "severities": ["SEV0"]}], "actions of high risk"),
        ([{"risks": ["low"], "approvals": 1, "approvers": {}}], "nobody may give them; name approvers"),
        ([{"risks": []}], "at least 1 item"),
        ([{"risks": ["low"], "aprovals": 1}], "Extra inputs"),
    ],
)
def test_a_policy_with_a_hole_is_refused(rules: list[object], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        ContainmentPolicy.model_validate({"rules": rules})


people = st.sampled_from(["U0A", "U0B", "U0C", "U0D"])
given_approvals = st.lists(st.builds(Approval, by=people, at=st.integers(0, 60).map(minutes)), max_size=8)


@given(approvals=given_approvals, requester=people, needed=st.integers(0, 4), after=st.integers(0, 60))
def test_the_requester_never_counts_and_each_person_once(
    approvals: list[Approval], requester: str, needed: int, after: int
) -> None:
    rule = ApprovalRule(risks=tuple(Risk), approvals=needed)
    now = minutes(after)
    verdict = judge(rule, requester=Person(requester), approvals=approvals, now=now)
    others = {one.by for one in approvals if one.at + rule.lasting > now} - {requester}
    assert verdict.allowed is (len(others) >= needed)
    assert verdict.needed == max(0, needed - len(others))
    assert (verdict.until is not None) is verdict.allowed
    assert verdict.until is None or verdict.until > now
    own = [Approval(by=requester, at=now)] * 5
    assert judge(rule, requester=Person(requester), approvals=[*approvals, *own], now=now) == verdict
