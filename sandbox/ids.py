"""Ids, tokens and secrets that look like Slack's. Random, so that nothing can rely on their values."""

import secrets

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def new_id(prefix: str) -> str:
    """An id such as C07AB12CD34: the prefix, a zero and nine characters."""
    return f"{prefix}0" + "".join(secrets.choice(_ALPHABET) for _ in range(9))


def new_bot_token() -> str:
    """A new bot token (xoxb)."""
    return f"xoxb-{_digits(12)}-{_digits(13)}-{secrets.token_hex(12)}"


def new_app_token() -> str:
    """A new app-level token (xapp)."""
    return f"xapp-1-{new_id('A')}-{_digits(13)}-{secrets.token_hex(32)}"


def new_secret() -> str:
    """A signing secret: 32 hexadecimal digits."""
    return secrets.token_hex(16)


def new_block_id() -> str:
    """What Slack puts where an app gives no block_id or action_id."""
    return secrets.token_urlsafe(4)


def _digits(count: int) -> str:
    return "".join(secrets.choice("123456789") for _ in range(count))
