"""`cordon doctor` as an operator runs it: a process of its own, against a workspace where all is right or one thing is not."""

import re
from collections.abc import AsyncIterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox import Sandbox
from sandbox.pagerduty import PagerDutySandbox
from sandbox.toy_service import ToyService
from tests import command_line
from tests.acceptance.town import MANIFEST


def _without(scope: str) -> dict[str, Any]:
    manifest = deepcopy(MANIFEST)
    manifest["oauth_config"]["scopes"]["bot"].remove(scope)
    return dict(manifest)


@pytest.fixture
async def sandbox(request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    one = Sandbox(manifest=getattr(request, "param", None) or MANIFEST)
    await one.start()
    yield one
    await one.stop()


def _variables(sandbox: Sandbox, **other: str) -> dict[str, str]:
    joined = {
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_APP_TOKEN": sandbox.app_token,
        "SLACK_API_URL": sandbox.api_url,
    }
    return joined | other


async def _doctor(folder: Path, variables: dict[str, str]) -> tuple[int, list[str]]:
    """The exit status and what was found; it never ends in a stack trace, and never shows a secret."""
    ran = await command_line.run(folder, "doctor", variables=variables)
    assert "Traceback" not in ran.err, ran.err
    for name, value in variables.items():
        assert not value or "TOKEN" not in name or value not in ran.out + ran.err
    lines = ran.out.splitlines()
    assert lines, ran.err
    assert all(re.match(r"(ok  |FAIL)  \w+: ", line) for line in lines)
    return ran.status, lines


def _wrong(lines: list[str]) -> list[str]:
    return [line.removeprefix("FAIL  ") for line in lines if line.startswith("FAIL")]


async def test_where_all_is_right_every_line_says_so(tmp_path: Path, sandbox: Sandbox) -> None:
    status, lines = await _doctor(tmp_path, _variables(sandbox))
    assert status == 0
    bot = sandbox.workspace.bot_user_id
    assert [line[:6] for line in lines] == ["ok    "] * 8
    assert "configuration: 5 playbooks, severities SEV0, SEV1, SEV2, SEV3 and SEV4" in lines[0]
    assert lines[1].endswith("database: answers and is up to date")
    assert f"the bot token belongs to {bot} in " in lines[2]
    assert lines[3].endswith("every scope of manifest.yml is granted")
    assert lines[4].endswith("the bot is in #safety-incidents")
    assert lines[5].endswith("the app token opens Socket Mode connections")
    assert "PagerDuty: off" in lines[-1]


async def test_over_http_no_socket_is_tried(tmp_path: Path, sandbox: Sandbox) -> None:
    variables = _variables(sandbox, SLACK_APP_TOKEN="", SLACK_SIGNING_SECRET=sandbox.signing_secret)
    status, lines = await _doctor(tmp_path, variables)
    assert status == 0
    assert len(lines) == 7
    assert not [call for call in sandbox.calls if call.method == "apps.connections.open"]


@pytest.mark.parametrize("sandbox", [_without("bookmarks:write")], indirect=True)
async def test_a_missing_scope_is_named_with_what_to_do(tmp_path: Path, sandbox: Sandbox) -> None:
    status, lines = await _doctor(tmp_path, _variables(sandbox))
    assert status == 1
    assert _wrong(lines) == [
        "slack: scopes missing: bookmarks:write. Update the app from manifest.yml and reinstall it"
    ]


async def test_a_channel_without_the_bot_is_named_with_what_to_do(tmp_path: Path, sandbox: Sandbox) -> None:
    sandbox.workspace.channel("#safety-incidents").members.remove(sandbox.workspace.bot_user_id)
    status, lines = await _doctor(tmp_path, _variables(sandbox))
    assert status == 1
    assert _wrong(lines) == [
        "slack: the bot is not in #safety-incidents. Make the channel and type there: /invite @Cordon"
    ]


async def test_the_configured_channel_is_the_one_that_is_looked_for(tmp_path: Path, sandbox: Sandbox) -> None:
    (tmp_path / "cordon.yaml").write_text("channels: {incidents: '#elsewhere'}\n")
    status, lines = await _doctor(tmp_path, _variables(sandbox))
    assert status == 1
    assert "the bot is not in #elsewhere" in _wrong(lines)[0]


async def test_an_audiences_channel_is_looked_for_too(tmp_path: Path, sandbox: Sandbox) -> None:
    (tmp_path / "cordon.yaml").write_text("audiences: [{key: a, title: A, channel: '#audience'}]\n")
    status, lines = await _doctor(tmp_path, _variables(sandbox))
    assert status == 1
    assert _wrong(lines) == [
        "slack: the bot is not in #audience. Make the channel and type there: /invite @Cordon"
    ]


async def test_a_wrong_bot_token_is_told(tmp_path: Path, sandbox: Sandbox) -> None:
    status, lines = await _doctor(tmp_path, _variables(sandbox, SLACK_BOT_TOKEN="xoxb-wrong"))
    assert status == 1
    [wrong] = _wrong(lines)
    assert wrong.startswith("slack: Slack answered invalid_auth")
    assert "Check the token" in wrong


async def test_a_wrong_app_token_is_told(tmp_path: Path, sandbox: Sandbox) -> None:
    status, lines = await _doctor(tmp_path, _variables(sandbox, SLACK_APP_TOKEN="xapp-wrong"))
    assert status == 1
    assert _wrong(lines)[0].startswith("slack: Slack answered invalid_auth to apps.connections.open")


async def test_without_slack_the_rest_is_looked_at_all_the_same(tmp_path: Path) -> None:
    status, lines = await _doctor(tmp_path, {})
    assert status == 1
    assert _wrong(lines) == ["slack: SLACK_BOT_TOKEN is not set (README, “Connect your workspace”)"]
    assert len(lines) == 5


async def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path, sandbox: Sandbox) -> None:
    (tmp_path / "cordon.yaml").write_text("playbooks: {default: nope}\n")
    variables = _variables(
        sandbox, SLACK_API_URL="http://127.0.0.1:1/api/", DATABASE_URL="postgresql://u:hunter2@127.0.0.1:1/d"
    )
    status, lines = await _doctor(tmp_path, variables)
    assert status == 1
    assert len(_wrong(lines)) == 3
    assert 'I don\'t know the playbook "nope"' in _wrong(lines)[0]
    assert "can't be reached" in _wrong(lines)[1]
    assert "Slack could not be reached" in _wrong(lines)[2]
    assert "hunter2" not in "".join(lines)


