"""What is remembered of every device, and of every district: arrays that the step changes in place."""

from dataclasses import dataclass

import numpy as np

from wanjia.kernels.sensing.grid import Grid
from wanjia.kernels.sensing.nouns import Bytes, Ints

NEVER = -(2**30)
"""A time that never was, in tenths of a second; far enough from the ends that sums do not overflow."""
GASP, LIFE, LAG, RANK = range(4)
"""Columns of `Memory.cells`: newest gasp and newest sign of life by the device's own clock, tenths of a second since
the epoch; what to add to its stamps (negative for a clock that is ahead, more than any lateness for one that is behind,
else 0; UNMET before its first event); rank of its district."""
UNMET = 2**30
"""Longer than any time from stamp to arrival."""
FREE, DARK, PART = range(3)
"""What a district's onset is held for: nothing, an outage of the whole district, one of a part of it."""


@dataclass(eq=False)
class Memory:
    """`cells`[slots, 4]; by rank of district: `attention` (a device may be dark), `onset` (since when it is held dark),
    `held` (what for), `noticed` (since when the evidence convinces), `back` and `back_onset` (when a district came back
    after an outage, and since when it had been dark; its late meters are watched), `freed` (since when a part of its
    outage looks lit again, so that the rest is perhaps back too and only its words are missing)."""

    cells: Ints
    attention: Bytes
    onset: Ints
    held: Bytes
    noticed: Ints
    back: Ints
    back_onset: Ints
    freed: Ints

    def copied(self) -> "Memory":
        """The same, apart; the step changes the arrays of the one that it is given."""
        return Memory(*(np.copy(value) for value in vars(self).values()))


def empty_memory(grid: Grid) -> Memory:
    """Nothing was heard of any device yet."""
    cells = np.full((grid.meters + grid.districts, 4), NEVER, dtype=np.int32)
    cells[:, LAG] = UNMET
    cells[: grid.meters, RANK] = np.repeat(np.arange(grid.districts), np.diff(grid.first_meter))
    cells[grid.meters :, RANK] = np.arange(grid.districts)
    never = np.full(grid.districts, NEVER, dtype=np.int32)
    flags = np.zeros(grid.districts, dtype=np.int8)
    return Memory(cells, flags, never, flags.copy(), never.copy(), never.copy(), never.copy(), never.copy())
