"""The App Home: drawn anew whenever a person opens it."""

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.listeners.reception import Reception
from bot.services import find_incident
from bot.views import home

_SHOWN = 40


def register(app: AsyncApp, reception: Reception) -> None:
    """Listen for the Home being opened."""

    @app.event("app_home_opened")
    async def opened(body: dict[str, Any]) -> None:
        if body["event"].get("tab", "home") != "home":
            return
        async with reception.attend(body) as asked:
            incidents, total = await find_incident.open_ones(reception.parts, _SHOWN, user=asked.user)
            await reception.parts.workspace.publish_home(asked.user, home.view(incidents, total))
