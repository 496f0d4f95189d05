"""The App Home: drawn anew whenever a person opens it. What is pressed there redraws it too: see `reception.py`."""

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.listeners.reception import Reception


def register(app: AsyncApp, reception: Reception) -> None:
    """Listen for the Home being opened."""

    @app.event("app_home_opened")
    async def opened(body: dict[str, Any]) -> None:
        if body["event"].get("tab", "home") != "home":
            return
        async with reception.attend(body) as asked:
            await reception.show_home(asked.user)
