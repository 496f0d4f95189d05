"""A bound that a figure should stay under or over."""

from typing import Any, Self

from pydantic import Field, model_validator

from commands.base.contract import Params


class Threshold(Params):
    """One bound, in the figure's own unit."""

    below: float | None = Field(
        default=None, allow_inf_nan=False, description="good is less than this, in the figure's own unit"
    )
    above: float | None = Field(
        default=None, allow_inf_nan=False, description="good is more than this, in the figure's own unit"
    )

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if self.below is not None and self.above is not None:
            raise ValueError("give either below or above")
        return self

    @property
    def has_bound(self) -> bool:
        """Whether there is one."""
        return self.below is not None or self.above is not None

    def met_by(self, figure: float) -> bool:
        """Whether the figure is on the good side; the bound itself is not."""
        return figure < self.below if self.below is not None else figure > (self.above or 0)

    @property
    def words(self) -> str:
        """The bound for people, such as "below 5"."""
        return f"below {self.below:g}" if self.below is not None else f"above {self.above or 0:g}"

    def worst(self, figures: list[float]) -> float:
        """The figure nearest to breaking it, or farthest over it."""
        return max(figures) if self.below is not None else min(figures)


def is_figure(value: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether a JSON value can be compared with a bound."""
    return isinstance(value, int | float) and not isinstance(value, bool)
