from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.yaml_wording import known_keys, worded


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str = "x"
    from_: int = Field(default=0, alias="from")


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    flag: bool = False
    count: int = Field(default=1, gt=0, lt=10)
    size: int = Field(default=1, ge=1, le=9)
    ratio: float = 0
    kind: Literal["a", "b"] = "a"
    code: str = Field(default="X1", pattern="^X[0-9]$")
    short: str = Field(default="x", min_length=1, max_length=3)
    many: list[str] = Field(default_factory=list, max_length=2)
    inner: Inner | None = None
    listed: Annotated[tuple[Inner, ...], Field(max_length=2)] = ()
    named: dict[str, Inner] = {}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"flag": "perhaps"}, 'must be yes or no, not "perhaps"'),
        ({"flag": []}, "must be yes or no, not a list"),
        ({"count": 0}, "must be more than 0, not 0"),
        ({"count": 10}, "must be less than 10, not 10"),
        ({"size": 0}, "must be at least 1, not 0"),
        ({"size": 10}, "must be at most 9, not 10"),
        ({"size": 1.5}, "must be a whole number, not 1.5"),
        ({"size": None}, "must be a whole number, not empty"),
        ({"kind": "c"}, "must be one of 'a' or 'b', not \"c\""),
        ({"code": "Y1"}, 'must be text of the form ^X[0-9]$, not "Y1"'),
        ({"short": ""}, "is empty; write something or remove the key"),
        ({"short": "four"}, "is 4 characters long; 3 is the most"),
        ({"short": True}, "must be text, not yes (true); put it in quotes"),
        ({"short": {}}, "must be text, not keys and values"),
        ({"many": "one"}, 'must be a list, each entry on a line of its own after a hyphen, not "one"'),
        ({"many": ["a", "b", "c"]}, "has 3 entries; 2 is the most"),
        ({"named": []}, "must be keys and values, not a list"),
        ({"ratio": "much"}, 'Input should be a valid number, unable to parse string as a number, not "much"'),
        ({"code": "Y" * 100}, f'must be text of the form ^X[0-9]$, not "{"Y" * 60}…"'),
        ({"kinds": 1}, 'unknown key "kinds"; did you mean "kind"?'),
        ({"inner": {"zzz": 1}}, 'unknown key "zzz"; the keys here are text, from'),
        ({"listed": [{}, {"form": 1}]}, 'unknown key "form"; did you mean "from"?'),
        ({"named": {"a": {"txt": 1}}}, 'unknown key "txt"; did you mean "text"?'),
    ],
)
def test_each_kind_of_mistake_in_words(content: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate(content)
    (error,) = caught.value.errors()
    assert worded(error, error["loc"], Outer) == told


def test_the_keys_of_a_place_are_found_through_lists_maps_and_options() -> None:
    for loc in (("inner",), ("listed", 3), ("named", "anything")):
        assert known_keys(Outer, loc) == ["text", "from"]
    assert known_keys(Outer, ("nowhere", 1)) == []
