"""What the command line prints: plain lines without markup, and without what could command a terminal."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bot.views import exports, readable, timeline, wording
from bot.views.card import CardFacts
from incidents.crew import crew_of
from incidents.incident import Incident
from incidents.paging import Paging, card_words
from incidents.severity import SeverityScheme
from incidents.timeline import TimelineEntry

Names = Mapping[str, str]

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_COMMAND = "/incident "


def clean(text: str) -> str:
    """Words as they may reach a terminal: nothing in them moves the cursor, colours, or turns lines around."""
    return _CONTROL.sub("", text.replace("\t", " "))


def sentence(markup: str, names: Names) -> str:
    """A sentence meant for Slack, as the command line says it."""
    return clean(readable.words(markup, names)).replace(_COMMAND, "cordon incident ").replace("`", "")


def listed(incidents: Sequence[Incident], total: int, names: Names) -> str:
    """Open incidents, a line each, newest first."""
    if not incidents:
        return "No incident is open."
    head = f"{total} open" + (f", the newest {len(incidents)} shown" if total > len(incidents) else "")
    return "\n".join([head, *(f"  {line(incident)} · {_led(incident, names)}" for incident in incidents)])


def line(incident: Incident) -> str:
    """An incident and where it stands, in one line."""
    sort = "".join(
        f" · {word}" for word in (incident.private and "private", incident.drill and "drill") if word
    )
    return clean(f"{wording.one_line(incident)} · {wording.status(incident)}{sort}")


def status(facts: CardFacts, entries: Sequence[TimelineEntry], names: Names, scheme: SeverityScheme) -> str:
    """Where an incident stands, and what happened last."""
    incident = facts.incident
    level = scheme.get(incident.severity)
    phases = ", ".join(f"{phase.title} {phase.settled}/{len(phase.items)}" for phase in facts.phases)
    lines = [
        line(incident),
        f"Severity     {level.key} {level.name}: {level.definition}" if level else "",
        f"Declared     {at(incident.declared_at)} by {_name(incident.reporter, names)}",
        f"Commander    {_name(incident.commander, names) if incident.commander else 'nobody yet'}",
        *_crew(incident, names),
        f"Channel      #{incident.channel_name}" if incident.channel_name else "Channel      not open yet",
        f"Next update  {at(incident.next_update_at)}" if incident.next_update_at else "",
        f"Paging       {card_words(Paging.model_validate(incident.page))}" if incident.page else "",
        f"Last update  {_last_words(facts)}" if _last_words(facts) else "",
        f"Summary      {incident.summary}" if incident.summary else "",
        f"Checklists   {phases}" if phases else "",
        *(f"Trouble      {sentence(said, names)}" for said in incident.problems.values()),
        "What happened last" if entries else "",
        *(f"  {entry_line(entry, names)}" for entry in entries),
    ]
    return "\n".join(clean(one) for one in lines if one)


def told(
    incident: Incident,
    entries: Sequence[TimelineEntry],
    corrections: Sequence[TimelineEntry],
    names: Names,
    newest: int,
) -> str:
    """A timeline, the newest last, each entry with what corrects it.

    Args:
        incident: whose.
        entries: those that are shown.
        corrections: all that there are.
        names: what people are called, by id.
        newest: the number of the newest entry there is.
    """
    corrected = exports.corrections(corrections)
    count = f"entries {entries[0].seq} to {entries[-1].seq} of {newest}" if entries else "no entry"
    lines = [f"Timeline of {incident.key}: {count}"]
    for entry in entries:
        lines.append(f"  #{entry.seq} {entry_line(entry, names)}")
        lines += [
            f"       corrected in #{one.seq}: {clean(one.text)}" for one in corrected.get(entry.seq, ())
        ]
    return "\n".join(lines)


def entry_line(entry: TimelineEntry, names: Names) -> str:
    """When, what sort of thing, who, what was said, and from where where that is not Slack."""
    said = " ".join(clean(entry.text).split())
    why = f" (command line: {clean(entry.details.get('reason', ''))})" if is_from_here(entry) else ""
    return f"{at(entry.at)} {timeline.kind(entry)} · {_name(entry.actor, names)} · {said}{why}"


def people_of(incident: Incident) -> list[str]:
    """Who has to do with an incident, by id."""
    return [incident.reporter, *(one.user for one in crew_of(incident).holders)]


def is_from_here(entry: TimelineEntry) -> bool:
    """Whether it came from the command line."""
    return entry.details.get("source") == "cli"


def at(moment: datetime) -> str:
    """A moment."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _last_words(facts: CardFacts) -> str:
    return facts.last_update.fields.state if facts.last_update else ""


def _led(incident: Incident, names: Names) -> str:
    return f"commander {_name(incident.commander, names)}" if incident.commander else "no commander"


def _crew(incident: Incident, names: Names) -> list[str]:
    held = [one for one in crew_of(incident).holders if one.user != incident.commander]
    return [f"Role         {one.role.about.title}: {_name(one.user, names)}" for one in held]


def _name(user: str | None, names: Names) -> str:
    if user is None or user == "cordon":
        return "Cordon"
    return clean(names.get(user, user))
