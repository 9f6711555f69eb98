"""Compiled: how many meters of every district were heard in a window. Coverage of telemetry, not darkness."""

from typing import NamedTuple

import numpy as np
from numba import njit

from wanjia.kernels.sensing.arrival import MILLISECONDS
from wanjia.kernels.sensing.grid import Grid
from wanjia.kernels.sensing.memory import AHEAD, GASP, LIFE, NEVER, Memory
from wanjia.kernels.sensing.nouns import Ints, Longs

UNHEARD = -1
"""Time of a district of which nothing was ever heard."""


class Heard(NamedTuple):
    """By row of the table of districts: meters listed, meters heard in the window, terminals heard in it (0 or 1), and
    when any of its devices was last heard (milliseconds since 1970 UTC; UNHEARD for never)."""

    meters: Longs
    meters_heard: Longs
    terminals_heard: Longs
    newest: Longs


def heard_since(memory: Memory, grid: Grid, since_ms: int, epoch: int) -> Heard:
    """What was heard at or after a time; `epoch` is that of the state (`State.epoch`), both in milliseconds.

    Anything a device says counts, a last gasp too, at the time by its own clock, put back where that is ahead of ours.
    One reading of the whole memory: some 10 ms for two million meters.
    """
    since = min(max(-(-(since_ms - epoch) // MILLISECONDS), NEVER + 1), -NEVER)
    meters, terminals, newest = (np.zeros(grid.districts, dtype=np.int64) for _ in range(3))
    _listen(memory.cells, grid.first_meter, since, meters, terminals, newest)
    times = np.where(newest == NEVER, UNHEARD, epoch + MILLISECONDS * newest)
    by_row = grid.rank
    return Heard(np.diff(grid.first_meter)[by_row], meters[by_row], terminals[by_row], times[by_row])


@njit(cache=True, nogil=True)
def _last_heard(cells: Ints, slot: int) -> int:
    """Tenths of a second since the epoch, NEVER for never."""
    last = max(cells[slot, GASP], cells[slot, LIFE])
    return NEVER if last == NEVER else last + cells[slot, AHEAD]


@njit(cache=True, nogil=True)
def _listen(cells: Ints, first: Longs, since: int, meters: Longs, terminals: Longs, newest: Longs) -> None:
    """Fills the three by rank; what was never heard stays before every `since`."""
    count = first[len(first) - 1]
    for r in range(len(first) - 1):
        latest = _last_heard(cells, count + r)
        terminals[r] = latest >= since
        for slot in range(first[r], first[r + 1]):
            last = _last_heard(cells, slot)
            meters[r] += last >= since
            latest = max(latest, last)
        newest[r] = latest
