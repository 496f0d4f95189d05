"""Slack's markup turned into words that can be read anywhere: names for ids, addresses for links."""

import re
from collections.abc import Mapping

from bot.views.mrkdwn import unescape

_MARK = re.compile(r"<([^<>]*)>")
_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")


def people_in(markup: str) -> list[str]:
    """The ids of people who are mentioned."""
    return _PERSON.findall(markup)


def words(markup: str, names: Mapping[str, str]) -> str:
    """Markup as plain text.

    Args:
        markup: as Slack keeps a message.
        names: what people are called, by id; who is not in it stays an id.
    """
    return unescape(_MARK.sub(lambda match: _spoken(match[1], names), markup))


def _spoken(inside: str, names: Mapping[str, str]) -> str:
    target, _, label = inside.partition("|")
    kind, rest = target[:1], target[1:]
    if kind == "@":
        return f"@{names.get(rest, label or rest)}"
    if kind == "#":
        return f"#{label or rest}"
    if kind == "!":
        return label or f"@{rest.partition('^')[0]}"
    return f"{label} ({target})" if label and label != target else target
