"""Being let into a private incident: the question to its members, and the answers."""

from typing import Final

from bot.views import blocks, mrkdwn, wording
from incidents.incident import Incident
from incidents.ports import Message

GRANT: Final = "access.grant"
DECLINE: Final = "access.decline"


def asked() -> str:
    """To who asked: the same whether there is such a private incident or not."""
    return "If there is such a private incident, its members are asked now. You hear from me when they have decided."


def question(incident: Incident, who: str, seq: int) -> Message:
    """In the private channel."""
    value = f"{incident.id}:{seq}:{who}"
    said = f"🔑 {mrkdwn.user(who)} asks to be let into {incident.key}. They don't see anything of it now."
    controls = [
        blocks.button("Let them in", GRANT, value, style="primary"),
        blocks.button("Decline", DECLINE, value),
    ]
    return Message(
        f"Somebody asks to be let into {incident.key}", [blocks.section(said), blocks.actions(*controls)]
    )


def outcome(incident: Incident, *, granted: bool) -> Message:
    """To who asked."""
    if not granted:
        said = f"You were not let into {incident.key}."
        return Message(said, [blocks.section(said)])
    text = f"You were let into {incident.key}."
    return Message(text, [blocks.section(f"{text} {wording.channel(incident)}")])


def decided(who: str, by: str, *, granted: bool) -> str:
    """To the members, as markup."""
    word = "was let in" if granted else "was not let in"
    return f"🔑 {mrkdwn.user(who)} {word} by {mrkdwn.user(by)}."
