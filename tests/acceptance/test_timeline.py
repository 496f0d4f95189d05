"""The timeline as people meet it: written into, pinned into, read, exported, and proven."""

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest

from bot import cli
from incidents.audit import TimelineExport, first_break
from incidents.timeline import EntryKind, TimelineEntry
from sandbox import Channel, Message
from tests.acceptance.conftest import OpenTown
from tests.acceptance.town import COMMON, Town
from tests.fake_clock import FakeClock


async def entries(town: Town, incident_id: int = 1) -> list[TimelineEntry]:
    return await town.cordon.parts.database.read(lambda work: work.timeline.entries(incident_id))


async def of_kind(town: Town, *kinds: EntryKind) -> list[TimelineEntry]:
    return [entry for entry in await entries(town) if entry.kind in kinds]


async def until_entries(town: Town, count: int, *kinds: EntryKind) -> list[TimelineEntry]:
    """Wait until so many entries of these kinds are there."""
    found: list[TimelineEntry] = []
    for _ in range(200):
        await town.cordon.idle()
        found = await of_kind(town, *kinds)
        if len(found) >= count:
            break
        await asyncio.sleep(0.01)
    assert len(found) == count, found
    return found


async def settled(town: Town, channel: Channel | None = None) -> None:
    """Wait until the bot has taken everything that was sent to it, also what is on its way."""
    if channel:
        bob = town.person("bob")
        last = await bob.say(channel.id, "The last")
        await bob.pin(said(town, channel, last))
        while not any(entry.text == "The last" for entry in await entries(town)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await town.sandbox.until(lambda: all(one.ack for one in town.sandbox.deliveries) or None)
    await town.cordon.idle()


def said(town: Town, channel: Channel, ts: str) -> Message:
    return town.sandbox.workspace.channel(channel.id).messages[ts]


def shared(town: Town, channel: Channel, name: str) -> tuple[str, str] | None:
    """A file in a channel by the beginning and end of its name: its name and id."""
    start, _, end = name.partition("*")
    files = town.sandbox.workspace.files
    for message in town.messages(channel):
        for one in message.files:
            if files[one].name.startswith(start) and files[one].name.endswith(end):
                return files[one].name, one
    return None


async def read_file(town: Town, channel: Channel, name: str, by: str = "ann") -> str:
    _, file_id = await town.sandbox.until(lambda: shared(town, channel, name))
    return town.person(by).opens(file_id).decode()


# --- words ------------------------------------------------------------------------------------------


async def test_notes_decisions_and_corrections_are_entries_that_stay(any_town: Town) -> None:
    town, ann, bob = any_town, any_town.person("ann"), any_town.person("bob")
    channel = await town.declare()
    await ann.slash(channel.id, "/incident note Key <!channel> of *staging* revoked")
    await town.until_whisper("ann", channel, "Noted as #")
    await ann.slash(channel.id, "/incident decision Stay on v6 until Monday owner @bob")
    await town.until_whisper("ann", channel, f"owned by <@{bob.id}>")
    note, decision = await of_kind(town, EntryKind.NOTE, EntryKind.DECISION)
    assert (note.actor, note.text) == (ann.id, "Key <!channel> of *staging* revoked")
    assert (decision.text, decision.details) == ("Stay on v6 until Monday", {"owner": bob.id})
    await town.restart()
    await bob.slash(channel.id, f"/incident correct #{note.seq} It was the key of production")
    await town.until_whisper("bob", channel, f"#{note.seq} of INC-1 is corrected by #")
    [correction] = await of_kind(town, EntryKind.CORRECTION)
    assert (correction.actor, correction.details) == (bob.id, {"corrects": str(note.seq)})
    assert (await of_kind(town, EntryKind.NOTE))[0] == note, "what is corrected does not change"

    await bob.slash(channel.id, "/incident timeline")
    shown = (await town.until_whisper("bob", channel, "Timeline of INC-1")).words
    lines = shown.split("\n")
    assert [line for line in lines if line.startswith("*#")] == sorted(
        (line for line in lines if line.startswith("*#")), key=lambda line: int(line[2:].split("*")[0])
    ), "the newest stands last"
    at = next(number for number, line in enumerate(lines) if line.startswith(f"*#{note.seq}*"))
    assert "📝 Note" in lines[at]
    assert "Key &lt;!channel&gt; of" in lines[at]
    assert f"corrected in #{correction.seq} by <@{bob.id}>: It was the key" in lines[at + 1]
    assert f"⚖️ Decision · <@{ann.id}>: *Stay on v6 until Monday* · owner <@{bob.id}>" in shown
    assert "<!date^" in lines[at]
    assert "Timeline of INC-1" not in str([m.words for m in town.messages(channel)]), "for one alone"


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("note", "Say what it is: /incident note"),
        ("decision", "Say what it is: /incident decision"),
        ("decision Stay owner @nobody-here", "I don't know who @nobody-here is"),
        ("correct", "Say which entry"),
        ("correct seven it was staging", "Say which entry"),
        ("correct 99 it was staging", "INC-1 has no entry 99"),
        ("correct 1", "Say what it is: /incident correct"),
        ("note " + "x" * 3001, "3000 fit"),
        ("timeline export pdf", "I know: /incident timeline"),
    ],
)
async def test_what_cannot_be_written_is_answered_with_what_can(town: Town, typed: str, answer: str) -> None:
    channel = await town.declare()
    before = await entries(town)
    await town.person("ann").slash(channel.id, f"/incident {typed}")
    await town.until_whisper("ann", channel, answer)
    assert await entries(town) == before


