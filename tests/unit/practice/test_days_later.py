"""A day that lies so many calendar days later."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.practices import CALENDAR
from wanjia.practice.computed import DAYS_LATER_MAX, days_later

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.integers(0, DAYS_LATER_MAX))
def test_it_counts_calendar_days(day: date, days: int) -> None:
    assert days_later({"day": day.isoformat(), "days": days}, NOW, CALENDAR) == {
        "later_on": (day + timedelta(days=days)).isoformat()
    }


def test_without_a_day_it_counts_from_the_companys_day() -> None:
    assert days_later({"days": 30}, NOW, CALENDAR) == {"later_on": "2026-04-01"}


@pytest.mark.parametrize("days", [None, -1, DAYS_LATER_MAX + 1, "3", True])
def test_what_is_no_number_of_days_has_no_answer(days: object) -> None:
    with pytest.raises(ValueError, match="no number"):
        days_later({"day": "2026-03-02", "days": days}, NOW, CALENDAR)  # type: ignore[dict-item]
