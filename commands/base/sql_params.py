"""What an organisation may write about a bounded statement, and what people add to it."""

from typing import Any

from pydantic import Field, field_validator, model_validator

from commands.base.contract import Params
from commands.base.sql_condition import IDS, Condition, as_text
from commands.base.sql_rows import Values

_MOST_IDS = 10_000
_REASON, _WHO = "{reason}", "{who}"


class SqlStatementParams(Params):
    """An UPDATE (`set` and `where`) or an INSERT (`rows`)."""

    database: str = Field(description="its name under connections.databases in cordon.yaml")
    table: str = Field(description="the table, as table or schema.table")
    set: dict[str, Any] = Field(
        default_factory=dict, description="UPDATE: new values by column; {reason} and {who} are filled in"
    )
    where: tuple[Condition, ...] = Field(default=(), description="UPDATE: conditions that must all hold")
    rows: tuple[dict[str, Any], ...] = Field(default=(), description="INSERT: rows, each of the same columns")
    key: tuple[str, ...] = Field(
        default=(), description="columns that tell rows apart; the primary key unless given"
    )
    row_cap: int | None = Field(
        default=None, ge=1, description="no more rows than this, if lower than the database's"
    )
    ids: tuple[str, ...] = Field(
        default=(), max_length=_MOST_IDS, description="what {ids} in a condition stands for"
    )
    reason: str = Field(default="", max_length=1000, description="why, for {reason} and the audit row")
    who: str = Field(default="", max_length=200, description="who asked for it, for {who} and the audit row")

    @field_validator("ids", mode="before")
    @classmethod
    def _texts(cls, value: Any) -> Any:
        return [str(each) for each in value] if isinstance(value, list | tuple) else value

    @model_validator(mode="after")
    def _is_one_thing(self) -> "SqlStatementParams":
        if bool(self.set) == bool(self.rows):
            raise ValueError("needs either set (to update) or rows (to insert)")
        if self.set and not self.where:
            raise ValueError("set needs where: a whole table is never updated")
        if self.rows and self.where:
            raise ValueError("rows takes no where")
        if any(row.keys() != self.rows[0].keys() for row in self.rows) or (self.rows and not self.rows[0]):
            raise ValueError("rows must all have the same columns")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns that are written."""
        return tuple(self.set or self.rows[0])

    @property
    def values(self) -> list[Values]:
        """What is written: one for all rows of an update, or one a row; filled in."""
        return [tuple(self._filled(row[name]) for name in self.columns) for row in self.rows or (self.set,)]

    @property
    def missing(self) -> str:
        """What a person has yet to say, such as "the reason"; nothing if all is said."""
        used = [value for row in self.rows or (self.set,) for value in row.values()]
        if _REASON in used and not self.reason.strip():
            return "the reason"
        if any(condition.value == IDS for condition in self.where) and not self.ids:
            return "the ids"
        return "who asks for it" if _WHO in used and not self.who.strip() else ""

    def _filled(self, value: Any) -> str | None:
        # only a whole value is a placeholder: what people write is never read for more of them
        return (
            {_REASON: self.reason, _WHO: self.who}.get(value) if value in (_REASON, _WHO) else as_text(value)
        )
