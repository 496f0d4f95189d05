"""The organisation's own programs: real processes, run once, ended in time, and never twice when in doubt."""

import asyncio
import json
import os
import select
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from commands.base import registry
from commands.base.contract import Prepared
from incidents.containment import ActionError, Effect, Plan
from tests.commands.conftest import SECRETS, Around, Make, Told
from tests.commands.hurried_clock import HurriedClock
from tests.commands.outside import Outside, Reply

KEY = "run-9"
STOP = 'echo "stopping $1 for $CORDON_RUN_KEY"; echo "$1" >> stopped'


class RunningClock(HurriedClock):
    """Waits for processes as long as it takes, until the test says that their time is over."""

    def __init__(self) -> None:
        super().__init__()
        self.over = asyncio.Event()
        self.hears_no_last_words = False

    async def wait(self, event: asyncio.Event, until: datetime | None) -> bool:
        if self.hears_no_last_words and until and until - self.now() <= timedelta(seconds=1):
            return event.is_set()
        waits = {asyncio.ensure_future(event.wait()), asyncio.ensure_future(self.over.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
        return event.is_set()


@pytest.fixture
def ticks() -> RunningClock:
    return RunningClock()


@pytest.fixture
def stop(around: Around, tmp_path: Path, ticks: RunningClock) -> Make:
    """A command that stops a pack with a script, with whatever a test changes of script and configuration."""

    def make(script: str = STOP, values: Mapping[str, str] | None = None, **changed: object) -> Prepared:
        path = tmp_path / "stop.sh"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o700)
        program = {
            "argv": [str(path), "{pack}"],
            "arguments": {"pack": "[a-z]{1,9}"},
            "cwd": str(tmp_path),
        } | changed
        connections = {"programs": {"state_folder": str(tmp_path / "runs"), "stop": program}}
        given = {"program": "stop", "arguments": {"pack": "alpha"} if values is None else values}
        return registry.prepare("process_run", given, around(connections, ticks=ticks))

    return make


async def _run(one: Prepared, told: Told, key: str = KEY) -> Plan:
    plan = await one.command.plan(one.params)
    await one.command.execute(one.params, plan, key, told)
    return plan


async def _fails(one: Prepared, told: Told) -> ActionError:
    with pytest.raises(ActionError) as caught:
        await _run(one, told)
    return caught.value


def _stopped(folder: Path) -> list[str]:
    path = folder / "stopped"
    return path.read_text().split() if path.exists() else []


async def test_planning_runs_nothing(stop: Make, tmp_path: Path) -> None:
    one = stop()
    plan = await one.command.plan(one.params)
    assert plan.target == "Program stop (pack=alpha)"
    assert plan.changes[0].after == f"run once: {tmp_path}/stop.sh alpha"
    assert "No probe is configured" in plan.warnings[0]
    assert not plan.reversible
    assert not _stopped(tmp_path)


async def test_it_runs_and_its_end_is_seen(stop: Make, tmp_path: Path, told: Told) -> None:
    one = stop()
    plan = await _run(one, told)
    assert _stopped(tmp_path) == ["alpha"]
    seen = await one.command.verify(one.params, plan, told)
    assert seen.verified
    assert seen.evidence == ("It ended with status 0, saying: stopping alpha for run-9.",)


async def test_the_same_key_runs_once(stop: Make, tmp_path: Path, told: Told) -> None:
    one = stop()
    plan = await _run(one, told)
    await one.command.execute(one.params, plan, KEY, told)
    assert _stopped(tmp_path) == ["alpha"]
    await one.command.execute(one.params, plan, "another", told)
    assert _stopped(tmp_path) == ["alpha", "alpha"]


async def test_a_failure_is_told_again_and_not_tried_again(stop: Make, tmp_path: Path, told: Told) -> None:
    one = stop(STOP + "; exit 3")
    for _ in range(2):
        error = await _fails(one, told)
        assert error.effect is Effect.UNKNOWN
        assert "stop ended with status 3, saying: stopping alpha" in error.failed
    assert _stopped(tmp_path) == ["alpha"]
    seen = await one.command.verify(one.params, await one.command.plan(one.params), told)
    assert not seen.verified


async def test_begun_and_not_ended_is_not_run_again(stop: Make, tmp_path: Path, told: Told) -> None:
    one = stop()
    await _run(one, told)
    [mark] = (tmp_path / "runs").glob("*.json")
    mark.write_text(json.dumps(json.loads(mark.read_text()) | {"ended": None, "status": None}))
    error = await _fails(one, told)
    assert error.effect is Effect.UNKNOWN
    assert "nobody saw it end" in error.failed
    assert str(mark) in error.then
    assert _stopped(tmp_path) == ["alpha"]
    mark.unlink()
    await _run(one, told)
    assert _stopped(tmp_path) == ["alpha", "alpha"]


async def test_a_broken_mark_is_no_leave_to_run(stop: Make, tmp_path: Path, told: Told) -> None:
    one = stop()
    await _run(one, told)
    [mark] = (tmp_path / "runs").glob("*.json")
    mark.write_text("{")
    assert "is no mark of a run" in (await _fails(one, told)).failed
    assert _stopped(tmp_path) == ["alpha"]


async def test_without_a_place_for_marks_nothing_runs(stop: Make, tmp_path: Path, told: Told) -> None:
    (tmp_path / "runs").write_text("a file")
    error = await _fails(stop(), told)
    assert error.now == "Nothing was run."
    assert not _stopped(tmp_path)


async def test_it_and_all_its_children_end_in_time(
    stop: Make, tmp_path: Path, told: Told, ticks: RunningClock
) -> None:
    os.mkfifo(tmp_path / "alive")
    child = "trap '' TERM; echo $$ > alive; read x < alive"
    script = f"trap '' TERM; sh -c \"{child.replace('$', chr(92) + '$')}\" & wait; sleep 600"
    running = asyncio.create_task(_fails(stop(script, timeout_seconds=5), told))
    alive = os.pidfd_open(int(await asyncio.to_thread((tmp_path / "alive").read_text)))
    ticks.over.set()
    error = await running
    assert await asyncio.to_thread(select.select, [alive], [], [], 10) == ([alive], [], []), "a child lives"
    os.close(alive)
    assert error.effect is Effect.UNKNOWN
    assert "stop was ended after 5 s, with all its children" in error.failed


async def test_cancelled_it_ends_the_program_and_leaves_doubt(stop: Make, tmp_path: Path, told: Told) -> None:
    os.mkfifo(tmp_path / "alive")
    one = stop("echo child > alive; sleep 600")
    running = asyncio.create_task(_run(one, told))
    assert await asyncio.to_thread((tmp_path / "alive").read_text) == "child\n"
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert "nobody saw it end" in (await _fails(one, told)).failed


async def test_a_child_left_behind_holds_nobody_up(
    stop: Make, tmp_path: Path, told: Told, ticks: RunningClock
) -> None:
    os.mkfifo(tmp_path / "go")
    ticks.hears_no_last_words = True
    await _run(stop("(read x < go) & echo done"), told)
    await asyncio.to_thread((tmp_path / "go").write_text, "x\n")


@pytest.mark.parametrize(
    "hostile", ["$(touch x)", "a;b", "a b", "../x", "", "A", "a\n", "toolongname", "-x", "`id`", "{pack}"]
)
async def test_a_hostile_value_is_refused(stop: Make, tmp_path: Path, hostile: str) -> None:
    one = stop(values={"pack": hostile})
    with pytest.raises(ActionError, match="The value of pack does not match"):
        await one.command.plan(one.params)


async def test_no_shell_sees_what_is_allowed(stop: Make, tmp_path: Path, told: Told) -> None:
    value = "$(touch owned); `id` {pack} | x"
    await _run(stop('printf %s "$1" > got', {"pack": value}, arguments={"pack": ".*"}), told)
    assert (tmp_path / "got").read_text() == value
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize(("pattern", "fine"), [(".*", False), ("-?[a-z]+", True), (r"(\-a|b)", True)])
async def test_options_need_to_be_meant(stop: Make, pattern: str, *, fine: bool) -> None:
    one = stop(values={"pack": "-a"}, arguments={"pack": pattern})
    if fine:
        await one.command.plan(one.params)
        return
    with pytest.raises(ActionError, match="must not begin with a dash"):
        await one.command.plan(one.params)


async def test_wrong_names_are_told(stop: Make) -> None:
    for arguments, said in [({}, "needs a value for pack"), ({"pack": "a", "x": "b"}, "knows no x")]:
        one = stop(values=arguments)
        with pytest.raises(ActionError, match=said):
            await one.command.plan(one.params)
    missing = stop(argv=["/nowhere/stop.sh"])
    with pytest.raises(ActionError, match="is not on this machine"):
        await missing.command.plan(missing.params)
    wrong = stop(argv=["/bin/{pack}"])
    with pytest.raises(ActionError, match=r"connections\.programs\.stop: the program itself must be named"):
        await wrong.command.plan(wrong.params)


async def test_what_can_not_be_started_leaves_no_mark(stop: Make, tmp_path: Path, told: Told) -> None:
    error = await _fails(stop(cwd=str(tmp_path / "nowhere")), told)
    assert (error.effect, error.now) == (Effect.NONE, "Nothing was run.")
    await _run(stop(), told)
    assert _stopped(tmp_path) == ["alpha"]


async def test_secrets_are_given_and_never_told(stop: Make, tmp_path: Path, told: Told) -> None:
    one = stop('echo "using $PAUSE_TOKEN"; exit 1', env_from=["PAUSE_TOKEN"])
    plan = await one.command.plan(one.params)
    error = await _fails(one, told)
    seen = await one.command.verify(one.params, plan, told)
    kept = "".join(path.read_text() for path in (tmp_path / "runs").iterdir())
    assert SECRETS["PAUSE_TOKEN"] not in f"{plan} {error} {seen} {told} {kept}"
    assert "using ‹secret›" in str(error)


async def test_it_is_given_no_more_than_it_needs(
    stop: Make, tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-5ecret")
    await _run(stop("env > got"), told)
    assert "xoxb-5ecret" not in (tmp_path / "got").read_text()
    assert "CORDON_RUN_KEY=run-9" in (tmp_path / "got").read_text()


async def test_much_output_is_bounded_and_made_readable(stop: Make, tmp_path: Path, told: Told) -> None:
    noise = "head -c 3000000 /dev/zero | tr '\\0' x; echo; i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done"
    one = stop(noise + "; printf '\\033[31mred\\377\\007end'")
    plan = await _run(one, told)
    [mark] = (tmp_path / "runs").glob("*.json")
    output = json.loads(mark.read_text())["output"]
    assert len(output) < 20_000
    assert output.startswith("…line ")
    assert output.endswith("red�·end")
    assert (await one.command.verify(one.params, plan, told)).verified


async def test_a_probe_program_is_waited_for(stop: Make, tmp_path: Path, told: Told) -> None:
    probe = tmp_path / "probe.sh"
    probe.write_text(
        "#!/bin/sh\necho look >> looks\n[ $(wc -l < looks) -ge 4 ] || { echo still up; exit 1; }\n"
    )
    probe.chmod(0o700)
    one = stop(probe={"argv": [str(probe), "{pack}"]})
    plan = await _run(one, told)
    assert plan.warnings == ("Now: The probe ended with status 1: still up.",)
    seen = await one.command.verify(one.params, plan, told)
    assert seen.verified
    assert seen.evidence[1] == "The probe ended with status 0, after 4 s."


async def test_an_http_probe_decides_over_the_exit_status(stop: Make, outside: Outside, told: Told) -> None:
    outside.replies("GET", "/health", Reply(200))
    one = stop(probe={"url": f"{outside.url}/health", "status": 503})
    plan = await _run(one, told)
    seen = await one.command.verify(one.params, plan, told)
    assert not seen.verified
    assert "status 200, should be 503" in seen.evidence[1]


async def test_it_is_taken_back_once(stop: Make, tmp_path: Path, told: Told) -> None:
    back = tmp_path / "back.sh"
    back.write_text('#!/bin/sh\necho "$1" >> back\n')
    back.chmod(0o700)
    one = stop(revert=[str(back), "{pack}"])
    plan = await _run(one, told)
    assert plan.reversible
    assert not (await one.command.verify_reverted(one.params, plan, told)).verified
    for _ in range(2):
        await one.command.revert(one.params, plan, KEY, told)
    assert (tmp_path / "back").read_text() == "alpha\n"
    assert (await one.command.verify_reverted(one.params, plan, told)).verified


async def test_without_a_way_back_it_says_so(stop: Make, told: Told) -> None:
    one = stop()
    plan = await _run(one, told)
    with pytest.raises(ActionError, match="no program that takes it back is configured"):
        await one.command.revert(one.params, plan, KEY, told)
