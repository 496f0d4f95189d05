"""Towns whose bots are processes of their own, so that they can be killed as a machine or an operator kills them.

Ends with starting, killing and looking: what must be true afterwards is for the tests to say.
"""

import asyncio
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text

from incidents.timeline import EntryKind, TimelineEntry, first_broken
from sandbox import Call, Channel, Fault
from storage.database import Database
from storage.unit_of_work import UnitOfWork
from tests.acceptance.town import COMMON, Town

_ROOT: Final = Path(__file__).parents[2]
_GREETING: Final = "Cordon listens on "
_PATIENCE: Final = 20
"""Seconds in which a bot must have started, or finished its work, on a busy machine."""
_LOOK: Final = 0.02
"""Seconds between two looks into another process's database, which tells nobody when it changes."""


_LEFT: Final = {
    "job": "SELECT id, kind, key, owner, fence, attempts, error FROM jobs WHERE state = 'pending'"
    " AND (kind IN ('open_channel', 'post_update') OR owner IS NOT NULL)",
    "message": "SELECT id, incident_id, kind, part, ts, wanted, shown, owner FROM messages"
    " WHERE NOT gone AND (ts IS NULL OR shown < wanted)",
}


class BotProcess:
    """`python -m bot serve` with this environment and no other; its log stays in a file."""

    def __init__(self, variables: dict[str, str], log: Path) -> None:
        self._variables = variables
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self.address = ""

    async def start(self) -> None:
        """Start it, and wait until it says where it listens."""
        kept = {name: value for name, value in os.environ.items() if name.startswith(("PATH", "COV"))}
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "bot", "serve"),
                cwd=self._log.parent,
                env={**kept, "PYTHONPATH": str(_ROOT), "PYTHONWARNINGS": "error", **self._variables},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert self._process.stdout is not None
        said = (await asyncio.wait_for(self._process.stdout.readline(), _PATIENCE)).decode()
        assert said.startswith(_GREETING), f"The bot did not start: {said}\n{self.said}"
        self.address = said.removeprefix(_GREETING).split()[0].rstrip(".")

    @property
    def said(self) -> str:
        """Its log."""
        return self._log.read_text()

    async def kill(self) -> None:
        """`kill -9`: nothing of it runs any more when this returns."""
        if self._process and self._process.returncode is None:
            self._process.kill()
        await self._gone()

    async def stop(self) -> int:
        """Ask it to stop as a system does, and return its exit status."""
        assert self._process is not None
        self._process.terminate()
        return await self._gone()

    async def _gone(self) -> int:
        if self._process is None:
            return 0
        await asyncio.wait_for(self._process.communicate(), _PATIENCE)
        return self._process.returncode or 0


