"""What people see of an incident, without what differs between two alike: ids, numbers, moments."""

import re
from typing import Any

from sandbox import Channel, Message
from tests.acceptance.town import COMMON, Town

_DIFFERENT = (
    (r"<!date\^\d+\^[^>]*>", "<moment>"),
    (r", [^,]* left at the last change", ""),
    (r"p\d{16}", "p…"),
    (r"INC-\d+", "INC-n"),
    (r"inc-\d+", "inc-n"),
    (r"C0[A-Z0-9]{9}", "<channel>"),
)


def picture(town: Town, channel: Channel) -> dict[str, Any]:
    """An incident's channel, and its announcement, as everybody sees them.

    The phases stand in their order; where the card and the first telling stand among them is not looked at.
    """
    key = re.sub(r"^inc-(\d+)-.*", r"INC-\1", channel.name)
    messages = town.messages(channel)
    phases = [_drawn(one) for one in messages if re.match(r"\*\d+ · ", one.words)]
    others = sorted((_drawn(one) for one in messages if not re.match(r"\*\d+ · ", one.words)), key=str)
    pinned = [channel.messages[ts] for ts in channel.pins]
    return {
        "name": _plain(channel.name),
        "topic": _plain(channel.topic),
        "members": sorted(town.sandbox.workspace.user(one).name for one in channel.members),
        "bookmarks": sorted((one.title, _plain(one.link)) for one in channel.bookmarks.values()),
        "card bookmarked": [one.link[-17:] for one in channel.bookmarks.values() if one.title == "Card"]
        == ["p" + one.ts.replace(".", "") for one in pinned],
        "pinned": [_drawn(one) for one in pinned],
        "phases": phases,
        "others": others,
        "announced": [_drawn(one) for one in town.messages(COMMON) if re.search(rf"\b{key}\b", one.words)],
    }


def _drawn(message: Message) -> tuple[str, str, list[str]]:
    """Its words, its notification, and what can be pressed."""
    return (
        _plain(message.words),
        _plain(message.text),
        re.findall(r"'action_id': '([^']+)'", str(message.blocks)),
    )


def _plain(text: str) -> str:
    for pattern, replacement in _DIFFERENT:
        text = re.sub(pattern, replacement, text)
    return text
