"""Uploads in Slack's steps, and files that people open."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import NotPossibleError, NotVisibleError, Sandbox
from tests.sandbox.conftest import EVENTS, SCOPES, manifest_with

Refused = Callable[[Awaitable[object]], Awaitable[str]]


@pytest.fixture
def manifest() -> dict[str, object]:
    return manifest_with([*SCOPES, "files:write"], EVENTS)


async def announced(slack: AsyncWebClient, length: int = 5) -> tuple[str, str]:
    said = await slack.files_getUploadURLExternal(filename="notes.md", length=length)
    return str(said["upload_url"]), str(said["file_id"])


async def test_a_file_is_announced_uploaded_and_shared(
    sandbox: Sandbox, slack: AsyncWebClient, session: aiohttp.ClientSession, room: str
) -> None:
    url, file_id = await announced(slack)
    async with session.post(url, data=b"hello") as response:
        assert response.status == 200
    shared = await slack.files_completeUploadExternal(
        files=[{"id": file_id, "title": "Notes"}], channel_id=room
    )
    assert [one["title"] for one in shared["files"]] == ["Notes"]
    said = await slack.conversations_history(channel=room, limit=1)
    assert [one["name"] for one in said["messages"][0]["files"]] == ["notes.md"]
    ann = sandbox.person("ann")
    assert ann.opens(file_id) == b"hello"
    async with session.get(f"{sandbox.url}ui/channel", params={"as": "ann", "id": room}) as response:
        assert (await response.json())["messages"][-1]["files"][0]["title"] == "Notes"


async def test_slacks_refusals(
    slack: AsyncWebClient, session: aiohttp.ClientSession, room: str, refused: Refused
) -> None:
    url, file_id = await announced(slack)
    one = [{"id": file_id, "title": None}]
    code = await refused(slack.files_completeUploadExternal(files=list(one), channel_id=room))
    assert code == "file_not_found", "not uploaded yet"
    async with session.post(url, data=b"longer than announced") as response:
        assert response.status == 400
    async with session.post(url, data=b"hello") as response:
        assert response.status == 200
    async with session.post(url, data=b"hello") as response:
        assert response.status == 404
    assert await refused(slack.files_completeUploadExternal(files=list(one), channel_id="C0NONE")) == (
        "channel_not_found"
    )
    await slack.files_completeUploadExternal(files=list(one), channel_id=room)
    again = await refused(slack.files_completeUploadExternal(files=list(one), channel_id=room))
    assert again == "file_not_found"
    assert await refused(slack.files_getUploadURLExternal(filename="", length=1)) == "invalid_arguments"


async def test_a_file_is_for_whom_sees_its_message(
    sandbox: Sandbox, slack: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    made = await slack.conversations_create(name="secret", is_private=True)
    url, file_id = await announced(slack)
    async with session.post(url, data=b"hello"):
        await slack.files_completeUploadExternal(files=[{"id": file_id}], channel_id=made["channel"]["id"])
    with pytest.raises(NotVisibleError):
        sandbox.person("ann").opens(file_id)


async def test_files_are_kept_between_runs(manifest: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "workspace.json"
    for _ in range(2):
        one = Sandbox(manifest=manifest, state_file=path)
        await one.start()
        async with aiohttp.ClientSession() as http:
            client = AsyncWebClient(token=one.bot_token, base_url=one.api_url, session=http)
            if not one.workspace.files:
                url, file_id = await announced(client)
                async with http.post(url, data=b"hello"):
                    room = one.workspace.channel("#safety-incidents").id
                    await client.files_completeUploadExternal(files=[{"id": file_id}], channel_id=room)
        [file] = one.workspace.files
        assert one.person("ann").opens(file) == b"hello"
        await one.stop()


async def test_people_change_their_own_messages_only(sandbox: Sandbox, room: str) -> None:
    ann, bob = sandbox.person("ann"), sandbox.person("bob")
    ts = await ann.say(room, "One")
    message = sandbox.workspace.channel(room).messages[ts]
    with pytest.raises(NotPossibleError):
        await bob.edit(message, "Two")
    assert (await ann.edit(message, "Two @bob")).text == f"Two <@{bob.id}>"
    with pytest.raises(NotPossibleError):
        await bob.delete(message)
    await ann.delete(message)
    assert ts not in sandbox.workspace.channel(room).messages
