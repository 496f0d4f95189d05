"""What the tests of views share: incidents, hostile texts, and Slack's own judgement of what is drawn."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from bot.views.card import CardFacts
from bot.views.templates import Templates
from incidents.checklist import ChecklistItem, ChecklistPhase, ItemState
from incidents.incident import Incident
from incidents.lifecycle import Stage
from incidents.ports import Message
from incidents.severity import DEFAULT_SCHEME
from incidents.status_update import StatusUpdate, UpdateFields, UpdateKind
from sandbox.blocks.check import check_message, check_view

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ANN, BOB, CYD, ROOM = "U0ANN", "U0BOB", "U0CYD", "C0ROOM"
SCHEME = DEFAULT_SCHEME
TEMPLATES = Templates(None)

HURRIED = settings(max_examples=25, deadline=None)
"""For tests that draw the largest things there are."""

_OURS = re.compile(r"<(?:@U0(?:ANN|BOB|CYD)|#C0ROOM|!date\^\d+\^[^|<>]+\|[^|<>]+ UTC)>")
_ENTITY = re.compile(r"&(?:amp|lt|gt);")
_ATOMS = [
    *("<!channel>", "<!here>", "<@U0EVIL>", "<#C0EVIL>", "<https://evil.example|x>", "<!date^1^{ago}|x>"),
    *("&", "&amp;", "&lt;", "<", ">", "|", "*", "_", "~", "`", "```", "\n", "\r\n", "\t", " "),
    *("🔥", "👩\u200d👩\u200d👧", "\u202etxet", "שלום", "模型", "{{ 7 * 7 }}", "word ", "a"),
]
_ATOM = st.sampled_from(_ATOMS)


def hostile(limit: int, *, least: int = 0) -> st.SearchStrategy[str]:
    """What people and alerts may write: short, mixed, or as long as may be of one thing; `least` 1: not blank."""
    mixed = st.lists(_ATOM, min_size=least, max_size=12).map("".join)
    filled = _ATOM.map(lambda atom: atom * limit)
    texts = st.one_of(mixed, filled, st.text(st.characters(exclude_categories=["Cs"]), max_size=limit))
    return texts.map(lambda text: text[:limit]).filter(lambda text: bool(text.strip()) or not least)


def incident(**more: object) -> Incident:
    """An ordinary one, twelve minutes old."""
    return Incident.model_validate(
        {
            "id": 42,
            "title": "Agent leaks customer data",
            "severity": "SEV1",
            "status": Stage.INVESTIGATING,
            "playbook": "agentic-on-call",
            "reporter": BOB,
            "commander": ANN,
            "declared_at": NOW - 12 * MINUTE,
            "next_update_at": NOW + 18 * MINUTE,
            "channel_id": ROOM,
            "channel_name": "inc-42-agent-leaks-customer-data",
            **more,
        }
    )


def resolved(**more: object) -> Incident:
    """The same, resolved just now."""
    return incident(**{"status": Stage.RESOLVED, "resolved_at": NOW, "next_update_at": None, **more})


def item(number: int, state: ItemState = ItemState.OPEN, **more: object) -> ChecklistItem:
    """An item; a settled one was settled by Bob four minutes ago."""
    settled = {} if state is ItemState.OPEN else {"by": BOB, "at": NOW - 4 * MINUTE}
    text = f"Item {number}"
    return ChecklistItem.model_validate(
        {"id": number, "phase_id": 7, "position": number, "text": text, "state": state, **settled, **more}
    )


def phase(*items: ChecklistItem, **more: object) -> ChecklistPhase:
    """The first phase, with a budget that ended two minutes ago."""
    return ChecklistPhase.model_validate(
        {
            "id": 7,
            "incident_id": 42,
            "position": 0,
            "title": "Contain",
            "starts_minute": 0,
            "ends_minute": 10,
            "items": items,
            **more,
        }
    )


def told(kind: UpdateKind = UpdateKind.UPDATE, text: str = "", **fields: str) -> StatusUpdate:
    """An update that Ann published a minute ago."""
    said = UpdateFields.model_validate(fields)
    return StatusUpdate(
        id=1, incident_id=42, kind=kind, author=ANN, at=NOW - MINUTE, fields=said, text=text or "*Update*"
    )


def facts(about: Incident, *phases: ChecklistPhase, last: StatusUpdate | None = None) -> CardFacts:
    """What a card is drawn from, now."""
    return CardFacts(about, phases, last, NOW)


def seen(message: Message) -> list[str]:
    """What can be read in a message, in order, once Slack takes it and nobody's words are markup."""
    check_message(list(message.blocks))  # type: ignore[arg-type]
    assert message.text.strip()
    assert len(message.text) <= 4000
    return words(message.blocks)


def seen_view(view: Mapping[str, Any], kind: str = "modal") -> list[str]:
    """The same of a modal or home."""
    check_view(view, kind=kind)
    return words(view["blocks"])


def words(node: object) -> list[str]:
    """The texts in a tree of blocks, in order; markup among them is ours alone."""
    texts = list(_texts(node))
    for kind, text in texts:
        if kind == "mrkdwn":
            assert_ours(text)
    return [text for _, text in texts]


def assert_ours(markup: str) -> None:
    """See that nobody's words ping, link, or are cut in the middle of an entity."""
    rest = _ENTITY.sub("", _OURS.sub("", markup))
    assert not re.search(r"[<>&]", rest), markup


def _texts(node: object) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        if node.get("type") in {"plain_text", "mrkdwn"} and "text" in node:
            yield node["type"], node["text"]
            return
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _texts(value)


def date(moment: datetime, form: str = "{time}", fallback: str = "%H:%M") -> str:
    """A time as Slack shows it in each reader's zone."""
    return f"<!date^{int(moment.timestamp())}^{form}|{moment.strftime(fallback)} UTC>"


def buttons(message: Message | Mapping[str, Any]) -> dict[str, Any]:
    """Every button by its text."""
    blocks = message.blocks if isinstance(message, Message) else message["blocks"]
    rows = [[block.get("accessory"), *block.get("elements", [])] for block in blocks]
    found = [one for row in rows for one in row if one and one["type"] == "button"]
    return {one["text"]["text"]: one for one in found}


def primary(message: Message | Mapping[str, Any]) -> list[str]:
    """The buttons that stand out."""
    return [name for name, button in buttons(message).items() if button.get("style") == "primary"]
