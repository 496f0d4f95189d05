"""One HTTP request for each of many ids, or for each batch of them: who was reached, who was not, who was never tried.

One id that is refused never stops the others; but after a few in a row that were not answered well, or once the
credential is refused, the rest is not tried, so that all ends in bounded time.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from commands.base.body_template import fill_body
from commands.base.contract import Progress, Surroundings
from commands.base.http_call import Auth, Call
from commands.base.http_refusal import UnauthorisedError
from commands.base.http_retries import insist
from commands.base.side_by_side import side_by_side
from commands.base.web_address import fill_address
from incidents.containment import ActionError, Effect

_FAILURES_IN_A_ROW: Final = 5
_NAMED_AT_MOST: Final = 10
_KEY_AT_MOST: Final = 200

Batch = tuple[str, ...]


@dataclass(frozen=True)
class Sending:
    """What is sent, and how.

    Attributes:
        batches: the ids of each request; one empty batch where there are no ids.
        idempotency: the header for the key of a request, and what the key begins with; None to send none.
        retries: how often more each request may be tried.
        repeatable: whether a request may be sent again when its answer was lost.
    """

    method: str
    url: str
    body: Any
    batches: Sequence[Batch]
    headers: Mapping[str, str] = field(default_factory=dict)
    auth: Auth | None = None
    reason: str = ""
    idempotency: tuple[str, str] | None = None
    timeout: float = 10
    retries: int = 2
    repeatable: bool = True
    accept: frozenset[int] = frozenset()

    def call(self, batch: Batch) -> Call:
        """The request for one batch."""
        headers = dict(self.headers)
        if self.idempotency:
            header, begin = self.idempotency
            headers[header] = idempotency_key(begin, batch)
        return Call(
            self.method,
            fill_address(self.url, batch[0] if batch else ""),
            headers=headers,
            body=fill_body(self.body, ids=batch, reason=self.reason),
            auth=self.auth,
            timeout=self.timeout,
            accept=self.accept,
        )


@dataclass
class Outcome:
    """How far it came."""

    done: list[str] = field(default_factory=list)
    failed: dict[Batch, ActionError] = field(default_factory=dict)
    untried: list[str] = field(default_factory=list)
    _in_a_row: int = 0
    _unauthorised: bool = False

    def add(self, batch: Batch, error: ActionError | None) -> None:
        """Note what became of one batch."""
        if error is None:
            self.done.extend(batch)
            self._in_a_row = 0
            return
        self.failed[batch] = error
        self._unauthorised |= isinstance(error, UnauthorisedError)
        silent = error.temporary or error.effect is Effect.UNKNOWN
        self._in_a_row = self._in_a_row + 1 if silent else 0

    @property
    def gives_up(self) -> bool:
        """Whether trying more would only take time."""
        return self._unauthorised or self._in_a_row >= _FAILURES_IN_A_ROW


def in_batches(ids: Sequence[str], size: int) -> tuple[Batch, ...]:
    """The ids in order, so many at a time; one empty batch where there are none."""
    return tuple(tuple(ids[start : start + size]) for start in range(0, len(ids), size)) or ((),)


def idempotency_key(begin: str, batch: Batch) -> str:
    """The same for the same run and batch; fit for a header."""
    key = quote(":".join((begin, *batch)), safe=":-._~")
    return key if len(key) <= _KEY_AT_MOST else hashlib.sha256(key.encode()).hexdigest()


async def send_all(surroundings: Surroundings, sending: Sending, progress: Progress) -> None:
    """Send all requests, a few at a time.

    Raises:
        ChangedMeanwhileError: the only request was refused as in conflict.
        ActionError: not all were carried out; names those that were not.
    """
    outcome = Outcome()
    calls = [partial(_one, surroundings, sending, batch, outcome, progress) for batch in sending.batches]
    await side_by_side(calls)
    if not outcome.failed:
        return
    if len(sending.batches) == 1:
        raise next(iter(outcome.failed.values()))
    raise _partly(outcome)


async def _one(
    surroundings: Surroundings, sending: Sending, batch: Batch, outcome: Outcome, progress: Progress
) -> None:
    if outcome.gives_up:
        outcome.untried.extend(batch)
        return
    try:
        await insist(
            surroundings,
            sending.call(batch),
            retries=sending.retries,
            repeatable=sending.repeatable,
            progress=progress,
        )
    except ActionError as error:
        outcome.add(batch, error)
        return
    outcome.add(batch, None)
    total = sum(len(one) for one in sending.batches)
    await progress(f"{len(outcome.done)} of {total} ids done")


def _partly(outcome: Outcome) -> ActionError:
    """Not all worked: who was not reached, and why the first of them was not."""
    missed = [one for batch in outcome.failed for one in batch]
    total = len(outcome.done) + len(missed) + len(outcome.untried)
    first = next(iter(outcome.failed.values()))
    effects = {error.effect for error in outcome.failed.values()}
    untried = f" Not tried: {_named(outcome.untried)}." if outcome.untried else ""
    unsure = [
        one for batch, error in outcome.failed.items() if error.effect is Effect.UNKNOWN for one in batch
    ]
    doubt = f" Not known for {_named(unsure)}." if unsure else ""
    return ActionError(
        f"{len(missed)} of {total} ids failed: {_named(missed)}. The first: {first.failed}",
        now=f"{len(outcome.done)} of {total} are done.{doubt}{untried}",
        then="Run it again: what is done already is not done twice. Contain what stays by hand.",
        effect=_effect(outcome, effects),
        temporary=not outcome.done and all(error.temporary for error in outcome.failed.values()),
    )


def _effect(outcome: Outcome, effects: set[Effect]) -> Effect:
    if outcome.done:
        return Effect.PARTIAL
    return Effect.UNKNOWN if Effect.UNKNOWN in effects else Effect.NONE


def _named(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _NAMED_AT_MOST} more" if len(ids) > _NAMED_AT_MOST else ""
    return ", ".join(ids[:_NAMED_AT_MOST]) + more
