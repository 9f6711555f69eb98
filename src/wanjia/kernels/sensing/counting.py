"""Compiled: the devices of a district, counted by state, around the time since when it may be dark."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from wanjia.kernels.sensing.memory import AHEAD, FREE, GASP, LIFE, NEVER
from wanjia.kernels.sensing.nouns import Bytes, Ints, Longs

GASPED, ALIVE, SILENT, BEAT_GASPED, BEAT_SILENT = range(5)
"""Columns of counts: dark by their own word; alive after the onset; neither; of the first and third, those that sent
heartbeats shortly before. The terminal's five columns come after the meters' five."""
COLUMNS = 10
TERMINAL = 5
BUCKETS = 66
"""Of the histogram that finds the middle gasp: 10 s each in 660 s."""


class Spans(NamedTuple):
    """Tenths of a second."""

    fresh: int
    cluster: int
    beat: int
    terminal_beat: int


@njit(cache=True, nogil=True)
def _middle_gasp(
    cells: Ints, begin: int, end: int, terminal: int, now: int, fresh: int, after: int, buckets: Ints
) -> Any:
    """Upper edge of the bucket of the middle fresh gasp (after `after`) of devices still dark, NEVER without any."""
    buckets[:] = 0
    width, total = fresh // BUCKETS, 0
    for k in range(begin, end + 1):
        cell = cells[terminal if k == end else k]
        if cell[GASP] > cell[LIFE]:
            age = now - (cell[GASP] + cell[AHEAD])
            if 0 <= age < fresh and now - age > after:
                buckets[age // width] += 1
                total += 1
    below = 0
    for b in range(BUCKETS - 1, -1, -1):
        below += buckets[b]
        if total and 2 * below >= total:
            return now - b * width
    return NEVER


@njit(cache=True, nogil=True)
def _state(cell: Ints, since: int, oldest: int, beat: int) -> Any:
    """Column of a device (NEVER: says nothing, an old gasp), and whether it sent heartbeats until then."""
    life = cell[LIFE] + cell[AHEAD]
    is_beating = cell[LIFE] != NEVER and life > since - beat
    if cell[GASP] > cell[LIFE]:
        return (GASPED if cell[GASP] + cell[AHEAD] >= oldest else NEVER), is_beating
    return (ALIVE if cell[LIFE] != NEVER and life > since else SILENT), is_beating


@njit(cache=True, nogil=True)
def count(
    ranks: Ints, cells: Ints, first: Longs, now: int, spans: Spans, onset: Ints, held: Bytes, back: Ints,
    given: Ints, counts: Ints, since: Ints,
) -> None:  # fmt: skip
    """Fills `counts`[rank, 10] and `since`[rank] (the time counted around: the onset held, else the one given, else
    the middle gasp; NEVER: nothing to count around, all zero)."""
    meters, buckets = first[len(first) - 1], np.zeros(BUCKETS, dtype=np.int32)
    for i in range(len(ranks)):
        r = ranks[i]
        counts[r, :] = 0
        if held[r] != FREE:
            since[r] = onset[r]
            oldest = since[r] - spans.cluster
        else:
            since[r] = given[r]
            if since[r] == NEVER:
                begin, end = first[r], first[r + 1]
                since[r] = _middle_gasp(cells, begin, end, meters + r, now, spans.fresh, back[r], buckets)
            # Nothing that went before: neither stale gasps nor those of an outage that is over.
            oldest = max(since[r] - spans.cluster, now - spans.fresh, back[r])
        if since[r] == NEVER:
            continue
        for k in range(first[r], first[r + 1]):
            column, is_beating = _state(cells[k], since[r], oldest, spans.beat)
            if column != NEVER:
                counts[r, column] += 1
                if is_beating and column != ALIVE:
                    counts[r, BEAT_GASPED if column == GASPED else BEAT_SILENT] += 1
        cell = cells[meters + r]
        if cell[GASP] != NEVER or cell[LIFE] != NEVER:  # a terminal never heard of is taken not to exist
            column, is_beating = _state(cell, since[r], oldest, spans.terminal_beat)
            if column != NEVER:
                counts[r, TERMINAL + column] += 1
                if is_beating and column != ALIVE:
                    counts[r, TERMINAL + (BEAT_GASPED if column == GASPED else BEAT_SILENT)] += 1


@njit(cache=True, nogil=True)
def still_dark(cells: Ints, begin: int, end: int, since: int, back: int) -> int:
    """How many meters of a district gasped between, had been heard before, and were not heard again."""
    found = 0
    for k in range(begin, end):
        if cells[k, LIFE] != NEVER and cells[k, GASP] > cells[k, LIFE]:
            found += since <= cells[k, GASP] + cells[k, AHEAD] < back
    return found


@njit(cache=True, nogil=True)
def middle_life(cells: Ints, begin: int, end: int, since: int) -> int:
    """The middle of the last signs of life after `since`; NEVER without any."""
    times, found = np.empty(end - begin, dtype=np.int32), 0
    for k in range(begin, end):
        life = cells[k, LIFE] + cells[k, AHEAD]
        if cells[k, LIFE] > cells[k, GASP] and life > since:
            times[found] = life
            found += 1
    return int(np.sort(times[:found])[(found - 1) // 2]) if found else NEVER
