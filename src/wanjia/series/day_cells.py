"""The dense cells of some of a day's meters, filled in order of arrival and turned into rows of a part."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from wanjia.model.network import Codes, Flags, Indexes, Measures
from wanjia.model.readings import MISSING, SlotBits, SlotCounts
from wanjia.series.arrival_reading import AnyCells, Cells, RegisterCells, WideCells
from wanjia.series.cells import (
    ESTIMATED_RANK,
    NEVER,
    NOT_EXACT,
    UNIT_EXPONENT_MAX,
    UNIT_EXPONENT_MIN,
    count_rows,
    put,
    put_registers,
    put_wide,
    spread_registers,
)
from wanjia.series.layout_arrivals import WIDE_SLOTS_MAX

CELL_BYTES, REGISTER_CELL_BYTES = 9, 22
"""Of memory, without registers and with them."""


@dataclass(frozen=True, eq=False)
class Replaced:
    """Replacements of meters, sorted by row and slot: rows, slots from the day's first, last and first register."""

    rows: Indexes
    slots: np.ndarray
    final: Measures
    initial: Measures

    def of(self, first: int, count: int) -> "Replaced":
        """Those of some rows, counted from the first of them."""
        keep = (self.rows >= first) & (self.rows < first + count)
        return Replaced(self.rows[keep] - np.int32(first), self.slots[keep], self.final[keep], self.initial[keep])


@dataclass(frozen=True, eq=False)
class Counted:
    """Rows with readings: which they are, their exact counts (int16) or values (float64), estimates.

    scale: counts in what the meter shows as 1 kWh.
    """

    rows: Indexes
    values: SlotCounts
    scale: Measures
    estimated: SlotBits


class DayCells:
    """Cells of the rows `first` to `first + count`."""

    def __init__(self, first: int, count: int, slots: int) -> None:
        self.first, self.lost = first, 0
        self.values = np.full((count, slots), np.nan)
        self.marks = np.zeros((count, slots), np.uint8)
        self._registers: _Registers | None = None

    def put(self, cells: AnyCells) -> None:
        """Takes the readings that concern these rows."""
        if isinstance(cells, WideCells):
            self.lost += put_wide(cells.rows, cells.values, self.first, self.values, self.marks)
        elif isinstance(cells, Cells):
            columns = (cells.rows, cells.slots, cells.values, cells.ranks)
            self.lost += put(*columns, self.first, self.values, self.marks)
        else:
            if self._registers is None:
                self._registers = _Registers(*self.values.shape)
            self.lost += self._registers.put(cells, self.first)

    def finish(self, digits: Codes, replaced: Replaced) -> Flags:
        """Takes what the registers say; the rows whose register went backwards."""
        if self._registers is None:
            return np.zeros(len(self.values), np.bool_)
        backwards = self._registers.spread(digits, replaced.of(self.first, len(self.values)), self.values, self.marks)
        self._registers = None
        return backwards

    def counted(self, rows_max: int) -> Iterable[Counted]:
        """The rows that have readings, those that int16 holds and those that it cannot hold, some at a time."""
        for begin in range(0, len(self.values), rows_max):
            yield from self._counted(begin, min(begin + rows_max, len(self.values)))

    def _counted(self, begin: int, end: int) -> Iterable[Counted]:
        values, marks = self.values[begin:end], self.marks[begin:end]
        counts, exponents = np.empty(values.shape, np.int16), np.empty(len(values), np.int8)
        count_rows(values, marks, MISSING, counts, exponents)
        has_any = marks.any(axis=1)
        bits = np.packbits(marks == ESTIMATED_RANK, axis=1, bitorder="little")
        for is_exact in (False, True):
            keep = np.flatnonzero(has_any & ((exponents == NOT_EXACT) == is_exact))
            if len(keep):
                rows = (keep + begin + self.first).astype(np.int32)
                taken = values[keep] if is_exact else counts[keep]
                scale = np.ones(len(keep)) if is_exact else _SCALES[exponents[keep] - UNIT_EXPONENT_MIN]
                yield Counted(rows, taken, scale, bits[keep])


_SCALES = np.array([float(f"1e{exponent}") for exponent in range(UNIT_EXPONENT_MIN, UNIT_EXPONENT_MAX + 1)])


class _Registers:
    """Registers at the ends of slots, and those nearest to the day on both sides."""

    def __init__(self, count: int, slots: int) -> None:
        self.values, self.marks = np.zeros((count, slots)), np.zeros((count, slots), np.uint8)
        self.within = np.zeros((count, slots), np.int32)
        self.edge_slots, self.edge_values = np.full((count, 2), NEVER, np.int32), np.zeros((count, 2))
        self.edge_marks, self.edge_offsets = np.zeros((count, 2), np.uint8), np.zeros((count, 2), np.int32)

    def put(self, cells: RegisterCells, first: int) -> int:
        columns = (cells.rows, cells.slots, cells.values, cells.ranks, cells.offsets)
        edges = (self.edge_slots, self.edge_values, self.edge_marks, self.edge_offsets)
        return int(put_registers(*columns, first, self.values, self.marks, self.within, *edges))

    def spread(self, digits: Codes, replaced: Replaced, cells: np.ndarray, marks: np.ndarray) -> Flags:
        went_back = np.full(len(cells), -1, np.int16)
        edges = (self.edge_slots, self.edge_values, self.edge_marks)
        new = (replaced.rows, replaced.slots, replaced.final, replaced.initial)
        spread_registers(self.values, self.marks, *edges, digits, WIDE_SLOTS_MAX, *new, cells, marks, went_back)
        found: Flags = went_back >= 0
        return found
