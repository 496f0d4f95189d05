"""Posting a message as a step of a job: found again, instead of posted again, where its answer was lost."""

import hashlib
from datetime import datetime

from bot.services.in_order import InOrder
from bot.services.parts import Parts
from bot.views import answers
from incidents.incident import Incident
from incidents.ports import Message
from storage.journal.run import JobRun


async def post_once(
    parts: Parts,
    run: JobRun,
    channel: str,
    message: Message,
    name: str,
    *,
    order: InOrder | None = None,
) -> str:
    """Post a message, marked with the job's key and the step's name; returns its ts.

    Args:
        parts: what the use cases work with.
        run: the attempt at the job.
        channel: where.
        message: what.
        name: the step's name.
        order: posts without waiting for the messages before, beginning in this order.
    """
    key = f"{run.key}/{name}"

    async def effect() -> str:
        if order:
            await order.turn(name)
            order.begun(name)
        return await parts.workspace.post(channel, message, key=key, pipelined=order is not None)

    async def probe(since: datetime) -> str | None:
        return await parts.workspace.find_message(channel, key, posted_after=since)

    try:
        return await run.step(name, effect, probe=probe)
    finally:
        if order:
            order.begun(name)


async def say_once(parts: Parts, run: JobRun, incident: Incident, markup: str) -> None:
    """Say something in the incident's channel, once for the same words."""
    digest = hashlib.sha256(markup.encode()).hexdigest()[:16]
    await post_once(parts, run, incident.channel_id or "", answers.warning(markup), f"said-{digest}")
