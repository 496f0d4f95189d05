from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.crew import Crew, Holder, assign, crew_of, hand_over, leave, owes_updates, take
from incidents.errors import ConflictError, IllegalMoveError, PersonError
from incidents.incident import Incident
from incidents.roles import Role

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)
ANN, BOB, CYD = "U0ANN", "U0BOB", "U0CYD"
SINGLE = [role for role in Role if not role.about.several]
SHARED = [role for role in Role if role.about.several]


def _crew(role: Role, *users: str) -> Crew:
    return Crew(holders=tuple(Holder(role=role, user=user, since=NOON, by=user) for user in users))


def _users(crew: Crew, role: Role) -> list[str]:
    return [holder.user for holder in crew.of(role)]


def test_taking_a_free_role() -> None:
    crew = take(Crew(), Role.COMMANDER, ANN, at=NOON)
    assert crew.commander == ANN
    assert crew.holders == (Holder(role=Role.COMMANDER, user=ANN, since=NOON, by=ANN),)
    assert crew.roles_of(ANN) == {Role.COMMANDER}
    assert Crew().commander is None


@pytest.mark.parametrize("role", Role)
def test_taking_it_twice_changes_nothing(role: Role) -> None:
    crew = take(Crew(), role, ANN, at=NOON)
    assert take(crew, role, ANN, at=LATER) is crew


@pytest.mark.parametrize("role", SINGLE)
def test_a_role_of_one_is_not_taken_from_its_holder_unseen(role: Role) -> None:
    with pytest.raises(ConflictError, match=f"<@{ANN}> is .*hand over.*instead of <@{ANN}>"):
        take(_crew(role, ANN), role, BOB, at=LATER)


@pytest.mark.parametrize("role", SINGLE)
def test_a_role_of_one_is_taken_from_the_holder_that_was_seen(role: Role) -> None:
    crew = assign(_crew(role, ANN), role, BOB, by=CYD, at=LATER, replacing=ANN)
    assert crew.of(role) == (Holder(role=role, user=BOB, since=LATER, by=CYD),)


def test_a_holder_who_changed_meanwhile_is_told() -> None:
    with pytest.raises(
        ConflictError, match=f"<@{BOB}> has become incident commander meanwhile, after <@{ANN}>"
    ):
        take(_crew(Role.COMMANDER, BOB), Role.COMMANDER, CYD, at=LATER, replacing=ANN)
    with pytest.raises(ConflictError, match="You have become incident commander meanwhile"):
        assign(_crew(Role.COMMANDER, BOB), Role.COMMANDER, CYD, by=BOB, at=LATER, replacing=ANN)
    with pytest.raises(ConflictError, match="nobody is incident commander"):
        take(Crew(), Role.COMMANDER, CYD, at=LATER, replacing=ANN)


@pytest.mark.parametrize("role", SHARED)
def test_a_shared_role_is_joined(role: Role) -> None:
    assert _users(take(_crew(role, ANN), role, BOB, at=LATER), role) == [ANN, BOB]


def test_handing_over_keeps_the_note_and_who_gave_it() -> None:
    crew = hand_over(
        _crew(Role.COMMANDER, ANN), Role.COMMANDER, giver=ANN, to=BOB, note=" Pods are down. ", at=LATER
    )
    assert crew.holders == (
        Holder(role=Role.COMMANDER, user=BOB, since=LATER, by=ANN, note="Pods are down."),
    )


def test_handing_a_shared_role_to_one_who_holds_it_leaves_them() -> None:
    crew = hand_over(_crew(Role.AI_OPS, ANN, BOB), Role.AI_OPS, giver=ANN, to=BOB, note="", at=LATER)
    assert crew == _crew(Role.AI_OPS, BOB)


def test_only_a_holder_hands_over_and_to_somebody_else() -> None:
    crew = _crew(Role.SCRIBE, ANN)
    with pytest.raises(ConflictError, match=f"You are not the scribe: <@{ANN}> is"):
        hand_over(crew, Role.SCRIBE, giver=BOB, to=CYD, note="", at=LATER)
    with pytest.raises(IllegalMoveError, match="You are the scribe already"):
        hand_over(crew, Role.SCRIBE, giver=ANN, to=ANN, note="", at=LATER)


@pytest.mark.parametrize("role", Role)
def test_leaving(role: Role) -> None:
    assert leave(_crew(role, ANN), role, ANN) == Crew()
    with pytest.raises(IllegalMoveError, match=r"You are not .*/incident roles"):
        leave(Crew(), role, ANN)


def test_leaving_a_shared_role_keeps_the_others() -> None:
    assert _users(leave(_crew(Role.OBSERVER, ANN, BOB), Role.OBSERVER, ANN), Role.OBSERVER) == [BOB]
    with pytest.raises(IllegalMoveError, match="You are not an observer"):
        leave(_crew(Role.OBSERVER, ANN), Role.OBSERVER, BOB)


people = st.sampled_from([ANN, BOB, CYD])
deeds = st.tuples(
    st.sampled_from(["take", "assign", "hand over", "leave"]), st.sampled_from(Role), people, people
)


def _do(crew: Crew, deed: tuple[str, Role, str, str], at: datetime) -> Crew:
    what, role, one, other = deed
    holder = next((held.user for held in crew.of(role)), None)
    match what:
        case "take":
            return take(crew, role, one, at=at)
        case "assign":
            return assign(crew, role, other, by=one, at=at, replacing=holder)
        case "hand over":
            return hand_over(crew, role, giver=one, to=other, note="", at=at)
        case _:
            return leave(crew, role, one)


@given(st.lists(deeds, max_size=25))
def test_whatever_is_done_a_role_of_one_has_one_holder_and_nobody_holds_one_twice(
    todo: list[tuple[str, Role, str, str]],
) -> None:
    crew = Crew()
    for minute, deed in enumerate(todo):
        try:
            crew = _do(crew, deed, NOON + timedelta(minutes=minute))
        except PersonError as error:
            assert str(error).endswith(".")  # noqa: PT017 - any of the deeds may be refused
        held = [(holder.role, holder.user) for holder in crew.holders]
        assert len(held) == len(set(held))
        assert all(len(crew.of(role)) <= 1 for role in SINGLE)


def _incident(crew: Crew | None = None, **more: object) -> Incident:
    about = {"id": 1, "title": "t", "severity": "SEV1", "playbook": "p", "reporter": ANN, "declared_at": NOON}
    held = crew.model_dump(mode="json") if crew else {}
    return Incident.model_validate({**about, "crew": held, **more})


def test_the_crew_of_an_incident_has_its_commander() -> None:
    assert crew_of(_incident()) == Crew()
    assert crew_of(_incident(commander=BOB, acknowledged_at=LATER)).of(Role.COMMANDER) == (
        Holder(role=Role.COMMANDER, user=BOB, since=LATER, by=BOB),
    )
    known = _crew(Role.COMMANDER, BOB)
    assert crew_of(_incident(known, commander=BOB)) == known
    both = crew_of(_incident(_crew(Role.SCRIBE, CYD), commander=BOB))
    assert both.commander == BOB
    assert both.roles_of(CYD) == {Role.SCRIBE}


def test_updates_are_owed_by_communications_else_the_commander_else_the_reporter() -> None:
    speaking = _crew(Role.COMMUNICATIONS, CYD)
    assert owes_updates(_incident(speaking, commander=BOB)) == CYD
    assert owes_updates(_incident(commander=BOB)) == BOB
    assert owes_updates(_incident()) == ANN
