"""Who was heard from: per district the newest word of any device, and how many of its meters spoke lately."""

from dataclasses import dataclass

import numpy as np

from wanjia.compiled import loop
from wanjia.kernels.sensing.grid import Grid
from wanjia.kernels.sensing.memory import DARK, GASP, LAG, LIFE, NEVER
from wanjia.kernels.sensing.nouns import Ints, Longs
from wanjia.kernels.sensing.step import State


@dataclass(frozen=True, eq=False)
class Coverage:
    """By row of the table of districts, [districts]; times are ms since 1970 UTC, 0 never."""

    dark_since: Longs
    heard_at: Longs
    meters: Ints
    meters_heard: Ints


def coverage_of(grid: Grid, state: State, window_seconds: float) -> Coverage:
    """What the memory holds of every district; a meter counts as heard when it spoke within the window before `now`."""
    now = (state.now - state.epoch) // 100
    newest, heard = np.empty(grid.districts, np.int32), np.empty(grid.districts, np.int32)
    _hear(state.memory.cells, grid.first_meter, now, round(10 * window_seconds), newest, heard)
    onset = np.where(state.memory.held == DARK, state.memory.onset, NEVER)
    meters = np.diff(grid.first_meter).astype(np.int32)
    rank = grid.rank
    return Coverage(_stamps(onset, state.epoch)[rank], _stamps(newest, state.epoch)[rank], meters[rank], heard[rank])


def _stamps(tenths: Ints, epoch: int) -> Longs:
    found: Longs = np.where(tenths == NEVER, 0, epoch + 100 * tenths.astype(np.int64))
    return found


@loop()
def _hear(cells: Ints, first_meter: Longs, now: int, window: int, newest: Ints, heard: Ints) -> None:
    meters = first_meter[-1]
    for r in range(len(newest)):
        latest, count = NEVER, 0
        for k in range(first_meter[r], first_meter[r + 1] + 1):
            # The terminal comes after the district's meters, in a place of its own.
            is_terminal = k == first_meter[r + 1]
            cell = cells[meters + r] if is_terminal else cells[k]
            at = max(cell[GASP], cell[LIFE])
            if at == NEVER:
                continue
            at = min(at + cell[LAG], now)
            latest = max(latest, at)
            count += at >= now - window and not is_terminal
        newest[r], heard[r] = latest, count
