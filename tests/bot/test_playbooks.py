import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import yaml_source
from bot.playbooks import PlaybookLibrary, read, shipped_files
from incidents.errors import ConfigError, NotFoundError
from incidents.playbook import Playbook

SHIPPED = ("agent-platform", "agentic-on-call", "ai-service", "child-safety", "operations-governance")


def _write(folder: Path, name: str, *, title: str = "Mine", file: str | None = None, more: str = "") -> Path:
    path = folder / (file or f"{name}.yaml")
    path.write_text(
        f"name: {name}\ntitle: {title}\ndescription: d\n{more}phases:\n  - title: Stop\n    items:\n      - text: Stop it\n"
    )
    return path


def test_without_a_folder_there_are_the_shipped_playbooks() -> None:
    library = PlaybookLibrary.load(None)
    assert library.names == SHIPPED
    assert tuple(playbook.name for playbook in library) == SHIPPED
    assert len(library) == 5
    assert library.default.name == "agentic-on-call"


def test_a_folder_adds_and_overrides(tmp_path: Path) -> None:
    _write(tmp_path, "robots")
    _write(tmp_path, "child-safety", title="Our own", file="anything.yml")
    (tmp_path / "notes.txt").write_text("not a playbook")
    (tmp_path / ".hidden.yaml").write_text("not: read")
    library = PlaybookLibrary.load(tmp_path)
    assert library.names == tuple(sorted([*SHIPPED, "robots"]))
    assert library.get("child-safety").title == "Our own"
    assert library.get("ai-service").title == "AI service incident"


def test_names_are_found_as_people_type_them() -> None:
    assert PlaybookLibrary.load(None).get(" Child-Safety ").name == "child-safety"


def test_an_unknown_name_is_answered_with_the_names_there_are_nearest_first() -> None:
    with pytest.raises(NotFoundError) as caught:
        PlaybookLibrary.load(None).get("child-safty")
    assert str(caught.value) == (
        'I don\'t know the playbook "child-safty". '
        "There are child-safety, agent-platform, agentic-on-call, ai-service and operations-governance."
    )


def test_an_unknown_name_in_a_library_of_one_or_none() -> None:
    one = PlaybookLibrary([PlaybookLibrary.load(None).default])
    with pytest.raises(NotFoundError, match=r'"zzz"\. There is agentic-on-call\.'):
        one.get("zzz")
    with pytest.raises(NotFoundError, match=r"There is none\."):
        PlaybookLibrary([]).get("zzz")


def test_all_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    _write(tmp_path, "a", more="colour: red\n")
    (tmp_path / "b.yaml").write_text("- a list\n")
    _write(tmp_path, "c")
    _write(tmp_path, "c", file="d.yaml")
    with pytest.raises(ConfigError) as caught:
        PlaybookLibrary.load(tmp_path)
    first, second, third = str(caught.value).splitlines()
    assert re.search(r'a\.yaml:4: colour: unknown key "colour"; the keys here are name, title', first)
    assert re.search(r"b\.yaml:1: the file must be keys and values at the top", second)
    assert re.search(r'd\.yaml: the name "c" is taken by .*c\.yaml; give one of them another', third)


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nowhere: this folder can't be read: No such file or directory"):
        PlaybookLibrary.load(tmp_path / "nowhere")


def test_the_library_is_read_only_when_asked_for(tmp_path: Path) -> None:
    path = _write(tmp_path, "late", title="Before")
    first = PlaybookLibrary.load(tmp_path)
    _write(tmp_path, "late", title="After")
    assert first.get("late").title == "Before"
    assert read(path).title == "After"


# --- any damage to a playbook ends in a ConfigError ------------------------------------------------------

_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10_000),
    st.floats(),
    st.text(max_size=20),
    st.just("x" * 3000),
    st.lists(st.text(max_size=3), max_size=45),
    st.dictionaries(st.text(max_size=8), st.integers(), max_size=3),
)


def _places(node: object, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [at, *(place for key, value in inner for place in _places(value, (*at, key)))]


def _damage(data: st.DataObject, content: dict[str, Any]) -> None:
    places = _places(content)[1:]
    if not places:
        return
    place = data.draw(st.sampled_from(places))
    around: Any = content
    for step in place[:-1]:
        around = around[step]
    match data.draw(st.sampled_from(["replace", "remove", "rename", "repeat"])):
        case "replace":
            around[place[-1]] = data.draw(_VALUES)
        case "rename" if isinstance(around, dict):
            around[data.draw(st.text(max_size=10))] = around.pop(place[-1])
        case "repeat" if isinstance(around, list):
            around.append(around[place[-1]])
        case _:
            del around[place[-1]]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_playbook_damaged_at_random_raises_nothing_but_a_config_error(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(shipped_files()))
    content = yaml_source.load(path).data or {}
    for _ in range(data.draw(st.integers(1, 3))):
        _damage(data, content)
    _judge(yaml.dump(content, Dumper=_DUMPER).encode())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_file_with_bytes_changed_raises_nothing_but_a_config_error(data: st.DataObject) -> None:
    raw = data.draw(st.sampled_from(shipped_files())).read_bytes()
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(len(raw), start + 30)))
    _judge(raw[:start] + data.draw(st.binary(max_size=10)) + raw[end:])


def _judge(raw: bytes) -> None:
    try:
        yaml_source.validate(yaml_source.parse(raw, "hurt.yaml"), Playbook)
    except ConfigError as error:
        lines = str(error).splitlines()
        assert all(re.match(r"hurt\.yaml:", line) for line in lines), lines
