import pytest

from bot.clients.slack import SlackWorkspace
from incidents.errors import PermanentError
from incidents.ports import Identity
from tests.bot.clients.conftest import MANIFEST, Desk, HurriedClock


async def test_who_we_are_is_asked_once(desk: Desk, slack: SlackWorkspace) -> None:
    there = desk.sandbox.workspace
    url = f"https://{there.team_domain}.slack.com/"
    assert await slack.identify() == Identity(there.team_id, there.bot_user_id, there.bot_id, url)
    await slack.identify()
    assert desk.asked("auth.test") == 1


async def test_readiness_asks_anew(desk: Desk, slack: SlackWorkspace) -> None:
    await slack.reachable()
    await slack.reachable()
    assert desk.asked("auth.test") == 2
    desk.sandbox.faults.add(kind="error", code="account_inactive")
    with pytest.raises(PermanentError, match="account_inactive"):
        await slack.reachable()


async def test_a_wrong_token_is_refused(desk: Desk, clock: HurriedClock) -> None:
    with pytest.raises(PermanentError) as caught:
        await desk.door(clock, token="xoxb-wrong").identify()
    assert caught.value.code == "invalid_auth"


async def test_the_scopes_are_those_that_the_manifest_asks_for(slack: SlackWorkspace) -> None:
    assert await slack.granted_scopes() == set(MANIFEST["oauth_config"]["scopes"]["bot"])


async def test_the_app_token_is_tried(desk: Desk, slack: SlackWorkspace) -> None:
    await slack.try_socket(desk.sandbox.app_token)
    with pytest.raises(PermanentError) as caught:
        await slack.try_socket(desk.sandbox.bot_token)
    assert caught.value.code == "not_allowed_token_type"


async def test_addresses_are_known_once_the_workspace_is(desk: Desk, slack: SlackWorkspace) -> None:
    assert slack.permalink("C1", "1700000000.000100") is None
    await slack.identify()
    base = f"https://{desk.sandbox.workspace.team_domain}.slack.com/archives/C1"
    assert slack.permalink("C1") == base
    assert slack.permalink("C1", "1700000000.000100") == f"{base}/p1700000000000100"


async def test_the_address_is_slacks_own(slack: SlackWorkspace, desk: Desk, room: str) -> None:
    await slack.identify()
    ts = await desk.sandbox.person("ann").say("#safety-incidents", "hello")
    asked = await slack._client.chat_getPermalink(channel=room, message_ts=ts)
    assert slack.permalink(room, ts) == asked["permalink"]
