"""Who may contain what, and who else must agree: the `containment:` of `cordon.yaml` and its verdicts in sentences.

Pure: the caller brings what is known about people and the time. Containment comes before everything, so that for
each approval that nobody gives there is a named way past it, with a reason that stands in the record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from incidents.containment import Risk
from incidents.crew import Crew
from incidents.rights import Decision, Person, Rule, holders, mention, reaches
from incidents.roles import Role
from incidents.severity import LevelKey

REASON_LIMIT = 300


class Approval(BaseModel):
    """Somebody agreed at a moment."""

    model_config = ConfigDict(frozen=True)

    by: str
    at: datetime


class BreakGlass(BaseModel):
    """Somebody went past the approvals, and why."""

    model_config = ConfigDict(frozen=True)

    by: str
    at: datetime
    reason: str


# --- the policy ----------------------------------------------------------------------------------------


class BreakGlassRule(BaseModel):
    """Who may go past a missing approval, and after how long."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    who: Rule = Field(
        default=Rule(roles=frozenset({Role.COMMANDER})), description="who may; nobody when empty"
    )
    after_minutes: Annotated[int, Field(ge=0, le=1440)] = Field(
        default=3, description="so long after approval was asked for; 0 for at once"
    )


class ApprovalRule(BaseModel):
    """What holds for some risks, at some severities."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    risks: Annotated[tuple[Risk, ...], Field(min_length=1)] = Field(description="low, medium, high")
    severities: tuple[LevelKey, ...] = Field(default=(), description="at these only; at all when empty")
    run: Rule = Field(default=Rule(anybody=True), description="who may start it, or ask for its approval")
    approvals: Annotated[int, Field(ge=0, le=5)] = Field(default=0, description="how many others must agree")
    approvers: Rule = Field(
        default=Rule(roles=frozenset({Role.COMMANDER, Role.AI_OPS, Role.DOMAIN_SME})),
        description="who may agree; never the one who asks",
    )
    approval_minutes: Annotated[int, Field(ge=1, le=1440)] = Field(
        default=30, description="an approval that is not used for so long has to be given again"
    )
    break_glass: BreakGlassRule = Field(
        default=BreakGlassRule(), description="who may go on without the approvals when nobody answers"
    )

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if self.approvals and self.approvers == Rule():
            raise ValueError("approvals are asked for and nobody may give them; name approvers")
        return self

    @property
    def lasting(self) -> timedelta:
        """How long an approval holds."""
        return timedelta(minutes=self.approval_minutes)

    def covers(self, risk: Risk, severity_rank: int) -> bool:
        """Whether it speaks of such an action in such an incident; rank 0 is the worst."""
        return risk in self.risks and (not self.severities or f"SEV{severity_rank}" in self.severities)


class ContainmentPolicy(BaseModel):
    """The rules, of which the first that covers an action counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: tuple[ApprovalRule, ...] = Field(
        default=(
            ApprovalRule(risks=(Risk.LOW, Risk.MEDIUM)),
            ApprovalRule(risks=(Risk.HIGH,), approvals=1),
        ),
        description="the first that covers an action's risk and the incident's severity counts",
    )

    @model_validator(mode="after")
    def _nothing_is_left_open(self) -> Self:
        for risk in Risk:
            if not any(risk in rule.risks and not rule.severities for rule in self.rules):
                raise ValueError(
                    f"no rule says who may run actions of {risk} risk at every severity;"
                    f" add one with risks: [{risk}] and without severities at the end"
                )
        return self

    def rule(self, risk: Risk, severity_rank: int) -> ApprovalRule:
        """The rule that counts."""
        return next(rule for rule in self.rules if rule.covers(risk, severity_rank))


# --- the verdicts --------------------------------------------------------------------------------------


class Judgement(StrEnum):
    """Whether a run may start."""

    ALLOWED = "allowed"
    NEEDS_APPROVAL = "needs_approval"
    REFUSED = "refused"


@dataclass(frozen=True)
class Verdict:
    """Whether a run may start now: `until` when that holds, or how many approvals it needs yet, in a sentence."""

    judgement: Judgement
    sentence: str = ""
    needed: int = 0
    until: datetime | None = None

    @property
    def allowed(self) -> bool:
        """Whether it may start now."""
        return self.judgement is Judgement.ALLOWED


