"""The app manifest that ships with the bot: what Slack must grant it."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml


def read() -> dict[str, Any]:
    """The manifest, from beside the package in a checkout or from inside it when installed."""
    packaged = Path(str(files("bot").joinpath("manifest.yml")))
    path = packaged if packaged.exists() else packaged.parent.parent / "manifest.yml"
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def scopes() -> set[str]:
    """The bot scopes that it asks for."""
    return set(read()["oauth_config"]["scopes"]["bot"])
