"""Every feature that listens to Slack, and every verb in the order in which help shows them."""

from slack_bolt.async_app import AsyncApp

from bot.listeners import (
    approve,
    assess,
    card,
    checklist,
    declare,
    failures,
    home,
    keep_message,
    look,
    record,
    resolve,
    severity,
    slash_command,
    timeline,
    update,
)
from bot.listeners.reception import Reception

VERBS = (
    declare.VERB,
    severity.VERB,
    assess.VERB,
    update.VERB,
    record.NOTE,
    record.DECISION,
    record.CORRECT,
    timeline.TIMELINE,
    timeline.ARCHIVE,
    resolve.VERB,
    look.STATUS,
    look.LIST,
)
_FEATURES = (
    declare,
    assess,
    checklist,
    update,
    approve,
    resolve,
    card,
    home,
    keep_message,
    timeline,
    failures,
)


def register(app: AsyncApp, reception: Reception) -> None:
    """Register all of them."""
    slash_command.register(app, reception, VERBS)
    for feature in _FEATURES:
        feature.register(app, reception)
