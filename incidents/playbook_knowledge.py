"""The parts of a playbook that are known before an incident, and what is told and kept during one.

What is done, phase by phase, and the playbook as a whole are `playbook.py`. The text types that both share
stand here.
"""

import re
from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from incidents.severity import LevelKey

DETAIL_LIMIT = 1500


def one_line(text: str) -> str:
    """The text, if it stands on one line. Raises ValueError otherwise."""
    if "\n" in text:
        raise ValueError("must stand on one line; put the rest into a detail")
    return text


def slug_like(text: str) -> str:
    """The text, if it can be typed as a name. Raises ValueError otherwise."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text):
        raise ValueError(f'"{text}" must be lower-case words joined by hyphens, such as stop-agent')
    return text


def repeated(texts: Iterable[str]) -> str | None:
    """The first text that was there before, whatever its case."""
    seen: set[str] = set()
    for text in texts:
        if text.casefold() in seen:
            return text
        seen.add(text.casefold())
    return None


Slug = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(slug_like)]
Line = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(one_line)]
Prose = Annotated[str, Field(min_length=1, max_length=DETAIL_LIMIT)]
Minutes = Annotated[int, Field(ge=0, le=527_040, strict=True)]  # up to a year


class Part(BaseModel):
    """Frozen, and strict about keys, so that a misspelt one is told and not lost."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


# --- what is known beforehand --------------------------------------------------------------------------


class PlaybookSeverity(Part):
    """What this playbook means by a level."""

    key: LevelKey
    name: Line | None = None
    definition: Line
    response_minutes: Minutes | None = None
    responders: Line | None = None
    examples: tuple[Line, ...] = ()


class Trigger(Part):
    """A sign that this playbook applies; `alert` is the name under which monitoring reports it."""

    condition: Line
    alert: Line | None = None


class IncidentClass(Part):
    """One way to classify an incident, with what usually goes with it."""

    name: Line
    description: Line | None = None
    typical_severities: tuple[LevelKey, ...] = ()
    escalate_to: tuple[Line, ...] = ()


class ClassGroup(Part):
    """Classes to choose from, such as failure modes."""

    title: Line
    options: Annotated[tuple[IncidentClass, ...], Field(min_length=1)]


class Answer(Part):
    """An answer of the severity assessment and what it does to the level."""

    text: Line
    level: LevelKey | None = None
    at_least: LevelKey | None = None
    consider: LevelKey | None = None
    effect: Literal["raise", "keep", "lower"] | None = None
    involve: tuple[Line, ...] = ()


class Question(Part):
    """A question of the severity assessment."""

    question: Line
    answers: Annotated[tuple[Answer, ...], Field(min_length=1)]


class Role(Part):
    """Who owns what during the incident."""

    name: Line
    duties: Annotated[tuple[Line, ...], Field(min_length=1)]


class Contact(Part):
    """Who can be reached, for what, and when to call them."""

    role: Line
    responsibility: Line | None = None
    trigger: Line | None = None
    address: Line | None = None


class EscalationRule(Part):
    """When something happens, or nothing for so many minutes, these people are told."""

    when: Line
    to: Annotated[tuple[Line, ...], Field(min_length=1)]
    after_minutes: Minutes | None = None
    severities: tuple[LevelKey, ...] = ()


# --- what is told and kept -----------------------------------------------------------------------------


class MessageField(Part):
    """A field of a message to people and what belongs in it."""

    label: Line
    hint: Line | None = None


class MessageForm(Part):
    """The fields of one kind of message; `when` says in which case it is sent."""

    when: Line | None = None
    fields: Annotated[tuple[MessageField, ...], Field(min_length=1)]


class Cadence(Part):
    """An update is due every so many minutes."""

    minutes: Annotated[int, Field(gt=0, strict=True)]
    when: Line | None = None


class Communication(Part):
    """Who is told, how often, and with which fields."""

    audiences: tuple[Line, ...] = ()
    cadence: tuple[Cadence, ...] = ()
    initial: MessageForm | None = None
    update: MessageForm | None = None
    resolution: MessageForm | None = None


class Artefact(Part):
    """Something an incident must leave behind."""

    name: Line
    content: Line | None = None
    path: Line | None = None


class RecurringWork(Part):
    """Prevention work that comes round."""

    every: Literal["day", "week", "month", "quarter"]
    text: Line
    detail: Annotated[str, Field(max_length=DETAIL_LIMIT)] = ""


class Table(Part):
    """Rows of as many cells as there are columns."""

    columns: Annotated[tuple[Line, ...], Field(min_length=2)]
    rows: Annotated[tuple[tuple[Line, ...], ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _rows_fit(self) -> Self:
        for number, row in enumerate(self.rows, start=1):
            if len(row) != len(self.columns):
                raise ValueError(
                    f"row {number} has {len(row)} cells and the table {len(self.columns)} columns"
                )
        return self


class Reference(Part):
    """Something to look up: principles, criteria, a table."""

    title: Line
    text: Prose | None = None
    points: tuple[Line, ...] = ()
    table: Table | None = None
