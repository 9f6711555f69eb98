"""Compiled: a batch goes into the memory. Maxima and minima only, so order and repetition make no difference.

A device's own events are ordered by its own clock, right or wrong. When devices are compared, the least time from
stamp to arrival of any of its events is added where it shows a wrong clock: negative for one that is ahead (nothing
arrives before it is sent), more than events are ever late for one that is behind. A clock that is behind by less, or is
set back later, cannot be told from late events: such a device then says nothing about new outages.
"""

from math import floor

from wanjia.compiled import loop
from wanjia.kernels.sensing.memory import GASP, LAG, LIFE, NEVER, RANK
from wanjia.kernels.sensing.nouns import LAST_GASP, Bytes, Ints, Longs

MILLISECONDS = 100
"""Of a tenth of a second, the unit of the memory: 32 bits then hold 6.8 years."""
TENTHS_PER_MILLISECOND = 1.0 / MILLISECONDS
BLOCK = 256
"""Events whose devices are fetched together: 16 KB of lines, half of a first-level cache."""
TIME_MAX = 2**29
"""Tenths of a second from the epoch (1.7 years); stamps further off are nonsense and are cut to it."""


@loop()
def _tenths(milliseconds: int, epoch: int) -> int:
    # Multiplying is several times faster than dividing whole numbers, and as monotonous.
    return min(max(floor((milliseconds - epoch) * TENTHS_PER_MILLISECOND), -TIME_MAX), TIME_MAX)


@loop()
def take_in(
    cells: Ints, attention: Bytes, slot: Ints, kind: Bytes, occurred: Longs, received: Longs, epoch: int, jump: int,
    late: int,
) -> None:  # fmt: skip
    """Events of one batch; `jump` (tenths): a device less ahead than before by more than this had its clock set;
    `late`: a device all of whose events arrive later than this has a clock that is behind."""
    for begin in range(0, len(slot), BLOCK):
        end = min(begin + BLOCK, len(slot))
        if _touch(cells, slot, begin, end) == NEVER:
            continue  # an empty block only; without this use of the sum the compiler would drop the loop
        for i in range(begin, end):
            s = slot[i]
            at = _tenths(occurred[i], epoch)
            lead = _tenths(received[i], epoch) - at
            if 0 < lead <= late:
                lead = 0
            if lead < cells[s, LAG]:
                cells[s, LAG] = lead
            elif cells[s, LAG] < -jump and lead > cells[s, LAG] + jump:
                _set_clock(cells[s])
            if kind[i] == LAST_GASP:
                if at > cells[s, GASP]:
                    cells[s, GASP] = at
                    if at > cells[s, LIFE]:
                        attention[cells[s, RANK]] = 1
            elif at > cells[s, LIFE]:
                cells[s, LIFE] = at


@loop()
def _touch(cells: Ints, slot: Ints, begin: int, end: int) -> int:
    """Sum of the ranks of a block's devices (never negative): reads them all at once, so that the loop finds them near.

    One after the other each would be waited for; in a row without a decision between, the processor fetches many.
    """
    total = 0
    for i in range(begin, end):
        total += cells[slot[i], RANK]
    return total


@loop()
def _set_clock(cell: Ints) -> None:
    """What was remembered by the wrong clock is restated by the right one."""
    if cell[GASP] != NEVER:
        cell[GASP] += cell[LAG]
    if cell[LIFE] != NEVER:
        cell[LIFE] += cell[LAG]
    cell[LAG] = 0
