"""Every feature that listens to Slack, and every verb in the order in which help shows them."""

from slack_bolt.async_app import AsyncApp

from bot.listeners import (
    access,
    approve,
    assess,
    card,
    checklist,
    classify,
    closing,
    contain,
    declare,
    drill,
    failures,
    home,
    keep_message,
    look,
    record,
    resolve,
    roles,
    run,
    severity,
    slash_command,
    stages,
    timeline,
    update,
)
from bot.listeners.reception import Reception

VERBS = (
    declare.VERB,
    severity.VERB,
    assess.VERB,
    *roles.VERBS,
    classify.VERB,
    contain.VERB,
    update.VERB,
    record.NOTE,
    record.DECISION,
    record.CORRECT,
    timeline.TIMELINE,
    timeline.ARCHIVE,
    *stages.VERBS[:3],
    resolve.VERB,
    *closing.VERBS,
    *stages.VERBS[3:],
    drill.VERB,
    access.VERB,
    look.STATUS,
    look.LIST,
)
_FEATURES = (
    declare,
    assess,
    roles,
    checklist,
    contain,
    run,
    update,
    stages,
    resolve,
    closing,
    classify,
    checklist,
    update,
    approve,
    resolve,
    access,
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
