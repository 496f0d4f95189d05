"""What the approval policy needs to know of people, asked outside of any transaction; and refusals, kept in the record."""

from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from bot.services.contain.change_run import rule_of
from bot.services.parts import Parts
from bot.services.permit import person_for, record_refusal
from incidents.approval import ApprovalRule, BreakGlass, Verdict, judge
from incidents.crew import Crew, crew_of
from incidents.errors import IllegalMoveError, NotAllowedError, OutsideError
from incidents.incident import Incident
from incidents.rights import Person, Right, Rule, mention
from incidents.runs import Run


@dataclass(frozen=True)
class Requester:
    """Who asked for a run, and the rule that it is judged by."""

    person: Person
    rule: ApprovalRule
    crew: Crew

    def judge(self, run: Run, now: datetime, glass: BreakGlass | None = None) -> Verdict:
        """Whether the run may start now."""
        return judge(
            self.rule,
            requester=self.person,
            approvals=run.approvals,
            now=now,
            crew=self.crew,
            break_glass=glass or run.break_glass,
        )


async def requester_of(parts: Parts, run: Run, incident: Incident) -> Requester:
    """What the policy must know of who asked for the run.

    Raises:
        NotAllowedError: Slack does not tell just now.
    """
    rule, crew = rule_of(parts, run, incident), crew_of(incident)
    return Requester(await person_of(parts, rule.run, run.requester, crew), rule, crew)


async def person_of(parts: Parts, rule: Rule, user: str, crew: Crew) -> Person:
    """What a rule must know of a person; raises as `requester_of` does."""
    try:
        return await person_for(parts, rule, user, crew)
    except OutsideError as error:
        raise NotAllowedError(
            f"Slack can't tell me just now what you may do, so nothing was done ({error.code}). Please try again."
        ) from error


async def run_and_incident(parts: Parts, run_id: int) -> tuple[Run, Incident]:
    """A run and its incident.

    Raises:
        NotFoundError: there is no such run.
    """
    run = await parts.database.read(lambda work: work.runs.get(run_id))
    return run, await parts.database.read(lambda work: work.incidents.get(run.incident_id))


async def refuse(parts: Parts, incident: Incident, user: str, sentence: str) -> NoReturn:
    """Refuse a person, and note it in the incident's timeline.

    Raises:
        NotAllowedError: always.
    """
    await record_refusal(parts, Right.CONTAIN, user, incident)
    raise NotAllowedError(sentence)


def check_own(run: Run, incident: Incident, by: str) -> None:
    """Only who asked for a run, or who commands the incident, sends it on its way or calls it off.

    Raises:
        IllegalMoveError: it is somebody else.
    """
    if by not in {run.requester, incident.commander}:
        raise IllegalMoveError(
            f"{run.named} was asked for by {mention(run.requester)}: they or the incident commander decide. You can run it yourself with `/incident contain {run.action}`."
        )
