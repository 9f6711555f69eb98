"""Loads, tariffs and readings as people enter them or a store gives them, to the nouns of the kernel; rows that are
wrong are named."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import numpy as np

from wanjia.kernels.balance.advice.shapes import HOURS, Load, Period, load_of
from wanjia.kernels.balance.readings.curves import Curves, timeline
from wanjia.model.jsonvalue import Facts, Json
from wanjia.model.readings import SLOT_MINUTES
from wanjia.model.working_time import UnknownYear, WorkCalendar

READINGS_MAX = 40_000
"""Readings of a list in a case: a year of one meter is 35,040."""
DAYS_MAX = 400
KW_MAX = 1_000_000.0


def rows_of(value: Json) -> list[Facts]:
    """The rows of a table fact."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def figure(value: Json, default: float = 0.0) -> float:
    """A figure, or the default for what is none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else default


def wrong(row: object, problem: str) -> Facts:
    """A row that cannot be reckoned with: its number from 1 on, or the table's name."""
    return {"row_id": str(row), "problem": problem}


def entered_load(rows: list[Facts], maximum_kw: float) -> tuple[Load | None, list[Facts]]:
    """A load of rows `from_hour`, `to_hour`, `workday_kw`, `restday_kw` that cover the day once.

    Without a day of rest the workday's figure counts; the greatest power is at least the greatest of the rows.
    """
    kw, faults = np.full((2, HOURS), np.nan), []
    for at, row in enumerate(rows, 1):
        hours = _hours(row)
        work, rest = _power(row.get("workday_kw")), _power(row.get("restday_kw", row.get("workday_kw")))
        if hours is None or work is None or rest is None:
            faults.append(wrong(at, "incomplete"))
        elif not np.isnan(kw[0][hours]).all():
            faults.append(wrong(at, "hours_twice"))
        else:
            kw[0][hours], kw[1][hours] = work, rest
    if not faults and np.isnan(kw).any():
        faults.append(wrong("load", "hours_missing"))
    return (None, faults) if faults else (Load(kw, max(maximum_kw, float(kw.max()))), [])


def periods_of(rows: list[Facts]) -> tuple[list[Period], list[Facts]]:
    """A tariff of rows `period`, `from_hour`, `to_hour`, `yuan_per_kwh` that cover the day once."""
    found, faults, seen = [], [], set[int]()
    for at, row in enumerate(rows, 1):
        hours, price = _hours(row), row.get("yuan_per_kwh")
        if hours is None or not isinstance(price, int | float) or isinstance(price, bool) or price < 0:
            faults.append(wrong(f"tariff-{at}", "incomplete"))
        elif seen & set(hours):
            faults.append(wrong(f"tariff-{at}", "hours_twice"))
        else:
            seen |= set(hours)
            found.append(Period(str(row.get("period")), hours[0], (hours[-1] + 1) % HOURS, float(price)))
    if rows and not faults and len(seen) < HOURS:
        faults.append(wrong("tariff", "hours_missing"))
    return found, faults


def measured_load(rows: list[Facts], calendar: WorkCalendar) -> tuple[Load | None, list[Facts]]:
    """A load of readings: rows of `read_at` (end of the quarter of an hour) and `energy_kwh`."""
    if len(rows) > READINGS_MAX:
        return None, [wrong("readings", "too_many")]
    read = [(_instant(row.get("read_at")), row.get("energy_kwh")) for row in rows]
    faults = [
        wrong(at, "incomplete")
        for at, (moment, kwh) in enumerate(read, 1)
        if moment is None or not isinstance(kwh, int | float) or isinstance(kwh, bool) or not np.isfinite(kwh)
    ]
    good = [(moment, figure(kwh)) for moment, kwh in read if moment is not None]
    if faults or not good:
        return None, faults or [wrong("readings", "too_few")]
    curves = _curves(good, calendar)
    found = load_of(curves) if curves else None
    return (found, []) if found else (None, [wrong("readings", "too_few" if curves else "too_many")])


def load_rows(load: Load) -> list[Json]:
    """The 24 hours of a load as rows, powers in watts' precision."""
    return [
        {
            "from_hour": hour,
            "to_hour": hour + 1,
            "workday_kw": round(float(load.kw[0][hour]), 3),
            "restday_kw": round(float(load.kw[1][hour]), 3),
        }
        for hour in range(HOURS)
    ]


def _curves(read: list[tuple[datetime, float]], calendar: WorkCalendar) -> Curves | None:
    """One meter's readings in columns; None for more days than there may be. Days off are the calendar's."""
    moments = [moment for moment, _ in read]
    first, last = (calendar.day_of(edge - timedelta(seconds=1)) for edge in (min(moments), max(moments)))
    days = (last - first).days + 1
    if days > DAYS_MAX:
        return None
    rest = frozenset(_rest_days(first, days, calendar))
    line = timeline(first, days, calendar.zone, rest)
    values = np.full((1, len(line.day)), np.nan)
    for moment, kwh in read:
        behind = moment - line.starts_at
        values[0, -(-int(behind.total_seconds()) // (60 * SLOT_MINUTES)) - 1] = kwh
    return Curves(values, line)


def _rest_days(first: date, days: int, calendar: WorkCalendar) -> Iterator[date]:
    """Days on which nobody works; in a year that the calendar does not know, Saturdays and Sundays."""
    for at in range(days):
        day = first + timedelta(days=at)
        try:
            working = calendar.is_working(day)
        except UnknownYear:
            working = day.weekday() < 5
        if not working:
            yield day


def _hours(row: Facts) -> list[int] | None:
    """The hours from `from_hour` up to `to_hour`, past midnight when not greater; None for what are no hours."""
    begin, end = row.get("from_hour"), row.get("to_hour")
    for value in (begin, end):
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
            return None
    first, last = int(figure(begin)), int(figure(end))
    if not (0 <= first < HOURS and 0 <= last <= HOURS):
        return None
    return list(Period("", first, last, 0.0).hours)


def _power(value: Json) -> float | None:
    found = figure(value, -1.0)
    return found if 0 <= found <= KW_MAX else None


def _instant(value: Json) -> datetime | None:
    """An instant with its offset; without one nobody knows when it was."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None