@dataclass
class ProcessTown(Town):
    """A town whose bots are processes; several share the work where the database allows it."""

    replicas: list[BotProcess] = field(default_factory=list)

    async def start_bot(self) -> None:
        replica = await self.start_replica()
        self.listen_at(replica)

    async def stop_bot(self) -> None:
        await self.kill()

    async def start_replica(self) -> BotProcess:
        """Start one more bot."""
        config = self.folder / "cordon.yaml"
        config.write_text(self.organisation.model_dump_json(exclude_defaults=True))
        variables = {**self.variables(), "CORDON_CONFIG": str(config)}
        replica = BotProcess(variables, self.folder / f"bot-{len(self.replicas)}.log")
        self.replicas.append(replica)
        known = len(self.sandbox.calls)
        await replica.start()
        await self.sandbox.until(lambda: _greeted(self.sandbox.calls[known:]), timeout=_PATIENCE)
        return replica

    def listen_at(self, replica: BotProcess) -> None:
        """Let Slack's traffic go to this bot."""
        if self.transport == "http":
            self.sandbox.request_url = f"{replica.address}/slack/events"

    async def kill(self) -> None:
        """Kill every bot."""
        for replica in self.replicas:
            await replica.kill()

    async def greeted(self) -> None:
        """Wait until the bot knows the workspace's people; before that it takes other steps to declare."""
        async with asyncio.timeout(_PATIENCE):
            while "Connected to" not in self.logs():  # noqa: ASYNC110 - its log tells nobody when it grows
                await asyncio.sleep(_LOOK)

    def logs(self) -> str:
        """What all bots logged, for a person to read."""
        return "\n".join(
            f"--- bot {number}\n{one.said}" for number, one in enumerate(self.replicas) if one.said
        )

    # --- what happens --------------------------------------------------------------------------------

    async def slash(self, words: str, by: str = "ann", channel: str = COMMON) -> None:
        """Type a command, and see that Slack is satisfied."""
        ack = await self.person(by).slash(channel, f"/incident {words}")
        assert ack.ok, ack

    async def declare(self, words: str = "sev1 Agent leaks customer data", by: str = "ann") -> Channel:
        """Declare, and wait until all is done."""
        number = len(self.opened()) + 1
        await self.slash(f"declare {words}", by)
        return await self.finished(number)

    async def reached(self, fault: Fault) -> Call:
        """Wait until a call has met this trouble, and its effect is there if it should be."""
        try:
            await asyncio.wait_for(fault.hit.wait(), _PATIENCE)
        except TimeoutError:
            raise AssertionError(f"Never called: {fault}\n{self.logs()}") from None
        struck = [call for call in self.sandbox.calls if fault.method in ("*", call.method)][-1]
        if fault.effect:
            await self.sandbox.until(lambda: struck.ok)
        return struck

    async def called(self, times: int) -> None:
        """Wait until Slack was called so many times."""
        await self.sandbox.until(lambda: len(self.sandbox.calls) >= times, timeout=_PATIENCE)

    async def finished(self, number: int) -> Channel:
        """Wait until nothing is left to do, and return the incident's one channel."""
        await self.settled(incidents=number)
        [channel] = [one for one in self.opened() if one.name.startswith(f"inc-{number}-")]
        return channel

    def opened(self) -> list[Channel]:
        """The incidents' channels."""
        return [one for one in self.sandbox.workspace.channels.values() if one.name.startswith("inc-")]

    # --- what is kept --------------------------------------------------------------------------------

    async def settled(self, *, incidents: int = 0) -> None:
        """Wait until so many incidents are known, no work is due, and every message shows what it should."""
        database = await self._database()
        left = ["everything"]
        try:
            async with asyncio.timeout(_PATIENCE):
                while left := await database.read(lambda work: _left(work, incidents)):  # noqa: ASYNC110 - another process tells nobody
                    await asyncio.sleep(_LOOK)
        except TimeoutError:
            raise AssertionError(f"It never ended: {left}\n{self.logs()}") from None
        finally:
            await database.close()

    async def timeline(self, incident_id: int) -> list[TimelineEntry]:
        """The incident's entries; their chain must be whole."""
        database = await self._database()
        entries = await database.read(lambda work: work.timeline.entries(incident_id))
        await database.close()
        assert first_broken(entries) is None
        return entries

    async def check_record(self, incidents: int) -> None:
        """See that no job was given up, and that each incident's channel was opened once, by the record."""
        database = await self._database()
        failed = await database.read(lambda work: work.jobs.failed())
        await database.close()
        assert not failed, f"{failed}\n{self.logs()}"
        for number in range(1, incidents + 1):
            kinds = [entry.kind for entry in await self.timeline(number)]
            assert kinds.count(EntryKind.CHANNEL_OPENED) == 1, kinds
            assert kinds.count(EntryKind.DECLARED) == 1, kinds

    async def _database(self) -> Database:
        return await Database.open(self.variables()["DATABASE_URL"])


def _greeted(calls: list[Call]) -> bool:
    """Whether a bot has found the common channel, which is the last thing that it does of its own accord."""
    return any(call.method == "users.conversations" and call.ok for call in calls)


async def _left(work: UnitOfWork, incidents: int) -> list[str]:
    """What is still to be done beside timers for later."""
    [known] = await _rows(work, "SELECT count(*) FROM incidents")
    missing = [] if known[0] >= incidents else [f"{known[0]} of {incidents} incidents are known"]
    found = [f"{what}: {row}" for what, query in _LEFT.items() for row in await _rows(work, query)]
    return [*missing, *found]


async def _rows(work: UnitOfWork, query: str) -> list[Any]:
    return list((await work.session.execute(text(query))).all())
