"""The holiday package's tables as our calendar: the same answer for every day that both know."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from wanjia.adapters.work_calendar.codec import known_years, named_days, rows, work_calendar


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_day_agrees_with_the_package(year: int) -> None:
    calendar, day = work_calendar(), date(year, 1, 1)
    while day.year == year:
        assert calendar.is_working(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


def test_rows_of_a_year() -> None:
    year = dict(rows([2026]))
    assert {day.year for day in year} == {2026}
    assert year[date(2026, 10, 1)] is False
    assert year[date(2026, 10, 10)] is True  # a Saturday that is worked
    assert list(year) == sorted(year)
    assert named_days(2026)[date(2026, 10, 1)] == (False, "National Day")
    assert {day: worked for day, (worked, _) in named_days(2026).items()} == year


def test_an_unknown_year_is_refused() -> None:
    assert 2026 in known_years()
    with pytest.raises(ValueError, match="2099"):
        rows([2026, 2099])
