"""Limits against a plain day-by-day count over 2024-2026, and the laws of pausing."""

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanjia.model.working_time import (
    LIMIT_MAX_DAYS,
    WRITTEN_UNITS,
    Limit,
    UnknownYear,
    WorkCalendar,
    before,
    deadline,
    remaining,
    working_days_between,
)

ZONE = ZoneInfo("Asia/Shanghai")
YEARS = (2024, 2025, 2026)
ALL_DAYS = [date(2024, 1, 1) + timedelta(days=n) for n in range(366 + 365 + 365)]
WORKED = {day: chinese_calendar.is_workday(day) for day in ALL_DAYS}
CALENDAR = WorkCalendar.from_rows(WORKED.items(), YEARS, "Asia/Shanghai")

instants = st.integers(0, 972 * 86_400_000_000).map(
    lambda n: datetime(2024, 1, 2, tzinfo=UTC) + timedelta(microseconds=n)
)
day_counts = st.integers(1, 60)
units = st.sampled_from(WRITTEN_UNITS)


def limits(unit: str) -> st.SearchStrategy[Limit]:
    return st.integers(0, {"minutes": 20_000, "hours": 400, "days": 60, "working_days": 40}[unit]).map(
        lambda value: Limit(value, unit)
    )


any_limit = units.flatmap(limits)


def counted_by_hand(start_at: datetime, limit: Limit) -> datetime:
    """The rule as a clerk applies it with a wall calendar."""
    day, left = start_at.astimezone(ZONE).date(), limit.value
    while left:
        day += timedelta(days=1)
        left -= WORKED[day] if limit.unit == "working_days" else 1
    while not WORKED[day]:
        day += timedelta(days=1)
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZONE) + timedelta(days=1)
    return midnight.astimezone(UTC)


@pytest.mark.parametrize("day", [date(2024, 2, 9), date(2024, 2, 18), date(2025, 10, 8), date(2026, 2, 14)])
def test_days_off_and_make_up_days_are_those_of_the_published_calendar(day):
    assert CALENDAR.is_working(day) is chinese_calendar.is_workday(day)


def test_every_day_of_three_years_is_as_published():
    assert [CALENDAR.is_working(day) for day in ALL_DAYS] == [WORKED[day] for day in ALL_DAYS]


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        # A promise of five working days, asked for on the Thursday before the spring festival 2026 (15-23 February,
        # worked on Saturday 14 and Saturday 28 February): 13, 14, 24, 25, 26 February.
        ("2026-02-12T09:00+08:00", Limit(5, "working_days"), "2026-02-27T00:00+08:00"),
        # Asked for at 23:30 on a day off: the count starts with the next working day all the same.
        ("2026-02-15T23:30+08:00", Limit(1, "working_days"), "2026-02-25T00:00+08:00"),
        # 22 October 2025 + 10 days is Saturday 1 November: moves to Monday, 24:00.
        ("2025-10-22T08:00+08:00", Limit(10, "days"), "2025-11-04T00:00+08:00"),
        # The day of the start is the company's: 17:00 UTC on the 9th is the 10th in Shanghai.
        ("2026-03-09T17:00+00:00", Limit(1, "days"), "2026-03-12T00:00+08:00"),
        # Crews run at night and on holidays.
        ("2026-02-17T23:30+08:00", Limit(45, "minutes"), "2026-02-18T00:15+08:00"),
        ("2026-02-17T23:30+08:00", Limit(24, "hours"), "2026-02-18T23:30+08:00"),
    ],
)
def test_limits_end_as_the_rule_says(start, limit, due):
    got = deadline(CALENDAR, datetime.fromisoformat(start), limit)
    assert got == datetime.fromisoformat(due)
    assert got.tzinfo is UTC


@given(instants, st.sampled_from(["days", "working_days"]), day_counts)
def test_deadline_equals_the_day_by_day_count(start_at, unit, count):
    limit = Limit(count, unit)
    assert deadline(CALENDAR, start_at, limit) == counted_by_hand(start_at, limit)


def test_every_start_day_of_two_and_a_half_years_equals_the_day_by_day_count():
    for day in ALL_DAYS[:900]:
        start_at = datetime(day.year, day.month, day.day, 12, tzinfo=ZONE)
        for limit in (Limit(1, "working_days"), Limit(5, "working_days"), Limit(22, "working_days"), Limit(10, "days")):
            assert deadline(CALENDAR, start_at, limit) == counted_by_hand(start_at, limit), (day, limit)


