"""What can be known of PagerDuty's configuration without waking anybody, for `cordon doctor`."""

import re
from typing import Final

from bot.clients.pagerduty import PagerDuty, PagerDutyAccess
from bot.clients.pagerduty_answers import SERVICE
from incidents.errors import PermanentError

_ROUTING_KEY: Final = re.compile(r"[0-9a-fA-F]{32}|R[0-9A-Z]{31}", re.ASCII)
"""Of a service's integration, or of an orchestration."""


async def check(access: PagerDutyAccess) -> str:
    """A sentence that says what is right and what could not be checked.

    Raises:
        PermanentError: something is wrong; the text says what to set.
        TemporaryError: PagerDuty did not answer.
    """
    if not _ROUTING_KEY.fullmatch(access.routing_key.get_secret_value()):
        raise PermanentError(
            SERVICE,
            "routing_key",
            "PAGERDUTY_ROUTING_KEY is not an integration key of 32 hexadecimal digits: take the one of the"
            " service's Events API v2 integration",
        )
    if access.api_key is None:
        return (
            "the routing key has the right form; whether PagerDuty knows it can't be checked without paging"
            " somebody, and there is no PAGERDUTY_API_KEY to check"
        )
    pager = PagerDuty(access)
    try:
        await pager.look_up("/abilities")
        who = await _owner(pager, access.from_email)
    finally:
        pager.close()
    return (
        f"the API key is valid{who} and the routing key has the right form; whether PagerDuty knows the routing key"
        " can't be checked without paging somebody"
    )


async def _owner(pager: PagerDuty, email: str | None) -> str:
    """Words about the user with that address; empty where none is set."""
    if not email:
        return ""
    users = (await pager.look_up("/users", query=email)).get("users")
    known = [user.get("email") for user in users or [] if isinstance(user, dict)]
    if email.casefold() not in {str(one).casefold() for one in known}:
        raise PermanentError(
            SERVICE,
            "from_email",
            "PAGERDUTY_FROM_EMAIL is not the address of a user of this PagerDuty account",
        )
    return f", {email} is a user"
