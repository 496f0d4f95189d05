from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from incidents.crew import Crew, Holder
from incidents.rights import DEFAULT_RULES, Person, Policy, Right, Rule, decide, holders, mention, reaches
from incidents.roles import Role

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
DEFAULT = Policy()
COMMANDER = Person("U0ANN", roles=frozenset({Role.COMMANDER}))
SME = Person("U0SME", roles=frozenset({Role.DOMAIN_SME}))
BOB = Person("U0BOB")
CREW = Crew(holders=(Holder(role=Role.COMMANDER, user="U0ANN", since=NOON, by="U0ANN"),))

ANYBODY = {
    Right.DECLARE,
    Right.DECLARE_PRIVATE,
    Right.DRILL,
    Right.CHECKLIST,
    Right.NOTE,
    Right.CLASSIFY,
    Right.CHANGE_SEVERITY,
    Right.TAKE_ROLE,
    Right.ASSIGN_ROLES,
    Right.PUBLISH_UPDATE,
    Right.MOVE,
    Right.RESOLVE,
    Right.REOPEN,
    Right.EXPORT,
    Right.CONTAIN,
}

ids = st.sampled_from(["U0A", "U0B"])
group_ids = st.sampled_from(["S0A", "S0B", "@a"])
rules = st.builds(
    Rule,
    users=st.frozensets(ids),
    groups=st.frozensets(group_ids),
    roles=st.frozensets(st.sampled_from(Role)),
    anybody=st.booleans(),
)
policies = st.builds(Policy, rules=st.dictionaries(st.sampled_from(Right), rules))
people = st.builds(
    Person,
    id=ids,
    groups=st.frozensets(group_ids),
    roles=st.frozensets(st.sampled_from(Role)),
    is_guest=st.booleans(),
    is_deactivated=st.booleans(),
)


def test_every_right_has_a_default_rule() -> None:
    assert set(DEFAULT_RULES) == set(Right)


@pytest.mark.parametrize("right", Right)
def test_what_anybody_may_by_default(right: Right) -> None:
    assert decide(DEFAULT, right, BOB).allowed is (right in ANYBODY)


@pytest.mark.parametrize("right", Right)
def test_what_the_commander_may_by_default(right: Right) -> None:
    assert decide(DEFAULT, right, COMMANDER).allowed is (right is not Right.REVEAL_PRIVATE)


def test_the_domain_expert_approves_and_does_not_waive() -> None:
    assert decide(DEFAULT, Right.APPROVE_UPDATE, SME).allowed
    assert not decide(DEFAULT, Right.WAIVE, SME).allowed


@pytest.mark.parametrize(
    ("right", "crew", "sentence"),
    [
        (
            Right.CLOSE,
            CREW,
            "You can't close incidents: that needs the right `close`. Who has it: the incident commander (<@U0ANN>).",
        ),
        (
            Right.APPROVE_UPDATE,
            None,
            (
                "You can't approve status updates: that needs the right `approve_update`."
                " Who has it: the incident commander and the domain expert."
            ),
        ),
        (
            Right.MERGE,
            Crew(),
            (
                "You can't merge incidents as duplicates: that needs the right `merge`. Who has it: the incident"
                " commander (nobody yet: `/incident role commander` takes it)."
            ),
        ),
        (
            Right.REVEAL_PRIVATE,
            CREW,
            (
                "You can't read private incidents without being a member: that needs the right `reveal_private`."
                " Nobody has it; cordon.yaml can give it."
            ),
        ),
    ],
)
def test_a_refusal_says_which_right_and_who_has_it(right: Right, crew: Crew | None, sentence: str) -> None:
    assert decide(DEFAULT, right, BOB, crew).sentence == sentence


def test_a_refusal_names_users_and_groups() -> None:
    policy = DEFAULT.with_rules(
        {Right.DRILL: Rule(users=frozenset({"U0LEAD"}), groups=frozenset({"S0LEADS"}))}
    )
    assert decide(policy, Right.DRILL, BOB).sentence.endswith(
        "Who has it: <@U0LEAD> and the members of `S0LEADS`."
    )
    assert decide(policy, Right.DRILL, Person("U0LEAD")).allowed
    assert decide(policy, Right.DRILL, Person("U0X", groups=frozenset({"S0LEADS"}))).allowed
    assert decide(policy, Right.DECLARE, BOB).allowed


def test_a_guest_may_only_what_names_them() -> None:
    guest = Person("U0GUEST", groups=frozenset({"S0"}), roles=frozenset(Role), is_guest=True)
    refused = decide(DEFAULT, Right.DECLARE, guest)
    assert refused.sentence == (
        "You can't declare incidents: that needs the right `declare`, which a guest has only if cordon.yaml names"
        " them. Every full member of the workspace has it."
    )
    named = DEFAULT.with_rules({Right.DECLARE: Rule(users=frozenset({"U0GUEST"}))})
    assert decide(named, Right.DECLARE, guest).allowed


@pytest.mark.parametrize("right", ["", "fly", "DECLARE", "declare "])
def test_an_unknown_right_is_nobodys(right: str) -> None:
    decision = decide(DEFAULT, right, COMMANDER)
    assert not decision.allowed
    assert decision.sentence == f'"{right}" is no right that Cordon knows, so nobody has it.'


def test_a_known_right_may_be_given_by_its_name() -> None:
    assert decide(DEFAULT, "declare", BOB).allowed


@given(policy=policies, right=st.sampled_from(Right), person=people)
def test_whoever_is_refused_is_told_and_whoever_may_hears_nothing(
    policy: Policy, right: Right, person: Person
) -> None:
    decision = decide(policy, right, person)
    assert bool(decision.sentence) is not decision.allowed


@given(policy=policies, right=st.sampled_from(Right), person=people)
def test_nobody_gets_more_than_the_policy_gives(policy: Policy, right: Right, person: Person) -> None:
    rule = policy.rules.get(right)
    decision = decide(policy, right, person)
    if person.is_deactivated or rule is None:
        assert not decision.allowed
    elif person.is_guest:
        assert decision.allowed is (person.id in rule.users)
    else:
        reached = rule.groups & person.groups or rule.roles & person.roles
        assert decision.allowed is (rule.anybody or person.id in rule.users or bool(reached))


def test_a_misspelt_right_or_key_is_refused() -> None:
    with pytest.raises(ValidationError):
        Policy.model_validate({"rules": {"fly": {"anybody": True}}})
    with pytest.raises(ValidationError):
        Rule.model_validate({"everybody": True})


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ("U0ANN", "<@U0ANN>"),
        ("cordon", "Cordon"),
        ("ann@desk", "ann@desk"),
        ("<!channel> & Co", "!channel  Co"),
    ],
)
def test_a_person_in_a_sentence(person: str, words: str) -> None:
    assert mention(person) == words


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule(), ""),
        (Rule(anybody=True), "any other full member of the workspace"),
        (Rule(users=frozenset({"U0ANN", "U0BOB"})), "<@U0BOB>"),
        (
            Rule(roles=frozenset({Role.COMMANDER})),
            "the incident commander (nobody else: `/incident role commander` takes it)",
        ),
    ],
)
def test_who_else_has_a_right(rule: Rule, words: str) -> None:
    assert holders(rule, CREW, but="U0ANN") == words


@given(rule=rules, person=people)
def test_a_rule_reaches_whom_its_policy_allows(rule: Rule, person: Person) -> None:
    decision = decide(Policy(rules={Right.MOVE: rule}), Right.MOVE, person)
    assert reaches(rule, person) is decision.allowed
