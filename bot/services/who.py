"""Who is meant by what a person typed: @bob, a mention, an id, an e-mail address, or "me"."""

import re

from bot.services.parts import Parts
from incidents.errors import NotFoundError

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
_ID = re.compile(r"[UW][A-Z0-9]{5,20}")


async def person(parts: Parts, words: str, *, asker: str) -> str:
    """The user id of the one person who is meant.

    Raises:
        NotFoundError: nobody, or more than one, is called that.
    """
    said = words.strip()
    if said.lower() == "me":
        return asker
    if known := _MENTION.fullmatch(said) or _ID.fullmatch(said):
        return known[known.lastindex or 0]
    found = await parts.workspace.person(said) if said.startswith("@") else await _by_address(parts, said)
    if found is None:
        raise NotFoundError(
            f"I don't know who {said} is. Write @name, as Slack offers it, or an e-mail address."
        )
    return found


async def _by_address(parts: Parts, said: str) -> str | None:
    if "@" not in said:
        return None
    users, _ = await parts.workspace.people([said])
    return users[0] if len(users) == 1 else None
