"""A day's readings put into their places as they come: one row a meter, one column a slot, in whatever order.

A row holds int16 counts of a thousandth of a kWh while that is exact, and float64 kWh from its first reading that is
not; so two million meters take 0.4 GB, and twice the readings in twice the rows no more than that.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wanjia.kernels.balance.day.dense_loops import NARROW, UNSEEN, WIDE, put_columns, put_readings
from wanjia.model.network import Codes, Counts, Indexes, Measures
from wanjia.model.readings import SLOT_MINUTES, Block

UNIT_KWH = 0.001
"""kWh of a count; household meters count in hundredths."""
READING_KWH_MAX = 1e6
"""kWh in one interval; 4 GW, more than any one connection carries."""
NOTED_MAX = 100
"""Readings of each kind of fault that are noted one by one; all are counted."""
BLOCK_ROWS = 65_536
"""Rows of a block; 12.6 MB of counts."""
NOTES = ("differing", "bad_value", "bad_time")
"""Kinds of `Filling.noted`. differing: another value for the same meter and slot stood there, the later one counts."""
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Span:
    """The day in the readings' own unit of time: its 00:00, the next day's, and a slot's length."""

    begin: int
    end: int
    step: int

    @property
    def slots(self) -> int:
        """Intervals of the day."""
        return (self.end - self.begin) // self.step


def span_of(begin: int, end: int, ticks_a_second: int) -> Span:
    """From seconds since 1970 UTC."""
    return Span(begin * ticks_a_second, end * ticks_a_second, SLOT_MINUTES * 60 * ticks_a_second)


@dataclass(eq=False)
class Tally:
    """What became of the rows that were put: counts, and the first of each kind of fault as (row, meter, slot).

    taken: readings in their place. empty: without a value, which is no reading. other_days: of another day; times: the
    least and greatest time among those. repeated: the same value again, or an estimate where a measured one stood or
    came. noted: [NOTES, NOTED_MAX, 3].
    """

    counts: Counts
    noted: Counts
    times: Counts

    @property
    def taken(self) -> int:
        """Readings put."""
        return int(self.counts[0])

    @property
    def empty(self) -> int:
        """Rows without a value."""
        return int(self.counts[1])

    @property
    def other_days(self) -> int:
        """Rows of other days."""
        return int(self.counts[2])

    @property
    def repeated(self) -> int:
        """Rows that said what stood there."""
        return int(self.counts[3])

    @property
    def unknown(self) -> int:
        """Rows of meters that the network does not know."""
        return int(self.counts[4])

    def faults(self, kind: str) -> tuple[int, list[tuple[int, int, int]]]:
        """How many of a kind, and the first of them: row, meter, slot."""
        at = NOTES.index(kind)
        count = int(self.counts[5 + at])
        return count, [(row, meter, slot) for row, meter, slot in self.noted[at, : min(count, NOTED_MAX)].tolist()]


def new_tally() -> Tally:
    """Nothing yet."""
    limits = np.iinfo(np.int64)
    return Tally(
        np.zeros(5 + len(NOTES), np.int64),
        np.zeros((len(NOTES), NOTED_MAX, 3), np.int64),
        np.array([limits.max, limits.min]),
    )


@dataclass(frozen=True, eq=False)
class DenseDay:
    """The readings of all meters: rows of `state` NARROW hold `counts` [meters, slots], those WIDE a row of `kwh`.

    wide_row: [meters] which row of `kwh`, [rows, slots]; rows are taken from both ends, by the two lanes. used: of each
    lane, [lanes, 3], the rows of `kwh` taken, the rows begun, and those of them that were or became wide. Neither
    `counts` nor `kwh` is touched where nothing is put. estimated: bits as in `Block`.
    """

    state: Bytes
    counts: NDArray[np.int16]
    kwh: Measures
    estimated: Bytes
    wide_row: Indexes
    used: Counts

    def put(
        self, places: Indexes, meter_of_place: Indexes, at: Counts, kwh: Measures, guessed: Bytes, span: Span,
        tally: Tally, first_row: int, unknown: Counts, lane: int = 0,
    ) -> None:  # fmt: skip
        """Puts readings. places: [n] positions in `meter_of_place`, which says which meter it is (-1: none known).

        at: ends of the intervals in the unit of `span`, the least int64 where there is none. kwh: NaN where there is
        none. guessed: 1 where it is an estimate, or no entry at all. unknown: [places] counts readings of meters that
        are not known. Two calls at once are safe as long as they have no meter in common and are in lanes 0 and 1.
        """
        put_readings(
            places, meter_of_place, at, kwh, guessed, (span.begin, span.end, span.step), first_row, READING_KWH_MAX,
            self._arrays(), (tally.counts, tally.noted, tally.times), unknown, lane,
        )  # fmt: skip

    def put_days(self, meters: Indexes, first_slot: int, kwh: Measures, tally: Tally, first_row: int) -> None:
        """Puts readings of whole rows: kwh [slots, n] in Fortran or C order, of slots from `first_slot`; all measured.

        meters: -1 rows are left out. In one thread only.
        """
        put_columns(
            meters, first_slot, kwh, first_row, READING_KWH_MAX, self._arrays(), (tally.counts, tally.noted), 0,
        )  # fmt: skip

    def _arrays(self) -> tuple[NDArray[Any], ...]:
        return self.state, self.counts, self.kwh, self.estimated, self.wide_row, self.used

    def blocks(self, district: Indexes, role: Codes, low: int = 0, high: int | None = None) -> Iterator[Block]:
        """The meters that have any reading, as blocks; district and role are those of all meters, [meters]."""
        high = len(self.state) if high is None else high
        for begin in range(low, high, BLOCK_ROWS):
            rows = slice(begin, min(begin + BLOCK_ROWS, high))
            narrow, wide = self.state[rows] == NARROW, self.state[rows] == WIDE
            bits = self.estimated[rows]
            if narrow.any():
                # A view of all rows is cheaper than a copy of nearly all; the others belong to no district here.
                places = np.where(narrow, district[rows], -1).astype(np.int32)
                units = np.full(len(narrow), UNIT_KWH)
                yield Block(self.counts[rows], units, places, role[rows], bits if bits.any() else None)
            if wide.any():
                values = self.kwh[self.wide_row[rows][wide]]
                yield Block(values, np.ones(len(values)), district[rows][wide], role[rows][wide], bits[wide])


def dense_day(meters: int, slots: int) -> DenseDay:
    """An empty day."""
    return DenseDay(
        np.full(meters, UNSEEN, np.uint8),
        np.empty((meters, slots), np.int16),
        np.empty((meters, slots)),
        np.zeros((meters, (slots + 7) // 8), np.uint8),
        np.empty(meters, np.int32),
        np.zeros((2, 3), np.int64),
    )