@given(instants, instants, any_limit)
def test_a_later_start_never_ends_earlier(one, other, limit):
    early, late = sorted((one, other))
    assert deadline(CALENDAR, early, limit) <= deadline(CALENDAR, late, limit)


@given(instants, units, st.data())
def test_a_longer_limit_never_ends_earlier(start_at, unit, data):
    short, long = sorted(data.draw(st.lists(limits(unit), min_size=2, max_size=2)), key=lambda limit: limit.value)
    assert deadline(CALENDAR, start_at, short) <= deadline(CALENDAR, start_at, long)


@given(instants, any_limit, st.floats(0, 1, exclude_max=True))
def test_a_pause_of_no_length_moves_nothing(start_at, limit, share):
    due_at = deadline(CALENDAR, start_at, limit)
    at = start_at + (due_at - start_at) * share
    at = min(at, due_at - timedelta(microseconds=1)) if due_at > start_at else start_at
    assert deadline(CALENDAR, at, remaining(CALENDAR, start_at, at, limit)) == due_at


@given(instants, st.integers(1, 40), st.integers(0, 15), st.data())
def test_a_pause_of_whole_working_days_moves_the_end_by_as_many(start_at, count, pause, data):
    limit = Limit(count, "working_days")
    start_on = CALENDAR.day_of(start_at)
    paused_on = CALENDAR.working_day_from(start_on + timedelta(days=1), data.draw(st.integers(0, count - 1)))
    resumed_on = CALENDAR.working_day_from(paused_on, pause)
    paused_at, resumed_at = (datetime(d.year, d.month, d.day, 15, tzinfo=ZONE) for d in (paused_on, resumed_on))

    due_at = deadline(CALENDAR, start_at, limit)
    moved = deadline(CALENDAR, resumed_at, remaining(CALENDAR, start_at, paused_at, limit))

    due_on, moved_on = (CALENDAR.day_of(at - timedelta(microseconds=1)) for at in (due_at, moved))
    assert working_days_between(CALENDAR, due_on, moved_on) == pause


@given(instants, st.integers(0, 20_000), st.integers(0, 10**9), st.integers(0, 10**12))
def test_a_paused_limit_in_minutes_runs_exactly_its_minutes(start_at, minutes, ran, stood):
    ran = min(ran, minutes * 60_000_000)
    paused_at = start_at + timedelta(microseconds=ran)
    resumed_at = paused_at + timedelta(microseconds=stood)
    due_at = deadline(CALENDAR, resumed_at, remaining(CALENDAR, start_at, paused_at, Limit(minutes, "minutes")))
    assert (paused_at - start_at) + (due_at - resumed_at) == timedelta(minutes=minutes)


@given(instants, any_limit, instants)
def test_what_remains_is_never_more_than_the_limit_nor_below_zero(start_at, limit, at):
    left = remaining(CALENDAR, start_at, at, limit)
    assert left.value >= 0
    if limit.elapsed is None:
        assert left.unit == limit.unit and left.value <= limit.value
    else:
        assert left.elapsed <= limit.elapsed


@given(st.sampled_from(ALL_DAYS), st.sampled_from(ALL_DAYS))
def test_working_days_between_counts_the_last_day_and_not_the_first(one, other):
    by_hand = sum(WORKED[day] for day in ALL_DAYS if one < day <= other)
    by_hand -= sum(WORKED[day] for day in ALL_DAYS if other < day <= one)
    assert working_days_between(CALENDAR, one, other) == by_hand


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (Limit(90, "minutes"), "2026-03-09T22:30+08:00"),
        (Limit(1, "working_days"), "2026-03-07T00:00+08:00"),  # due at 24:00 on Monday: warn when Friday is over
        (Limit(2, "days"), "2026-03-08T00:00+08:00"),
        (Limit(0, "working_days"), "2026-03-10T00:00+08:00"),
    ],
)
def test_a_warning_lies_so_long_before_the_end(limit, expected):
    due_at = datetime.fromisoformat("2026-03-10T00:00+08:00")
    assert before(CALENDAR, due_at, limit) == datetime.fromisoformat(expected)


