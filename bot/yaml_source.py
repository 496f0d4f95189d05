"""Reads a YAML file that people wrote, and says what is wrong with it by file, line and key.

Only plain data is read: no tags, no aliases, text keys, each key once, at most 1 MiB of UTF-8. What the keys
mean is the caller's business: it gives `validate` a model. How each kind of mistake is put into words stands
in `bot/yaml_wording.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from yaml.reader import Reader

from bot.yaml_wording import worded
from incidents.errors import ConfigError

SIZE_LIMIT = 1 << 20  # bytes
DEPTH_LIMIT = 40
_FASTEST: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # written in C, where it is built
_SURPRISING = {"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value", "tag:yaml.org,2002:merge"}
_LOADER: Final[Any] = type(  # dates, "=" and "<<" are read as the text that they are
    "PlainLoader",
    (_FASTEST,),
    {
        "yaml_implicit_resolvers": {
            first: [(tag, regexp) for tag, regexp in resolvers if tag not in _SURPRISING]
            for first, resolvers in _FASTEST.yaml_implicit_resolvers.items()
        }
    },
)
_STARTS = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)

Loc = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class YamlDocument:
    """A file's content, None for an empty file, and where each key stands. `path` is its name for people."""

    data: dict[str, Any] | None
    path: str
    lines: Mapping[Loc, int]
    written: dict[str, Any] | None = None
    """The content as it was in the file: errors show this, so that no filled-in secret is ever printed."""

    def line_of(self, loc: Sequence[str | int]) -> int:
        """The line, from 1, of this key, or of the nearest key around it that the file has."""
        return self.lines[self.existing(loc)]

    def existing(self, loc: Sequence[str | int]) -> Loc:
        """The part of a validation error's location that the file has: without a union's tags, say."""
        found: Loc = ()
        for step in loc:
            if (*found, step) in self.lines:
                found = (*found, step)
        return found

    def written_at(self, loc: Loc) -> object:
        """What the file says at a location that it has."""
        value: Any = self.written
        for step in loc:
            value = value[step]
        return value


def with_data(document: YamlDocument, data: dict[str, Any]) -> YamlDocument:
    """The document with other values at the same keys, such as references to the environment filled in."""
    return replace(document, data=data)


def load(path: Path | Traversable) -> YamlDocument:
    """Read a file.

    Raises:
        ConfigError: it is missing, unreadable, or not the plain data that is read here.
    """
    if not path.is_file():
        raise ConfigError(f"{path}: there is no such file")
    try:
        with path.open("rb") as file:
            raw = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror or error}") from error
    return parse(raw, str(path))


def parse(raw: bytes, path: str) -> YamlDocument:
    """Read the content of a file; `path` is its name in errors.

    Raises:
        ConfigError: it is not the plain data that is read here.
    """
    text = _decoded(raw, path)
    try:
        _refuse_what_is_not_plain(text, path)
        loader = _LOADER(text)
        try:
            node = _content(loader.get_single_node())
            lines = _lines(node, path)
            data = None if node is None else loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _wrong(path, mark, f"this is not YAML: {error.problem or error.context}") from error
    except ValueError as error:
        raise ConfigError(
            f"{path}: has a number that can't be read; if it is text, put it in quotes"
        ) from error
    return YamlDocument(data=data, path=path, lines=lines, written=data)


def validate(document: YamlDocument, model: type[M]) -> M:
    """The document as this model.

    Raises:
        ConfigError: it does not fit; one line `file:line: key.path: what is wrong` for each mistake.
    """
    if document.data is None:
        raise ConfigError(f"{document.path}: is empty; write keys and values, such as: name: …")
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        found = sorted(_complaints(document, model, error))
        raise ConfigError("\n".join(f"{document.path}:{line}: {text}" for line, text in found)) from None


