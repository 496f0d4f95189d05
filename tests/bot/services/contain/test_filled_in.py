"""Commands that ask for who and why are told; others are not."""

from bot.services.contain.filled_in import filled_in


def _filled(command: str | None, params: dict[str, object], reason: str = "") -> dict[str, object]:
    return filled_in(command, params, who="U0ANN", reason=reason, incident_id=7)


def test_where_there_is_a_place_for_it_who_and_why_are_told() -> None:
    assert _filled("sql_statement", {"table": "messages"}, "unsafe advice") == {
        "table": "messages",
        "who": "U0ANN",
        "reason": "unsafe advice",
    }


def test_the_incident_stands_in_for_a_reason() -> None:
    assert _filled("http_request", {})["reason"] == "contained by INC-7"


def test_what_is_configured_stays() -> None:
    assert _filled("http_request", {"reason": "drill"}, "other") == {"reason": "drill"}


def test_other_commands_are_left_alone() -> None:
    assert _filled("kubernetes_scale", {"replicas": 0}) == {"replicas": 0}
    assert _filled("gone", {"a": 1}) == {"a": 1}
