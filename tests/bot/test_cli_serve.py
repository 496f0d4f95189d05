import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests import command_line

NOWHERE = {
    "SLACK_BOT_TOKEN": "xoxb-secretbot",
    "SLACK_SIGNING_SECRET": "secretsigning",
    "SLACK_API_URL": "http://127.0.0.1:1/api/",
}
"""A workspace that does not answer."""

FREE = ("--port", "0", "--page-port", "0", "--service-port", "0")


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


async def test_serve_without_tokens_says_what_is_missing_and_what_to_do(tmp_path: Path) -> None:
    ran = await command_line.run(tmp_path, "serve")
    assert ran.status == 1
    assert ran.err == (
        "cordon: SLACK_BOT_TOKEN is not set. "
        "See “Connect your workspace” in the README, or run: cordon sandbox\n"
    )
    assert list(tmp_path.iterdir()) == []


async def test_serve_on_a_taken_port_says_which_variable_to_change(tmp_path: Path, taken_port: int) -> None:
    ran = await command_line.run(tmp_path, "serve", variables={**NOWHERE, "PORT": str(taken_port)})
    assert ran.status == 1
    assert f"cordon: Can't listen on 127.0.0.1:{taken_port}" in ran.err
    assert ran.err.endswith("Choose another with PORT or HOST (in the sandbox: --port).\n")
    assert "Traceback" not in ran.err
    assert "secret" not in ran.err


async def test_serve_with_a_default_playbook_that_is_not_there_says_which_there_are(tmp_path: Path) -> None:
    (tmp_path / "cordon.yaml").write_text("playbooks: {default: nope}\n")
    ran = await command_line.run(tmp_path, "serve", variables=NOWHERE)
    assert ran.status == 1
    assert 'cordon: I don\'t know the playbook "nope". There are ' in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_serve_starts_while_slack_is_away_says_so_and_stops_when_asked(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with command_line.running(tmp_path, "serve", variables={**NOWHERE, "PORT": "0"}) as process:
        said = await command_line.line(process, "Cordon listens on")
        address = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert address
        async with aiohttp.ClientSession() as http, http.get(f"{address[0]}/healthz") as answer:
            assert answer.status == 200
        process.send_signal(number)
        _, err = await process.communicate()
    assert process.returncode == 0
    assert "Traceback" not in err.decode()
    assert "secret" not in err.decode()


async def test_run_without_tokens_opens_the_sandbox_and_prints_its_address(tmp_path: Path) -> None:
    async with command_line.running(tmp_path, "run", *FREE) as process:
        assert "No Slack tokens" in await command_line.line(process, "sandbox")
        said = await command_line.line(process, "Open http://127.0.0.1:")
        assert "/incident declare sev1" in said
        async with aiohttp.ClientSession() as http, http.get(said.split()[1]) as answer:
            assert answer.status == 200
            assert "<title>Sandbox workspace</title>" in await answer.text()
        process.send_signal(signal.SIGTERM)
        await process.communicate()
    assert process.returncode == 0
    assert {path.name for path in (tmp_path / "data/sandbox").iterdir()} >= {"cordon.db", "workspace.json"}


async def test_the_sandbox_keeps_its_workspace_in_the_folder_it_is_told(tmp_path: Path) -> None:
    for _ in range(2):
        async with command_line.running(tmp_path, "sandbox", *FREE, "--folder", "kept") as process:
            await command_line.line(process, "Open http://127.0.0.1:")
            process.send_signal(signal.SIGTERM)
            await process.communicate()
        assert process.returncode == 0
    assert {path.name for path in tmp_path.iterdir()} == {"kept"}


async def test_run_with_tokens_joins_that_workspace(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "".join(f"{name}={value}\n" for name, value in NOWHERE.items()) + "PORT=0\n"
    )
    async with command_line.running(tmp_path, "run") as process:
        assert "Cordon listens on http://127.0.0.1:" in await command_line.line(process, "listens")
        process.send_signal(signal.SIGTERM)
        await process.communicate()
    assert process.returncode == 0
    assert (tmp_path / "data/cordon.db").exists()


async def test_a_page_port_that_is_taken_is_told_in_a_sentence(tmp_path: Path, taken_port: int) -> None:
    ran = await command_line.run(
        tmp_path, "sandbox", "--port", "0", "--page-port", str(taken_port), "--service-port", "0"
    )
    assert ran.status == 1
    assert "--page-port" in ran.err
    assert "Traceback" not in ran.err


async def test_a_sandbox_that_cannot_be_kept_or_read_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = await command_line.run(tmp_path, "sandbox", *FREE, "--folder", "file/below")
    assert ran.status == 1
    assert ran.err.startswith("cordon: file/below can't be made: ")

    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "workspace.json").write_text("{not a workspace")
    ran = await command_line.run(tmp_path, "sandbox", *FREE, "--folder", "kept")
    assert ran.status == 1
    assert ran.err.startswith("cordon: kept/workspace.json is not a sandbox state file; move it away.")
    assert "Traceback" not in ran.err
