"""What an action asks from the person who starts it: a few named fields, and the reading of what was written there.

The fields are an organisation's words in `cordon.yaml`; how the form looks is a view's. What leaves here is plain data
for the action's parameters, checked and bounded.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from incidents.errors import NotUnderstoodError
from incidents.playbook_knowledge import one_line

ANSWER_LIMIT = 3000  # characters that Slack's form takes
_ID = r"[A-Za-z0-9][A-Za-z0-9_.:@-]{0,127}"
_USUAL_LIMIT = {"text": 300, "ids": 500, "number": 1_000_000}
_HIGHEST_LIMIT = {"text": ANSWER_LIMIT, "ids": 5000, "number": 1_000_000_000}
_MEANING = {"text": "characters", "ids": "ids", "number": "as the largest number"}


class AnswerKind(StrEnum):
    """What sort of thing a field takes."""

    TEXT = "text"
    IDS = "ids"
    NUMBER = "number"


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f'"{pattern}" is no regular expression: {error}') from None
    return pattern


class Ask(BaseModel):
    """One field. `limit` counts the characters of a text, the ids of a list, or is the largest number."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    label: Annotated[str, Field(min_length=1, max_length=48), AfterValidator(one_line)] = Field(
        description="what the form calls it"
    )
    kind: AnswerKind = Field(default=AnswerKind.TEXT, description="text, ids (a pasted list) or number")
    limit: int | None = Field(default=None, ge=1, description="characters, ids, or the largest number")
    pattern: Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_compiles)] | None = Field(
        default=None, description="the form that the text, or each id, must have"
    )
    hint: Annotated[str, Field(min_length=1, max_length=150), AfterValidator(one_line)] | None = Field(
        default=None, description="a few words under the field"
    )

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        highest = _HIGHEST_LIMIT[self.kind]
        if self.limit is not None and self.limit > highest:
            raise ValueError(f"limit can be {highest} {_MEANING[self.kind]} at most, not {self.limit}")
        if self.kind is AnswerKind.NUMBER and self.pattern is not None:
            raise ValueError("a number has no pattern; remove it, or ask for a text")
        return self

    @property
    def most(self) -> int:
        """The limit in force."""
        return self.limit or _USUAL_LIMIT[self.kind]

    def read(self, words: str) -> str | int | list[str]:
        """The value that a person wrote.

        Raises:
            NotUnderstoodError: it is empty, too much, or of another form; the text says what to write.
        """
        words = words.strip()
        if not words:
            raise NotUnderstoodError(f"{self.label}: write something.")
        return _READ[self.kind](self, words)


def _read_text(ask: Ask, words: str) -> str:
    if len(words) > ask.most:
        raise NotUnderstoodError(
            f"{ask.label}: that is {len(words)} characters long; {ask.most} is the most."
        )
    if ask.pattern is not None and not re.fullmatch(ask.pattern, words):
        raise NotUnderstoodError(f"{ask.label}: it must be of the form {ask.pattern}.{_hint(ask)}")
    return words


def _read_number(ask: Ask, words: str) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", words, re.ASCII):
        raise NotUnderstoodError(f"{ask.label}: write a whole number such as 3.{_hint(ask)}")
    if int(words) > ask.most:
        raise NotUnderstoodError(f"{ask.label}: {int(words)} is too large; {ask.most} is the most.")
    return int(words)


def _read_ids(ask: Ask, words: str) -> list[str]:
    found = list(dict.fromkeys(id_ for part in re.split(r"[\s,;]+", words) if (id_ := part.strip("\"'"))))
    wrong = [id_ for id_ in found if not re.fullmatch(ask.pattern or _ID, id_)]
    if wrong or not found:
        shown = ", ".join(f'"{id_[:40]}"' for id_ in wrong[:3]) or "What is written"
        more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""  # noqa: PLR2004 - as many as are shown
        raise NotUnderstoodError(f"{ask.label}: {shown}{more} can't be an id.{_hint(ask)}")
    if len(found) > ask.most:
        raise NotUnderstoodError(
            f"{ask.label}: these are {len(found)} ids; {ask.most} at a time is the most. Send them in parts."
        )
    return found


def _hint(ask: Ask) -> str:
    return f" {ask.hint}" if ask.hint else ""


_READ: Mapping[AnswerKind, Callable[[Ask, str], str | int | list[str]]] = {
    AnswerKind.TEXT: _read_text,
    AnswerKind.IDS: _read_ids,
    AnswerKind.NUMBER: _read_number,
}


def read_answers(asks: Mapping[str, Ask], written: Mapping[str, str]) -> dict[str, Any]:
    """What was written in the fields, as parameters by the fields' names.

    Raises:
        NotUnderstoodError: a field is missing, unknown or wrong; the text says which and what to write.
    """
    if unknown := sorted(written.keys() - asks.keys()):
        known = ", ".join(asks) or "nothing"
        raise NotUnderstoodError(f'This action does not ask for "{unknown[0][:40]}"; it asks for {known}.')
    return {name: ask.read(written.get(name, "")) for name, ask in asks.items()}
