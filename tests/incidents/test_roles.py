import pytest

from incidents.errors import NotUnderstoodError
from incidents.roles import ROLES, Role, find_role


def test_which_roles_one_person_holds() -> None:
    assert [role for role in Role if not role.about.several] == [
        Role.COMMANDER,
        Role.COMMUNICATIONS,
        Role.SCRIBE,
    ]
    assert set(ROLES) == set(Role)
    assert all(card.duties for card in ROLES.values())


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("ic", Role.COMMANDER),
        ("Incident Commander", Role.COMMANDER),
        (" AI-Ops ", Role.AI_OPS),
        ("ai_ops", Role.AI_OPS),
        ("SME", Role.DOMAIN_SME),
        ("comms", Role.COMMUNICATIONS),
        ("note-taker", Role.SCRIBE),
        ("observer", Role.OBSERVER),
    ],
)
def test_a_role_is_found_however_it_is_typed(words: str, role: Role) -> None:
    assert find_role(words) is role


@pytest.mark.parametrize("role", Role)
def test_every_name_means_one_role_and_its_id_is_one_of_them(role: Role) -> None:
    assert all(find_role(name) is role for name in (*role.about.names, role.value))


def test_what_is_no_role_is_told_with_those_there_are() -> None:
    with pytest.raises(NotUnderstoodError) as caught:
        find_role("boss")
    assert str(caught.value) == (
        'I don\'t know the role "boss". There are: commander, ai ops, domain sme, communications, scribe, observer.'
    )
