"""The verbs of `cordon incident` that move an incident along, end it, and say who leads it."""

import argparse
from typing import Any

from bot.cli_operator import Desk, Told, add_verb
from bot.services import advance, gates, roles
from bot.services.publish_update import fields_with, last_fields
from bot.services.resolve import reopen, resolve
from incidents.lifecycle import Stage, find_gate
from incidents.rights import Right
from incidents.roles import find_role


def add_verbs(verbs: Any) -> None:  # noqa: ANN401 - argparse names no public type for it
    """Register them."""
    role = add_verb(verbs, "role", _role, "take a role, such as commander")
    verify = add_verb(verbs, "verify", _verify, "say what shows that it is contained")
    recovering = add_verb(verbs, "recovering", _recovering, "services are being brought back")
    investigating = add_verb(verbs, "investigating", _investigating, "back to investigating: it did not hold")
    over = add_verb(verbs, "resolve", _resolve, "resolve it")
    over.add_argument("--contained", default="", metavar="PROOF", help="what shows that it is contained")
    close = add_verb(verbs, "close", _close, "close a resolved incident")
    close.add_argument("--postmortem", default="", metavar="LINK", help="its published postmortem")
    close.add_argument("--regression", default="", metavar="LINK", help="its regression case")
    waive = add_verb(
        verbs, "waive", _waive, "go on without what must be there; --reason stands out in the record"
    )
    cancel = add_verb(verbs, "cancel", _cancel, "end it as a false positive")
    again = add_verb(verbs, "reopen", _reopen, "open it again")
    for one in (role, verify, recovering, investigating, over, close, waive, cancel, again):
        one.add_argument("incident", help="such as INC-42")
    role.add_argument("words", metavar="role", help="such as commander")
    verify.add_argument("words", help="what shows it")
    over.add_argument("words", help="what happened")
    waive.add_argument("words", metavar="gate", help="containment, postmortem or regression")
    cancel.add_argument("words", help="why it was a false positive")


async def _recovering(desk: Desk, chosen: argparse.Namespace) -> Told:
    return await _move(desk, chosen, Stage.RECOVERING)


async def _investigating(desk: Desk, chosen: argparse.Namespace) -> Told:
    return await _move(desk, chosen, Stage.INVESTIGATING)


async def _move(desk: Desk, chosen: argparse.Namespace, to: Stage) -> Told:
    incident = await desk.incident(chosen.incident, Right.MOVE)
    moved = await advance.move(desk.parts, incident.id, to, desk.reason, by=desk.user, delivery=desk.delivery)
    return await desk.done(moved, f"moved it to {to.value}")


async def _waive(desk: Desk, chosen: argparse.Namespace) -> Told:
    incident = await desk.incident(chosen.incident, Right.WAIVE)
    gate = find_gate(chosen.words)
    waived = await gates.waive(
        desk.parts, incident.id, gate, desk.reason, by=desk.user, delivery=desk.delivery
    )
    return await desk.done(waived, f"waived: {gate.value}")


async def _reopen(desk: Desk, chosen: argparse.Namespace) -> Told:
    incident = await desk.incident(chosen.incident, Right.REOPEN)
    opened = await reopen(desk.parts, incident.id, by=desk.user, delivery=desk.delivery)
    return await desk.done(opened, "opened it again")


async def _verify(desk: Desk, chosen: argparse.Namespace) -> Told:
    incident = await desk.incident(chosen.incident, Right.MOVE)
    contained = await advance.verify_containment(
        desk.parts, incident.id, chosen.words, by=desk.user, delivery=desk.delivery
    )
    return await desk.done(contained, "verified containment")


async def _resolve(desk: Desk, chosen: argparse.Namespace) -> Told:
    incident = await desk.incident(chosen.incident, Right.RESOLVE)
    fields = fields_with(await last_fields(desk.parts, incident), chosen.words.strip())
    resolved = await resolve(
        desk.parts,
        incident.id,
        fields,
        by=desk.user,
        delivery=desk.delivery,
        containment=chosen.contained,
    )
    return await desk.done(resolved, "resolved the incident")


async def _cancel(desk: Desk, chosen: argparse.Namespace) -> Told:
    incident = await desk.incident(chosen.incident, Right.CANCEL)
    ended = await advance.cancel(desk.parts, incident.id, chosen.words, by=desk.user, delivery=desk.delivery)
    return await desk.done(ended, "cancelled it as a false positive")


async def _role(desk: Desk, chosen: argparse.Namespace) -> Told:
    incident = await desk.incident(chosen.incident, Right.TAKE_ROLE)
    role = find_role(chosen.words)
    led = await roles.take(desk.parts, incident.id, role, by=desk.user, delivery=desk.delivery)
    return await desk.done(led, f"took the role {role.about.title.lower()}")


async def _close(desk: Desk, chosen: argparse.Namespace) -> Told:
    incident = await desk.incident(chosen.incident, Right.CLOSE)
    closed = await advance.close(
        desk.parts,
        incident.id,
        by=desk.user,
        delivery=desk.delivery,
        postmortem=chosen.postmortem,
        regression=chosen.regression,
    )
    return await desk.done(closed, "closed the incident")
