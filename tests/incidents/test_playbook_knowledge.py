import pytest
from pydantic import TypeAdapter, ValidationError

from incidents.playbook_knowledge import Cadence, Line, RecurringWork, Slug, Table, repeated


def test_every_row_of_a_table_has_a_cell_for_each_column() -> None:
    assert Table(columns=("a", "b"), rows=(("1", "2"),)).rows == (("1", "2"),)
    with pytest.raises(ValidationError, match="row 2 has 1 cells and the table 2 columns"):
        Table(columns=("a", "b"), rows=(("1", "2"), ("3",)))


@pytest.mark.parametrize("name", ["a", "agentic-on-call", "sev1-only"])
def test_names_that_can_be_typed(name: str) -> None:
    assert TypeAdapter(Slug).validate_python(name) == name


@pytest.mark.parametrize("name", ["A", "a b", "-a", "a--b", "a_b", "é", "a\n", ""])
def test_names_that_cannot(name: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Slug).validate_python(name)


def test_a_line_has_no_second_one() -> None:
    with pytest.raises(ValidationError, match="must stand on one line"):
        TypeAdapter(Line).validate_python("a\nb")


def test_recurring_work_comes_round_in_known_intervals() -> None:
    with pytest.raises(ValidationError, match="'day', 'week', 'month' or 'quarter'"):
        RecurringWork.model_validate({"every": "year", "text": "Celebrate"})


def test_a_cadence_takes_time() -> None:
    with pytest.raises(ValidationError, match="greater than 0"):
        Cadence(minutes=0)


def test_repetition_is_found_whatever_the_case() -> None:
    assert repeated(["Contain", "Review", "CONTAIN"]) == "CONTAIN"
    assert repeated(["Contain", "Review"]) is None
