"""What a local PagerDuty service keeps: alerts, what an event does to them, and which events make no sense."""

import secrets
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from sandbox.ids import new_id

_LIMITS: Final = {"summary": 1024, "dedup_key": 255}
_ACTIONS: Final = ("trigger", "acknowledge", "resolve")
_SEVERITIES: Final = ("critical", "error", "warning", "info")
_KEY_LENGTH: Final = 32


@dataclass
class Alert:
    """What one dedup_key opened, with its incident: it rang once when it was opened.

    `urgency` is that of a service which follows the severity of its alerts.
    """

    dedup_key: str
    payload: dict[str, Any]
    links: list[dict[str, Any]]
    id: str = field(default_factory=lambda: new_id("Q"))
    status: Literal["triggered", "acknowledged", "resolved"] = "triggered"
    log: list[str] = field(default_factory=lambda: ["trigger"])

    @property
    def severity(self) -> str:
        """The severity of the event that opened it."""
        return str(self.payload["severity"])

    @property
    def summary(self) -> str:
        """What the woken person reads."""
        return str(self.payload["summary"])

    @property
    def urgency(self) -> str:
        """How it rings: `high` or `low`."""
        return "high" if self.severity in {"critical", "error"} else "low"

    @property
    def incident(self) -> dict[str, Any]:
        """Its incident, as the REST API shows it."""
        return {
            "id": self.id,
            "incident_key": self.dedup_key,
            "title": self.summary,
            "status": self.status,
            "urgency": self.urgency,
            "type": "incident",
        }


class Alerts:
    """The alerts of one service, which takes events with one routing key."""

    def __init__(self, routing_key: str) -> None:
        self._routing_key = routing_key
        self.all: list[Alert] = []

    def open(self, dedup_key: str) -> Alert | None:
        """The alert of this key that is not resolved."""
        return next(
            (one for one in self.all if one.dedup_key == dedup_key and one.status != "resolved"), None
        )

    def take(self, event: dict[str, Any]) -> str:
        """Do what an event says, and return its key. Acknowledging or resolving nothing is dropped."""
        key, action = str(event.get("dedup_key") or secrets.token_hex(16)), event["event_action"]
        alert = self.open(key)
        if alert is None:
            if action == "trigger":
                self.all.append(Alert(key, event["payload"], list(event.get("links") or [])))
            return key
        alert.log.append(action)
        if action != "trigger":
            alert.status = "acknowledged" if action == "acknowledge" else "resolved"
        return key

    def errors(self, event: dict[str, Any]) -> list[str]:
        """What is wrong with an event, in PagerDuty's words where they are known."""
        key, action = event.get("routing_key"), event.get("event_action")
        errors = []
        if not isinstance(key, str) or len(key) != _KEY_LENGTH:
            errors.append("Length of 'routing_key' is incorrect (should be 32 characters)")
        elif key != self._routing_key:
            errors.append("Invalid routing key")
        if action not in _ACTIONS:
            errors.append(f"'event_action' must be one of {', '.join(_ACTIONS)}")
        if len(str(event.get("dedup_key") or "")) > _LIMITS["dedup_key"]:
            errors.append("'dedup_key' is too long (maximum is 255 characters)")
        if action == "trigger":
            return errors + _faults_of_payload(event.get("payload"))
        return errors if event.get("dedup_key") else [*errors, "'dedup_key' is missing or blank"]


def _faults_of_payload(payload: Any) -> list[str]:  # noqa: ANN401 -- JSON of any shape
    if not isinstance(payload, dict):
        return ["'payload' is missing or blank"]
    errors = [
        f"'payload.{name}' is missing or blank" for name in ("summary", "source") if not payload.get(name)
    ]
    if len(str(payload.get("summary", ""))) > _LIMITS["summary"]:
        errors.append("'payload.summary' is too long (maximum is 1024 characters)")
    if payload.get("severity") not in _SEVERITIES:
        errors.append(f"'payload.severity' is invalid (must be one of: {', '.join(_SEVERITIES)})")
    return errors
