"""Export a timeline or the published status updates as files into the incident's channel.

A durable job: the files come even when the process stops between the request and the upload, and come once.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from bot.services.parts import Parts
from bot.views import answers, exports
from bot.views.documents import Documents
from incidents.errors import IllegalMoveError, OutageError
from incidents.incident import Incident
from incidents.ports import File
from incidents.status_update import UpdateState
from incidents.timeline import EntryKind, TimelineEntry
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND: Final = "export"
TIMELINE, UPDATES = "timeline", "updates"
_CALLED: Final = {TIMELINE: "timeline", UPDATES: "status updates"}
_FORMATS: Final = {"md": "Markdown", "json": "JSON"}


async def request(
    parts: Parts, incident_id: int, what: str, formats: list[str], *, by: str, delivery: str
) -> Incident:
    """Have something exported, and note that.

    Raises:
        IllegalMoveError: the channel is archived, so that nothing can be shared there.
    """

    async def commit(work: UnitOfWork) -> Incident:
        now = parts.clock.now()
        incident = await work.incidents.get(incident_id, lock=True)
        if incident.archived_at:
            raise IllegalMoveError(f"The channel of {incident.key} is archived, and takes no files any more.")
        if not await work.deliveries.accept(delivery, now):
            return incident
        text = f"Exported the {_CALLED[what]} as {' and '.join(_FORMATS[one] for one in formats)}"
        await work.timeline.append(incident_id, at=now, actor=by, kind=EntryKind.EXPORTED, text=text)
        args = {"what": what, "formats": formats, "by": by, "at": now.isoformat()}
        await work.jobs.add(NewJob(KIND, f"{KIND}:{delivery}", args, incident_id=incident_id), now=now)
        return incident

    return await parts.database.write(commit)


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job."""
    documents = Documents()

    async def body(run: JobRun) -> None:
        incident = await parts.database.read(lambda work: work.incidents.get(run.incident_id or 0))
        channel = incident.channel_id
        if channel is None:
            raise OutageError("Slack", "no_channel", "the incident's channel is not open yet")
        files = await _files(parts, documents, run, incident)
        comment = f"{incident.key}: {_CALLED[run.args['what']]}, exported"

        async def share() -> bool:
            await parts.workspace.share(channel, files, comment=comment)
            return True

        async def probe(since: datetime) -> bool | None:
            return await parts.workspace.find_file(channel, files[0].name, posted_after=since) or None

        await run.step("share", share, probe=probe)

    async def give_up(run: JobRun, error: str) -> None:
        sentence = f"The export could not be shared in the channel: {error}. Please try again."
        await run.step("told", lambda: parts.workspace.tell(run.args["by"], answers.say(sentence)))

    return JobKind(KIND, body, on_give_up=give_up)


async def _files(parts: Parts, documents: Documents, run: JobRun, incident: Incident) -> list[File]:
    now = datetime.fromisoformat(run.args["at"])
    draw = _timeline if run.args["what"] == TIMELINE else _updates
    texts = await draw(parts, documents, incident, now)
    called = {TIMELINE: "timeline", UPDATES: "status-updates"}[run.args["what"]]
    return [
        File(
            exports.stamped(incident, called, one, now),
            f"{incident.key} {_CALLED[run.args['what']]} ({_FORMATS[one]})",
            texts[one](),
        )
        for one in run.args["formats"]
    ]


Texts = dict[str, Callable[[], str]]


async def _timeline(parts: Parts, documents: Documents, incident: Incident, now: datetime) -> Texts:
    async def look(work: UnitOfWork) -> tuple[tuple[int, str], list[TimelineEntry]]:
        newest = await work.timeline.newest(incident.id)
        # what others add between the two statements belongs to the next export
        return newest, await work.timeline.entries(incident.id, before=newest[0] + 1)

    newest, entries = await parts.database.read(look)
    names = await parts.workspace.names(exports.people(entries))
    return {
        "md": lambda: exports.timeline_markdown(documents, incident, entries, names, now=now),
        "json": lambda: exports.timeline_json(incident, entries, names, now=now, newest=newest),
    }


async def _updates(parts: Parts, documents: Documents, incident: Incident, now: datetime) -> Texts:
    every = await parts.database.read(lambda work: work.updates.all(incident.id))
    updates = [update for update in every if update.state is UpdateState.PUBLISHED]
    titles = {one.key: one.title for one in parts.organisation.audiences}
    names = await parts.workspace.names(exports.mentioned(updates))
    return {
        "md": lambda: exports.updates_markdown(documents, incident, updates, names, now=now, titles=titles),
        "json": lambda: exports.updates_json(incident, updates, names, now=now),
    }
