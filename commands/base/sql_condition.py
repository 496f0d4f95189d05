"""The condition of a bounded statement: columns compared with bound values, all of which must hold."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from commands.base.sql_table import Column, Table

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "in", "not in", "is null", "is not null"]
_LISTS = {"in": "= ANY", "not in": "<> ALL"}
_NULLS = frozenset({"is null", "is not null"})
IDS = "{ids}"
"""Stands for the ids that a person gave."""


class Condition(BaseModel):
    """One comparison."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str = Field(description="the column's name")
    op: Operator = Field(default="=", description="how it is compared")
    value: Any = Field(default=None, description="what with; {ids} stands for the ids that people give")

    @model_validator(mode="after")
    def _fits(self) -> "Condition":
        if (self.op in _NULLS) != (self.value is None):
            raise ValueError(f'"{self.op}" {"takes no value" if self.op in _NULLS else "needs a value"}')
        if self.op in _LISTS and self.value != IDS and not isinstance(self.value, list | tuple):
            raise ValueError(f'"{self.op}" needs a list, or "{IDS}"')
        if self.op not in _LISTS and (self.value == IDS or isinstance(self.value, list | tuple | dict)):
            raise ValueError(f'"{self.op}" takes one value; for several there is "in"')
        return self


@dataclass
class Bound:
    """The values of a statement, in the order of their places."""

    values: list[Any] = field(default_factory=list)

    def add(self, value: Any) -> str:
        """The place of a value in the statement."""
        self.values.append(value)
        return f"${len(self.values)}"


def condition_sql(conditions: Sequence[Condition], table: Table, ids: Sequence[str], bound: Bound) -> str:
    """The conditions about a table that is called t in the statement.

    Raises:
        ActionError: a column is not there.
    """
    columns = table.the(each.column for each in conditions)
    return " AND ".join(
        _comparison(each, column, ids, bound) for each, column in zip(conditions, columns, strict=True)
    )


def _comparison(condition: Condition, column: Column, ids: Sequence[str], bound: Bound) -> str:
    name, value = f"t.{column.quoted}", condition.value
    if condition.op in _NULLS:
        return f"{name} {condition.op.upper()}"
    if operator := _LISTS.get(condition.op):
        place = bound.add([as_text(each) for each in (ids if value == IDS else value)])
        return f"{name} {operator} (CAST({place}::text[] AS {column.kind}[]))"
    return f"{name} {condition.op} CAST({bound.add(as_text(value))}::text AS {column.kind})"


def as_text(value: Any) -> str | None:
    """A value of YAML or JSON in the form that PostgreSQL reads."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | list | tuple | dict):
        return json.dumps(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def spoken_condition(condition: Condition, ids: Sequence[str]) -> str:
    """The comparison for people; lists are counted, not told."""
    if condition.op in _NULLS:
        return f"{condition.column} {condition.op}"
    if condition.op in _LISTS:
        return f"{condition.column} {condition.op} {len(ids if condition.value == IDS else condition.value)} values"
    return f"{condition.column} {condition.op} {as_text(condition.value)}"