def _complaints(
    document: YamlDocument, model: type[BaseModel], error: ValidationError
) -> set[tuple[int, str]]:
    """Line and text of each mistake."""
    errors = error.errors(include_url=False)
    found = set()
    for one in errors:
        if one["type"] == "too_short" and any(
            other["loc"][:-1][: len(one["loc"])] == one["loc"] for other in errors
        ):
            continue  # the entries are there, and wrong: pydantic counts the right ones only
        loc = document.existing(one["loc"])
        one["input"] = document.written_at(loc)
        text = spoken_path(loc) + worded(one, loc, model)
        found.add((document.lines[loc], " ".join(text.split())))  # a value shown in it may have line breaks
    return found


def spoken_path(loc: Loc) -> str:
    """A location as people write it, with a colon after it: `phases[0].title: `; nothing for the whole file."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc).lstrip(".")
    return f"{text}: " if text else ""


def _wrong(path: str, mark: Any, what: str) -> ConfigError:  # noqa: ANN401 - the two loaders' marks share no type
    return ConfigError(f"{path}:{mark.line + 1}: {what}" if mark is not None else f"{path}: {what}")


def _decoded(raw: bytes, path: str) -> str:
    if len(raw) > SIZE_LIMIT:
        raise ConfigError(f"{path}: is larger than 1 MiB; split it or shorten it")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: is not UTF-8 text; save it as UTF-8") from error
    if odd := Reader.NON_PRINTABLE.search(text):
        line = text.count("\n", 0, odd.start()) + 1
        raise ConfigError(f"{path}:{line}: has the invisible character U+{ord(odd[0]):04X}; delete it")
    return text


def _refuse_what_is_not_plain(text: str, path: str) -> None:
    """Look at the events first: they are a stream, so that no nesting or repetition can exhaust anything."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=_LOADER):
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, _STARTS) - isinstance(event, _ENDS)
        if documents > 1:
            raise _wrong(path, event.start_mark, 'a second document starts here; remove the line "---"')
        if depth > DEPTH_LIMIT:
            raise _wrong(path, event.start_mark, f"is nested more than {DEPTH_LIMIT} levels deep")
        if isinstance(event, yaml.AliasEvent):
            raise _wrong(
                path, event.start_mark, f"aliases (*{event.anchor}) are not read; write the value out"
            )
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise _wrong(path, event.start_mark, f"tags ({tag}) are not read; write plain values")


def _content(root: yaml.Node | None) -> yaml.Node | None:
    """The root, or None where the file says nothing."""
    says_nothing = isinstance(root, yaml.ScalarNode) and root.tag == "tag:yaml.org,2002:null"
    return None if says_nothing else root


def _lines(root: yaml.Node | None, path: str) -> dict[Loc, int]:
    """The line of every key and list entry."""
    if root is None:
        return {(): 1}
    if not isinstance(root, yaml.MappingNode):
        raise _wrong(path, root.start_mark, "the file must be keys and values at the top, such as: name: …")
    lines: dict[Loc, int] = {(): 1}
    todo: list[tuple[Loc, yaml.Node]] = [((), root)]
    while todo:
        around, node = todo.pop()
        for step, place, child in _children(node, path):
            loc = (*around, step)
            if loc in lines:
                raise _wrong(
                    path, place.start_mark, f'the key "{step}" stands here twice, first on line {lines[loc]}'
                )
            lines[loc] = place.start_mark.line + 1
            todo.append((loc, child))
    return lines


def _children(node: yaml.Node, path: str) -> Iterator[tuple[str | int, yaml.Node, yaml.Node]]:
    """Each child's key or index, the node to point at, and the child."""
    if isinstance(node, yaml.SequenceNode):
        yield from ((index, child, child) for index, child in enumerate(node.value))
    elif isinstance(node, yaml.MappingNode):
        for key, child in node.value:
            if key.tag != "tag:yaml.org,2002:str":
                shown = f'"{key.value}" in quotes' if isinstance(key, yaml.ScalarNode) else "one word"
                raise _wrong(path, key.start_mark, f"a key must be text: write {shown}")
            if not (key.value and key.value.isprintable()):
                raise _wrong(path, key.start_mark, f"a key must be one line of text, not {key.value!r}")
            yield key.value, key, child
