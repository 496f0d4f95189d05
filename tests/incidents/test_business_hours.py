"""Working time runs only while people work."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.business_hours import business_hours, response_due
from incidents.severity import DEFAULT_SCHEME

HOURS = business_hours("UTC", "09:00", "17:00", ("mon", "tue", "wed", "thu", "fri"))
FRIDAY = datetime(2026, 1, 2, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("begin", "hours", "due"),
    [
        (FRIDAY, 1, datetime(2026, 1, 2, 17, 0, tzinfo=UTC)),
        (FRIDAY, 4, datetime(2026, 1, 5, 12, 0, tzinfo=UTC)),
        (datetime(2026, 1, 3, 3, 0, tzinfo=UTC), 1, datetime(2026, 1, 5, 10, 0, tzinfo=UTC)),
        (datetime(2026, 1, 5, 3, 0, tzinfo=UTC), 24, datetime(2026, 1, 7, 17, 0, tzinfo=UTC)),
        (datetime(2026, 1, 5, 18, 0, tzinfo=UTC), 1, datetime(2026, 1, 6, 10, 0, tzinfo=UTC)),
    ],
)
def test_time_runs_in_working_hours_only(begin: datetime, hours: int, due: datetime) -> None:
    assert HOURS.after(begin, timedelta(hours=hours)) == due


def test_the_zone_of_the_people_counts() -> None:
    berlin = business_hours("Europe/Berlin", "09:00", "17:00", ("mon",))
    assert berlin.after(datetime(2026, 1, 5, 3, 0, tzinfo=UTC), timedelta(hours=1)) == datetime(
        2026, 1, 5, 9, 0, tzinfo=UTC
    )


def test_a_day_on_which_clocks_change_has_its_real_hours() -> None:
    whole = business_hours("Europe/Berlin", "00:00", "23:59", ("sun", "mon"))
    sunday = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)  # midnight in Berlin, the day of 23 hours
    assert whole.after(sunday, timedelta(hours=22)) == datetime(2026, 3, 29, 21, 0, tzinfo=UTC)


@given(
    begin=st.integers(0, 365 * 24 * 60).map(lambda minutes: FRIDAY + timedelta(minutes=minutes)),
    minutes=st.integers(1, 5000),
)
def test_it_is_never_earlier_than_round_the_clock_and_always_at_work(begin: datetime, minutes: int) -> None:
    due = HOURS.after(begin, timedelta(minutes=minutes))
    assert due >= begin + timedelta(minutes=minutes)
    assert due.weekday() < 5
    assert 9 <= due.hour <= 17


def test_only_levels_of_business_hours_wait_for_them() -> None:
    night = datetime(2026, 1, 3, 3, 0, tzinfo=UTC)
    sev1, sev3 = DEFAULT_SCHEME.levels[1], DEFAULT_SCHEME.levels[3]
    assert response_due(sev1, night, HOURS) == night + timedelta(minutes=15)
    assert response_due(sev3, night, HOURS) == datetime(2026, 1, 5, 13, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "start", "end", "said"),
    [("Mars/Base", "09:00", "17:00", "no time zone"), ("UTC", "17:00", "09:00", "must end after")],
)
def test_hours_that_make_no_sense_are_refused(zone: str, start: str, end: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        business_hours(zone, start, end, ("mon",))
