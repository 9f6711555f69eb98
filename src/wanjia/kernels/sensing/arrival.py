"""Compiled: a batch goes into the memory. Maxima and minima only, so order and repetition make no difference.

A device's own events are ordered by its own clock, right or wrong. What its clock is ahead of ours is the most that any
of its stamps was ahead of its arrival (nothing arrives before it is sent); that is taken off when devices are compared.
A clock that is behind cannot be told from a late event: such a device then says nothing about new outages.
"""

from math import floor

from numba import njit

from wanjia.kernels.sensing.memory import AHEAD, GASP, LIFE, NEVER, RANK
from wanjia.kernels.sensing.nouns import LAST_GASP, Bytes, Ints, Longs

MILLISECONDS = 100
"""Of a tenth of a second, the unit of the memory: 32 bits then hold 6.8 years."""
TENTHS_PER_MILLISECOND = 1.0 / MILLISECONDS
TIME_MAX = 2**29
"""Tenths of a second from the epoch (1.7 years); stamps further off are nonsense and are cut to it."""


@njit(cache=True, nogil=True)
def _tenths(milliseconds: int, epoch: int) -> int:
    # Multiplying is several times faster than dividing whole numbers, and as monotonous.
    return min(max(int(floor((milliseconds - epoch) * TENTHS_PER_MILLISECOND)), -TIME_MAX), TIME_MAX)


@njit(cache=True, nogil=True)
def take_in(
    cells: Ints, attention: Bytes, slot: Ints, kind: Bytes, occurred: Longs, received: Longs, epoch: int, jump: int
) -> None:
    """Events of one batch; `jump` (tenths): a device less ahead than before by more than this had its clock set."""
    for i in range(len(slot)):
        cell = cells[slot[i]]
        at = _tenths(occurred[i], epoch)
        lead = _tenths(received[i], epoch) - at
        if lead < cell[AHEAD]:
            cell[AHEAD] = lead
        elif cell[AHEAD] < -jump and lead > cell[AHEAD] + jump:
            _set_clock(cell)
        if kind[i] == LAST_GASP:
            if at > cell[GASP]:
                cell[GASP] = at
                if at > cell[LIFE]:
                    attention[cell[RANK]] = 1
        elif at > cell[LIFE]:
            cell[LIFE] = at


@njit(cache=True, nogil=True)
def _set_clock(cell: Ints) -> None:
    """What was remembered by the wrong clock is restated by the right one."""
    if cell[GASP] != NEVER:
        cell[GASP] += cell[AHEAD]
    if cell[LIFE] != NEVER:
        cell[LIFE] += cell[AHEAD]
    cell[AHEAD] = 0
