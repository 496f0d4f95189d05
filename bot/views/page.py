"""How an incident's page stands, on the cards, and the call to people when PagerDuty can't be reached."""

from collections.abc import Sequence
from typing import Final

from bot.views import blocks, mrkdwn, wording
from incidents.incident import Incident
from incidents.paging import Paging, card_words
from incidents.ports import Message

_MENTIONED: Final = 15


def standing(incident: Incident) -> list[blocks.Block]:
    """A line for the card; none where nobody was to be paged. Trouble stands out."""
    paging = Paging.model_validate(incident.page)
    words = mrkdwn.escape(mrkdwn.line(card_words(paging), 500))
    if not words:
        return []
    return [blocks.section(f"⚠️ {words}") if paging.problem else blocks.context(f"📟 {words}")]


def call_by_phone(incident: Incident, paging: Paging, users: Sequence[str]) -> Message:
    """To those who must call now, because the page did not get through."""
    who = " ".join(mrkdwn.user(user) for user in users[:_MENTIONED])
    what = f"{wording.mark(paging.severity)} {paging.severity} · {incident.key}"
    drill = "DRILL · " if incident.drill else ""
    said = (
        f"📵 {drill}{who}\n*PagerDuty could not be reached: on-call may know nothing of {what}.*\n"
        "Call whoever is on call by phone now. Who answers first presses *Take command* on the card."
    )
    why = mrkdwn.escape(mrkdwn.line(paging.problem, 300))
    drawn = [blocks.section(said), *([blocks.context(why)] if why else [])]
    return Message(f"{drill}{what}: PagerDuty could not be reached. Call on-call by phone now", drawn)
