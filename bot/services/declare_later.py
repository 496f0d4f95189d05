"""Declares as soon as Slack has said who asks: kept at once, so that no declaration is lost while it is looked up."""

from typing import Final

from bot.services.declare import DeclareIncident, declare
from bot.services.parts import Parts
from bot.services.permit import permit
from bot.views import answers, declare_modal
from incidents.errors import NotAllowedError
from incidents.rights import Right
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND: Final = "declare_later"


def rights(order: DeclareIncident) -> list[Right]:
    """What a declaration takes."""
    special = [(order.private, Right.DECLARE_PRIVATE), (order.drill, Right.DRILL)]
    return [Right.DECLARE, *(right for wanted, right in special if wanted)]


async def enqueue(parts: Parts, order: DeclareIncident, *, delivery: str) -> bool:
    """Keep a declaration until it can be checked; whether it is new."""

    async def commit(work: UnitOfWork) -> bool:
        now = parts.clock.now()
        args = {"order": order.model_dump(mode="json"), "delivery": delivery}
        return await work.jobs.add(NewJob(KIND, f"{KIND}:{delivery}", args), now=now) is not None

    return await parts.database.write(commit)


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job."""

    async def body(run: JobRun) -> None:
        order = DeclareIncident.model_validate(run.args["order"])
        tell = parts.workspace.tell
        try:
            await parts.workspace.account(order.reporter)  # Slack in trouble: the journal comes back
            for right in rights(order):
                await permit(parts, right, order.reporter)
        except NotAllowedError as error:
            said = answers.refused(str(error))
            await run.step("refused", lambda: tell(order.reporter, said, channel=order.origin))
            return
        incident = await declare(parts, order, delivery=run.args["delivery"])
        if incident:
            declared = declare_modal.declared(incident)
            await run.step("answer", lambda: tell(order.reporter, declared, channel=order.origin))

    return JobKind(KIND, body)
