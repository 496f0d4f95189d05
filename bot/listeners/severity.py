"""`/incident severity`: the verb that changes how bad an incident is."""

import re

from bot.listeners.reception import Asked, Reception
from bot.listeners.verb import Verb
from bot.services.change_severity import REASON_LIMIT, change_severity
from bot.views import answers
from bot.views.help import VerbHelp
from incidents.errors import NotUnderstoodError
from incidents.rights import Right

_EXAMPLE = "/incident severity sev2 Only one customer is affected"
_BECAUSE = re.compile(r"^(?:because\b|:|-|–|—)\s*", re.IGNORECASE)


async def _run(reception: Reception, asked: Asked, words: str) -> None:
    parts = reception.parts
    incident, text = await reception.meant(asked, "severity", words, Right.CHANGE_SEVERITY)
    wanted, _, reason = re.sub(r"^(sev(?:erity)?)\s+(\d)", r"\1\2", text, flags=re.IGNORECASE).partition(" ")
    if not wanted:
        raise NotUnderstoodError(f"Say which: {_EXAMPLE}. {incident.key} is {incident.severity} now.")
    level = parts.scheme.find(wanted.rstrip(":"))
    reason = _BECAUSE.sub("", " ".join(reason.split()))
    if len(reason) > REASON_LIMIT:
        raise NotUnderstoodError(f"The reason has {len(reason)} characters and {REASON_LIMIT} fit.")
    changed = await change_severity(parts, incident.id, level, reason, by=asked.user, delivery=asked.delivery)
    if asked.channel != changed.channel_id:
        await reception.answer(asked, answers.say(f"{changed.key} is {changed.severity} now."))


VERB = Verb(
    "severity",
    VerbHelp(
        "severity [INC-42] sev2 [why]",
        "Changes the severity: cadence, people and cards follow at once.",
    ),
    _run,
)
