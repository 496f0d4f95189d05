from typing import Any

import pytest

from bot.listeners.reception import Asked, read

SLASH = {
    "command": "/incident",
    "text": "help",
    "user_id": "U1",
    "channel_id": "C1",
    "trigger_id": "1.2.slash",
    "response_url": "https://hooks.example/1",
}
PRESS = {
    "type": "block_actions",
    "user": {"id": "U1", "name": "ann"},
    "channel": {"id": "C1", "name": "inc-1"},
    "trigger_id": "1.2.press",
    "response_url": "https://hooks.example/2",
    "actions": [{"action_id": "card.join", "value": "1"}],
}
PRESS_AT_HOME = {
    "type": "block_actions",
    "user": {"id": "U1"},
    "view": {"id": "V1", "type": "home", "external_id": ""},
    "trigger_id": "1.2.home",
    "actions": [{"action_id": "declare.open"}],
}
SUBMISSION = {
    "type": "view_submission",
    "user": {"id": "U1"},
    "view": {"id": "V1", "private_metadata": "C1"},
    "trigger_id": "1.2.view",
    "response_urls": [],
}
FORM_FROM_HOME = SUBMISSION | {"view": {"id": "V1", "type": "modal", "external_id": "home:trigger:1.2.home"}}
SHORTCUT = {"type": "shortcut", "user": {"id": "U1"}, "trigger_id": "1.2.short", "callback_id": "declare"}
MESSAGE_SHORTCUT = {
    "type": "message_action",
    "user": {"id": "U1"},
    "channel": {"id": "C1"},
    "message": {"ts": "1.0", "text": "help!", "user": "U9"},
    "trigger_id": "1.2.message",
    "response_url": "https://hooks.example/3",
}
EVENT = {
    "type": "event_callback",
    "event_id": "Ev1",
    "event": {"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"},
}


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        (SLASH, Asked("U1", "C1", "1.2.slash", "trigger:1.2.slash", "https://hooks.example/1")),
        (PRESS, Asked("U1", "C1", "1.2.press", "trigger:1.2.press", "https://hooks.example/2")),
        (PRESS_AT_HOME, Asked("U1", "", "1.2.home", "trigger:1.2.home", None, at_home=True)),
        (FORM_FROM_HOME, Asked("U1", "", "1.2.view", "view:V1", None, at_home=True)),
        (SUBMISSION, Asked("U1", "", "1.2.view", "view:V1", None)),
        (SHORTCUT, Asked("U1", "", "1.2.short", "trigger:1.2.short", None)),
        (
            MESSAGE_SHORTCUT,
            Asked("U1", "C1", "1.2.message", "trigger:1.2.message", "https://hooks.example/3"),
        ),
        (EVENT, Asked("U1", "", "", "event:Ev1", None)),
    ],
    ids=[
        "slash",
        "press",
        "press at home",
        "form from home",
        "submission",
        "shortcut",
        "message shortcut",
        "event",
    ],
)
def test_who_asks_is_read_from_every_payload(body: dict[str, Any], asked: Asked) -> None:
    assert read(body) == asked


def test_the_same_request_delivered_twice_is_known_as_one_and_another_is_not() -> None:
    assert read(SUBMISSION).delivery == read({**SUBMISSION, "trigger_id": "other"}).delivery
    assert read(SLASH).delivery != read({**SLASH, "trigger_id": "other"}).delivery
    assert read(EVENT).delivery != read({**EVENT, "event_id": "Ev2"}).delivery


def test_a_payload_that_says_nothing_is_of_nobody() -> None:
    assert read({}).user == ""
