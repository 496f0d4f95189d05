"""The workspace between runs."""

from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Sandbox


async def test_a_restart_finds_everything_again(manifest: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "workspace.json"
    first = Sandbox(manifest=manifest, state_file=path)
    await first.start()
    slack = AsyncWebClient(token=first.bot_token, base_url=first.api_url)
    made = (await slack.conversations_create(name="inc-1"))["channel"]["id"]
    ts = (await slack.chat_postMessage(channel=made, text="kept", blocks=[{"type": "divider"}]))["ts"]
    await slack.pins_add(channel=made, timestamp=ts)
    await slack.bookmarks_add(channel_id=made, title="B", type="link", link="https://example.com")
    await slack.views_publish(user_id=first.person("ann").id, view={"type": "home", "blocks": []})
    before = first.workspace.snapshot()
    await first.stop()
    second = Sandbox(manifest=manifest, state_file=path)
    await second.start()
    assert second.workspace == before
    assert (second.bot_token, second.app_token) == (first.bot_token, first.app_token)
    assert second.signing_secret == first.signing_secret
    assert await second.person("ann").say("#general", "later") > ts
    await second.stop()
    assert path.stat().st_mode & 0o077 == 0
    assert not path.with_name("workspace.json.new").exists()


async def test_changes_are_written_while_running(manifest: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "workspace.json"
    sandbox = Sandbox(manifest=manifest, state_file=path)
    await sandbox.start()
    assert sandbox._file is not None
    await sandbox._file.written.wait()
    assert sandbox.signing_secret in path.read_text()
    await sandbox.stop()


def test_a_file_of_another_kind_is_refused(manifest: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "workspace.json"
    path.write_text("{}")
    with pytest.raises(ValueError, match="not a sandbox state file"):
        Sandbox(manifest=manifest, state_file=path)
