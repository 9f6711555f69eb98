"""A district's year as a calendar: a row for each month, a cell for each day, each with its band."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from wanjia.queries.network.losses import DayPoint

DAYS_IN_ROW = 31


@dataclass(frozen=True)
class DayCell:
    """One day; `point` is None where nothing was computed, `is_day` False beyond the month's last day."""

    is_day: bool
    day: date | None = None
    point: DayPoint | None = None
    is_shown: bool = False


@dataclass(frozen=True)
class MonthRow:
    """A month and its cells from the 1st to the 31st."""

    first: date
    cells: tuple[DayCell, ...]


def calendar(year: Sequence[DayPoint], shown: date) -> list[MonthRow]:
    """The months that the points lie in, the oldest first; nothing without points."""
    if not year:
        return []
    points = {one.day: one for one in year}
    month, last = min(points).replace(day=1), max(points)
    rows = []
    while month <= last:
        rows.append(MonthRow(month, tuple(_cell(month, at, points, shown) for at in range(DAYS_IN_ROW))))
        month = (month + timedelta(days=DAYS_IN_ROW)).replace(day=1)
    return rows


def _cell(month: date, at: int, points: dict[date, DayPoint], shown: date) -> DayCell:
    day = month + timedelta(days=at)
    if day.month != month.month:
        return DayCell(False)
    return DayCell(True, day, points.get(day), day == shown)
