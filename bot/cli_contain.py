"""`cordon contain …`: actions planned, run, approved, verified and undone while Slack is down, by the same policy.

What acts is carried out in this process (`cli_acting.py`). Stopped in the middle, a run is taken up by the running bot,
or by `cordon contain run` with its number.
"""

import argparse
import asyncio
import sys
from typing import Any

from bot.cli_acting import acting, followed, resumed
from bot.cli_operator import Desk, Told, add_verb
from bot.services import from_command_line
from bot.services.contain import break_glass, decide, settle, take_back
from bot.services.contain.catalog import offers, runs_of
from bot.services.contain.change_run import rule_of
from bot.services.contain.propose import Wish, propose
from bot.views import plain, plain_runs
from incidents.errors import NotFoundError, NotUnderstoodError
from incidents.incident import Incident
from incidents.rights import Right
from incidents.run_states import RunState
from incidents.runs import Run, Source


def add_parser(verbs: Any) -> None:  # noqa: ANN401 - argparse names no public type for it
    """Register the verbs."""
    parser = verbs.add_parser("contain", help="run containment actions while Slack is down")
    inner = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    known = add_verb(inner, "list", _list, "list an incident's actions and runs", changes=False)
    plan = add_verb(inner, "plan", _plan, "show what an action would change")
    run = add_verb(
        inner, "run", _run, "plan an action, ask, and carry it out; or go on with a run, by its number"
    )
    approve = add_verb(inner, "approve", _approve, "agree to somebody else's run")
    glass = add_verb(
        inner, "break-glass", _break_glass, "start a run that waits, without approval: said aloud"
    )
    verify = add_verb(inner, "verify", _verify, "look again whether a run had its effect")
    revert = add_verb(inner, "revert", _revert, "undo a run")
    cancel = add_verb(inner, "cancel", _cancel, "call off a run that has not started")
    for one in (known, plan, run, approve, glass, verify, revert, cancel):
        one.add_argument("incident", help="such as INC-42")
    for one in (plan, run):
        one.add_argument(
            "action", help="its name in cordon.yaml" + ("" if one is plan else ", or a run's number")
        )
        one.add_argument(
            "--set", action="append", default=[], metavar="NAME=VALUE", help="what the action asks"
        )
    for one in (approve, glass, verify, revert, cancel):
        one.add_argument("run_number", metavar="run", help="its number, from the list")
    run.add_argument(
        "--no-evidence", action="store_true", help="keep nothing of what it destroys; is recorded"
    )
    for one in (run, approve, glass, revert):
        one.add_argument("--yes", action="store_true", help="don't ask before it is carried out")


async def _list(desk: Desk, chosen: argparse.Namespace) -> Told:
    incident = await desk.incident(chosen.incident)
    found, runs = await offers(desk.parts, incident), await runs_of(desk.parts, incident)
    actions = [(one.name, one.action.title, one.risk.value) for one in found]
    data = {"actions": [one[0] for one in actions], "runs": [run.model_dump(mode="json") for run in runs]}
    return Told(plain_runs.listed(incident, actions, runs), data)


async def _plan(desk: Desk, chosen: argparse.Namespace) -> Told:
    incident = await desk.incident(chosen.incident, Right.CONTAIN)
    run = await _proposed(desk, incident, chosen)
    lines = [plain_runs.plan(run), await _needs(desk, incident, run), "Nothing is changed yet."]
    lines.append(f"To carry it out: cordon contain run {incident.key} {run.id}")
    return Told("\n".join(lines), {"run": run.model_dump(mode="json")})


async def _run(desk: Desk, chosen: argparse.Namespace) -> Told:
    incident = await desk.incident(chosen.incident, Right.CONTAIN)
    if chosen.action.isdigit():
        run = await _numbered(desk, incident, chosen.action)
        if await resumed(desk.parts, run.id):
            async with acting(desk.parts):
                return await _ended(desk, chosen, incident, run.id)
    else:
        run = await _proposed(desk, incident, chosen)
    _say(chosen, f"{plain_runs.plan(run)}\n{await _needs(desk, incident, run)}")
    if not await _agreed(chosen):
        return _not_carried_out(run, f"cordon contain run {incident.key} {run.id}")
    async with acting(desk.parts):
        run = await decide.confirm(
            desk.parts,
            run.id,
            by=desk.user,
            delivery=f"{desk.delivery}:confirm",
            with_evidence=not chosen.no_evidence,
        )
        if run.state is RunState.WAITING_APPROVAL:
            said = f"Run {run.id} waits. {await _needs(desk, incident, run)}"
            how = f"They type: cordon contain approve {incident.key} {run.id} --as NAME, or approve it in Slack."
            return Told(f"{said}\n{how}", {"run": run.model_dump(mode="json")}, status=1)
        return await _ended(desk, chosen, incident, run.id)


async def _approve(desk: Desk, chosen: argparse.Namespace) -> Told:
    incident = await desk.incident(chosen.incident)
    run = await _numbered(desk, incident, chosen.run_number)
    _say(chosen, plain_runs.plan(run))
    if not await _agreed(chosen):
        return _not_carried_out(run, f"cordon contain approve {incident.key} {run.id}")
    async with acting(desk.parts):
        run = await decide.agree_to(desk.parts, run.id, by=desk.user, delivery=desk.delivery)
        if run.state is RunState.WAITING_APPROVAL:
            said = f"Agreed. {await _needs(desk, incident, run)}"
            return Told(said, {"run": run.model_dump(mode="json")})
        return await _ended(desk, chosen, incident, run.id)


