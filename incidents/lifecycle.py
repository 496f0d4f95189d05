"""An incident's life: its stages, the moves between them, and the gates that a move must pass.

Which gates a playbook wants is told to the functions here; who may move or waive is `rights.py`.
"""

import re
from collections.abc import Set as AbstractSet
from enum import StrEnum
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field

from incidents.errors import IllegalMoveError, NotUnderstoodError

REASON_LIMIT = 300


class Stage(StrEnum):
    """Where an incident stands. The first six follow each other, the last two end it early."""

    DECLARED = "declared"
    INVESTIGATING = "investigating"
    CONTAINED = "contained"
    RECOVERING = "recovering"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"

    @property
    def is_open(self) -> bool:
        """Whether people are still expected to work on it."""
        return self in _OPEN

    @property
    def is_over(self) -> bool:
        """Whether nobody needs to work on it any more, unless it is reopened."""
        return not self.is_open

    @property
    def words(self) -> str:
        """The stage as people say it, such as "cancelled as a false positive"."""
        return _WORDS.get(self, self.value)


_OPEN = (Stage.DECLARED, Stage.INVESTIGATING, Stage.CONTAINED, Stage.RECOVERING)
_WORDS = {
    Stage.CANCELLED: "cancelled as a false positive",
    Stage.MERGED: "merged as a duplicate",
}
_REOPENABLE = (Stage.RESOLVED, Stage.CLOSED, Stage.CANCELLED)


def _moves_from(stage: Stage) -> frozenset[Stage]:
    if stage.is_open:
        ahead = set(_OPEN[_OPEN.index(stage) + 1 :])
        # containment that did not hold, or a recovery with a relapse, is investigated anew
        back = {Stage.INVESTIGATING} if stage in {Stage.CONTAINED, Stage.RECOVERING} else set()
        return frozenset(ahead | back | {Stage.RESOLVED, Stage.CANCELLED, Stage.MERGED})
    reopened = {Stage.INVESTIGATING} if stage in _REOPENABLE else set()
    return frozenset(reopened | ({Stage.CLOSED} if stage is Stage.RESOLVED else set()))


MOVES = MappingProxyType({stage: _moves_from(stage) for stage in Stage})
"""The stages that can follow each stage, gates aside."""


# --- gates ---------------------------------------------------------------------------------------------


class GateKind(StrEnum):
    """What must be so before a move.

    Containment before diagnosis and a regression test from every incident are golden rules of the on-call
    playbook; the postmortem, for small incidents too, is the operations guide's.
    """

    CONTAINMENT = "containment"
    POSTMORTEM = "postmortem"
    REGRESSION = "regression"


ALL_GATES = frozenset(GateKind)
_GATES_BEFORE = {
    Stage.RESOLVED: (GateKind.CONTAINMENT,),
    Stage.CLOSED: (GateKind.POSTMORTEM, GateKind.REGRESSION),
}
_MISSING = {
    GateKind.CONTAINMENT: (
        "Containment is not verified. Press *Verify containment…* or type `/incident verify` with a link"
        " or words that show it"
    ),
    GateKind.POSTMORTEM: (
        "There is no published postmortem. Press *Close…* or type `/incident postmortem` with its link"
    ),
    GateKind.REGRESSION: (
        "There is no regression case. Press *Close…* or type `/incident regression` with its link"
    ),
}
_TITLES = {
    GateKind.CONTAINMENT: "verified containment",
    GateKind.POSTMORTEM: "a published postmortem",
    GateKind.REGRESSION: "a regression case",
}


class GateFacts(BaseModel):
    """What is known about the gates of one incident. Waivers map a gate to the commander's reason."""

    model_config = ConfigDict(frozen=True)

    containment_verified: str | None = None
    postmortem_link: str | None = None
    regression_link: str | None = None
    waivers: dict[GateKind, str] = Field(default_factory=dict)

    def proof(self, gate: GateKind) -> str | None:
        """The link or words that fulfil this gate, or None."""
        proofs = {
            GateKind.CONTAINMENT: self.containment_verified,
            GateKind.POSTMORTEM: self.postmortem_link,
            GateKind.REGRESSION: self.regression_link,
        }
        return (proofs[gate] or "").strip() or None

    def passes(self, gate: GateKind) -> bool:
        """Whether the gate is fulfilled, or waived with a reason."""
        return bool(self.proof(gate) or self.waivers.get(gate, "").strip())

    @property
    def waived(self) -> tuple[str, ...]:
        """A sentence for every gate that is waived and not fulfilled, for the record and the card."""
        return tuple(
            f"Waived: {_TITLES[gate]}, because {self.waivers[gate].strip()}"
            for gate in GateKind
            if self.passes(gate) and not self.proof(gate)
        )