async def test_elsewhere_the_incident_is_named(town: Town) -> None:
    await town.declare()
    ann = town.person("ann")
    await ann.slash(COMMON, "/incident note INC-1 From outside")
    await town.until_whisper("ann", COMMON, "Noted as #")
    [note] = await of_kind(town, EntryKind.NOTE)
    await ann.slash(COMMON, f"/incident correct INC-1 {note.seq} From inside")
    await town.until_whisper("ann", COMMON, "is corrected by")
    await ann.slash(COMMON, "/incident decision INC-1 Roll back")
    await town.until_whisper("ann", COMMON, f"owned by <@{ann.id}>")


async def test_a_request_that_comes_twice_is_written_once(town: Town) -> None:
    channel = await town.declare()
    await town.person("ann").slash(channel.id, "/incident note Once")
    await town.until_whisper("ann", channel, "Noted as #")
    command = next(one for one in reversed(town.sandbox.deliveries) if "Once" in str(one.body))
    await town.sandbox.redeliver(command)
    await settled(town)
    assert len(await of_kind(town, EntryKind.NOTE)) == 1


# --- messages ---------------------------------------------------------------------------------------


async def test_a_pinned_message_is_kept_as_it_was_once(any_town: Town) -> None:
    town, ann, bob = any_town, any_town.person("ann"), any_town.person("bob")
    channel = await town.declare()
    ts = await bob.say(channel.id, "The key of @ann leaked & <b> is in the log")
    await ann.pin(said(town, channel, ts))
    [kept] = await until_entries(town, 1, EntryKind.MESSAGE_ADDED)
    assert kept.text == "The key of @ann leaked & <b> is in the log"
    assert (kept.actor, kept.ref, kept.details["author"]) == (ann.id, f"{channel.id}/{ts}", bob.id)
    assert kept.details["permalink"].endswith(f"/archives/{channel.id}/p{ts.replace('.', '')}")
    assert f"<@{ann.id}>" in kept.details["raw"]
    await town.restart()
    await ann.pin(said(town, channel, ts))
    await ann.pin(said(town, channel, ts))
    await ann.react(said(town, channel, ts), "pushpin")
    await bob.react(said(town, channel, ts), "pushpin")
    pinned = [one for one in town.sandbox.deliveries if "pin_added" in str(one.body)]
    await town.sandbox.redeliver(pinned[-1])
    await settled(town, channel)
    assert (await of_kind(town, EntryKind.MESSAGE_ADDED))[:-1] == [kept]
    await ann.slash(channel.id, "/incident timeline")
    shown = await town.until_whisper("ann", channel, "📌 Message")
    assert f"kept what <@{bob.id}> <{kept.details['permalink']}|wrote>: The key of @ann" in shown.words


