"""The words and values that messages share: severity marks, status words, and what templates may use."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.views import mrkdwn
from incidents.incident import Incident
from incidents.lifecycle import Stage
from incidents.severity import SeverityScheme
from incidents.status_update import UpdateFields

_MARKS = {0: "🔴", 1: "🔴", 2: "🟠", 3: "🟡"}
_STATUS = {
    Stage.DECLARED: "📢 Declared",
    Stage.INVESTIGATING: "🔎 Investigating",
    Stage.CONTAINED: "🧯 Contained",
    Stage.RECOVERING: "🌱 Recovering",
    Stage.RESOLVED: "✅ Resolved",
    Stage.CLOSED: "📁 Closed",
    Stage.CANCELLED: "⚪ Cancelled, a false positive",
    Stage.MERGED: "🔗 Merged as a duplicate",
}


def mark(severity: str) -> str:
    """A coloured mark, which always stands beside the severity's name."""
    return _MARKS.get(int(severity.removeprefix("SEV")), "🔵")


def status(incident: Incident) -> str:
    """The status in words, with its mark."""
    return _STATUS[incident.status]


def channel(incident: Incident) -> mrkdwn.Mrkdwn:
    """A link to the incident's channel, or what stands for it until there is one."""
    return mrkdwn.channel(incident.channel_id) if incident.channel_id else mrkdwn.escape("channel opening…")


def one_line(incident: Incident) -> str:
    """The incident in one plain line, as a notification shows it."""
    sort = f"{'🧪 DRILL · ' if incident.drill else ''}{'🔒 ' if incident.private else ''}"
    return f"{sort}{mark(incident.severity)} {incident.severity} · {incident.key} · {incident.title}"


def marks(incident: Incident) -> str:
    """A line above what speaks of a drill or of a private incident; empty for any other."""
    lines = []
    if incident.drill:
        quiet = "" if incident.calls else " Nobody is called."
        lines.append(f"🧪 *DRILL* · This is an exercise.{quiet}")
    if incident.private:
        lines.append("🔒 *Private* · Only members of this channel may know of it.")
    return "\n".join(lines)


def values(
    incident: Incident,
    scheme: SeverityScheme,
    fields: UpdateFields,
    *,
    author: str,
    now: datetime,
) -> Mapping[str, Any]:
    """The names that every message template may use."""
    level = scheme.get(incident.severity)
    ended = incident.resolved_at
    return {
        "incident": incident,
        "fields": fields,
        "severity_mark": mark(incident.severity),
        "severity_name": level.name if level else "",
        "severity_definition": level.definition if level else "",
        "status": status(incident),
        "commander": mrkdwn.user(incident.commander),
        "reporter": mrkdwn.user(incident.reporter),
        "author": mrkdwn.user(author),
        "channel": mrkdwn.channel(incident.channel_id) if incident.channel_id else "",
        "declared_ago": mrkdwn.ago(incident.declared_at),
        "declared_at": mrkdwn.on(incident.declared_at),
        "published_at": mrkdwn.at(now),
        "resolved_at": mrkdwn.on(ended) if ended else "",
        "resolved_after": mrkdwn.duration(ended - incident.declared_at) if ended else "",
        "duration": mrkdwn.duration((ended or now) - incident.declared_at),
        "next_update": mrkdwn.at(incident.next_update_at) if incident.next_update_at else "",
    }


def samples(scheme: SeverityScheme) -> list[Mapping[str, Any]]:
    """Values to prove templates with: of a fresh incident without a word, and of one that is told in full."""
    start = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    fresh = Incident(
        id=1,
        title="Sample",
        severity=scheme.levels[-1].key,
        playbook="sample",
        reporter="U000000",
        declared_at=start,
    )
    told = fresh.model_copy(
        update={
            "status": Stage.RESOLVED,
            "commander": "U000001",
            "channel_id": "C000000",
            "resolved_at": start,
            "next_update_at": start,
        }
    )
    words = UpdateFields.model_validate(dict.fromkeys(UpdateFields.model_fields, "words"))
    return [
        values(fresh, scheme, UpdateFields(), author="U000000", now=start),
        values(told, scheme, words, author="U000000", now=start),
    ]
