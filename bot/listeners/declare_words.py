"""Reads what is typed behind `/incident declare`, without losing any of it."""

import re
from dataclasses import dataclass, field

from incidents.errors import NotUnderstoodError
from incidents.incident import TITLE_LIMIT
from incidents.severity import SeverityScheme

EXAMPLE = "/incident declare sev1 Agent leaks customer data"
_SEVERITY = re.compile(r"(?:severity|sev)[-_]?(\d+):?", re.IGNORECASE)
_APART = re.compile(r"^(\s*(?:severity|sev))\s+(\d+)\b", re.IGNORECASE)
_FLAG = re.compile(r"(?:--|—|–)([a-z][a-z-]*)(?:=(\S+))?", re.IGNORECASE)  # phones turn -- into dashes


@dataclass
class Words:
    """What was typed, as far as it was understood."""

    severity: str | None = None
    title: str = ""
    playbook: str | None = None
    flags: list[str] = field(default_factory=list)
    unclear_severity: str | None = None
    """Looks like a severity, and there is none of this name."""


def read(text: str, scheme: SeverityScheme) -> Words:
    """Take the words apart: a severity in front, flags anywhere, the rest is the title.

    Raises:
        NotUnderstoodError: a flag that there is not, or one without its value.
    """
    words = Words()
    rest: list[str] = []
    tokens = iter(_APART.sub(r"\1\2", text).split())  # "sev 1" is "sev1"
    for token in tokens:
        flag = _FLAG.fullmatch(token)
        if flag:
            _read_flag(words, flag[1].lower(), flag[2] or "", tokens)
        elif not (rest or words.severity or words.unclear_severity) and _SEVERITY.fullmatch(token):
            _read_severity(words, token, scheme)
        else:
            rest.append(token)
    words.title = " ".join(rest)
    return words


def check_title(title: str) -> None:
    """See that a title can be shown.

    Raises:
        NotUnderstoodError: it is too long.
    """
    if len(title) > TITLE_LIMIT:
        raise NotUnderstoodError(
            f"The title has {len(title)} characters and {TITLE_LIMIT} fit. Shorten it; details go into the summary."
        )


def _read_severity(words: Words, token: str, scheme: SeverityScheme) -> None:
    try:
        words.severity = scheme.find(token.rstrip(":")).key
    except NotUnderstoodError:
        words.unclear_severity = token.rstrip(":")


def _read_flag(words: Words, name: str, value: str, following: "object") -> None:
    if name == "playbook":
        words.playbook = value or next(following, "")  # type: ignore[call-overload]
        if not words.playbook:
            raise NotUnderstoodError(
                f"--playbook needs a name, such as: {EXAMPLE} --playbook agentic-on-call"
            )
    elif name in {"private", "drill", "page"}:
        words.flags.append(name)
    else:
        raise NotUnderstoodError(
            f"I don't know --{name}. There are --playbook NAME, --private, --drill and --page. Example: {EXAMPLE}"
        )
