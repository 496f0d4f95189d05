"""What PagerDuty's answers mean."""

import json

import pytest

from bot.clients.pagerduty_answers import Answers, is_good, lost, strange, unreachable
from incidents.errors import PermanentError, TemporaryError

ANSWERS = Answers(["abcdef0123456789", "0123", ""])


def _body(**said: object) -> bytes:
    return json.dumps(said).encode()


@pytest.mark.parametrize(
    ("status", "good"), [(200, True), (202, True), (301, False), (400, False), (503, False)]
)
def test_only_2xx_is_good(status: int, good: bool) -> None:  # noqa: FBT001 - a table
    assert is_good(status) is good


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, PermanentError) for status in (302, 400, 401, 402, 403, 404, 413)),
        *((status, TemporaryError) for status in (408, 425, 429, 500, 502, 503, 504)),
    ],
)
def test_which_are_worth_another_try(status: int, kind: type[Exception]) -> None:
    error = ANSWERS.refusal(status, {}, b"")
    assert type(error) is kind
    assert (error.service, error.code) == ("PagerDuty", f"http_{status}")
    assert str(status) in str(error)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"retry-after": "7"}, 7),
        ({"ratelimit-reset": "9"}, 9),
        ({"retry-after": "5", "ratelimit-reset": "9"}, 5),
        ({"retry-after": "9" * 40}, 60),
        ({"retry-after": "-1"}, 0),
        ({"retry-after": "²"}, 0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, 0),
    ],
)
def test_the_time_to_wait(headers: dict[str, str], seconds: float) -> None:
    error = ANSWERS.refusal(429, headers, b"")
    assert isinstance(error, TemporaryError)
    assert error.retry_after == seconds


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (_body(message="Event object is invalid", errors=["a", "b"]), "(Event object is invalid: a; b)"),
        (_body(error={"message": "Not Found", "code": 2100}), "(Not Found)"),
        (_body(errors="none"), "400"),
        (b"[1]", "400"),
        (b"\xff<html>", "400"),
        (b"", "400"),
    ],
)
def test_pagerduty_s_own_words_are_told(body: bytes, words: str) -> None:
    assert str(ANSWERS.refusal(400, {}, body)).endswith(words)


def test_secrets_are_taken_out_of_what_it_says() -> None:
    error = ANSWERS.refusal(400, {}, _body(message="no ABCDEF0123456789 and 0123\nhere"))
    assert str(error) == "PagerDuty answered 400 (no (hidden) and (hidden) here)"


def test_what_it_says_is_cut() -> None:
    assert len(str(ANSWERS.refusal(400, {}, _body(message="x" * 4000)))) < 350


@pytest.mark.parametrize("code", ["ConnectTimeout", "SSLError"])
def test_what_was_never_sent_is_not_called_lost(code: str) -> None:
    assert "lost" not in str(unreachable(code))
    assert isinstance(unreachable(code), TemporaryError)


def test_a_wrong_address_is_final() -> None:
    assert isinstance(unreachable("InvalidURL"), PermanentError)


def test_a_lost_answer_may_be_repeated() -> None:
    assert "safe" in lost("ReadTimeout").__notes__[0]
    assert type(unreachable("ReadTimeout")) is TemporaryError
    assert "address" in str(strange())
