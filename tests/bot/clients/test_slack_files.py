import pytest

from bot.clients.slack import SlackWorkspace
from incidents.errors import InDoubtError, PermanentError, TemporaryError
from incidents.ports import File
from sandbox.workspace import Message
from tests.bot.clients.conftest import Desk, HurriedClock

MD = File("INC-1.md", "INC-1 timeline", "# Überschrift\n")
JSON = File("INC-1.json", "INC-1 timeline (JSON)", "{}\n")


def shown(desk: Desk, room: str) -> Message:
    return list(desk.sandbox.workspace.channel(room).messages.values())[-1]


async def test_files_are_shared_under_one_comment(desk: Desk, slack: SlackWorkspace, room: str) -> None:
    await slack.share(room, [MD, JSON], comment="INC-1 <!channel>")
    message = shown(desk, room)
    assert message.text == "INC-1 &lt;!channel&gt;"
    files = [desk.sandbox.workspace.files[one] for one in message.files]
    assert [(one.name, one.title) for one in files] == [(MD.name, MD.title), (JSON.name, JSON.title)]
    assert desk.sandbox.person("ann").opens(message.files[0]).decode() == MD.content


async def test_a_share_whose_answer_was_lost_is_found_by_its_name(
    desk: Desk, slack: SlackWorkspace, clock: HurriedClock, room: str
) -> None:
    desk.sandbox.faults.add(method="files.completeUploadExternal", kind="lost_answer")
    with pytest.raises(InDoubtError):
        await slack.share(room, [MD], comment="INC-1")
    assert await slack.find_file(room, MD.name, posted_after=clock.now())
    assert not await slack.find_file(room, JSON.name, posted_after=clock.now())


async def test_an_upload_that_fails_shows_nothing(desk: Desk, slack: SlackWorkspace, room: str) -> None:
    before = len(desk.sandbox.workspace.channel(room).messages)
    desk.sandbox.faults.add(method="files.getUploadURLExternal", kind="error", code="missing_scope")
    with pytest.raises(PermanentError) as caught:
        await slack.share(room, [MD], comment="INC-1")
    assert caught.value.code == "missing_scope"
    assert len(desk.sandbox.workspace.channel(room).messages) == before


async def test_bytes_that_cannot_be_sent_may_be_sent_again(desk: Desk, slack: SlackWorkspace) -> None:
    with pytest.raises(TemporaryError, match="could not be reached for a file"):
        await slack._send("http://127.0.0.1:1/upload/F1", b"x")
    with pytest.raises(PermanentError, match="404"):
        await slack._send(f"{desk.sandbox.url}upload/F1", b"x")