async def test_a_broken_template_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/card.j2").write_text("{{ incidnet.title }}")
    (tmp_path / "cordon.yaml").write_text("templates: {folder: mine}\n")
    _, lines = await _doctor(tmp_path, {})
    assert "card.j2" in _wrong(lines)[0]
    assert "incidnet" in _wrong(lines)[0]


# --- PagerDuty -----------------------------------------------------------------------------------------


@pytest.fixture
async def pagerduty() -> AsyncIterator[PagerDutySandbox]:
    account = PagerDutySandbox()
    await account.start()
    yield account
    await account.stop()


def _paging(account: PagerDutySandbox, **other: str) -> dict[str, str]:
    return {
        "PAGERDUTY_ROUTING_KEY": account.routing_key,
        "PAGERDUTY_API_KEY": account.api_key,
        "PAGERDUTY_EVENTS_URL": account.url,
        "PAGERDUTY_API_URL": account.url,
        **other,
    }


async def test_pagerduty_is_looked_at_without_paging_anybody(
    tmp_path: Path, sandbox: Sandbox, pagerduty: PagerDutySandbox
) -> None:
    status, lines = await _doctor(tmp_path, _variables(sandbox, **_paging(pagerduty)))
    assert status == 0
    assert "PagerDuty: the API key is valid" in lines[-1]
    assert pagerduty.alerts == []
    assert [one.what for one in pagerduty.asked] == ["/abilities"]


async def test_what_pagerduty_refuses_is_told(
    tmp_path: Path, sandbox: Sandbox, pagerduty: PagerDutySandbox
) -> None:
    variables = _variables(sandbox, **_paging(pagerduty, PAGERDUTY_API_KEY="u+wrongkey"))
    status, lines = await _doctor(tmp_path, variables)
    assert status == 1
    [wrong] = _wrong(lines)
    assert wrong.startswith("PagerDuty: PagerDuty answered 401")
    assert "u+wrongkey" not in "".join(lines)
    assert pagerduty.routing_key not in "".join(lines)


async def test_what_the_actions_need_is_asked_from_the_cluster(tmp_path: Path, sandbox: Sandbox) -> None:
    async with ToyService() as service:
        configured = {"actions": service.actions(), "connections": service.connections()}
        (tmp_path / "cordon.yaml").write_text(yaml.safe_dump(configured))
        status, lines = await _doctor(tmp_path, _variables(sandbox, **service.environment()))
        assert status == 0, lines
        assert any("permissions that the actions need are granted" in line for line in lines)
        service.cluster.forbidden.add(("patch", "deployments/scale"))
        status, lines = await _doctor(tmp_path, _variables(sandbox, **service.environment()))
        assert status == 1
        assert any("patch" in line and "deployments/scale" in line for line in _wrong(lines))


async def test_an_action_that_its_command_does_not_take_is_told(tmp_path: Path, sandbox: Sandbox) -> None:
    wrong = {
        "stop": {
            "title": "Stop",
            "command": "kubernetes_scale",
            "params": {"namespace": "prod"},
            "risk": "low",
        }
    }
    (tmp_path / "cordon.yaml").write_text(yaml.safe_dump({"actions": wrong}))
    status, lines = await _doctor(tmp_path, _variables(sandbox))
    assert status == 1
    assert any(line.startswith("actions: cordon.yaml: actions.stop.params") for line in _wrong(lines))
