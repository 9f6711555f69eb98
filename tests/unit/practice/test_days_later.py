"""A day that lies so many calendar days later, an instant so many hours."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.practices import CALENDAR
from wanjia.practice.computed import DAYS_LATER_MAX, HOURS_LATER_MAX, days_later, hours_between, hours_later

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


@given(st.integers(-10_000, 10_000))
def test_hours_lead_there_and_back(hours: int) -> None:
    later = hours_later({"at": "2026-03-16T08:00:00+08:00", "hours": hours}, NOW, CALENDAR)
    asked = {"from_at": "2026-03-16T00:00:00+00:00", "until_at": later["later_at"]}
    assert hours_between(asked, NOW, CALENDAR) == {"hours": hours}


def test_what_is_left_out_is_now_and_an_instant_without_an_offset_is_the_companys() -> None:
    assert hours_later({"hours": -1}, NOW, CALENDAR) == {"later_at": "2026-03-02T08:00:00+08:00"}
    assert hours_between({"until_at": "2026-03-03T09:30"}, NOW, CALENDAR) == {"hours": 24.5}
    assert hours_between({"from_at": "2026-03-02T10:00"}, NOW, CALENDAR) == {"hours": -1}


@pytest.mark.parametrize("hours", [None, True, "3", HOURS_LATER_MAX + 1])
def test_what_is_no_number_of_hours_has_no_answer(hours: object) -> None:
    with pytest.raises(ValueError, match="no number"):
        hours_later({"hours": hours}, NOW, CALENDAR)  # type: ignore[dict-item]
