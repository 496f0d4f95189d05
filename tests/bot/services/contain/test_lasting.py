"""How long an action's change stays."""

import pytest

from bot.services.contain.lasting import minutes_of, warned_minutes, with_end
from incidents.actions import Action
from incidents.containment import Plan


def _action(command: str = "kubernetes_scale", **more: object) -> Action:
    return Action.model_validate({"title": "Act", "command": command, **more})


@pytest.mark.parametrize(("expires", "minutes"), [(60, 10), (8, 4), (1, 0), (None, 0)])
def test_the_warning_comes_before_the_expiry(expires: int | None, minutes: int) -> None:
    assert warned_minutes(_action(expires_minutes=expires)) == minutes


def test_an_alert_rule_stays_a_day_unless_the_action_says_otherwise() -> None:
    assert minutes_of(_action("kubernetes_alert_rule")) == 24 * 60
    assert minutes_of(_action("kubernetes_alert_rule", expires_minutes=30)) == 30
    assert minutes_of(_action()) is None


def test_the_plan_says_when_it_ends_where_it_can_be_undone() -> None:
    action = _action(expires_minutes=90)
    assert with_end(Plan(target="a"), action).warnings == ("It is undone by itself after 1 h 30 min.",)
    assert with_end(Plan(target="a", reversible=False), action).warnings == ()
    assert with_end(Plan(target="a"), _action()).warnings == ()
