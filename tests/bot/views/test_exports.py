import json

from bot.views import exports
from bot.views.documents import Documents
from incidents.audit import TimelineExport, first_break
from incidents.status_update import UpdateKind
from incidents.timeline import FIRST_LINK, EntryKind, TimelineEntry
from tests.bot.views.conftest import ANN, BOB, CYD, NOW, incident, told

NAMES = {ANN: "ann", BOB: "bob"}
DOCUMENTS = Documents()


def chain(*told: tuple[EntryKind, str, dict[str, str]]) -> list[TimelineEntry]:
    made: list[TimelineEntry] = []
    for seq, (kind, text, details) in enumerate(told, start=1):
        previous = made[-1].hash if made else FIRST_LINK
        one = TimelineEntry(
            incident_id=42,
            seq=seq,
            at=NOW,
            actor=ANN,
            kind=kind,
            text=text,
            details=details,
            previous=previous,
        )
        made.append(one.sealed())
    return made


ENTRIES = chain(
    (EntryKind.NOTE, "Key of *staging*\nrevoked", {}),
    (EntryKind.DECISION, "Stay", {"owner": BOB}),
    (EntryKind.CORRECTION, "Of production", {"corrects": "1"}),
    (EntryKind.MESSAGE_ADDED, "Look", {"author": CYD, "permalink": "https://x.slack.com/archives/C0/p1"}),
)


def test_a_timeline_can_be_read_without_slack() -> None:
    text = exports.timeline_markdown(DOCUMENTS, incident(), ENTRIES, NAMES, now=NOW)
    assert text.startswith("# INC-42: Agent leaks customer data\n\nTimeline · SEV1 · ")
    note, decision, correction, message = text.split("\n## ")[1:]
    assert note == (
        "1 · 2026-03-01 09:00:00 · 📝 Note · ann\n\n> Key of \\*staging\\*  \n> revoked  \n\n"
        "Corrected in 3 by ann at 2026-03-01 09:00:00:\n\n> Of production  \n"
    )
    assert decision == "2 · 2026-03-01 09:00:00 · ⚖️ Decision · ann\n\nOwner: bob\n\n> **Stay**\n"
    assert correction.startswith("3 · 2026-03-01 09:00:00 · ✏️ Correction of #1 · ann")
    assert f"Written by {CYD}: <https://x.slack.com/archives/C0/p1>\n\n> Look" in message
    assert ENTRIES[-1].hash in text


def test_a_timeline_can_be_proven_without_a_database() -> None:
    newest = (len(ENTRIES), ENTRIES[-1].hash)
    text = exports.timeline_json(incident(), ENTRIES, NAMES, now=NOW, newest=newest)
    export = TimelineExport.model_validate_json(text)
    assert list(export.entries) == ENTRIES
    assert first_break(42, export.entries, count=export.count, head=export.head) is None
    assert export.names == NAMES
    assert set(json.loads(text)["entries"][0]) == set(TimelineEntry.model_fields)
    cut = exports.timeline_json(incident(), ENTRIES[:-1], NAMES, now=NOW, newest=newest)
    export = TimelineExport.model_validate_json(cut)
    assert first_break(42, export.entries, count=export.count, head=export.head), "a cut end is not blessed"


def test_everybody_in_it_is_known() -> None:
    assert exports.people(ENTRIES) == [ANN, BOB, CYD]
    assert exports.mentioned([told(text=f"by <@{BOB}> and <@{CYD}>")]) == [ANN, BOB, CYD]


def test_status_updates_as_they_were_told() -> None:
    one = told(UpdateKind.INITIAL, text=f"*State:* a_b by <@{BOB}>", state="a_b", eta="soon")
    text = exports.updates_markdown(DOCUMENTS, incident(), [one], NAMES, now=NOW)
    assert "## 1 · 2026-03-01 08:59:00 · Initial notification · to responders · by ann" in text
    assert "> **State:** a\\_b by @bob" in text
    assert "- state: a\\_b\n- eta: soon\n" in text
    [kept] = json.loads(exports.updates_json(incident(), [one], NAMES, now=NOW))["updates"]
    assert kept == one.model_dump(mode="json")


def test_a_telling_stands_there_with_its_audience_and_approver() -> None:
    one = told(text="*Now*").model_copy(update={"audience": "vips", "approved_by": BOB})
    text = exports.updates_markdown(DOCUMENTS, incident(), [one], NAMES, now=NOW, titles={"vips": "Our VIPs"})
    assert "Status update · to Our VIPs · by ann · approved by bob\n" in text
    assert exports.mentioned([one]) == [ANN, BOB]


def test_files_are_named_by_incident_and_moment() -> None:
    assert exports.stamped(incident(), "timeline", "md", NOW) == "INC-42-timeline-20260301-090000.md"