@given(instants, st.integers(1, 20), st.integers(0, 20))
def test_a_warning_of_working_days_leaves_exactly_so_many(start_at, count, ahead):
    due_at = deadline(CALENDAR, start_at, Limit(count + ahead, "working_days"))
    warn_at = before(CALENDAR, due_at, Limit(ahead, "working_days"))
    assert warn_at == deadline(CALENDAR, start_at, Limit(count, "working_days"))


def test_a_year_that_nobody_entered_is_refused_and_named():
    december = datetime(2026, 12, 28, 9, tzinfo=ZONE)
    with pytest.raises(UnknownYear) as refused:
        deadline(CALENDAR, december, Limit(5, "working_days"))
    assert refused.value.year == 2027
    with pytest.raises(UnknownYear) as refused:
        deadline(CALENDAR, december, Limit(10, "days"))
    assert refused.value.year == 2027
    with pytest.raises(UnknownYear) as refused:
        CALENDAR.is_working(date(2023, 12, 31))
    assert refused.value.year == 2023
    assert deadline(CALENDAR, december, Limit(500, "hours")) == december + timedelta(hours=500)


def test_a_gap_between_known_years_is_not_jumped():
    gap = WorkCalendar(frozenset({2024, 2026}), frozenset(), frozenset(), "Asia/Shanghai")
    assert gap.is_working(date(2026, 3, 2))
    with pytest.raises(UnknownYear) as refused:
        deadline(gap, datetime(2024, 12, 30, 9, tzinfo=ZONE), Limit(3, "working_days"))
    assert refused.value.year == 2025
    with pytest.raises(UnknownYear):
        working_days_between(gap, date(2024, 12, 1), date(2026, 1, 5))


@pytest.mark.parametrize(
    "use",
    [
        lambda naive: deadline(CALENDAR, naive, Limit(1, "minutes")),
        lambda naive: deadline(CALENDAR, naive, Limit(1, "working_days")),
        lambda naive: remaining(CALENDAR, datetime(2026, 3, 2, tzinfo=UTC), naive, Limit(1, "hours")),
        lambda naive: remaining(CALENDAR, naive, datetime(2026, 3, 2, tzinfo=UTC), Limit(1, "days")),
        lambda naive: before(CALENDAR, naive, Limit(1, "hours")),
    ],
)
def test_an_instant_without_a_zone_is_refused(use):
    with pytest.raises(ValueError, match="time zone"):
        use(datetime(2026, 3, 2, 9, tzinfo=UTC).replace(tzinfo=None))


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        (-1, "days"),
        (1.5, "hours"),
        (True, "days"),
        (1, "weeks"),
        (LIMIT_MAX_DAYS + 1, "working_days"),
        (10**9, "hours"),
    ],
)
def test_a_limit_that_means_nothing_is_refused(value, unit):
    with pytest.raises(ValueError, match="limit"):
        Limit(value, unit)


def test_rows_that_contradict_each_other_are_refused():
    day = date(2026, 2, 14)
    with pytest.raises(ValueError, match="both"):
        WorkCalendar.from_rows([(day, True), (day, False)], [2026], "Asia/Shanghai")
    with pytest.raises(ValueError, match="both"):
        WorkCalendar(frozenset({2026}), frozenset({day}), frozenset({day}), "Asia/Shanghai")
    with pytest.raises(ValueError, match="known years"):
        WorkCalendar.from_rows([(day, True)], [2025], "Asia/Shanghai")
    with pytest.raises(ValueError, match="zone"):
        WorkCalendar(frozenset({2026}), frozenset(), frozenset(), "Asia/Atlantis")


def test_rows_that_only_repeat_the_week_change_nothing():
    plain = WorkCalendar(frozenset({2026}), frozenset(), frozenset(), "Asia/Shanghai")
    rows = [(date(2026, 3, 2), True), (date(2026, 3, 7), False)]
    assert WorkCalendar.from_rows(rows, [2026], "Asia/Shanghai") == plain


def test_a_hundred_thousand_clocks_are_reckoned_in_a_second():
    start_at = datetime(2025, 3, 2, 9, tzinfo=UTC)
    starts = [start_at + timedelta(minutes=n) for n in range(100_000)]
    limit = Limit(22, "working_days")
    began = time.process_time()
    for at in starts:
        deadline(CALENDAR, at, limit)
    assert time.process_time() - began < 1.0
