"""Who acts from the command line, why, and with what: the frame of every verb that works without Slack.

A verb is a function of the desk that returns what it has to tell; mistakes are told as Slack would tell them.
"""

import argparse
import asyncio
import json
import os
import pwd
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.offline import offline_parts
from bot.services import find_incident, from_command_line
from bot.services.parts import Parts
from bot.settings import Settings, read_settings
from bot.views import plain, readable
from incidents.containment import ActionError
from incidents.errors import NotUnderstoodError, PersonError
from incidents.incident import Incident, parse_key
from incidents.operators import Operator, acting
from incidents.rights import Right

REASON_LIMIT = 300
_LATER = "Slack is told when a bot reaches it."


@dataclass(frozen=True)
class Told:
    """What a verb prints: lines for people, or with --json the data."""

    text: str
    data: Mapping[str, Any] = field(default_factory=dict)
    status: int = 0


@dataclass(frozen=True)
class Desk:
    """What a verb works with: the parts, and who acts and why."""

    parts: Parts
    user: str
    """Their Slack user id."""
    reason: str
    delivery: str

    async def incident(self, words: str, right: Right | None = None) -> Incident:
        """The incident that is named, if the operator may know of it and has the right.

        Raises:
            PersonError: there is none, or they may not.
        """
        number = parse_key(words)
        if number is None:
            raise NotUnderstoodError(f"{words} is no incident's name. Write it like this: INC-42")
        return await find_incident.by_id(self.parts, number, user=self.user, right=right)

    async def done(self, incident: Incident, what: str) -> Told:
        """Have the channel told in its time, and tell the operator now."""
        await from_command_line.tell(
            self.parts, incident, what, by=self.user, reason=self.reason, delivery=self.delivery
        )
        said = f"{plain.line(incident)}\nDone: {plain.clean(what)}. {_LATER}"
        return Told(said, {"done": what, "incident": incident.model_dump(mode="json")})


Work = Callable[[Desk, argparse.Namespace], Awaitable[Told]]


def add_verb(verbs: Any, name: str, work: Work, about: str, *, changes: bool = True) -> Any:  # noqa: ANN401 - argparse's
    """Register a verb with the options that all have; returns its parser."""
    parser = verbs.add_parser(name, help=about, description=about)
    parser.add_argument(
        "--as",
        dest="operator",
        metavar="NAME",
        help="who acts: an operator in cordon.yaml; or CORDON_OPERATOR",
    )
    parser.add_argument(
        "--reason", required=changes, default="", help="why it is done here; stands in the record"
    )
    parser.add_argument("--json", dest="as_json", action="store_true", help="print JSON")
    parser.set_defaults(run=lambda chosen: _run(chosen, work, parser, changes=changes))
    return parser


def _run(chosen: argparse.Namespace, work: Work, parser: argparse.ArgumentParser, *, changes: bool) -> int:
    settings = read_settings()
    name = chosen.operator or settings.environment.cordon_operator
    if not name:
        parser.error("say who you are: --as NAME, or set CORDON_OPERATOR")
    reason = " ".join(chosen.reason.split())
    if changes and not 0 < len(reason) <= REASON_LIMIT:
        parser.error(
            f"say why it is done here, in at most {REASON_LIMIT} characters: --reason 'Slack is down'"
        )
    operator = acting(settings.organisation.operators, name, os_user=_os_user())
    told = asyncio.run(_act(settings, operator, reason, work, chosen))
    print(json.dumps(told.data, ensure_ascii=False, indent=2) if chosen.as_json else told.text)
    return told.status


async def _act(
    settings: Settings, operator: Operator, reason: str, work: Work, chosen: argparse.Namespace
) -> Told:
    stamp = {"source": "cli", **({"reason": reason} if reason else {})}
    async with offline_parts(settings, stamp) as parts:
        desk = Desk(parts, operator.user, reason, f"cli:{secrets.token_hex(12)}")
        try:
            return await work(desk, chosen)
        except PersonError as error:
            names = await parts.workspace.names(readable.people_in(str(error)))
            raise PersonError(plain.sentence(str(error), names)) from error
        except ActionError as error:
            raise PersonError(plain.clean(str(error))) from error


def _os_user() -> str:
    """The account that this program runs under, whatever the environment says."""
    number = os.geteuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
