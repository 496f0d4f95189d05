"""Holding still while a metric is watched: the step between two steps of a recovery. Changes nothing."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from pydantic import Field, model_validator

from commands.base.contract import Command, Progress
from commands.base.http_call import METRICS_LIMIT, Auth, Call, ask
from commands.base.metrics_page import METRIC, total
from commands.base.prometheus import worst_of
from commands.base.threshold import Threshold
from commands.base.web_address import WebAddress, has_id
from incidents.containment import ActionError, Change, Plan, Verification


class WaitAndWatchParams(Threshold):
    """What is watched, for how long, and the bound it must stay within."""

    minutes: float = Field(gt=0, le=24 * 60, description="how long it must stay good, without a break")
    query: str | None = Field(
        default=None, min_length=1, max_length=4000, description="PromQL for connections.prometheus"
    )
    url: WebAddress | None = Field(default=None, description="a metrics page, in place of a query")
    metric: str | None = Field(
        default=None, pattern=METRIC, description='a sample of that page, such as bad_total{pack="a"}; summed'
    )
    auth: Auth | None = Field(default=None, description="the credential for url, by the name of its variable")
    empty_is: float | None = Field(
        default=None,
        allow_inf_nan=False,
        description="the figure that no series stands for, such as 0; without it, that is unreadable",
    )
    every_seconds: float = Field(default=15, ge=1, le=600, description="how long between two readings")
    tolerate_seconds: float = Field(
        default=60, ge=0, le=3600, description="for how long the metric may be unreadable"
    )
    timeout_seconds: float = Field(default=10, gt=0, le=60, description="how long reading the page may take")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if not self.has_bound:
            raise ValueError("give below or above")
        if (self.query is None) == (self.url is None) or (self.url is None) != (self.metric is None):
            raise ValueError("give either query, or url and metric")
        if self.url is not None and has_id(self.url):
            raise ValueError("url has no place for an id here")
        return self

    @property
    def subject(self) -> str:
        """What is watched, for people."""
        return self.query or self.metric or ""


class WaitAndWatch(Command[WaitAndWatchParams]):
    """Verifies nothing but that a figure stays where it should."""

    name: ClassVar[str] = "wait_and_watch"
    summary: ClassVar[str] = "Wait while a metric stays within a bound"
    params_type: ClassVar[type[WaitAndWatchParams]] = WaitAndWatchParams

    async def plan(self, params: WaitAndWatchParams) -> Plan:
        """Read the metric; it must be there to be watched.

        The reading stands among the warnings: among the changes it would make each plan another one.
        """
        figure = await self._read(params)
        side = "good" if params.met_by(figure) else "NOT good: it would end at once"
        what = f"{params.subject} {params.words}"
        return Plan(
            target=f"Watch {what}",
            changes=(
                Change(what=f"Watch {what}", before="not watched", after=f"good for {params.minutes:g} min"),
            ),
            warnings=(f"Now: {figure:g}, which is {side}.",),
            reversible=False,
            irreversible_because="it only watches, and changes nothing",
        )

    async def execute(self, params: WaitAndWatchParams, plan: Plan, key: str, progress: Progress) -> None:
        """Nothing: all of it is watching."""

    async def verify(self, params: WaitAndWatchParams, plan: Plan, progress: Progress) -> Verification:
        """Watch until the time is over, or the figure is no longer good, or can't be read for too long."""
        clock = self.surroundings.clock
        began = seen = clock.now()
        end = began + timedelta(minutes=params.minutes)
        readings: list[float] = []
        while True:
            try:
                figure = await self._read(params)
            except ActionError as error:
                blind = clock.now() - seen
                if blind.total_seconds() > params.tolerate_seconds or clock.now() >= end:
                    return _blind(params, error, seen, blind)
                await progress(f"can't be read for {blind.total_seconds():.0f} s: {error.failed}")
            else:
                seen = clock.now()
                readings.append(figure)
                if not params.met_by(figure):
                    return _returned(params, figure, began, seen)
                if seen >= end:
                    return _held(params, readings)
                await progress(f"{figure:g}, {params.words}; {_left(end - seen)} left")
            await clock.sleep(min(params.every_seconds, max((end - clock.now()).total_seconds(), 0.001)))

    async def _read(self, params: WaitAndWatchParams) -> float:
        if params.query is not None:
            return await worst_of(self.surroundings, params.query, params, when_empty=params.empty_is)
        call = Call(
            "GET", params.url or "", auth=params.auth, timeout=params.timeout_seconds, limit=METRICS_LIMIT
        )
        answer = await ask(self.surroundings, call)
        try:
            figure = total(answer.text, params.metric or "") if answer.whole else None
        except ValueError as error:
            raise _unreadable(call, str(error)) from None
        if figure is None and params.empty_is is None:
            raise _unreadable(call, f"has no {params.metric}" if answer.whole else "is too long a page")
        return figure if figure is not None else params.empty_is or 0


def _held(params: WaitAndWatchParams, readings: list[float]) -> Verification:
    worst = params.worst(readings)
    text = f"{params.subject} stayed {params.words} for {params.minutes:g} min"
    return Verification(
        verified=True,
        evidence=(f"{text}: {len(readings)} readings, the worst {worst:g}, the last {readings[-1]:g}.",),
    )


def _returned(params: WaitAndWatchParams, figure: float, began: datetime, at: datetime) -> Verification:
    text = f"{params.subject} was {figure:g} at {at:%Y-%m-%d %H:%M:%S} UTC, and should stay {params.words}"
    return Verification(verified=False, evidence=(f"{text}; watched for {_left(at - began)}.",))


def _blind(params: WaitAndWatchParams, error: ActionError, seen: datetime, blind: timedelta) -> Verification:
    text = f"{params.subject} could not be read for {_left(blind)}, since {seen:%Y-%m-%d %H:%M:%S} UTC"
    return Verification(verified=False, evidence=(f"{text}.", error.failed))


def _left(span: timedelta) -> str:
    seconds = span.total_seconds()
    return f"{seconds:.0f} s" if seconds < 60 else f"{round(seconds / 60, 1):g} min"  # noqa: PLR2004 - a minute


def _unreadable(call: Call, why: str) -> ActionError:
    return ActionError(
        f"{call.what} {why}.",
        now="How things stand is not known; nothing was changed by looking.",
        then="Look at the page by hand, and correct url or metric.",
        temporary=True,
    )
