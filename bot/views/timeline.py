"""`/incident timeline`: a page of entries with the newest last, for one person. The same words serve documents."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from bot.views import blocks, mrkdwn
from incidents.incident import Incident
from incidents.ports import Message
from incidents.timeline import EntryKind, TimelineEntry

EARLIER: Final = "timeline.earlier"
LATEST, ALL = "latest", "all"
ENTRIES: Final = {LATEST: 15, ALL: 100}
"""Entries of a page; fewer where they are long."""

_WORDS: Final = {LATEST: 300, ALL: 1000}
"""Characters of one entry."""
_CORRECTION: Final = 200
_CORRECTIONS: Final = 3
_PAGE: Final = 11_000
"""Characters of a message, under Slack's limit with room for its head."""
_SECTION: Final = 2900

_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "declared": ("📢", "Declared"),
    "channel_opened": ("🚪", "Channel"),
    "command_taken": ("🧭", "Command"),
    "severity_changed": ("🎚️", "Severity"),
    "classified": ("🏷️", "Classified"),
    "item_done": ("✅", "Done"),
    "item_reopened": ("↩️", "Undone"),
    "item_skipped": ("⏭️", "Skipped"),
    "item_assigned": ("👉", "Assigned"),
    "item_added": ("➕", "Item"),
    "update_published": ("📣", "Update"),
    "update_overdue": ("⏰", "Overdue"),
    "update_approved": ("👍", "Approved"),
    "update_discarded": ("🗑️", "Discarded"),
    "update_edited": ("🖊️", "Text changed"),
    "update_sent": ("📤", "Sent"),
    "resolved": ("🏁", "Resolved"),
    "reopened": ("🔁", "Reopened"),
    "problem": ("⚠️", "Problem"),
    "note": ("📝", "Note"),
    "decision": ("⚖️", "Decision"),
    "correction": ("✏️", "Correction"),
    "message_added": ("📌", "Message"),
    "message_edited": ("🖊️", "Message edited"),
    "message_deleted": ("🗑️", "Message deleted"),
    "exported": ("📄", "Exported"),
    "refused": ("⛔", "Refused"),
    "stage_changed": ("➡️", "Stage"),
    "contained": ("🧯", "Contained"),
    "gate_fulfilled": ("🔓", "Gate"),
    "gate_waived": ("🚩", "Waived"),
    "closed": ("📁", "Closed"),
    "cancelled": ("⚪", "Cancelled"),
    "merged": ("🔗", "Merged"),
    "archived": ("🗄️", "Archived"),
    "role_taken": ("🧑‍🚒", "Role"),
    "role_given": ("🧑‍🚒", "Role"),
    "role_handed_over": ("🤝", "Role"),
    "role_left": ("👋", "Role"),
    "escalated": ("📣", "Escalated"),
    "access_asked": ("🔑", "Access"),
    "access_decided": ("🔑", "Access"),
    "drill_scored": ("🧪", "Drill"),
    "run_planned": ("🗒️", "Action planned"),
    "run_approved": ("👍", "Action approved"),
    "run_started": ("▶️", "Action started"),
    "run_verified": ("🛡️", "Action verified"),
    "run_failed": ("❌", "Action failed"),
    "run_in_doubt": ("❓", "Action in doubt"),
    "run_reverted": ("⏪", "Action undone"),
    "run_cancelled": ("🚫", "Action cancelled"),
    "break_glass": ("🚨", "Approval overridden"),
    "evidence_kept": ("🗄️", "Evidence kept"),
    "evidence_skipped": ("🕳️", "Evidence skipped"),
    "paged": ("📟", "Paged"),
    "page_acknowledged": ("📟", "Page acknowledged"),
    "page_failed": ("📵", "Page failed"),
    "page_resolved": ("📟", "Page resolved"),
}
_TOLD: Final = {
    EntryKind.NOTE,
    EntryKind.DECISION,
    EntryKind.CORRECTION,
    EntryKind.MESSAGE_ADDED,
    EntryKind.MESSAGE_EDITED,
    EntryKind.MESSAGE_DELETED,
}


def kind(entry: TimelineEntry) -> str:
    """The entry's kind in words, with its mark and what it is about."""
    mark, word = _KINDS.get(entry.kind.value, ("▫️", entry.kind.value.replace("_", " ").capitalize()))
    about = entry.details.get("corrects") or entry.details.get("entry")
    return f"{mark} {word} of #{about}" if about else f"{mark} {word}"