def judge(
    rule: ApprovalRule,
    *,
    requester: Person,
    approvals: Sequence[Approval],
    now: datetime,
    crew: Crew | None = None,
    break_glass: BreakGlass | None = None,
) -> Verdict:
    """Decide whether what somebody asked for may start.

    Args:
        rule: the policy's rule for the action's risk and the incident's severity.
        requester: who asked. Their own approval never counts, and each other person's once.
        approvals: what was given, each checked by `check_approver` when it was.
        now: the time; approvals older than the rule lets them last don't count.
        crew: who holds the roles, to be named in the sentence.
        break_glass: given, and checked by `may_break_glass`; it lasts as long as an approval.
    """
    if not reaches(rule.run, requester):
        return Verdict(Judgement.REFUSED, _refusal("run this action", rule.run, requester, crew))
    if rule.approvals == 0:
        return Verdict(Judgement.ALLOWED, until=now + rule.lasting)
    if break_glass is not None and break_glass.at + rule.lasting > now:
        return Verdict(Judgement.ALLOWED, until=break_glass.at + rule.lasting)
    newest = sorted(counted(rule, requester.id, approvals, now).values(), reverse=True)[: rule.approvals]
    if len(newest) == rule.approvals:
        return Verdict(Judgement.ALLOWED, until=newest[-1] + rule.lasting)
    needed = rule.approvals - len(newest)
    return Verdict(Judgement.NEEDS_APPROVAL, _asked(rule, needed, requester.id, crew), needed)


def counted(
    rule: ApprovalRule, requester: str, approvals: Sequence[Approval], now: datetime
) -> dict[str, datetime]:
    """The approvals that count now: when each person but the requester last agreed, if that still holds."""
    ordered = sorted(approvals, key=lambda one: one.at)
    return {one.by: one.at for one in ordered if one.by != requester and one.at + rule.lasting > now}


def check_approver(
    rule: ApprovalRule,
    *,
    approver: Person,
    requester: str,
    approvals: Sequence[Approval],
    now: datetime,
    crew: Crew | None = None,
) -> Decision:
    """Decide whether a person's approval counts; the sentence says why not, and who else can give it."""
    if rule.approvals == 0:
        return Decision(allowed=False, sentence="This action needs no approval. It can be run.")
    if approver.id == requester:
        who = holders(rule.approvers, crew, but=requester) or "nobody else"
        return Decision(
            allowed=False, sentence=f"You asked for it, so somebody else must approve. Who can: {who}."
        )
    if not reaches(rule.approvers, approver):
        return Decision(allowed=False, sentence=_refusal("approve it", rule.approvers, approver, crew))
    if approver.id in counted(rule, requester, approvals, now):
        return Decision(allowed=False, sentence="You have approved it already. Another person must, too.")
    return Decision(allowed=True)


def may_break_glass(
    rule: ApprovalRule,
    *,
    person: Person,
    asked_at: datetime,
    reason: str,
    now: datetime,
    crew: Crew | None = None,
) -> Decision:
    """Decide whether a person may go on without the approvals; the requester may as well.

    Args:
        rule: the policy's rule for the action's risk and the incident's severity.
        person: who wants to.
        asked_at: when approval was asked for.
        reason: why, in their words.
        now: the time.
        crew: who holds the roles, to be named in the sentence.
    """
    glass = rule.break_glass
    opens = asked_at + timedelta(minutes=glass.after_minutes)
    if rule.approvals == 0:
        return Decision(allowed=False, sentence="This action needs no approval. It can be run.")
    if not reaches(glass.who, person):
        return Decision(allowed=False, sentence=_refusal("run it without approval", glass.who, person, crew))
    if now < opens:
        wait = f"You can run it without approval from {opens:%H:%M:%S} UTC on"
        asked = holders(rule.approvers, crew, but=person.id)
        until = f" Until then ask: {asked}." if asked else ""
        return Decision(
            allowed=False, sentence=f"{wait}, {_minutes(glass.after_minutes)} after it was asked for.{until}"
        )
    if not reason.strip():
        return Decision(
            allowed=False,
            sentence="Say why it can't wait, such as: the agent is still leaking, nobody answers.",
        )
    return Decision(allowed=True)


# --- sentences -----------------------------------------------------------------------------------------


def _refusal(what: str, rule: Rule, person: Person, crew: Crew | None) -> str:
    if person.is_deactivated:
        return f"The account of {mention(person.id)} is deactivated."
    who = holders(rule, crew, but=person.id)
    guest = " A guest can only where cordon.yaml names them." if person.is_guest else ""
    return (
        f"You can't {what}.{guest} {f'Who can: {who}.' if who else 'Nobody can; cordon.yaml can allow it.'}"
    )


def _asked(rule: ApprovalRule, needed: int, requester: str, crew: Crew | None) -> str:
    """Who has to agree, and what happens when nobody does."""
    more = "one other person" if needed == 1 else f"{needed} other people"
    who = holders(rule.approvers, crew, but=requester) or "nobody, until cordon.yaml names somebody else"
    glass = holders(rule.break_glass.who, crew)
    after = rule.break_glass.after_minutes
    when = f"After {_minutes(after)} without an answer" if after else "If it can't wait"
    past = f" {when}, this can go on without: {glass}." if glass else ""
    return f"Needs the approval of {more}. Who can: {who}.{past}"


def _minutes(count: int) -> str:
    return "1 minute" if count == 1 else f"{count} minutes"
