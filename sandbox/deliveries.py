"""What is sent to the app and how it answered, and the signature that proves where it came from."""

import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Ack:
    """The app's answer. `status` is 0 when there was none; `error` is then what the person is told."""

    status: int
    body: str | dict[str, Any] = ""
    seconds: float = 0.0
    error: str | None = None

    @property
    def ok(self) -> bool:
        """Whether Slack is satisfied."""
        return self.status == 200 and self.error is None  # noqa: PLR2004 -- HTTP's


@dataclass
class Delivery:
    """One payload as it went out; `path` is `socket` where it went over Socket Mode.

    `ack` is None until the app has answered.
    """

    path: str
    headers: dict[str, str]
    body: str
    ack: Ack | None = None
    at: float = field(default_factory=time.monotonic)

    @property
    def payload(self) -> dict[str, Any]:
        """The payload when it is JSON (an event or an envelope), else an empty object."""
        return dict(json.loads(self.body)) if self.body.startswith("{") else {}


def signed(secret: str, body: str, content_type: str) -> dict[str, str]:
    """The headers of a signed request made now."""
    moment = str(int(time.time()))
    return {
        "Content-Type": content_type,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "X-Slack-Request-Timestamp": moment,
        "X-Slack-Signature": signature(secret, moment, body),
    }


def signature(secret: str, moment: str, body: str) -> str:
    """Slack's v0 signature over a moment (epoch seconds as text) and a body."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{moment}:{body}".encode(), hashlib.sha256).hexdigest()


def parsed_ack(status: int, text: str, content_type: str, seconds: float) -> Ack:
    """The answer as Slack reads it: JSON where it says so, else text."""
    if not content_type.startswith("application/json") or not text:
        return Ack(status, text, seconds)
    try:
        body = json.loads(text)
    except ValueError:
        return Ack(status, text, seconds, error="dispatch_failed")
    return Ack(status, body if isinstance(body, dict) else text, seconds)
