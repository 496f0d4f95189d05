"""The job that opens an incident's channel: make it, then everything else side by side.

Two Slack round trips until the checklist can be read, three until all is done. A step that fails stops no
other: it stands on the card, is said in the channel, and is tried again with the job.
"""

import asyncio
from collections.abc import Awaitable
from datetime import datetime
from typing import Final

from bot.services import (
    ask_approval,
    channel_furniture,
    channel_messages,
    channel_people,
    page,
    private_refused,
    send_telling,
)
from bot.services.draw import ANNOUNCEMENT, CARD
from bot.services.parts import Parts
from bot.services.post_once import say_once
from bot.services.side_by_side import side_by_side
from bot.views import answers, declare_modal, mrkdwn
from incidents.errors import OutageError, OutsideError, PermanentError, TemporaryError
from incidents.incident import Incident, channel_name, channel_prefix
from incidents.timeline import EntryKind
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND: Final = "open_channel"
_SUFFIXES: Final = ("", *(f"-{number}" for number in range(2, 10)))


async def enqueue(work: UnitOfWork, incident: Incident, *, origin: str | None, now: datetime) -> None:
    """Let the channel be opened as soon as the declaration is committed."""
    job = NewJob(KIND, f"{KIND}:{incident.id}", {"origin": origin}, incident_id=incident.id)
    await work.jobs.add(job, now=now)


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job."""

    async def body(run: JobRun) -> None:
        await _Opening(parts, run).attempt()

    async def give_up(run: JobRun, reason: str) -> None:
        incident_id = run.incident_id or 0
        sentence = f"I gave up opening the channel completely: {reason}. Please do the rest by hand."
        await parts.database.write(lambda work: _note(work, parts, incident_id, {KIND: sentence}))
        incident = await parts.database.read(lambda work: work.incidents.get(incident_id))
        await parts.workspace.tell(
            incident.reporter, answers.say(f"{incident.key}: {sentence}"), channel=incident.channel_id
        )

    return JobKind(KIND, body, on_give_up=give_up)


class _Opening:
    """One attempt at opening one incident's channel."""

    def __init__(self, parts: Parts, run: JobRun) -> None:
        self._parts = parts
        self._run = run
        self._shortcomings: dict[str, str] = {}
        self._failed: list[str] = []
        self._unreached: set[str] = set()  # those of them that failed because Slack is down
        self._lasting = False  # whether what is lacking is more than a hiccup, and worth a message
        self._channel: dict[str, str] | None = None
        self._refusal: PermanentError | None = None

    async def attempt(self) -> None:
        """Do what is not done yet.

        Raises:
            TemporaryError: something is still missing; the journal comes back for it.
        """
        incident_id = self._run.incident_id or 0
        incident = await self._parts.database.read(lambda work: work.incidents.get(incident_id))
        people = asyncio.create_task(channel_people.wanted(self._parts, incident))
        preparing = asyncio.create_task(channel_messages.prepare(self._parts, self._run, incident))
        try:
            await self._try("the channel", self._open(incident))
            prepared = await preparing
            if self._channel:
                incident = incident.model_copy(update={"channel_id": self._channel["id"]})
                await self._furnish(incident, prepared, people)
            elif incident.private:
                if self._refusal:
                    await private_refused.end(self._parts, self._run, incident, self._refusal)
                    return
            else:
                announced = channel_messages.announce(self._parts, self._run, incident, prepared)
                await self._try("announcement", announced)
        finally:
            people.cancel()
            preparing.cancel()
        await self._conclude(incident)

    async def _open(self, incident: Incident) -> None:
        """Make the channel, or find the one that an earlier attempt made."""
        workspace = self._parts.workspace
        prefix = channel_prefix(incident)
        names = [
            channel_name(incident.id, incident.title, prefix=prefix, suffix=suffix) for suffix in _SUFFIXES
        ]

        async def create() -> dict[str, str]:
            for name in names:
                try:
                    channel = await workspace.create_channel(name, private=incident.private)
                except PermanentError as error:
                    if error.code != "name_taken":
                        raise
                else:
                    return {"id": channel.id, "name": channel.name}
            raise PermanentError("Slack", "name_taken", f"Slack has {len(names)} channels like {names[0]}")

        async def probe(since: datetime) -> dict[str, str] | None:
            found = await workspace.find_own_channel(names, created_after=since)
            return {"id": found.id, "name": found.name} if found else None

        self._channel = await self._run.step("channel", create, probe=probe)

    async def _bind(self, incident: Incident) -> None:
        """Let the incident know its channel."""
        channel = self._channel or {}
        await self._parts.database.write(lambda work: _bind(work, incident.id, channel, self._parts))

    async def _furnish(
        self,
        incident: Incident,
        prepared: channel_messages.Prepared,
        people: "asyncio.Task[channel_people.Wanted]",
    ) -> None:
        """Everything that needs the channel, side by side."""
        parts, run = self._parts, self._run
        await side_by_side(
            self._try("card and checklist", channel_messages.post_all(parts, run, incident, prepared)),
            *(
                []
                if incident.private
                else [self._try("announcement", channel_messages.announce(parts, run, incident, prepared))]
            ),
            self._bind(incident),
            self._try("invitations", channel_people.invite(parts, run, incident, people)),
            self._try("topic", channel_furniture.topic(parts, run, incident)),
            self._try("bookmarks", channel_furniture.bookmarks(parts, run, incident)),
            self._try("answer to the reporter", self._answer(incident)),
        )

    async def _answer(self, incident: Incident) -> None:
        origin = self._run.args.get("origin")
        tell = self._parts.workspace.tell
        await self._run.step(
            "answer", lambda: tell(incident.reporter, declare_modal.opened(incident), channel=origin)
        )

    async def _try(self, name: str, effect: Awaitable[str | None]) -> None:
        """Await one step; remember what it lacks or how it failed, and let the others go on."""
        try:
            lacking = await effect
            self._lasting |= bool(lacking)
        except OutsideError as error:
            self._failed.append(name)
            if isinstance(error, OutageError):
                self._unreached.add(name)
            self._refusal = error if isinstance(error, PermanentError) else None
            self._lasting |= self._run.attempt > 1 or isinstance(error, PermanentError)
            lacking = mrkdwn.escape(f"Not done yet: {name}. {error}. I keep trying.")
        if lacking:
            self._shortcomings[name] = lacking

    async def _conclude(self, incident: Incident) -> None:
        found = self._shortcomings
        await self._parts.database.write(lambda work: _note(work, self._parts, incident.id, found))
        if incident.channel_id and self._lasting:
            await say_once(self._parts, self._run, incident, "\n".join(found.values()))
        if self._failed:
            kind = OutageError if self._unreached == set(self._failed) else TemporaryError
            raise kind("Slack", "incomplete", " ".join(found.values()))