def gates_before(to: Stage, wanted: AbstractSet[GateKind] = ALL_GATES) -> tuple[GateKind, ...]:
    """The gates on the way to a stage, among those that the playbook wants."""
    return tuple(gate for gate in _GATES_BEFORE.get(to, ()) if gate in wanted)


def missing(to: Stage, gates: AbstractSet[GateKind], facts: GateFacts) -> list[str]:
    """A sentence for each gate that bars the way to `to`: what is missing, and what to type or press."""
    return [
        f"{_MISSING[gate]}, or let the commander waive it: `/incident waive {gate} because …`."
        for gate in gates_before(to, gates)
        if not facts.passes(gate)
    ]


def check_move(
    origin: Stage,
    to: Stage,
    *,
    gates: AbstractSet[GateKind] = ALL_GATES,
    facts: GateFacts | None = None,
    name: str = "It",
) -> None:
    """Let a legal move pass.

    Args:
        origin: where the incident stands.
        to: where a person wants it.
        gates: those that the playbook wants.
        facts: what is known about the gates; nothing when None.
        name: what a refusal calls the incident, such as "INC-42".

    Raises:
        IllegalMoveError: there is no such move, or a gate is not passed; the text says what to do instead.
    """
    if to not in MOVES[origin]:
        raise IllegalMoveError(_no_way(origin, to, name))
    if lacking := missing(to, gates, facts or GateFacts()):
        raise IllegalMoveError(" ".join([f"{name} can't be {to.words} yet.", *lacking]))


def _no_way(origin: Stage, to: Stage, name: str) -> str:
    if origin is to:
        return f"{name} is {origin.words} already."
    if origin is Stage.MERGED:
        return (
            f"{name} is {origin.words}, which is final: work goes on in the incident that it was merged into."
        )
    if to is Stage.DECLARED:
        return f"{name} is {origin.words}, and no incident goes back to declared."
    if origin in _REOPENABLE:
        return f"{name} is {origin.words}. Press *Reopen* or type `/incident reopen` first."
    if to is Stage.CLOSED:
        return f"{name} is {origin.words}, and only a resolved incident is closed: `/incident resolve` first."
    following = ", ".join(stage.value for stage in Stage if stage in MOVES[origin])
    return f"{name} is {origin.words} and can't become {to.words}. From here it can become: {following}."


# --- what people write ---------------------------------------------------------------------------------


def find_gate(words: str) -> GateKind:
    """The gate that a person meant by "containment" or "post-mortem".

    Raises:
        NotUnderstoodError: there is no such gate.
    """
    plain = re.sub(r"[^a-z]", "", words.lower())
    for gate in GateKind:
        if plain and gate.value.startswith(plain.removesuffix("case").removesuffix("test")):
            return gate
    known = ", ".join(GateKind)
    raise NotUnderstoodError(
        f"Say what is waived, one of {known}, and why: /incident waive containment because nothing was deployed"
    )


def read_link(words: str) -> str:
    """The web address in what a person typed, Slack's angle brackets taken off.

    Raises:
        NotUnderstoodError: it is no web address.
    """
    plain = re.sub(r"^<([^>|]*)(?:\|[^>]*)?>$", r"\1", words.strip())
    if not re.fullmatch(r"https?://[^\s<>|/?#]+[^\s<>|]*", plain, re.IGNORECASE):
        raise NotUnderstoodError(f'"{words.strip()}" is no link. Paste one that starts with https://')
    return plain


def with_waiver(facts: GateFacts, gate: GateKind, reason: str) -> GateFacts:
    """The facts with a gate waived.

    Raises:
        NotUnderstoodError: no reason is given.
    """
    reason = " ".join(reason.split())[:REASON_LIMIT].removesuffix(".")
    if not reason:
        raise NotUnderstoodError(
            f"Say why {_TITLES[gate]} is waived, such as: `/incident waive {gate} because nothing was deployed`."
        )
    return facts.model_copy(update={"waivers": {**facts.waivers, gate: reason}})
