"""Looking at the outside over HTTP: a status, a value in JSON, a metric; once, or until it is as it should be."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Self

from pydantic import Field, model_validator

from commands.base import json_path, metrics_page
from commands.base.contract import Progress, Surroundings
from commands.base.http_call import ANSWER_LIMIT, METRICS_LIMIT, Answer, Auth, Call, refuse, send
from commands.base.json_path import JSON_PATH
from commands.base.masking import quoted
from commands.base.metrics_page import METRIC
from commands.base.side_by_side import side_by_side
from commands.base.threshold import Threshold, is_figure
from commands.base.web_address import WebAddress, fill_address, has_id
from incidents.containment import ActionError, Verification


class Probe(Threshold):
    """What is looked at, and how it should be."""

    url: WebAddress = Field(description="what is fetched; {id} in it looks once for each id")
    auth: Auth | None = Field(default=None, description="the credential, by the name of its variable")
    status: int = Field(default=200, ge=100, le=599, description="the status that it should have")
    json_path: str | None = Field(
        default=None, pattern=JSON_PATH, description="a value in the JSON answer, such as data.items[0].state"
    )
    equals: str | int | float | bool | None = Field(
        default=None, description="what the value at json_path should be"
    )
    metric: str | None = Field(
        default=None,
        pattern=METRIC,
        description='a sample of a metrics page, such as bad_total{pack="a"}; summed',
    )
    timeout_seconds: float = Field(default=5, gt=0, le=60, description="how long one look may take")
    wait_seconds: float | None = Field(
        default=None, ge=0, le=3600, description="how long to wait for it; without it, Cordon's own patience"
    )
    every_seconds: float = Field(default=2, gt=0, le=300, description="how long to wait between two looks")

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        compares = "equals" in self.model_fields_set
        if self.json_path and self.metric:
            raise ValueError("give either json_path or metric")
        if self.metric and (compares or not self.has_bound):
            raise ValueError("metric needs below or above")
        if self.json_path and compares == self.has_bound:
            raise ValueError("json_path needs one of equals, below, above")
        if not self.json_path and not self.metric and (compares or self.has_bound):
            raise ValueError("equals, below and above need json_path or metric")
        return self

    @property
    def wanted(self) -> str:
        """How it should be, for people."""
        subject = self.json_path or self.metric
        if subject is None:
            return f"status {self.status}"
        return f"{subject} {self.words}" if self.has_bound else f"{subject} = {_shown(self.equals)}"


@dataclass(frozen=True)
class Reading:
    """What one look saw."""

    holds: bool
    text: str


async def look(surroundings: Surroundings, probe: Probe, one: str = "") -> Reading:
    """Look once.

    Args:
        surroundings: what may be used.
        probe: at what.
        one: the id to look for, where the address has a place for it.

    Raises:
        ActionError: it did not answer, or not in the form that was asked for.
    """
    limit = METRICS_LIMIT if probe.metric else ANSWER_LIMIT
    call = Call(
        "GET", fill_address(probe.url, one), auth=probe.auth, timeout=probe.timeout_seconds, limit=limit
    )
    answer = await send(surroundings, call)
    if answer.status != probe.status:
        if answer.status // 100 == 2 or (probe.json_path is None and probe.metric is None):  # noqa: PLR2004
            return Reading(False, f"{call.what}: status {answer.status}, should be {probe.status}")
        raise refuse(call, answer)
    try:
        return _judge(probe, call, answer)
    except ValueError as error:
        raise _unreadable(call, str(error)) from None


async def look_at_all(surroundings: Surroundings, probe: Probe, ids: Sequence[str]) -> Reading:
    """Look for each id, or once where the address has no place for one. Raises ActionError as `look` does."""
    if not has_id(probe.url) or not ids:
        return await look(surroundings, probe)
    readings = await side_by_side([partial(look, surroundings, probe, one) for one in ids])
    wrong = [
        f"{one}: {reading.text}" for one, reading in zip(ids, readings, strict=True) if not reading.holds
    ]
    text = f"{len(ids) - len(wrong)} of {len(ids)} ids have {probe.wanted}"
    more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""  # noqa: PLR2004 - as many as are named
    return Reading(not wrong, f"{text} (not {'; '.join(wrong[:3])}{more})" if wrong else text)


async def until_it_holds(
    surroundings: Surroundings,
    looks: Callable[[], Awaitable[Reading]],
    *,
    seconds: float | None,
    every: float,
    progress: Progress,
) -> Verification:
    """Look again and again until what is seen is as it should be, or the time is over.

    Args:
        surroundings: the clock tells the time; its patience is taken where no time is given.
        looks: one look.
        seconds: how long to wait.
        every: seconds between two looks.
        progress: told each reading that differs from the one before.

    Raises:
        ActionError: nothing could be seen at the end, or looking is not allowed.
    """
    began = surroundings.clock.now()
    end = began + timedelta(seconds=surroundings.patience if seconds is None else seconds)
    told = ""
    while True:
        reading, error = await _attempt(looks)
        waited = (surroundings.clock.now() - began).total_seconds()
        if reading.holds:
            return Verification(verified=True, evidence=(f"{reading.text}, after {waited:.0f} s.",))
        if surroundings.clock.now() + timedelta(seconds=every) > end:
            if error is not None:
                raise error
            return Verification(verified=False, evidence=(f"{reading.text}, even after {waited:.0f} s.",))
        if reading.text != told:
            told = reading.text
            await progress(f"waiting: {told}")
        await surroundings.clock.sleep(every)


async def _attempt(looks: Callable[[], Awaitable[Reading]]) -> tuple[Reading, ActionError | None]:
    try:
        return await looks(), None
    except ActionError as error:
        if not error.temporary:
            raise
        return Reading(False, error.failed), error


def _judge(probe: Probe, call: Call, answer: Answer) -> Reading:
    if probe.metric:
        figure = metrics_page.total(_page(answer), probe.metric)
        if figure is None:
            raise ValueError(f"has no sample {probe.metric}")
        return Reading(probe.met_by(figure), f"{probe.metric} is {figure:g}, should be {probe.words}")
    if probe.json_path is None:
        return Reading(True, f"{call.what}: status {answer.status}")
    value = json_path.find(_document(answer), probe.json_path)
    if value is json_path.MISSING:
        return Reading(False, f"{probe.json_path} is not there, should be {_wish(probe)}")
    holds = (
        is_figure(value) and probe.met_by(value) if probe.has_bound else json_path.equal(value, probe.equals)
    )
    shown = quoted(_shown(value), answer.secrets, at_most=80)
    return Reading(holds, f"{probe.json_path} is {shown}, should be {_wish(probe)}")


def _document(answer: Answer) -> object:
    try:
        return answer.json()
    except ValueError:
        raise ValueError("did not answer JSON that can be read") from None


def _page(answer: Answer) -> str:
    if not answer.whole:
        raise ValueError("has a page of metrics that is too long")
    return answer.text


def _wish(probe: Probe) -> str:
    return probe.words if probe.has_bound else _shown(probe.equals)


def _shown(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return f'"{value}"' if isinstance(value, str) else str(value)


def _unreadable(call: Call, why: str) -> ActionError:
    return ActionError(
        f"{call.what} {why}.",
        now="What it would show is not known.",
        then="Look at the target by hand, and correct the probe.",
        temporary=True,
    )
