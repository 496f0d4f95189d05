"""Business hours: when people who are not on call must answer, and when time given to them runs out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from incidents.severity import SeverityLevel

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_NAMES = get_args(Weekday)


@dataclass(frozen=True)
class BusinessHours:
    """The hours of a working day, in their own time zone."""

    zone: ZoneInfo
    start: time
    end: time
    days: frozenset[int]
    """0 is Monday."""

    def after(self, begin: datetime, span: timedelta) -> datetime:
        """The moment at which so much working time has passed since `begin`, in the zone of `begin`."""
        local, left = begin.astimezone(self.zone), span
        while True:
            opens, closes = (
                datetime.combine(local.date(), at, tzinfo=self.zone) for at in (self.start, self.end)
            )
            if local.weekday() in self.days and local < closes:
                from_ = max(local, opens)
                # in UTC, so that a day on which clocks change counts its real hours
                room = closes.astimezone(begin.tzinfo) - from_.astimezone(begin.tzinfo)
                if left <= room:
                    return from_.astimezone(begin.tzinfo) + left
                left -= room
            local = datetime.combine(local.date() + timedelta(days=1), time(), tzinfo=self.zone)


def business_hours(zone: str, start: str, end: str, days: Sequence[Weekday]) -> BusinessHours:
    """Hours as an organisation writes them: an IANA time zone, "09:00", "17:00", and "mon" to "sun".

    Raises:
        ValueError: there is no such time zone, or the day ends before it begins.
    """
    try:
        known = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'there is no time zone "{zone}"; write one such as Europe/Berlin') from None
    opens, closes = time.fromisoformat(start), time.fromisoformat(end)
    if opens >= closes:
        raise ValueError(f"the working day must end after it begins, and {end} is not after {start}")
    return BusinessHours(known, opens, closes, frozenset(_NAMES.index(day) for day in days))


def response_due(level: SeverityLevel, declared_at: datetime, hours: BusinessHours) -> datetime:
    """When somebody must have taken command of an incident of this level."""
    span = timedelta(minutes=level.response_minutes)
    return declared_at + span if level.hours == "always" else hours.after(declared_at, span)