async def test_edits_and_deletions_of_kept_messages_are_noted(any_town: Town) -> None:
    town, ann, bob = any_town, any_town.person("ann"), any_town.person("bob")
    channel = await town.declare()
    ts = await bob.say(channel.id, "It began at nine")
    other = await bob.say(channel.id, "Nobody marks this")
    await ann.react(said(town, channel, ts), "pushpin")
    [kept] = await until_entries(town, 1, EntryKind.MESSAGE_ADDED)
    await bob.edit(said(town, channel, ts), "It began at ten")
    await bob.edit(said(town, channel, other), "Nor this")
    [edited] = await until_entries(town, 1, EntryKind.MESSAGE_EDITED)
    assert (edited.text, edited.actor) == ("It began at ten", bob.id)
    assert edited.details["entry"] == str(kept.seq)
    await town.restart()
    await bob.delete(said(town, channel, ts))
    await bob.delete(said(town, channel, other))
    [deleted] = await until_entries(town, 1, EntryKind.MESSAGE_DELETED)
    assert (deleted.ref, deleted.details["entry"]) == (kept.ref, str(kept.seq))
    await settled(town, channel)
    assert kept in await entries(town)
    assert len(await of_kind(town, EntryKind.MESSAGE_EDITED, EntryKind.MESSAGE_DELETED)) == 2


async def test_a_message_in_a_thread_can_be_kept(town: Town) -> None:
    channel = await town.declare()
    bob = town.person("bob")
    first = await bob.say(channel.id, "A question")
    reply = await bob.say(channel.id, "The answer", thread_ts=first)
    await bob.pin(said(town, channel, reply))
    [kept] = await until_entries(town, 1, EntryKind.MESSAGE_ADDED)
    assert kept.text == "The answer"


async def test_other_channels_other_reactions_and_the_bots_own_are_passed_over(town: Town) -> None:
    channel = await town.declare()
    bob = town.person("bob")
    await bob.pin(town.message(channel, "Take command"))  # takes the bot's own pin off
    await bob.pin(town.message(channel, "Take command"))
    ts = await bob.say(channel.id, "Looking")
    await bob.react(said(town, channel, ts), "eyes")
    common = town.sandbox.workspace.channel(COMMON)
    elsewhere = await bob.say(COMMON, "Lunch")
    for _ in range(3):
        await bob.pin(said(town, common, elsewhere))
    await bob.edit(said(town, common, elsewhere), "Dinner")
    await bob.delete(said(town, common, elsewhere))
    await settled(town, channel)
    kinds = {EntryKind.MESSAGE_ADDED, EntryKind.MESSAGE_EDITED, EntryKind.MESSAGE_DELETED}
    assert [entry.text for entry in await of_kind(town, *kinds)] == ["The last"]
    read = [call for call in town.calls("conversations.history") if "latest" in call.arguments]
    assert {call.arguments["channel"] for call in read} == {channel.id}, "elsewhere nothing is read"


async def test_the_reaction_is_the_organisations_choice(open_town: OpenTown) -> None:
    from bot.organisation import Organisation  # noqa: PLC0415

    chosen = Organisation.model_validate(
        {"timeline": {"reaction": "memo"}, "invite": {"everyone": ["@oncall"]}}
    )
    town = await open_town(organisation=chosen)
    channel = await town.declare()
    bob = town.person("bob")
    one, two = await bob.say(channel.id, "One"), await bob.say(channel.id, "Two")
    await bob.react(said(town, channel, one), "pushpin")
    await bob.react(said(town, channel, two), "memo")
    [kept] = await until_entries(town, 1, EntryKind.MESSAGE_ADDED)
    assert kept.text == "Two"