def brief(entry: TimelineEntry, limit: int) -> mrkdwn.Mrkdwn:
    """What happened, in so many characters of markup, for a list without kinds."""
    said = f"{kind(entry)}: {entry.text}" if entry.kind in _TOLD else entry.text
    return _named(entry, mrkdwn.cut(mrkdwn.escape(mrkdwn.line(said, limit)), limit))


def _named(entry: TimelineEntry, markup: str) -> mrkdwn.Mrkdwn:
    """People by their names instead of ids, where the entry itself says that an id is a person's."""
    for person in entry.people:
        markup = re.sub(rf"(?<![@\w]){re.escape(person)}\b", mrkdwn.user(person), markup)
    return mrkdwn.Mrkdwn(markup)


def who(entry: TimelineEntry) -> str:
    """Who did it, as markup."""
    return "Cordon" if entry.actor == "cordon" else mrkdwn.user(entry.actor)


def page(
    incident: Incident,
    entries: Sequence[TimelineEntry],
    corrections: Mapping[int, Sequence[TimelineEntry]],
    *,
    mode: str,
    newest: int,
) -> Message:
    """A page of the timeline.

    Args:
        incident: whose.
        entries: those that may be shown, in order; the first are left out where not all fit.
        corrections: the corrections by the number of the entry that they correct.
        mode: LATEST or ALL.
        newest: the number of the newest entry there is.
    """
    told = _fitting([(entry, _told(entry, corrections.get(entry.seq, ()), mode)) for entry in entries])
    first, last = (told[0][0].seq, told[-1][0].seq) if told else (0, 0)
    count = f"entries {first} to {last} of {newest}" if told else "no entry"
    drawn = [
        blocks.section(f"*Timeline of {incident.key}* · {count}"),
        *_sections([text for _, text in told]),
    ]
    if first > 1:
        value = f"{incident.id}:{first}:{mode}"
        drawn.append(blocks.actions(blocks.button("Show earlier", EARLIER, value)))
    return Message(f"Timeline of {incident.key}: {count}", drawn)


def _told(entry: TimelineEntry, corrections: Sequence[TimelineEntry], mode: str) -> str:
    """An entry with what corrects it."""
    lines = [f"*#{entry.seq}* {mrkdwn.on(entry.at)} · {kind(entry)} · {who(entry)}{_said(entry, mode)}"]
    lines += [
        f"      ↳ ✏️ corrected in #{one.seq} by {who(one)}: {_cut(one.text, _CORRECTION)}"
        for one in corrections[-_CORRECTIONS:]
    ]
    return "\n".join(lines)


def _said(entry: TimelineEntry, mode: str) -> str:
    said = _named(entry, _cut(entry.text, _WORDS[mode]))
    if entry.kind is EntryKind.DECISION:
        owner = entry.details.get("owner")
        bold = said.replace("*", "∗")  # else it would end the bold
        return f": *{bold}*" + (f" · owner {mrkdwn.user(owner)}" if owner else "")
    if entry.kind is EntryKind.MESSAGE_ADDED:
        author, link = entry.details.get("author"), entry.details.get("permalink")
        wrote = f"<{mrkdwn.escape(link)}|wrote>" if link else "wrote"
        return f" kept what {mrkdwn.user(author, 'somebody')} {wrote}: {said}"
    return f": {said}"


def _cut(text: str, limit: int) -> mrkdwn.Mrkdwn:
    return mrkdwn.cut(mrkdwn.escape(mrkdwn.line(text, limit)), limit)


def _fitting(told: Sequence[tuple[TimelineEntry, str]]) -> list[tuple[TimelineEntry, str]]:
    """As many of the last as fit into one message."""
    room, kept = _PAGE, 0
    for _, text in reversed(told):
        room -= len(text) + 1
        if room < 0:
            break
        kept += 1
    return list(told[len(told) - kept :])


def _sections(texts: Sequence[str]) -> list[blocks.Block]:
    parts: list[str] = []
    for text in texts:
        if parts and len(parts[-1]) + len(text) + 1 <= _SECTION:
            parts[-1] = f"{parts[-1]}\n{text}"
        else:
            parts.append(text)
    return [blocks.section(part) for part in parts]
