"""Quiet hours against a plain look at every minute, in zones with and without changing clocks."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanjia.model.quiet_hours import DEFAULT_BEGINS, DEFAULT_ENDS, QuietHours

NIGHT = QuietHours(DEFAULT_BEGINS, DEFAULT_ENDS, "Asia/Shanghai")
MINUTE = timedelta(minutes=1)

times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
instants = st.integers(0, 3 * 366 * 24 * 60).map(lambda n: datetime(2025, 1, 1, tzinfo=UTC) + n * MINUTE)
# Berlin and Lord Howe change their clocks, by an hour and by half an hour, on opposite halves of the globe.
zones = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe"])
all_hours = st.builds(QuietHours, times, times, zones)


def first_open_minute(hours: QuietHours, at: datetime) -> datetime:
    while hours.quiet(at):
        at += MINUTE
    return at


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-11-22T21:59", "2026-11-22T21:59"),
        ("2026-11-22T22:00", "2026-11-23T07:00"),
        ("2026-11-23T00:00", "2026-11-23T07:00"),
        ("2026-11-23T06:59", "2026-11-23T07:00"),
        ("2026-11-23T07:00", "2026-11-23T07:00"),
        ("2026-12-31T23:30", "2027-01-01T07:00"),
    ],
)
def test_the_usual_night(local: str, expected: str) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    at = datetime.fromisoformat(local).replace(tzinfo=zone)
    assert NIGHT.open_from(at) == datetime.fromisoformat(expected).replace(tzinfo=zone)
    assert NIGHT.open_from(at).tzinfo is UTC


@given(all_hours, instants)
def test_what_comes_out_is_not_quiet_not_earlier_and_stays(hours: QuietHours, at: datetime) -> None:
    later = hours.open_from(at)
    assert later >= at and not hours.quiet(later) and hours.open_from(later) == later
    assert later == at or hours.quiet(at)
    assert later - at <= timedelta(hours=25)


@settings(max_examples=60)
@given(times, times, instants)
def test_it_is_the_first_open_minute_where_clocks_do_not_change(begins: time, ends: time, at: datetime) -> None:
    hours = QuietHours(begins, ends, "Asia/Shanghai")
    assert hours.open_from(at) == first_open_minute(hours, at)


@settings(max_examples=60)
@given(all_hours, instants)
def test_changing_clocks_cost_an_hour_at_most(hours: QuietHours, at: datetime) -> None:
    """Only an end inside the hour that is skipped comes later than the first open minute."""
    late = hours.open_from(at) - first_open_minute(hours, at)
    assert timedelta(0) <= late <= timedelta(hours=1)
    local = hours.open_from(at).astimezone(ZoneInfo(hours.zone)).replace(tzinfo=None, fold=0)
    assert late == timedelta(0) or local.time() != hours.ends


@given(times, zones, instants)
def test_equal_times_are_never_quiet(moment: time, zone: str, at: datetime) -> None:
    assert QuietHours(moment, moment, zone).open_from(at) == at


@given(all_hours, instants)
def test_begin_counts_end_does_not(hours: QuietHours, at: datetime) -> None:
    wall = at.astimezone(ZoneInfo(hours.zone)).time()
    inside = QuietHours(wall, hours.ends, hours.zone)
    assert inside.quiet(at) == (wall != hours.ends)
    assert not QuietHours(hours.begins, wall, hours.zone).quiet(at)
