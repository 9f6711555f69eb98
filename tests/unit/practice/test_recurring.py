"""Periods and the days on which cases begin by themselves."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.practices import CALENDAR, small_practice
from wanjia.practice.nouns import Recurring
from wanjia.practice.reader import read
from wanjia.practice.recurring import next_start, period_of, start_day

DAYS = st.dates(date(2024, 1, 8), date(2026, 6, 30))
RULES = st.builds(
    Recurring, st.sampled_from(["week", "month", "quarter", "year"]),
    st.one_of(st.sampled_from(["first_working_day", "last_working_day"]), st.integers(1, 7)), st.just("station"),
)  # fmt: skip


@given(DAYS, st.sampled_from(["week", "month", "quarter", "year"]))
def test_periods_follow_each_other_without_gap_or_overlap(day: date, every: str) -> None:
    period = period_of(every, day)
    assert period.starts_on <= day <= period.ends_on
    assert period_of(every, period.starts_on) == period == period_of(every, period.ends_on)
    following = period_of(every, period.ends_on + timedelta(days=1))
    assert following.starts_on == period.ends_on + timedelta(days=1) and following.name > period.name


@given(RULES, DAYS)
def test_a_period_begins_its_cases_on_one_working_day_of_its_own(rule: Recurring, day: date) -> None:
    period = period_of(rule.every, day)
    start = start_day(rule, period, CALENDAR)
    if start is None:
        assert rule.every == "week", "only a whole week can be a holiday"
        return
    assert period.starts_on <= start <= period.ends_on and CALENDAR.is_working(start)
    worked = [at for at in _days(period.starts_on, period.ends_on) if CALENDAR.is_working(at)]
    if rule.day == "first_working_day":
        assert start == worked[0]
    elif rule.day == "last_working_day":
        assert start == worked[-1]
    else:
        assert start == next(at for at in worked if (at - period.starts_on).days >= int(rule.day) - 1)


@given(RULES, st.dates(date(2024, 1, 8), date(2025, 12, 31)))
def test_the_next_start_is_the_first_after_today(rule: Recurring, today: date) -> None:
    period, day = next_start(rule, CALENDAR, today)
    assert day > today and start_day(rule, period, CALENDAR) == day
    for at in _days(today, period.starts_on - timedelta(days=1)):
        earlier = start_day(rule, period_of(rule.every, at), CALENDAR)
        assert earlier is None or earlier <= today


def test_known_days_of_the_published_calendar() -> None:
    month = Recurring("month", "first_working_day", "station")
    assert start_day(month, period_of("month", date(2024, 10, 15)), CALENDAR) == date(2024, 10, 8)
    week = Recurring("week", "first_working_day", "station")
    assert start_day(week, period_of("week", date(2025, 1, 29)), CALENDAR) == date(2025, 1, 27)
    assert period_of("quarter", date(2026, 11, 22)).name == "2026-Q4"
    assert period_of("week", date(2024, 12, 30)).name == "2025-W01"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("recurring: {every: month, day: first_working_day, for_each: station}", "practice.recurring_asks"),
        ("recurring: {every: week, day: 8, for_each: station}", "practice.recurring_day"),
        ("recurring: {every: month, day: 1, for_each: station, role: manager}", "practice.recurring_role"),
        ("recurring: {every: month, day: 1, for_each: station, role: nobody}", "practice.role_unknown"),
        ("recurring: {every: day, day: 1, for_each: station}", "practice.word_unknown"),
    ],
)
def test_what_cannot_begin_by_itself_is_refused(line: str, code: str) -> None:
    files = small_practice()
    files["practice.yaml"] += f"\n{line}\n".encode()
    codes = {fault.code for fault in read(files).faults}
    assert any(found.startswith(code) for found in codes), codes


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=at) for at in range((last - first).days + 1)]
