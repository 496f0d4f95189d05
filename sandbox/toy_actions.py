"""The actions to contain the toy service with, as they would stand in an operator's configuration. Plain data.

The way back from the kill switch puts the good version in first; otherwise the problem would return with the agents.
"""

from typing import Any, Final

TOKEN_VARIABLE: Final = "TOY_SERVICE_TOKEN"  # noqa: S105 -- a variable's name
FLAGS_TOKEN_VARIABLE: Final = "TOY_FLAGS_TOKEN"  # noqa: S105 -- a variable's name
FLAGS_CONNECTION: Final = "toy"
NAMESPACE: Final = "prod"
AGENT: Final = "agent-prod"
BASELINE: Final = "baseline-model"
ROUTE: Final = "chat"
FLAG: Final = "agent-tools"
REPLICAS: Final = 6
_AGENT: Final = {"namespace": NAMESPACE, "deployment": AGENT}
_METRICS_PORT: Final = 9090
_Json = dict[str, Any]


def actions(url: str) -> dict[str, _Json]:
    """All of them by name, for the service at this address."""
    return {**_containing(url), **_leading_back(url), "watch-violations": _watch(url)} | _sequences()


def _containing(url: str) -> dict[str, _Json]:
    return {
        "stop-agent": _command(
            "Stop the production agent",
            "kubernetes_scale",
            _AGENT | {"replicas": 0, "metrics_port": _METRICS_PORT},
            "high",
            f"Deployment {NAMESPACE}/{AGENT}",
        ),
        "restart-agent": _command(
            "Restart the production agent",
            "kubernetes_restart",
            _AGENT | {"metrics_port": _METRICS_PORT},
            "medium",
            f"Deployment {NAMESPACE}/{AGENT}",
        ),
        "tools-off": _flag("Switch the agent's tools off", on=False),
        "pause-conversations": _command(
            "Pause conversations",
            "http_request",
            _request(url, "pause", {"ids": "{ids}"}, _each(url, "paused"))
            | {"batch_size": 100, "before": _each(url, "open"), "revert": _resume(url, {"ids": "{ids}"})},
            "low",
            "the conversations that you name",
        )
        | {
            "ask": {
                "ids": {
                    "label": "Conversation ids",
                    "kind": "ids",
                    "limit": 100,
                    "pattern": "c-[0-9]{1,6}",
                    "hint": "One a line or with commas, such as c-1",
                }
            }
        },
        "pause-all-conversations": _command(
            "Pause all conversations",
            "http_request",
            _request(url, "pause", {"all": True}, _open(url, below=1))
            | {"revert": _resume(url, {"all": True}) | {"probe": _open(url, above=0)}},
            "high",
            "every conversation",
        ),
        "safe-baseline": _traffic("Send all traffic to the baseline model", {BASELINE: 100, AGENT: 0}),
    }


def _leading_back(url: str) -> dict[str, _Json]:
    return {
        "rollback-agent": _command(
            "Put the last good version of the agent in",
            "kubernetes_rollback",
            _AGENT | {"revision": 1},
            "medium",
            f"Deployment {NAMESPACE}/{AGENT}",
        ),
        "start-agent": _command(
            "Start the production agent",
            "kubernetes_scale",
            _AGENT | {"replicas": REPLICAS},
            "medium",
            f"Deployment {NAMESPACE}/{AGENT}",
        ),
        "tools-on": _flag("Switch the agent's tools on", on=True),
        "resume-all-conversations": _command(
            "Resume all conversations",
            "http_request",
            _request(url, "resume", {"all": True}, _open(url, above=0)),
            "medium",
            "every conversation",
        ),
        "shift-to-agent": _traffic("Send all traffic to the agent", {BASELINE: 0, AGENT: 100}),
    }


def _sequences() -> dict[str, _Json]:
    return {
        "kill-switch": {
            "title": "Kill switch: all of the agent, now",
            "description": "Tools off, conversations paused, traffic to the baseline model, agents stopped.",
            "sequence": ["tools-off", "pause-all-conversations", "safe-baseline", "stop-agent"],
            "parallel": True,
            "on_failure": "continue",
            "recovery": "recovery",
            "watch": "watch-violations",
        },
        "recovery": {
            "title": "Bring the agent back, step by step",
            "description": "The last good version first; stops where unsafe answers return.",
            "sequence": [
                "rollback-agent",
                "start-agent",
                "watch-violations",
                "shift-to-agent",
                "watch-violations",
                "tools-on",
                "watch-violations",
                "resume-all-conversations",
                "watch-violations",
            ],
        },
    }


def _command(title: str, command: str, params: _Json, risk: str, target: str) -> _Json:
    return {"title": title, "command": command, "params": params, "risk": risk, "target": target}


def _flag(title: str, *, on: bool) -> _Json:
    params = {"connection": FLAGS_CONNECTION, "flag": FLAG, "enabled": on}
    return _command(title, "feature_flag", params, "low", f"flag {FLAG}")


def _traffic(title: str, weights: dict[str, int]) -> _Json:
    params = {"namespace": NAMESPACE, "kind": "httproute", "name": ROUTE, "weights": weights}
    return _command(title, "kubernetes_traffic", params, "medium", f"HTTPRoute {NAMESPACE}/{ROUTE}")


def _watch(url: str) -> _Json:
    params = {
        "url": f"{url}/metrics",
        "metric": "safety_violations_per_minute",
        "below": 1,
        "minutes": 0.5,
        "every_seconds": 5,
    }
    return _command(
        "Watch for unsafe answers", "wait_and_watch", params, "low", "safety_violations_per_minute"
    )


def _request(url: str, verb: str, body: _Json, probe: _Json) -> _Json:
    return {
        "url": f"{url}/conversations/{verb}",
        "auth": {"env": TOKEN_VARIABLE},
        "body": body | {"reason": "{reason}"},
        "reason": "contained by an incident",
        "idempotency_header": None,
        "safe_twice": True,
        "probe": probe,
    }


def _resume(url: str, body: _Json) -> _Json:
    return {"url": f"{url}/conversations/resume", "body": body | {"reason": "{reason}"}}


def _each(url: str, state: str) -> _Json:
    return {"url": f"{url}/conversations/{{id}}", "json_path": "state", "equals": state}


def _open(url: str, **bound: float) -> _Json:
    return {"url": f"{url}/conversations", "json_path": "open", **bound}
