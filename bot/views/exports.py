"""What is exported: the timeline and the published status updates, as Markdown to read and as JSON to prove."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.views import documents, readable, timeline, wording
from bot.views.documents import Documents, Markdown
from incidents.audit import TimelineExport
from incidents.incident import Incident
from incidents.status_update import StatusUpdate, UpdateKind
from incidents.timeline import FIRST_LINK, EntryKind, TimelineEntry

_KINDS = {
    UpdateKind.INITIAL: "Initial notification",
    UpdateKind.UPDATE: "Status update",
    UpdateKind.RESOLUTION: "Resolution",
}

Names = Mapping[str, str]


def people(entries: Sequence[TimelineEntry]) -> list[str]:
    """The ids of everybody in a timeline."""
    ids = [
        (entry.actor, entry.details.get("author"), entry.details.get("owner"), *entry.people)
        for entry in entries
    ]
    return list(dict.fromkeys(one for some in ids for one in some if one and one != "cordon"))


def corrections(entries: Sequence[TimelineEntry]) -> dict[int, list[TimelineEntry]]:
    """The corrections among these entries by the number of the entry that they correct."""
    found: dict[int, list[TimelineEntry]] = {}
    for entry in entries:
        if entry.kind is EntryKind.CORRECTION and entry.details.get("corrects", "").isdigit():
            found.setdefault(int(entry.details["corrects"]), []).append(entry)
    return found


def timeline_json(
    incident: Incident,
    entries: Sequence[TimelineEntry],
    names: Names,
    *,
    now: datetime,
    newest: tuple[int, str],
) -> str:
    """A timeline with everything that proves it.

    Args:
        incident: whose.
        entries: all that are there.
        names: what people are called, by id.
        now: when it is exported.
        newest: number and hash that the newest entry was written with; it may be among the entries no more.
    """
    export = TimelineExport(
        incident_id=incident.id,
        title=incident.title,
        severity=incident.severity,
        status=incident.status.value,
        exported_at=now,
        names=dict(names),
        count=newest[0],
        head=newest[1],
        entries=tuple(entries),
    )
    return export.model_dump_json(indent=2) + "\n"


def timeline_markdown(
    documents_: Documents,
    incident: Incident,
    entries: Sequence[TimelineEntry],
    names: Names,
    *,
    now: datetime,
) -> str:
    """A timeline to read."""
    corrected = corrections(entries)
    values = {
        **_head(incident, now),
        "count": len(entries),
        "head": Markdown(entries[-1].hash if entries else FIRST_LINK),
        "entries": [
            {
                **_line(entry, names),
                "kind": timeline.kind(entry),
                "about": _about(entry, names),
                "corrections": [_line(one, names) for one in corrected.get(entry.seq, [])],
            }
            for entry in entries
        ],
    }
    return documents_.render("timeline", values)


def updates_json(incident: Incident, updates: Sequence[StatusUpdate], names: Names, *, now: datetime) -> str:
    """Every published status update with all its fields."""
    export = {
        "format": "cordon-status-updates-1",
        "incident_id": incident.id,
        "title": incident.title,
        "severity": incident.severity,
        "status": incident.status.value,
        "exported_at": now.astimezone(UTC).isoformat(),
        "names": dict(names),
        "updates": [update.model_dump(mode="json") for update in updates],
    }
    return json.dumps(export, ensure_ascii=False, indent=2) + "\n"


def updates_markdown(
    documents_: Documents,
    incident: Incident,
    updates: Sequence[StatusUpdate],
    names: Names,
    *,
    now: datetime,
    titles: Names | None = None,
) -> str:
    """Every published status update, to read.

    Args:
        documents_: the document templates.
        incident: whose.
        updates: those that were told, to whichever audience.
        names: what people are called, by id.
        now: when it is exported.
        titles: what audiences are called, by key; the key where it is not known.
    """
    told = [_update(number, update, names, titles or {}) for number, update in enumerate(updates, start=1)]
    return documents_.render("status_updates", {**_head(incident, now), "count": len(told), "updates": told})


def _update(number: int, update: StatusUpdate, names: Names, titles: Names) -> dict[str, Any]:
    fields = update.fields.model_dump()
    return {
        "number": number,
        "at": _moment(update.at),
        "kind": _KINDS.get(update.kind, update.kind.value),
        "audience": titles.get(update.audience, update.audience),
        "approved_by": names.get(update.approved_by, update.approved_by) if update.approved_by else "",
        "who": names.get(update.author, update.author),
        "text": documents.quoted_markup(readable.words(update.text, names)),
        "fields": [
            {"name": name.replace("_", " "), "text": text}
            for name, text in fields.items()
            if isinstance(text, str) and text
        ],
    }


def _head(incident: Incident, now: datetime) -> dict[str, Any]:
    return {
        "incident": incident,
        "status": wording.status(incident),
        "declared_at": _moment(incident.declared_at),
        "exported_at": _moment(now),
    }


def _line(entry: TimelineEntry, names: Names) -> dict[str, Any]:
    who = "Cordon" if entry.actor == "cordon" else names.get(entry.actor, entry.actor)
    text = entry.text
    for person in entry.people:
        text = text.replace(person, names.get(person, person))
    said = documents.quoted(text)
    if entry.kind is EntryKind.DECISION:
        said = Markdown(f"> **{documents.one_line(entry.text)}**")
    return {"seq": entry.seq, "at": _moment(entry.at), "who": who, "text": said}


def _about(entry: TimelineEntry, names: Names) -> Markdown | None:
    """A line above the entry's text: whose decision or message it is."""
    owner, author = entry.details.get("owner"), entry.details.get("author")
    if entry.kind is EntryKind.DECISION and owner:
        return Markdown(f"Owner: {documents.one_line(names.get(owner, owner))}")
    if entry.kind is EntryKind.MESSAGE_ADDED and author:
        link = entry.details.get("permalink", "")
        where = f": <{link}>" if link and not set(link) & set("<> \n") else ""
        return Markdown(f"Written by {documents.one_line(names.get(author, author))}{where}")
    return None


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def stamped(incident: Incident, what: str, suffix: str, now: datetime) -> str:
    """A file's name, such as INC-42-timeline-20260301-093015.md."""
    return f"{incident.key}-{what}-{now.astimezone(UTC):%Y%m%d-%H%M%S}.{suffix}"


def mentioned(updates: Sequence[StatusUpdate]) -> list[str]:
    """The ids of everybody in published status updates."""
    ids = [
        one
        for update in updates
        for one in (update.author, update.approved_by, *readable.people_in(update.text))
    ]
    return list(dict.fromkeys(one for one in ids if one))
