import pytest
from pydantic import TypeAdapter, ValidationError

from incidents.errors import NotAllowedError, NotFoundError
from incidents.operators import Operator, OperatorName, acting

ANN = Operator(user="U0ANN", groups=frozenset({"@oncall"}))
BOB = Operator(user="U0BOB", os_user="bob")
TEAM = {"ann": ANN, "bob": BOB}


def test_an_operator_is_found_by_name() -> None:
    assert acting(TEAM, "ann", os_user="root") == ANN
    assert acting(TEAM, " Ann ", os_user="root") == ANN


def test_one_bound_to_an_account_acts_from_that_account_alone() -> None:
    assert acting(TEAM, "bob", os_user="bob") == BOB
    with pytest.raises(NotAllowedError, match="the account bob alone, and this is root"):
        acting(TEAM, "bob", os_user="root")


def test_who_is_not_there_is_told_who_is_and_how_to_be() -> None:
    with pytest.raises(NotFoundError, match=r"no operator eve\. There is: ann, bob\. Add yourself"):
        acting(TEAM, "eve", os_user="root")
    with pytest.raises(NotFoundError, match=r"cordon\.yaml names none\."):
        acting({}, "eve", os_user="root")


@pytest.mark.parametrize(
    "wrong", [{"user": "ann"}, {"user": "U0ANN", "groups": ["oncall"]}, {"user": "U0ANN", "sudo": True}]
)
def test_what_is_no_operator_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Operator.model_validate(wrong)


@pytest.mark.parametrize("name", ["", "--as", "Ann B", "a" * 41])
def test_names_are_short_and_plain(name: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(OperatorName).validate_python(name)