async def _bind(work: UnitOfWork, incident_id: int, made: dict[str, str], parts: Parts) -> None:
    incident = await work.incidents.get(incident_id, lock=True)
    if incident.channel_id is not None:
        return
    await work.incidents.change(incident_id, channel_id=made["id"], channel_name=made["name"])
    await work.timeline.append(
        incident_id,
        at=parts.clock.now(),
        actor="cordon",
        kind=EntryKind.CHANNEL_OPENED,
        text=f"Opened the channel {made['name']}",
    )
    await page.channel_opened(work, incident, parts.clock.now())
    await ask_approval.ask_all(work, incident_id, now=parts.clock.now())
    announcement = await work.messages.of(incident_id, ANNOUNCEMENT)
    if announcement and announcement[0].ts:  # it was posted while there was no channel to link to
        await parts.refresher.touch(work, incident_id, ANNOUNCEMENT)


async def _note(work: UnitOfWork, parts: Parts, incident_id: int, found: dict[str, str]) -> None:
    """What is lacking stands on the card; what no longer is, goes."""
    incident = await work.incidents.get(incident_id, lock=True)
    before = {step for step in incident.problems if not step.startswith(send_telling.PROBLEM)}
    if {step: incident.problems[step] for step in before} == found:
        return
    for step in before - found.keys():
        await work.incidents.set_problem(incident_id, step, None)
    for step, sentence in found.items():
        await work.incidents.set_problem(incident_id, step, sentence)
        if step not in incident.problems:
            await work.timeline.append(
                incident_id, at=parts.clock.now(), actor="cordon", kind=EntryKind.PROBLEM, text=sentence
            )
    await parts.refresher.touch(work, incident_id, CARD, ANNOUNCEMENT)
