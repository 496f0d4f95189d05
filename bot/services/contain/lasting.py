"""How long what an action does stays: as the action says, else as its command does."""

from datetime import timedelta

from bot.views.mrkdwn import duration
from commands.base import registry
from incidents.actions import Action
from incidents.containment import Plan


def minutes_of(action: Action) -> int | None:
    """Minutes after which it is taken back by itself; None for never."""
    if action.expires_minutes is not None or action.command is None:
        return action.expires_minutes
    return registry.load(action.command).lasts_minutes


def warned_minutes(action: Action) -> int:
    """How long before that people are warned; never more than half of the time."""
    return min(action.expiry_warning_minutes, (minutes_of(action) or 0) // 2)


def with_end(plan: Plan, action: Action) -> Plan:
    """The plan as it is shown: it says when it is taken back by itself."""
    minutes = minutes_of(action)
    if minutes is None or not plan.reversible:
        return plan
    said = f"It is undone by itself after {duration(timedelta(minutes=minutes))}."
    return plan.model_copy(update={"warnings": (*plan.warnings, said)})
