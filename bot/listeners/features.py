"""Every feature that listens to Slack, and every verb in the order in which help shows them."""

from slack_bolt.async_app import AsyncApp

from bot.listeners import card, checklist, declare, failures, home, look, resolve, slash_command, update
from bot.listeners.reception import Reception

VERBS = (declare.VERB, update.VERB, resolve.VERB, look.STATUS, look.LIST)
_FEATURES = (declare, checklist, update, resolve, card, home, failures)


def register(app: AsyncApp, reception: Reception) -> None:
    """Register all of them."""
    slash_command.register(app, reception, VERBS)
    for feature in _FEATURES:
        feature.register(app, reception)
