"""Block Kit's building stones, as far as Cordon uses them, within Slack's limits."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.views.mrkdwn import cut, line

Block = dict[str, Any]
Option = tuple[str, str]
"""What the person reads, and the value that comes back."""

SECTION_LIMIT = 3000
BUTTON_LIMIT = 75
TITLE_LIMIT = 24
MODAL_INPUT_LIMIT = 3000


def plain(text: str, limit: int) -> Block:
    """Text without markup."""
    return {"type": "plain_text", "text": line(text, limit), "emoji": True}


def mrkdwn(markup: str, limit: int = SECTION_LIMIT) -> Block:
    """Text with markup; Slack links nothing that we didn't."""
    return {"type": "mrkdwn", "text": cut(markup, limit), "verbatim": True}


def header(text: str) -> Block:
    """A large line."""
    return {"type": "header", "text": plain(text, 150)}


def section(markup: str, *, block_id: str | None = None, accessory: Block | None = None) -> Block:
    """A paragraph, with one control beside it at the most."""
    block: Block = {"type": "section", "text": mrkdwn(markup)}
    if block_id:
        block["block_id"] = block_id
    if accessory:
        block["accessory"] = accessory
    return block


def context(*markups: str) -> Block:
    """A small grey line."""
    return {"type": "context", "elements": [mrkdwn(markup, 2000) for markup in markups if markup]}


def divider() -> Block:
    """A thin rule."""
    return {"type": "divider"}


def actions(*elements: Block, block_id: str | None = None) -> Block:
    """A row of controls."""
    return {"type": "actions", "elements": list(elements), **({"block_id": block_id} if block_id else {})}


def button(
    text: str, action_id: str, value: str, *, style: str | None = None, label: str = "", ask: str = ""
) -> Block:
    """A button; `label` is what a screen reader says where the text alone does not tell, `ask` is asked before."""
    element: Block = {
        "type": "button",
        "text": plain(text, BUTTON_LIMIT),
        "action_id": action_id,
        "value": value,
    }
    if style:
        element["style"] = style
    if label:
        element["accessibility_label"] = line(label, BUTTON_LIMIT)
    if ask:
        said = {"title": plain("Are you sure?", 100), "text": plain(ask, 300)}
        element["confirm"] = {**said, "confirm": plain(text, 30), "deny": plain("No", 30)}
    return element


def options(choices: Sequence[Option]) -> list[Block]:
    """The options of a select or of radio buttons."""
    return [{"text": plain(text, 75), "value": value} for text, value in choices]


def select(
    action_id: str, choices: Sequence[Option], *, initial: str | None = None, placeholder: str = "Choose"
) -> Block:
    """A menu of at most 100 choices."""
    listed = options(choices[:100])
    element: Block = {
        "type": "static_select",
        "action_id": action_id,
        "options": listed,
        "placeholder": plain(placeholder, 150),
    }
    chosen = next((option for option in listed if option["value"] == initial), None)
    return {**element, "initial_option": chosen} if chosen else element


def checkboxes(action_id: str, choices: Sequence[Option], *, chosen: Sequence[str] = ()) -> Block:
    """Boxes to tick."""
    listed = options(choices)
    element: Block = {"type": "checkboxes", "action_id": action_id, "options": listed}
    ticked = [option for option in listed if option["value"] in chosen]
    return {**element, "initial_options": ticked} if ticked else element


def person_select(action_id: str, *, placeholder: str = "Choose a person") -> Block:
    """A menu of the workspace's people."""
    return {"type": "users_select", "action_id": action_id, "placeholder": plain(placeholder, 150)}


def overflow(action_id: str, choices: Sequence[Option]) -> Block:
    """The button with three dots and at most five choices behind it."""
    return {"type": "overflow", "action_id": action_id, "options": options(choices[:5])}


def text_box(
    action_id: str,
    *,
    initial: str = "",
    multiline: bool = False,
    limit: int = MODAL_INPUT_LIMIT,
    placeholder: str = "",
) -> Block:
    """A box to type in."""
    element: Block = {
        "type": "plain_text_input",
        "action_id": action_id,
        "multiline": multiline,
        "max_length": limit,
    }
    if initial:
        element["initial_value"] = initial[:limit]
    if placeholder:
        element["placeholder"] = plain(placeholder, 150)
    return element


def field(label: str, element: Block, *, block_id: str, optional: bool = False, hint: str = "") -> Block:
    """A labelled input of a modal."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, 200),
        "element": element,
        "optional": optional,
    }
    return {**block, "hint": plain(hint, 200)} if hint else block


def modal(
    title: str, blocks: Sequence[Block], *, callback_id: str, submit: str | None = None, metadata: str = ""
) -> Mapping[str, Any]:
    """A modal; without `submit` it only shows something."""
    view: dict[str, Any] = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, TITLE_LIMIT),
        "close": plain("Cancel" if submit else "Close", TITLE_LIMIT),
        "blocks": list(blocks),
        "private_metadata": metadata,
    }
    return {**view, "submit": plain(submit, TITLE_LIMIT)} if submit else view
