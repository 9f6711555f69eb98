"""Compiled: the devices of a district, counted by state, around the time since when it may be dark."""

from typing import Any, NamedTuple

import numpy as np

from wanjia.compiled import loop
from wanjia.kernels.sensing.memory import FREE, GASP, LAG, LIFE, NEVER
from wanjia.kernels.sensing.nouns import Bytes, Ints, Longs

GASPED, ALIVE, SILENT, BEAT_GASPED, BEAT_SILENT = range(5)
"""Columns of counts: dark by their own word; alive after the onset; neither; of the first and third, those that sent
heartbeats shortly before. The terminal's five columns come after the meters' five, then how many meters returned and
whether the terminal did: gasped and lived again, both by their own clocks."""
COLUMNS = 12
TERMINAL, RETURNED, TERMINAL_RETURNED = 5, 10, 11
BUCKETS = 198
"""Of the histogram that finds the gasps of one event: 10 s each in 1,980 s."""


class Spans(NamedTuple):
    """Tenths of a second. `sooner`: how much sooner a terminal gasps than a meter; `sure`: who lived so little before
    the gasps, or later, still had supply."""

    fresh: int
    sooner: int
    sure: int
    cluster: int
    beat: int
    terminal_beat: int


@loop()
def _middle_gasp(
    cells: Ints, begin: int, end: int, terminal: int, now: int, spans: Spans, after: int, buckets: Ints
) -> Any:
    """When devices that are still dark gasped, the most of them within `cluster` (of equal times the newest one): upper
    edge of the bucket of their middle one. Only fresh gasps after `after` count; NEVER without any. `buckets` are empty
    before and afterwards."""
    width, low, high = spans.fresh // BUCKETS, BUCKETS, -1
    for k in range(begin, end + 1):
        slot = terminal if k == end else k
        if cells[slot, GASP] > cells[slot, LIFE]:
            age = now - (cells[slot, GASP] + cells[slot, LAG])
            if 0 <= age < spans.fresh and now - age > after:
                # What the terminal said is put to when its meters say it.
                b = max(age - spans.sooner, 0) // width if k == end else age // width
                buckets[b] += 1
                low, high = min(low, b), max(high, b)
    if high < 0:
        return NEVER
    middle = _middle_of_densest(buckets, low, high, spans.cluster // width)
    buckets[low : high + 1] = 0
    return now - middle * width


@loop()
def _middle_of_densest(buckets: Ints, low: int, high: int, width: int) -> int:
    """Of the `width` buckets in a row that hold the most (the newest of equal ones), the one of the middle gasp."""
    inside, last, most = 0, low, 0
    for b in range(low, high + 1):
        inside += buckets[b]
        if b - width >= low:
            inside -= buckets[b - width]
        if inside > most:
            last, most = b, inside
    below = 0
    for b in range(last, low - 1, -1):
        below += buckets[b]
        if 2 * below >= most:
            return b
    return low


@loop()
def _state(cells: Ints, slot: int, since: int, oldest: int, newest: int, sure: int, beat: int) -> Any:
    """Column of a device (NEVER: says nothing, its gasp is of another time), and whether it sent heartbeats before."""
    gasp, last, lag = cells[slot, GASP], cells[slot, LIFE], cells[slot, LAG]
    is_beating = last != NEVER and last + lag > since - beat
    if gasp > last:
        return (GASPED if oldest <= gasp + lag <= newest else NEVER), is_beating
    return (ALIVE if last != NEVER and last + lag > since - sure else SILENT), is_beating


@loop()
def count(
    ranks: Ints, cells: Ints, first: Longs, now: int, spans: Spans, onset: Ints, held: Bytes, back: Ints,
    given: Ints, counts: Ints, since: Ints,
) -> None:  # fmt: skip
    """Fills `counts`[rank, 12] and `since`[rank] (the time counted around: the onset held, else the one given, else
    the middle gasp; NEVER: nothing to count around, all zero)."""
    meters, buckets = first[len(first) - 1], np.zeros(BUCKETS, dtype=np.int32)
    for i in range(len(ranks)):
        r = ranks[i]
        counts[r, :] = 0
        if held[r] != FREE:
            since[r] = onset[r]
            oldest, newest = since[r] - spans.cluster, now
        else:
            since[r] = given[r]
            if since[r] == NEVER:
                begin, end = first[r], first[r + 1]
                since[r] = _middle_gasp(cells, begin, end, meters + r, now, spans, back[r], buckets)
            # Gasps of that time only: neither stale ones, nor those of an outage that is over, nor later ones: who
            # gasped a minute after the others had supply until then.
            oldest = max(since[r] - spans.cluster, now - spans.fresh, back[r])
            newest = since[r] + spans.cluster
        if since[r] == NEVER:
            continue
        for k in range(first[r], first[r + 1]):
            column, is_beating = _state(cells, k, since[r], oldest, newest, spans.sure, spans.beat)
            if column != NEVER:
                counts[r, column] += 1
                if column == ALIVE:
                    counts[r, RETURNED] += cells[k, GASP] + cells[k, LAG] >= oldest
                elif is_beating:
                    counts[r, BEAT_GASPED if column == GASPED else BEAT_SILENT] += 1
        cell = cells[meters + r]
        if cell[GASP] != NEVER or cell[LIFE] != NEVER:  # a terminal never heard of is taken not to exist
            column, is_beating = _state(cells, meters + r, since[r], oldest, newest, spans.sure, spans.terminal_beat)
            if column != NEVER:
                counts[r, TERMINAL + column] += 1
                if is_beating and column != ALIVE:
                    counts[r, TERMINAL + (BEAT_GASPED if column == GASPED else BEAT_SILENT)] += 1
            counts[r, TERMINAL_RETURNED] = column == ALIVE and cell[GASP] + cell[LAG] >= oldest - spans.sooner


@loop()
def still_dark(cells: Ints, begin: int, end: int, since: int, back: int) -> int:
    """How many meters of a district gasped between, had been heard before, and were not heard again."""
    found = 0
    for k in range(begin, end):
        if cells[k, LIFE] != NEVER and cells[k, GASP] > cells[k, LIFE]:
            found += since <= cells[k, GASP] + cells[k, LAG] < back
    return found


@loop()
def middle_life(cells: Ints, begin: int, end: int, since: int) -> int:
    """The middle of the last signs of life after `since`; NEVER without any."""
    times, found = np.empty(end - begin, dtype=np.int32), 0
    for k in range(begin, end):
        life = cells[k, LIFE] + cells[k, LAG]
        if cells[k, LIFE] > cells[k, GASP] and life > since:
            times[found] = life
            found += 1
    return int(np.sort(times[:found])[(found - 1) // 2]) if found else NEVER
