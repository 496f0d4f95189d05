"""The manifest and the program must agree: what is listened to, what is called, and what Slack grants for it."""

# ruff: noqa: ANN401 - Bolt's own signatures are as loose

import ast
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest
from slack_bolt.app.async_app import AsyncApp

from bot import manifest
from bot.listeners import features
from bot.listeners.reception import Reception
from sandbox.api.catalogue import METHODS
from sandbox.installed_app import EVENT_SCOPES

CLIENTS = Path(__file__).parents[2] / "bot" / "clients"
NEEDED_OTHERWISE = {
    "commands",  # the slash command and the shortcuts
    "users:read",  # Slack grants users:read.email only together with it
}


class ListeningApp(AsyncApp):
    """Bolt itself, which also remembers what it was asked to listen to."""

    def __init__(self) -> None:
        super().__init__(token="xoxb-none", signing_secret="none", request_verification_enabled=False)
        self.heard: dict[str, list[Any]] = {"command": [], "shortcut": [], "event": [], "options": []}

    def command(self, command: Any, *rest: Any, **more: Any) -> Any:
        self.heard["command"].append(command)
        return super().command(command, *rest, **more)

    def shortcut(self, constraints: Any, *rest: Any, **more: Any) -> Any:
        self.heard["shortcut"].append(constraints)
        return super().shortcut(constraints, *rest, **more)

    def event(self, event: Any, *rest: Any, **more: Any) -> Any:
        self.heard["event"].append(event)
        return super().event(event, *rest, **more)

    def options(self, constraints: Any, *rest: Any, **more: Any) -> Any:
        self.heard["options"].append(constraints)
        return super().options(constraints, *rest, **more)


@pytest.fixture
def heard() -> dict[str, list[Any]]:
    """What every feature listens to, by kind."""
    app = ListeningApp()
    features.register(
        app, object.__new__(Reception)
    )  # registering keeps the reception, and asks nothing of it
    return app.heard


@pytest.fixture
def written() -> dict[str, Any]:
    return manifest.read()


def test_the_slash_commands_are_those_listened_to(
    heard: dict[str, list[Any]], written: dict[str, Any]
) -> None:
    assert heard["command"] == [one["command"] for one in written["features"]["slash_commands"]]


def test_the_shortcuts_are_those_listened_to(heard: dict[str, list[Any]], written: dict[str, Any]) -> None:
    declared = [one["callback_id"] for one in written["features"]["shortcuts"]]
    assert sorted(heard["shortcut"]) == sorted(declared)


def test_the_events_are_those_listened_to(heard: dict[str, list[Any]], written: dict[str, Any]) -> None:
    subscribed = set(written["settings"]["event_subscriptions"]["bot_events"])
    # messages are subscribed to by kind of channel
    assert set(heard["event"]) == {name.partition(".")[0] for name in subscribed}
    assert ("app_home_opened" in heard["event"]) == written["features"]["app_home"]["home_tab_enabled"]


def test_menus_that_ask_for_options_have_an_address(
    heard: dict[str, list[Any]], written: dict[str, Any]
) -> None:
    if heard["options"]:
        assert written["settings"]["interactivity"]["message_menu_options_url"]


def test_every_scope_that_is_used_is_asked_for_and_no_other(written: dict[str, Any]) -> None:
    heard = written["settings"]["event_subscriptions"]["bot_events"]
    needed = set().union(*(_scopes(name) for name in _methods())) | NEEDED_OTHERWISE
    needed |= {scope for scope in map(EVENT_SCOPES.get, heard) if scope}
    asked = set(written["oauth_config"]["scopes"]["bot"])
    assert asked == needed, f"missing: {sorted(needed - asked)}, not needed: {sorted(asked - needed)}"
    assert manifest.scopes() == asked


def test_every_call_goes_through_the_door_that_names_its_method() -> None:
    called = {
        node.attr
        for tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "_client"
    }
    assert called == {name.replace(".", "_") for name in _methods()}


def test_it_serves_both_modes(written: dict[str, Any]) -> None:
    settings = written["settings"]
    urls = [
        settings["event_subscriptions"]["request_url"],
        settings["interactivity"]["request_url"],
        settings["interactivity"]["message_menu_options_url"],
        *(command["url"] for command in written["features"]["slash_commands"]),
    ]
    assert {urlparse(url).path for url in urls} == {"/slack/events"}
    assert len({urlparse(url).netloc for url in urls}) == 1
    assert settings["interactivity"]["is_enabled"]
    assert settings["socket_mode_enabled"]
    assert not settings["token_rotation_enabled"], "rotated tokens would need a store"


def test_it_keeps_slacks_limits(written: dict[str, Any]) -> None:
    about, parts = written["display_information"], written["features"]
    assert len(about["name"]) <= 35
    assert len(about["description"]) <= 140
    assert 174 <= len(about["long_description"]) <= 4000
    assert len(parts["bot_user"]["display_name"]) <= 80


# --- what the clients call -------------------------------------------------------------------------


def _trees() -> list[ast.Module]:
    return [ast.parse(path.read_text()) for path in sorted(CLIENTS.glob("*.py"))]


def _methods() -> set[str]:
    """Every Web API method that the clients name when they make a call."""
    return {
        str(node.args[0].value)
        for tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "make"
        and isinstance(node.args[0], ast.Constant)
    }


def _scopes(name: str) -> set[str]:
    """The bot scopes that a method needs in public and private channels."""
    scopes = METHODS[name].scopes
    return {scopes[kind] for kind in ("any", "channel", "group") if kind in scopes} or set(scopes.values())
