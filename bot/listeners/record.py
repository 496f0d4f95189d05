"""Notes, decisions and corrections, typed into the timeline."""

import re

from bot.listeners.reception import Asked, Reception
from bot.listeners.verb import Verb
from bot.services import record
from bot.services.who import person
from bot.views import answers
from bot.views.help import VerbHelp
from incidents.errors import NotUnderstoodError
from incidents.rights import Right

_OWNER = re.compile(
    r"(?P<text>.*\S)\s*[,;(]?\s*\bowner:?\s+(?P<who>@[^@<>]+?|<@[^<>]+>|me)\)?", re.DOTALL | re.IGNORECASE
)
_NUMBER = re.compile(
    r"(?:(?P<key>inc-?\d+)\s+)?#?(?P<number>\d{1,9})\b[:,]?\s*(?P<text>.*)", re.DOTALL | re.IGNORECASE
)


def with_owner(words: str) -> tuple[str, str]:
    """A decision's text, and whom its end names as owner, "" for nobody."""
    match = _OWNER.fullmatch(words.strip())
    return (match["text"].rstrip(" ,;("), match["who"]) if match else (words, "")


def numbered(words: str) -> tuple[str, int, str]:
    """The incident's name if any, the entry's number and the text of a correction.

    Raises:
        NotUnderstoodError: there is no number.
    """
    match = _NUMBER.fullmatch(words.strip())
    if match is None:
        raise NotUnderstoodError(
            "Say which entry, and what is right: /incident correct 7 It was the staging key."
            " The numbers stand in /incident timeline."
        )
    return match["key"] or "", int(match["number"]), match["text"]


async def _note(reception: Reception, asked: Asked, words: str) -> None:
    parts = reception.parts
    incident, text = await reception.meant(asked, "note", words, Right.NOTE)
    entry = await record.note(parts, incident.id, text, by=asked.user, delivery=asked.delivery)
    await reception.answer(asked, answers.done(f"📝 Noted as #{entry.seq} of {incident.key}."))


async def _decide(reception: Reception, asked: Asked, words: str) -> None:
    parts = reception.parts
    incident, said = await reception.meant(asked, "decision", words, Right.NOTE)
    text, named = with_owner(said)
    owner = await person(parts, named, asker=asked.user) if named else asked.user
    entry = await record.decide(parts, incident.id, text, owner=owner, by=asked.user, delivery=asked.delivery)
    done = f"⚖️ Decision kept as #{entry.seq} of {incident.key}, owned by <@{owner}>."
    await reception.answer(asked, answers.done(done))


async def _correct(reception: Reception, asked: Asked, words: str) -> None:
    parts = reception.parts
    key, number, text = numbered(words)
    incident, _ = await reception.meant(asked, "correct", key, Right.NOTE)
    entry = await record.correct(parts, incident.id, number, text, by=asked.user, delivery=asked.delivery)
    done = f"✏️ #{number} of {incident.key} is corrected by #{entry.seq}; both stay in the timeline."
    await reception.answer(asked, answers.done(done))


NOTE = Verb(
    "note", VerbHelp("note [INC-42] text", "Adds a note to the timeline. A pin or 📌 adds a message."), _note
)
DECISION = Verb(
    "decision",
    VerbHelp("decision [INC-42] text [owner @person]", "Adds a decision to the timeline, with its owner."),
    _decide,
)
CORRECT = Verb(
    "correct",
    VerbHelp("correct [INC-42] number text", "Corrects an entry of the timeline with a new one beside it."),
    _correct,
)
