"""Documents in Markdown that can be read without Slack. Whatever people wrote is escaped, so that it stays words."""

import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Final

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

_MARKS: Final = re.compile(r"([\\`*_\[\]<>|~&$!])")
_LINE_STARTS: Final = re.compile(r"^(\s*)([#+=-]|\d+(?=[.)]))", re.MULTILINE)


class Markdown(str):
    """Text that is Markdown already and must not be escaped again."""

    __slots__ = ()


def escape(text: str) -> Markdown:
    """Text as words: neither headings nor links, lists or HTML. Line breaks stay."""
    return Markdown(_LINE_STARTS.sub(_as_words, _MARKS.sub(r"\\\1", text)))


def _as_words(match: re.Match[str]) -> str:
    mark = match[2]
    return f"{match[1]}{mark[:-1]}&#{ord(mark[-1])};" if mark.isdigit() else f"{match[1]}\\{mark}"


def quoted(text: str) -> Markdown:
    """Text as a quotation, line by line."""
    return Markdown(_quotation(escape(text)))


def quoted_markup(markup: str) -> Markdown:
    """A telling as a quotation: what Slack shows bold is bold."""
    parts = re.split(r"\*([^*\n]+)\*", markup)
    bold = [f"**{escape(part)}**" if at % 2 else escape(part) for at, part in enumerate(parts)]
    return Markdown(_quotation("".join(bold)))


def one_line(text: str) -> Markdown:
    """Text on one line, for headings."""
    return escape(" ".join(text.split()))


def _quotation(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(f"> {line.strip()}  ".rstrip(" ") + "  " * bool(line.strip()) for line in lines)


class Documents:
    """The document templates, shipped in `templates/documents`."""

    def __init__(self) -> None:
        folder = Path(str(resources.files("templates").joinpath("documents")))
        self._environment = ImmutableSandboxedEnvironment(
            loader=jinja2.FileSystemLoader(folder),
            undefined=jinja2.StrictUndefined,
            finalize=_finalize,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )

    def render(self, name: str, values: Mapping[str, Any]) -> str:
        """The text of a document."""
        return self._environment.get_template(f"{name}.md.j2").render(values).strip() + "\n"


def _finalize(value: object) -> object:
    return value if isinstance(value, Markdown | int) else one_line(str(value))