async def test_who_marks_a_message_that_slack_does_not_give_is_told(
    slow_town: tuple[Town, FakeClock],
) -> None:
    town, _ = slow_town
    channel = await town.declare()
    bob = town.person("bob")
    ts = await bob.say(channel.id, "Look at this")
    town.sandbox.faults.add(
        method="conversations.history", kind="error", code="missing_scope", where={"latest": ts}
    )
    await bob.pin(said(town, channel, ts))
    await town.sandbox.until(
        lambda: any("could not be read" in message.text for message in _heard(town, bob.id)) or None
    )
    assert await of_kind(town, EntryKind.MESSAGE_ADDED) == []


def _heard(town: Town, user: str) -> list[Message]:
    """Everything that one person alone was told, wherever."""
    channels = town.sandbox.workspace.channels.values()
    return [
        message
        for channel in channels
        for message in channel.messages.values()
        if message.ephemeral_to == user or (channel.kind == "im" and user in channel.members)
    ]


# --- reading ----------------------------------------------------------------------------------------


async def test_a_long_timeline_comes_in_pages(any_town: Town) -> None:
    town, ann = any_town, any_town.person("ann")
    channel = await town.declare()
    for number in range(40):
        await ann.slash(channel.id, f"/incident note Observation {number} " + "& " * 400)
    await settled(town)
    newest = (await entries(town))[-1].seq
    await ann.slash(channel.id, "/incident timeline")
    shown = await town.until_whisper("ann", channel, f"of {newest}")
    seen = _numbers(shown)
    assert seen == list(range(newest - 14, newest + 1))
    await town.restart()
    pages = 0
    while "Show earlier" in str(shown.blocks):
        await ann.click(shown, "timeline.earlier")
        start = seen[0] - 1
        shown = await town.until_whisper("ann", channel, f"to {start} of")
        seen = _numbers(shown) + seen
        pages += 1
    assert seen == list(range(1, newest + 1))
    assert pages >= 2
    await ann.slash(channel.id, "/incident timeline all")
    await town.sandbox.until(
        lambda: [m for m in ann.sees(channel.id) if f"to {newest} of" in m.words][1:] or None
    )


def _numbers(shown: Message) -> list[int]:
    lines = shown.words.split("\n")
    return [int(line[2:].partition("*")[0]) for line in lines if line.startswith("*#")]


# --- exports ----------------------------------------------------------------------------------------


