"""One pass over a block of meter-days: what each holds, what is odd about it, and what it adds to its district."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wanjia.kernels.balance.day.expected import Expected
from wanjia.kernels.balance.day.flags import HOURS_A_SLOT, THRESHOLDS, Thresholds
from wanjia.kernels.balance.day.passing_loops import pass_rows
from wanjia.kernels.balance.day.sums import MASTER, PARTS_A_KWH, Sums
from wanjia.model.network import Indexes, Measures
from wanjia.model.readings import MISSING, Block, SlotBits, SlotCounts


@dataclass(frozen=True, eq=False)
class MeterDays:
    """Of each row of a block: readings present, their energy in kWh, and flags as bits of FLAGS; all [n]."""

    present: Indexes
    energy_kwh: Measures
    flags: NDArray[np.uint8]


def add(
    sums: Sums,
    block: Block,
    expected: Expected,
    limit_kw: Measures | None = None,
    thresholds: Thresholds = THRESHOLDS,
) -> MeterDays:
    """Adds the block to the sums, in place, and says of each row what it holds. Holds no lock while it counts.

    limit_kw: [n] what each connection can carry, NaN where nobody knows. Rows of a negative district belong to none:
    they are looked at and added nowhere. Order of rows does not matter; sorted by district they are counted faster.
    """
    rows, slots = block.values.shape
    if slots != sums.slots:
        raise ValueError(f"a block of {slots} slots for sums of {sums.slots}")
    found = MeterDays(np.empty(rows, np.int32), np.empty(rows), np.empty(rows, np.uint8))
    marks: SlotBits = np.empty((0, 0), np.uint8) if block.estimated is None else np.ascontiguousarray(block.estimated)
    pass_rows(
        np.ascontiguousarray(block.values), _ends(block.values), parts_of(block.unit_kwh), block.district, block.role,
        marks, _limits(block, expected, limit_kw, thresholds), expected.generation > 0, _bounds(thresholds),
        (sums.energy, sums.present, sums.reporting, sums.flagged, sums.estimated),
        (found.present, found.energy_kwh, found.flags),
    )  # fmt: skip
    return found


def parts_of(unit_kwh: Measures) -> Measures:
    """Billionths of a kWh in one count, whole where they are but for rounding, [n]."""
    parts = unit_kwh * PARTS_A_KWH
    whole = np.rint(parts)
    return np.where(np.abs(parts - whole) <= 1e-12 * np.abs(parts), whole, parts)


def _ends(values: SlotCounts) -> tuple[np.int16, np.int16, np.int16] | tuple[np.float64, np.float64, np.float64]:
    """The count that is no reading, the least and the greatest count, of the block's own type."""
    if values.dtype == np.int16:
        return np.int16(MISSING), np.int16(MISSING), np.int16(-MISSING - 1)
    return np.float64(np.nan), np.float64(-np.inf), np.float64(np.inf)


def _limits(block: Block, expected: Expected, limit_kw: Measures | None, thresholds: Thresholds) -> Measures:
    """kWh an interval that the row's connection can carry, NaN unknown, [n]; a master's is its transformer's."""
    known = np.full(len(block.role), np.nan) if limit_kw is None else limit_kw * thresholds.spike_over_limit
    masters = (block.role == MASTER) & (block.district >= 0) & np.isnan(known)
    known[masters] = expected.capacity_kva[block.district[masters]] * thresholds.capacity_over
    return known * HOURS_A_SLOT


def _bounds(thresholds: Thresholds) -> tuple[float, float, int, int, float]:
    return (
        thresholds.spike_kwh * PARTS_A_KWH, thresholds.spike_over_mean, thresholds.zero_slots, thresholds.stuck_slots,
        thresholds.stuck_kwh * PARTS_A_KWH,
    )  # fmt: skip
