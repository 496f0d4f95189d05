"""`cordon contain` as a process of its own, with the toy AI service to contain and no Slack anywhere."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from incidents.run_states import RunState
from incidents.runs import Run, Source
from incidents.timeline import EntryKind, TimelineEntry, first_broken
from sandbox.toy_service import ToyService
from storage.database import Database
from tests import command_line
from tests.acceptance.contained import FREE, organised

WHY = ("--reason", "Slack is down")


@dataclass
class Terminal:
    """A folder with a configuration and a database, and commands typed in it."""

    folder: Path
    toy: ToyService
    keys: dict[str, Any] = field(default_factory=dict)

    def configure(self, **keys: Any) -> None:  # noqa: ANN401 - cordon.yaml's own
        operators = {name: {"user": f"U0{name.upper()}"} for name in ("ann", "bob", "eve")}
        decided = organised(self.toy, operators=operators, **keys).model_dump_json(exclude_unset=True)
        (self.folder / "cordon.yaml").write_text(decided)

    @property
    def variables(self) -> dict[str, str]:
        return {**self.toy.environment(), "DATABASE_URL": f"sqlite:///{self.folder}/cordon.db"}

    async def type(self, *words: str, by: str = "ann") -> command_line.Ran:
        return await command_line.run(
            self.folder, *words[:2], "--as", by, *words[2:], variables=self.variables
        )

    async def declare(self) -> None:
        ran = await self.type("incident", "declare", "sev1", "Agent leaks data", *WHY)
        assert ran.status == 0, ran.err

    async def runs(self) -> list[Run]:
        database = await Database.open(self.variables["DATABASE_URL"])
        found = await database.read(lambda work: work.runs.of_incident(1))
        await database.close()
        return found

    async def entries(self) -> list[TimelineEntry]:
        database = await Database.open(self.variables["DATABASE_URL"])
        found = await database.read(lambda work: work.timeline.entries(1))
        await database.close()
        assert first_broken(found) is None
        return found


@pytest.fixture
async def toy() -> AsyncIterator[ToyService]:
    async with ToyService() as service:
        yield service


@pytest.fixture
def terminal(tmp_path: Path, toy: ToyService) -> Terminal:
    found = Terminal(tmp_path, toy)
    found.configure()
    return found


def _running(toy: ToyService) -> object:
    return toy.state()["agent_replicas_running"]


async def test_an_action_is_planned_run_verified_and_undone(terminal: Terminal, toy: ToyService) -> None:
    terminal.configure(**FREE)
    await terminal.declare()
    listed = await terminal.type("contain", "list", "INC-1")
    assert "stop-agent: " in listed.out
    planned = await terminal.type("contain", "plan", "INC-1", "stop-agent", *WHY)
    assert "Deployment prod/agent-prod replicas: 6 → 0" in planned.out
    assert "Nobody else must agree." in planned.out
    assert _running(toy) == 6, "a plan changes nothing"
    ran = await terminal.type("contain", "run", "INC-1", "1", "--yes", *WHY)
    assert ran.status == 0, ran.err + ran.out
    assert "is done and verified" in ran.out
    assert "seen: " in ran.out
    assert "evidence taken: " in ran.out
    assert _running(toy) == 0
    undone = await terminal.type("contain", "revert", "INC-1", "1", "--yes", *WHY)
    assert undone.status == 0, undone.err + undone.out
    assert _running(toy) == 6
    [run] = await terminal.runs()
    assert (run.state, run.source, run.reason) == (RunState.REVERTED, Source.CLI, "Slack is down")
    kinds = [entry.kind for entry in await terminal.entries()]
    assert kinds[1:] == [
        EntryKind.RUN_PLANNED,
        EntryKind.RUN_STARTED,
        EntryKind.EVIDENCE_KEPT,
        EntryKind.RUN_VERIFIED,
        EntryKind.RUN_REVERTED,
    ]
    assert {entry.details["source"] for entry in await terminal.entries()} == {"cli"}


async def test_nothing_is_done_unless_somebody_says_yes(terminal: Terminal, toy: ToyService) -> None:
    terminal.configure(**FREE)
    await terminal.declare()
    ran = await terminal.type("contain", "run", "INC-1", "stop-agent", *WHY)
    assert ran.status == 1
    assert "Nothing was done. To do it: cordon contain run INC-1 1 --yes" in ran.out
    assert _running(toy) == 6


async def test_where_others_must_agree_the_run_waits_and_ones_own_agreement_does_not_count(
    terminal: Terminal, toy: ToyService
) -> None:
    await terminal.declare()
    assert (await terminal.type("incident", "role", "INC-1", "commander", *WHY, by="bob")).status == 0
    waits = await terminal.type("contain", "run", "INC-1", "stop-agent", "--yes", *WHY)
    assert waits.status == 1
    assert "Run 1 waits. 1 other must agree: " in waits.out
    assert "bob" in waits.out
    assert _running(toy) == 6
    own = await terminal.type("contain", "approve", "INC-1", "1", "--yes", *WHY)
    assert own.status == 1
    outsider = await terminal.type("contain", "approve", "INC-1", "1", "--yes", *WHY, by="eve")
    assert outsider.status == 1
    assert "<@" not in own.err + outsider.err
    agreed = await terminal.type("contain", "approve", "INC-1", "1", "--yes", *WHY, by="bob")
    assert agreed.status == 0, agreed.err + agreed.out
    assert _running(toy) == 0
    kinds = [entry.kind for entry in await terminal.entries()]
    assert kinds.count(EntryKind.REFUSED) == 2


async def test_an_unknown_action_and_a_run_of_elsewhere_are_refused_in_words(terminal: Terminal) -> None:
    terminal.configure(**FREE)
    await terminal.declare()
    unknown = await terminal.type("contain", "plan", "INC-1", "stop-everything", *WHY)
    assert unknown.status == 1
    assert unknown.err.startswith("cordon: ")
    assert "Traceback" not in unknown.err
    foreign = await terminal.type("contain", "revert", "INC-1", "7", "--yes", *WHY)
    assert (foreign.status, foreign.err) == (
        1,
        "cordon: INC-1 has no run 7. Its runs: cordon contain list INC-1\n",
    )


async def test_stopped_in_the_middle_a_run_is_gone_on_with_by_its_number(
    terminal: Terminal, toy: ToyService
) -> None:
    terminal.configure(**FREE)
    await terminal.declare()
    held = toy.cluster.faults.add(method="patch deployments/scale", kind="hold_before")
    words = ("contain", "run", "--as", "ann", "INC-1", "stop-agent", "--yes", *WHY)
    async with command_line.running(terminal.folder, *words, variables=terminal.variables) as process:
        await asyncio.wait_for(held.hit.wait(), 30)
        process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(process.wait(), 30) == 130
    held.release()
    [stopped] = await terminal.runs()
    assert stopped.state is RunState.RUNNING
    ran = await terminal.type("contain", "run", "INC-1", "1", *WHY)
    assert ran.status == 0, ran.err + ran.out
    assert _running(toy) == 0


@pytest.mark.parametrize(("typed", "status", "left"), [(b"yes\n", 0, 0), (b"no\n", 1, 6), (None, 130, 6)])
async def test_on_a_terminal_it_asks_and_ctrl_c_is_no(
    terminal: Terminal, toy: ToyService, typed: bytes | None, status: int, left: int
) -> None:
    terminal.configure(**FREE)
    await terminal.declare()
    ours, theirs = os.openpty()
    words = ("contain", "run", "--as", "ann", "INC-1", "stop-agent", *WHY)
    async with command_line.running(
        terminal.folder, *words, variables=terminal.variables, stdin=theirs
    ) as process:
        assert process.stderr is not None
        await asyncio.wait_for(process.stderr.readuntil(b"Type yes: "), 30)
        if typed is None:
            process.send_signal(signal.SIGINT)
        else:
            os.write(ours, typed)
        assert await asyncio.wait_for(process.wait(), 30) == status
    os.close(ours)
    os.close(theirs)
    assert _running(toy) == left


async def test_json_is_for_machines_and_nothing_else_is_printed_with_it(terminal: Terminal) -> None:
    terminal.configure(**FREE)
    await terminal.declare()
    ran = await terminal.type("contain", "run", "INC-1", "stop-agent", "--yes", "--json", *WHY)
    assert json.loads(ran.out)["run"]["state"] == "verified"
