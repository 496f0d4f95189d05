"""Socket Mode with Slack's own client and a real Bolt app."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Sandbox


@pytest.fixture
async def connected(sandbox: Sandbox, slack: AsyncWebClient) -> AsyncIterator[list[str]]:
    """A Bolt app connected by Socket Mode; what it heard."""
    heard: list[str] = []
    app = AsyncApp(client=slack, signing_secret="unused")

    @app.command("/incident")
    async def command(ack: AsyncAck, command: dict[str, Any], client: AsyncWebClient) -> None:
        heard.append(command["text"])
        await ack(f"heard {command['text']}")
        await client.chat_postMessage(channel=command["channel_id"], text="posted")

    @app.event("app_mention")
    async def mention(event: dict[str, Any]) -> None:
        heard.append(event["text"])

    handler = AsyncSocketModeHandler(app, sandbox.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await sandbox.until(lambda: sandbox.connected == "socket")
    yield heard
    await handler.close_async()  # type: ignore[no-untyped-call]


async def test_payloads_and_answers_go_over_the_socket(sandbox: Sandbox, connected: list[str]) -> None:
    ann = sandbox.person("ann")
    sandbox.request_url = "http://127.0.0.1:9/nobody"
    ack = await ann.slash("#safety-incidents", "/incident list")
    assert (ack.status, ack.body) == (200, {"text": "heard list"})
    await sandbox.until(lambda: "posted" in [one.text for one in ann.sees("#safety-incidents")])
    assert [one.text for one in ann.sees("#safety-incidents") if one.ephemeral] == ["heard list"]
    assert sandbox.deliveries[0].path == "socket"
    await ann.say("#general", "@cordon hello")
    await sandbox.until(lambda: len(connected) == 2)


async def test_a_refreshed_connection_is_replaced_and_serves_on(
    sandbox: Sandbox, connected: list[str]
) -> None:
    await sandbox.refresh_sockets()
    assert sandbox.connected == "none"
    assert (await sandbox.person("ann").slash("#general", "/incident again")).ok
    assert connected == ["again"]


async def test_the_same_envelope_can_be_sent_again(sandbox: Sandbox, connected: list[str]) -> None:
    await sandbox.person("ann").slash("#safety-incidents", "/incident list")
    await sandbox.redeliver(sandbox.deliveries[0])
    assert connected == ["list", "list"]


async def test_each_payload_goes_to_one_of_several_connections(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    slack = AsyncWebClient(base_url=sandbox.api_url, session=session)
    sockets = []
    for number in range(1, 11):
        address = (await slack.apps_connections_open(app_token=sandbox.app_token))["url"]
        sockets.append(await session.ws_connect(address))
        hello = await sockets[-1].receive_json()
        assert (hello["type"], hello["num_connections"]) == ("hello", number)
    eleventh = await session.ws_connect(
        (await slack.apps_connections_open(app_token=sandbox.app_token))["url"]
    )
    assert (await eleventh.receive_json())["reason"] == "too_many_websockets"
    presses = [
        asyncio.create_task(sandbox.person("ann").slash("#general", f"/incident {n}")) for n in range(10)
    ]
    for socket in sockets:
        envelope = await socket.receive_json()
        assert envelope["type"] == "slash_commands"
        assert envelope["accepts_response_payload"] is True
        await socket.send_json({"envelope_id": envelope["envelope_id"]})
    assert all(ack.ok for ack in await asyncio.gather(*presses))
    for socket in (*sockets, eleventh):
        await socket.close()


async def test_an_address_is_good_for_one_connection(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    slack = AsyncWebClient(base_url=sandbox.api_url, session=session)
    address = (await slack.apps_connections_open(app_token=sandbox.app_token))["url"]
    async with session.ws_connect(address) as socket:
        assert (await socket.receive()).type is WSMsgType.TEXT
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await session.ws_connect(address)


async def test_an_envelope_without_an_answer_times_out(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    slack = AsyncWebClient(base_url=sandbox.api_url, session=session)
    address = (await slack.apps_connections_open(app_token=sandbox.app_token))["url"]
    async with session.ws_connect(address):
        await sandbox.until(lambda: sandbox.connected == "socket")
        ack = await sandbox.person("ann").slash("#general", "/incident list")
    assert (ack.status, ack.error) == (0, "operation_timeout")
