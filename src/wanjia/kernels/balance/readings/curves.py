"""Curves of meters over many days: one row a meter, one column an interval, with the local day and time of each.

A day has 96 intervals, 92 or 100 where the clocks change; so columns carry their day and their time of day, and nothing
here counts in days of 96.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from wanjia.model.readings import SLOT_MINUTES, day_bounds

SLOTS = 24 * 60 // SLOT_MINUTES
"""Times of day that are told apart."""
SATURDAY = 5

Grid: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]
Places: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Timeline:
    """The columns: `day` [t] positions from the first day on, `slot` [t] times of day 0..95, `rest` [d] days off work.

    `starts_at` is the first day's 00:00 as an instant.
    """

    starts_at: datetime
    day: Places
    slot: Places
    rest: Mask

    def ends_at(self, column: int) -> datetime:
        """The instant at which the interval of a column ends, that of its reading."""
        return self.starts_at + timedelta(minutes=SLOT_MINUTES * (column + 1))


@dataclass(frozen=True, eq=False)
class Curves:
    """`values` [n, t] kWh of each interval, NaN where there is no reading; `line` says when."""

    values: Grid
    line: Timeline

    def by_day(self) -> Grid:
        """[n, d, 96] kWh by day and time of day; NaN where a day has no such time or no reading.

        Where the clocks are put back the second of two equal times stands.
        """
        found = np.full((len(self.values), len(self.line.rest), SLOTS), np.nan)
        found[:, self.line.day, self.line.slot] = self.values
        return found


def timeline(first: date, days: int, zone: str, rest_days: frozenset[date] | None = None) -> Timeline:
    """The intervals of `days` days in a zone; days off work are Saturdays and Sundays unless they are given.

    Raises ValueError for no day at all, ZoneInfoNotFoundError for an unknown zone.
    """
    if days < 1:
        raise ValueError("no day")
    dates = [first + timedelta(days=at) for at in range(days)]
    columns = list(_columns(dates, zone))
    off = [each in rest_days if rest_days is not None else each.weekday() >= SATURDAY for each in dates]
    day, slot = np.array(columns, np.int64).T
    return Timeline(day_bounds(first, zone)[0], day, slot, np.array(off, bool))


def _columns(dates: list[date], zone: str) -> Iterator[tuple[int, int]]:
    """Day and time of day of each interval, the time by the local clock at which the interval begins."""
    here, step = ZoneInfo(zone), timedelta(minutes=SLOT_MINUTES)
    for at, each in enumerate(dates):
        begin, end = day_bounds(each, zone)
        while begin < end:
            clock = begin.astimezone(here)
            yield at, (clock.hour * 60 + clock.minute) // SLOT_MINUTES
            begin += step


def runs(mask: Mask) -> tuple[Places, Places, Places]:
    """Rows, begins and ends (not included) of the runs of true values in [n, t], in the order of rows and columns."""
    padded = np.zeros((mask.shape[0], mask.shape[1] + 2), np.int8)
    padded[:, 1:-1] = mask
    edges = np.diff(padded, axis=1)
    rows, begins = np.nonzero(edges == 1)
    _, ends = np.nonzero(edges == -1)
    return rows, begins, ends


def joined(found: tuple[Places, Places, Places], apart: int) -> tuple[Places, Places, Places]:
    """Runs of the same row that lie no more than `apart` columns from each other as one."""
    rows, begins, ends = found
    if len(rows) == 0:
        return found
    fresh = np.ones(len(rows), bool)
    fresh[1:] = (rows[1:] != rows[:-1]) | (begins[1:] - ends[:-1] > apart)
    first = np.flatnonzero(fresh)
    last = np.append(first[1:], len(rows)) - 1
    return rows[first], begins[first], ends[last]


def quantiles(values: Grid, share: float, counted: Mask, least: int) -> Grid:
    """[n] the quantile of the counted values of each row; NaN where fewer than `least` are counted."""
    rest = np.sort(np.where(counted, values, np.inf), axis=1)
    count = counted.sum(axis=1)
    at = np.clip(np.ceil(share * count).astype(np.int64) - 1, 0, max(0, values.shape[1] - 1))
    found = np.take_along_axis(rest, at[:, None], axis=1)[:, 0] if values.shape[1] else np.full(len(values), np.nan)
    return np.where(count >= max(1, least), found, np.nan)
