"""Interval readings of meters: a day's slots, and blocks of meter-days as arrays."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from wanjia.model.network import Codes, Indexes, Measures

SLOT_MINUTES = 15
"""Length of an interval; 96 a day, 92 or 100 where the clocks change."""
MISSING = -32768
"""The count that stands for no reading in a block of int16; in one of float64 it is NaN."""

SlotCounts: TypeAlias = NDArray[np.int16] | NDArray[np.float64]
SlotBits: TypeAlias = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Block:
    """Meter-days of one day, rows by meter, sorted by district.

    values: [n, s] counts, int16 (MISSING: no reading) or float64 (NaN: no reading). unit_kwh: [n] kWh per count, the
    meter's multiplier included. district: [n] positions in a list of districts given beside. role: [n] in METER_ROLES.
    estimated: [n, ceil(s / 8)] bits, the lowest first, set where the reading came in as estimated; None: nowhere.
    """

    values: SlotCounts
    unit_kwh: Measures
    district: Indexes
    role: Codes
    estimated: SlotBits | None = None


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """The day's 00:00 and the next day's, in UTC. Raises ZoneInfoNotFoundError for an unknown zone."""
    here = ZoneInfo(zone)
    begin, end = (datetime.combine(each, time(), here) for each in (day, day + timedelta(days=1)))
    return begin.astimezone(UTC), end.astimezone(UTC)


def slots_of(day: date, zone: str) -> int:
    """Intervals of the day, those that end after its 00:00 and not after the next day's."""
    begin, end = day_bounds(day, zone)
    return int((end - begin) / timedelta(minutes=SLOT_MINUTES))