async def test_a_timeline_is_exported_to_read_and_to_prove(
    any_town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town, ann, bob = any_town, any_town.person("ann"), any_town.person("bob")
    channel = await town.declare("sev1 Agent *leaks* <data>")
    ts = await bob.say(channel.id, "# not a heading\n- nor a [list](x)")
    await ann.pin(said(town, channel, ts))
    await until_entries(town, 1, EntryKind.MESSAGE_ADDED)
    await ann.slash(channel.id, "/incident decision Stay <on> v6 owner @bob")
    await ann.slash(channel.id, "/incident timeline export md")
    text = await read_file(town, channel, "INC-1-timeline-*.md")
    assert text.startswith("# INC-1: Agent \\*leaks\\* \\<data\\>\n")
    assert "> \\# not a heading" in text
    assert "> \\- nor a \\[list\\](x)" in text
    assert "⚖️ Decision · ann" in text
    assert "> **Stay \\<on\\> v6**" in text
    assert "Owner: bob" in text
    assert "Written by bob: <https://" in text
    assert ann.id not in text.replace("archives", ""), "names, not ids"
    await town.cordon.idle()
    await town.restart()
    await ann.slash(COMMON, "/incident timeline INC-1 export json")
    await town.until_whisper("ann", COMMON, "is shared in")
    export = TimelineExport.model_validate_json(await read_file(town, channel, "INC-1-timeline-*.json"))
    assert list(export.entries) == await entries(town)
    assert first_break(1, export.entries, count=export.count, head=export.head) is None
    assert export.names[ann.id] == "ann"
    path = tmp_path / "export.json"
    path.write_text(export.model_dump_json())
    assert await asyncio.to_thread(cli.main, ["audit", "verify", "--file", str(path)]) == 0
    assert capsys.readouterr().out == f"ok INC-1 {export.count} entries\n"


async def test_published_status_updates_are_exported(any_town: Town) -> None:
    town, ann = any_town, any_town.person("ann")
    channel = await town.declare()
    await ann.slash(channel.id, "/incident update The leak is stopped")
    await town.contain(channel)
    await ann.slash(channel.id, "/incident resolve Prompt rolled back")
    await town.until_message(channel, "Resolved: INC-1")
    await ann.slash(channel.id, "/incident archive")
    text = await read_file(town, channel, "INC-1-status-updates-*.md")
    for words in (
        "Initial notification",
        "Status update",
        "Resolution",
        "by ann",
        "- state: The leak is stopped",
    ):
        assert words in text
    archive = json.loads(await read_file(town, channel, "INC-1-status-updates-*.json"))
    assert [one["kind"] for one in archive["updates"]] == ["initial", "update", "resolution"]
    assert {"kind", "audience", "author", "at", "fields", "text"} <= set(archive["updates"][0])
    assert archive["updates"][1]["fields"]["state"] == "The leak is stopped"
    assert archive["names"][ann.id] == "ann"


async def test_an_export_whose_answer_is_lost_is_shared_once(town: Town) -> None:
    channel = await town.declare()
    town.sandbox.faults.add(method="files.completeUploadExternal", kind="lost_answer")
    await town.person("ann").slash(channel.id, "/incident timeline export md")
    await read_file(town, channel, "INC-1-timeline-*.md")
    await town.cordon.idle()
    assert sum(bool(message.files) for message in town.messages(channel)) == 1


async def test_an_export_that_slack_refuses_is_told(town: Town) -> None:
    channel = await town.declare()
    town.sandbox.faults.add(method="files.getUploadURLExternal", kind="error", code="missing_scope")
    await town.person("ann").slash(channel.id, "/incident timeline export md")
    await town.sandbox.until(
        lambda: any("could not be shared" in one.text for one in _heard(town, town.person("ann").id)) or None
    )


async def test_the_page_gives_a_file_to_whom_may_see_it(town: Town) -> None:
    import aiohttp  # noqa: PLC0415

    channel = await town.declare()
    await town.person("ann").slash(channel.id, "/incident timeline export md")
    name, file_id = await town.sandbox.until(lambda: shared(town, channel, "INC-1-timeline-*.md"))
    async with aiohttp.ClientSession() as session:
        where = f"{town.sandbox.url}ui/file/{file_id}"
        async with session.get(where, params={"as": "ann"}) as response:
            assert response.status == 200
            assert name in response.headers["Content-Disposition"]
            assert (await response.text()).startswith("# INC-1")
        async with session.get(where, params={"as": "nobody"}) as response:
            assert response.status == 404


# --- proof ------------------------------------------------------------------------------------------


async def test_the_command_line_proves_the_database(
    town: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    channel = await town.declare()
    await town.declare("sev3 Slow answers")
    await town.person("ann").slash(channel.id, "/incident note All well")
    await town.until_whisper("ann", channel, "Noted as #")
    count = len(await entries(town))
    await town.stop_bot()
    path = town.folder / "cordon.db"
    monkeypatch.chdir(town.folder)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    assert await asyncio.to_thread(cli.main, ["audit", "verify"]) == 0
    assert capsys.readouterr().out.startswith(f"ok INC-1 {count} entries\nok INC-2 ")
    with sqlite3.connect(path) as database:
        database.execute("UPDATE timeline SET text = 'All was well' WHERE kind = 'note'")
    database.close()
    assert await asyncio.to_thread(cli.main, ["audit", "verify", "INC-1"]) == 1
    assert capsys.readouterr().out.startswith(f"BROKEN INC-1 entry {count} does not fit its hash")
    assert await asyncio.to_thread(cli.main, ["audit", "verify", "INC-2"]) == 0
    await town.start_bot()
