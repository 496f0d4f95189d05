"""The app as its manifest declares it: commands, shortcuts, scopes, events. A wrong manifest is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

EVENT_SCOPES: dict[str, str | None] = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "channel_created": "channels:read",
    "channel_rename": "channels:read",
    "channel_archive": "channels:read",
    "channel_unarchive": "channels:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "pin_added": "pins:read",
    "pin_removed": "pins:read",
    "app_home_opened": None,
}


@dataclass(frozen=True)
class SlashCommand:
    """A slash command of the app."""

    command: str
    description: str
    usage_hint: str
    should_escape: bool


@dataclass(frozen=True)
class Shortcut:
    """A global or message shortcut of the app."""

    callback_id: str
    name: str
    type: str


@dataclass(frozen=True)
class InstalledApp:
    """What the app was installed with."""

    name: str
    commands: dict[str, SlashCommand]
    shortcuts: dict[str, Shortcut]
    scopes: frozenset[str]
    events: frozenset[str]
    interactivity: bool
    socket_mode: bool
    home_tab: bool

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> "InstalledApp":
        """Read a parsed manifest.

        Raises:
            ValueError: it asks for something without the scope for it, or for an unknown event.
        """
        features, settings = manifest.get("features") or {}, manifest.get("settings") or {}
        commands = [_command(one) for one in features.get("slash_commands") or []]
        shortcuts = [
            Shortcut(one["callback_id"], one["name"], one["type"]) for one in features.get("shortcuts") or []
        ]
        app = cls(
            name=(features.get("bot_user") or {}).get("display_name")
            or manifest["display_information"]["name"],
            commands={one.command: one for one in commands},
            shortcuts={one.callback_id: one for one in shortcuts},
            scopes=frozenset(manifest["oauth_config"]["scopes"]["bot"]),
            events=frozenset((settings.get("event_subscriptions") or {}).get("bot_events") or []),
            interactivity=bool((settings.get("interactivity") or {}).get("is_enabled")),
            socket_mode=bool(settings.get("socket_mode_enabled")),
            home_tab=bool((features.get("app_home") or {}).get("home_tab_enabled")),
        )
        app._check()
        return app

    def _check(self) -> None:
        if (self.commands or self.shortcuts) and "commands" not in self.scopes:
            raise ValueError(
                "The manifest has slash commands or shortcuts, so it needs the bot scope 'commands'."
            )
        for event in sorted(self.events):
            if event not in EVENT_SCOPES:
                raise ValueError(f"The sandbox does not send the event {event!r}.")
            needed = EVENT_SCOPES[event]
            if needed and needed not in self.scopes:
                raise ValueError(f"The event {event!r} needs the bot scope {needed!r}.")


def _command(row: Mapping[str, Any]) -> SlashCommand:
    return SlashCommand(
        row["command"], row.get("description", ""), row.get("usage_hint", ""), bool(row.get("should_escape"))
    )
