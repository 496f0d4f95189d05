"""What nobody expected: logged with a reference, and answered with the same one. One of two broad catches."""

import logging
import secrets
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.listeners.reception import Reception, read
from bot.views import answers

_log = logging.getLogger(__name__)


def register(app: AsyncApp, reception: Reception) -> None:
    """Catch what listeners let through."""

    @app.error
    async def failed(error: Exception, body: dict[str, Any]) -> None:
        reference = secrets.token_hex(4)
        _log.error("Reference %s: a listener failed", reference, exc_info=error)
        asked = read(body)
        if asked.user:
            await reception.answer(asked, answers.went_wrong(reference))
