from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from bot import yaml_source
from incidents.errors import ConfigError


class Leaf(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str
    size: int = Field(default=1, ge=1)


class Tree(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    leaves: tuple[Leaf, ...] = ()
    by_name: dict[str, Leaf] = {}
    best: Leaf | None = None


TREE = b"""\
# a comment
name: oak

leaves:
  - text: one
  -
    text: two
    size: 3
by_name:
  green: {text: a,
          size: 2}
"""


def _complaint(raw: bytes) -> str:
    with pytest.raises(ConfigError) as caught:
        yaml_source.validate(yaml_source.parse(raw, "tree.yaml"), Tree)
    return str(caught.value)


@pytest.mark.parametrize(
    ("loc", "line"),
    [
        ((), 1),
        (("name",), 2),
        (("leaves",), 4),
        (("leaves", 0), 5),
        (("leaves", 0, "text"), 5),
        (("leaves", 1), 7),
        (("leaves", 1, "size"), 8),
        (("by_name", "green", "size"), 11),
        (("leaves", 1, "colour"), 7),
        (("leaves", 9), 4),
        (("by_name", "some-tag", "green", "text"), 10),
    ],
)
def test_every_key_has_its_line_and_others_the_line_around_them(
    loc: tuple[str | int, ...], line: int
) -> None:
    assert yaml_source.parse(TREE, "tree.yaml").line_of(loc) == line


def test_a_good_file_becomes_the_model(tmp_path: Path) -> None:
    path = tmp_path / "tree.yaml"
    path.write_bytes(TREE)
    tree = yaml_source.validate(yaml_source.load(path), Tree)
    assert tree.name == "oak"
    assert [leaf.text for leaf in tree.leaves] == ["one", "two"]
    assert tree.by_name["green"].size == 2


def test_every_mistake_is_told_in_the_order_of_the_lines() -> None:
    raw = b"nam: oak\nleaves:\n  - txet: a\n  - text: 5\n  - text: b\n    size: 0\nbest: no\n"
    assert _complaint(raw).splitlines() == [
        'tree.yaml:1: nam: unknown key "nam"; did you mean "name"?',
        'tree.yaml:1: the key "name" is missing; add it',
        'tree.yaml:3: leaves[0].txet: unknown key "txet"; did you mean "text"?',
        'tree.yaml:3: leaves[0]: the key "text" is missing; add it',
        "tree.yaml:4: leaves[1].text: must be text, not 5; put it in quotes",
        "tree.yaml:6: leaves[2].size: must be at least 1, not 0",
        "tree.yaml:7: best: must be keys and values, not no (false)",
    ]


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"- a\n", "tree.yaml:1: the file must be keys and values at the top, such as: name: …"),
        (b"just words", "tree.yaml:1: the file must be keys and values at the top"),
        (b"", "tree.yaml: is empty"),
        (b"# only a comment\n", "tree.yaml: is empty"),
        (b"---\n", "tree.yaml: is empty"),
        (b"name: oak\nname: elm\n", 'tree.yaml:2: the key "name" stands here twice, first on line 1'),
        (b"best:\n  text: a\n  text: b\n", 'tree.yaml:3: the key "text" stands here twice, first on line 2'),
        (
            b"name: !!python/object/apply:os.system [id]\n",
            "tree.yaml:1: tags (tag:yaml.org,2002:python/object",
        ),
        (b"name: !!int ''\n", "tree.yaml:1: tags (tag:yaml.org,2002:int) are not read"),
        (b"name: !secret x\n", "tree.yaml:1: tags (!secret) are not read; write plain values"),
        (
            b"leaves: &all []\nby_name: *all\n",
            "tree.yaml:2: aliases (*all) are not read; write the value out",
        ),
        (b"best: &best\n  text: *best\n", "tree.yaml:2: aliases (*best) are not read"),
        (b"name: oak\nno: 1\n", 'tree.yaml:2: a key must be text: write "no" in quotes'),
        (b"1: oak\n", 'tree.yaml:1: a key must be text: write "1" in quotes'),
        (b"? [a]\n: b\n", "tree.yaml:1: a key must be text: write one word"),
        (b'"a\\r": b\n', "tree.yaml:1: a key must be one line of text, not 'a\\r'"),
        (b'"": b\n', "tree.yaml:1: a key must be one line of text, not ''"),
        (b"name: oak\n---\nname: elm\n", "tree.yaml:2: a second document starts here"),
        (b"name: [oak,\n", "tree.yaml:2: this is not YAML: "),
        (b"name: oak\n\tbest: x\n", "tree.yaml:2: this is not YAML: "),
        (b"name: " + b"9" * 5000, "tree.yaml: has a number that can't be read"),
        (b"name: oak\nbest: \xff\n", "tree.yaml:2: is not UTF-8 text; save it as UTF-8"),
        (b"name: oak\nbest: \x07\n", "tree.yaml:2: has the invisible character U+0007; delete it"),
        (b"name: " + b"[" * 100_000, "tree.yaml:1: is nested more than 40 levels deep"),
        (b"x" * (yaml_source.SIZE_LIMIT + 1), "tree.yaml: is larger than 1 MiB; split it or shorten it"),
    ],
)
def test_a_hostile_or_broken_file_gets_a_sentence(raw: bytes, told: str) -> None:
    complaint = _complaint(raw)
    assert complaint.startswith(told)
    assert len(complaint.splitlines()) == 1


def test_a_bomb_of_aliases_is_refused_before_it_is_built() -> None:
    floors = [f"k{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    told = _complaint("\n".join(["k0: &a0 [boom]", *floors]).encode())
    assert told == "tree.yaml:2: aliases (*a0) are not read; write the value out"


@pytest.mark.parametrize("value", ["2026-02-01", "2026-13-45", "=", "<<"])
def test_what_yaml_reads_in_surprising_ways_stays_text(value: str) -> None:
    document = yaml_source.parse(f"name: {value}\n".encode(), "tree.yaml")
    assert yaml_source.validate(document, Tree).name == value


def test_a_byte_order_mark_is_no_mistake() -> None:
    assert yaml_source.parse(b"\xef\xbb\xbfname: oak\n", "tree.yaml").data == {"name": "oak"}


def test_a_missing_file_and_a_folder_get_a_sentence(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(ConfigError, match="there is no such file"):
            yaml_source.load(path)


def test_filled_in_values_are_validated_and_never_shown() -> None:
    document = yaml_source.parse(b"name: oak\nbest: {text: a, size: $SIZE}\n", "tree.yaml")
    good = yaml_source.with_data(document, {"name": "elm", "best": {"text": "a", "size": 7}})
    tree = yaml_source.validate(good, Tree)
    assert (tree.name, tree.best) == ("elm", Leaf(text="a", size=7))
    bad = yaml_source.with_data(document, {"name": "elm", "best": {"text": "a", "size": "hunter2"}})
    with pytest.raises(ConfigError) as caught:
        yaml_source.validate(bad, Tree)
    assert str(caught.value) == 'tree.yaml:2: best.size: must be a whole number, not "$SIZE"'


@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(str.encode),
        st.text("ab:-?[]{}&*!|>'\"#,\n \t01=."),
    )
)
def test_nothing_but_a_config_error_comes_of_any_bytes(raw: bytes | str) -> None:
    content = raw if isinstance(raw, bytes) else raw.encode()
    try:
        yaml_source.validate(yaml_source.parse(content, "any.yaml"), Tree)
    except ConfigError as error:
        assert str(error).startswith("any.yaml:")  # noqa: PT017 - that nothing else is raised is the test