async def _break_glass(desk: Desk, chosen: argparse.Namespace) -> Told:
    incident = await desk.incident(chosen.incident, Right.CONTAIN)
    run = await _numbered(desk, incident, chosen.run_number)
    _say(chosen, plain_runs.plan(run))
    if not await _agreed(chosen):
        return _not_carried_out(run, f"cordon contain break-glass {incident.key} {run.id}")
    async with acting(desk.parts):
        await break_glass.break_glass(
            desk.parts, run.id, by=desk.user, reason=desk.reason, delivery=desk.delivery
        )
        return await _ended(desk, chosen, incident, run.id)


async def _verify(desk: Desk, chosen: argparse.Namespace) -> Told:
    incident = await desk.incident(chosen.incident, Right.CONTAIN)
    run = await _numbered(desk, incident, chosen.run_number)
    async with acting(desk.parts):
        await settle.look_again(desk.parts, run.id, by=desk.user, delivery=desk.delivery)
        return await _ended(desk, chosen, incident, run.id)


async def _revert(desk: Desk, chosen: argparse.Namespace) -> Told:
    incident = await desk.incident(chosen.incident, Right.CONTAIN)
    run = await _numbered(desk, incident, chosen.run_number)
    if not await _agreed(chosen, f"Undo run {run.id}, {plain.clean(run.title)}?"):
        return _not_carried_out(run, f"cordon contain revert {incident.key} {run.id}")
    async with acting(desk.parts):
        await take_back.undo_run(desk.parts, run.id, by=desk.user, delivery=desk.delivery)
        return await _ended(desk, chosen, incident, run.id)


async def _cancel(desk: Desk, chosen: argparse.Namespace) -> Told:
    incident = await desk.incident(chosen.incident)
    run = await _numbered(desk, incident, chosen.run_number)
    ended = await decide.call_off(desk.parts, run.id, by=desk.user, delivery=desk.delivery)
    names = await desk.parts.workspace.names([])
    return Told(plain_runs.result(ended, names), {"run": ended.model_dump(mode="json")})


async def _proposed(desk: Desk, incident: Incident, chosen: argparse.Namespace) -> Run:
    wish = Wish(chosen.action, desk.user, _answers(chosen.set), reason=desk.reason, source=Source.CLI)
    return await propose(desk.parts, incident, wish, delivery=desk.delivery)


def _answers(pairs: list[str]) -> dict[str, str]:
    answers = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise NotUnderstoodError(f"{pair} says nothing. Write it like this: --set ids=u1,u2")
        answers[name.strip()] = value
    return answers


async def _numbered(desk: Desk, incident: Incident, words: str) -> Run:
    """One of the incident's own runs: another incident may be none of the operator's business."""
    runs = await runs_of(desk.parts, incident)
    found = next((run for run in runs if str(run.id) == words.removeprefix("#")), None)
    if found is None:
        raise NotFoundError(
            f"{incident.key} has no run {words}. Its runs: cordon contain list {incident.key}"
        )
    return found


async def _needs(desk: Desk, incident: Incident, run: Run) -> str:
    rule = rule_of(desk.parts, run, incident)
    names = await desk.parts.workspace.names(plain.people_of(incident))
    return plain_runs.needs(incident, run, rule, names, desk.parts.clock.now())


async def _ended(desk: Desk, chosen: argparse.Namespace, incident: Incident, run_id: int) -> Told:
    """Follow the run to where it stops, and have that said; only what was seen to have its effect counts as done."""
    run = await followed(desk.parts, run_id, lambda said: _say(chosen, f"… {plain.clean(said)}"))
    said = f"{run.named} is {run.state.words}"
    await from_command_line.tell(
        desk.parts, incident, said, by=desk.user, reason=desk.reason, delivery=desk.delivery
    )
    names = await desk.parts.workspace.names([run.requester])
    status = 0 if plain_runs.ended_well(run) else 1
    return Told(plain_runs.result(run, names), {"run": run.model_dump(mode="json")}, status)


async def _agreed(chosen: argparse.Namespace, question: str = "Carry it out?") -> bool:
    """Whether to go on: said with --yes, or typed on a terminal."""
    if chosen.yes:
        return True
    if not sys.stdin.isatty():
        return False
    print(f"{question} Type yes: ", end="", file=sys.stderr, flush=True)
    return (await _typed()).strip().lower() in {"y", "yes"}


async def _typed() -> str:
    """A line from the terminal; a thread that reads it could not be stopped by Ctrl-C."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str] = loop.create_future()

    def read() -> None:
        loop.remove_reader(sys.stdin)
        if not line.done():
            line.set_result(sys.stdin.readline())

    loop.add_reader(sys.stdin, read)
    try:
        return await line
    finally:
        loop.remove_reader(sys.stdin)


def _not_carried_out(run: Run, command: str) -> Told:
    said = f"Nothing was done. To do it: {command} --yes"
    return Told(said, {"run": run.model_dump(mode="json")}, status=1)


def _say(chosen: argparse.Namespace, words: str) -> None:
    """Tell on the way; with --json beside the data, not in it."""
    print(words, file=sys.stderr if chosen.as_json else sys.stdout, flush=True)
