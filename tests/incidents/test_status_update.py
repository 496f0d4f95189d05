from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from incidents.status_update import FIELD_LIMIT, StatusUpdate, UpdateFields, UpdateKind

SHORT = {"eta", "model_version", "failure_mode"}


def test_nothing_said_is_empty_and_never_null() -> None:
    assert set(UpdateFields().model_dump().values()) == {""}
    with pytest.raises(ValidationError):
        UpdateFields.model_validate({"state": None})


@pytest.mark.parametrize("name", UpdateFields.model_fields)
def test_each_field_has_its_length(name: str) -> None:
    limit = 200 if name in SHORT else FIELD_LIMIT
    longest = UpdateFields.model_validate({name: "x" * limit})
    assert len(getattr(longest, name)) == limit
    with pytest.raises(ValidationError):
        UpdateFields.model_validate({name: "x" * (limit + 1)})


def test_a_field_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValidationError):
        UpdateFields.model_validate({"mood": "fine"})


def test_what_was_published_does_not_change() -> None:
    update = StatusUpdate(
        id=1,
        incident_id=1,
        kind=UpdateKind.UPDATE,
        author="U1",
        at=datetime(2026, 3, 1, tzinfo=UTC),
        fields=UpdateFields(state="Traffic is off"),
        text="*Update*",
    )
    with pytest.raises(ValidationError, match="frozen"):
        setattr(update, "text", "Another")  # noqa: B010 - mypy knows already
