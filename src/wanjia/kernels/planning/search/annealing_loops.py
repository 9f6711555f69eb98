"""Compiled: simulated annealing over moves of one work or two, with a price on broken demands that adapts."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wanjia.kernels.planning.looping import loop
from wanjia.kernels.planning.prices.loops import take, weigh
from wanjia.kernels.planning.prices.sums import sum_all
from wanjia.kernels.planning.prices.tables import Scratch, State, Tables, Whole
from wanjia.kernels.planning.problem import Floats

NOTHING_BROKEN: Final = 1e-9
NEARBY: Final = 5
"""Places in the order of a work's options within which a step is a small one."""


class Record(NamedTuple):
    """What a run carries from slice to slice; `figures`: cost, broken, best cost, penalty; `chance` [1]: never 0."""

    best: Whole
    figures: Floats
    chance: NDArray[np.uint64]


@loop
def drawn(record: Record) -> float:
    """A number from 0 until before 1 (Vigna's xorshift64*, whose numbers the seed alone decides)."""
    bits = record.chance[0]
    bits ^= bits >> np.uint64(12)
    bits ^= bits << np.uint64(25)
    bits ^= bits >> np.uint64(27)
    record.chance[0] = bits
    return float((bits * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@loop
def below(record: Record, count: int) -> int:
    """A whole number from 0 until before `count`."""
    return int(drawn(record) * count)


@loop
def option_at(tables: Tables, work: int, mode: int, start: int) -> int:
    """The option of `work` in `mode` that begins at `start` or next after it; else the last one before it."""
    low, high = tables.option_begin[work], tables.option_begin[work + 1]
    first, end = low, high
    wanted = mode * tables.slots + start
    while low < high:
        middle = (low + high) // 2
        if tables.key[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    if low == end or (low > first and tables.key[low] // tables.slots != mode):
        low -= 1
    return int(tables.ordered[low])


@loop
def proposed_start(tables: Tables, state: State, record: Record, work: int) -> int:
    """Time of a neighbour that shares districts: same begin, same end, or a little beside."""
    count = tables.near_begin[work + 1] - tables.near_begin[work]
    other = state.choice[tables.near[tables.near_begin[work] + below(record, count)]]
    own = state.choice[work]
    kind = below(record, 4)
    if kind == 0:
        return int(tables.end[other] - (tables.end[own] - tables.start[own]))
    if kind == 1:
        return int(tables.start[other] + (below(record, 5) - 2))
    return int(tables.start[other])


@loop
def proposed(tables: Tables, state: State, record: Record, work: int) -> int:
    """Another option for `work`: beside its neighbour's time, another mode at the same time, a small step, or any."""
    own, first = state.choice[work], tables.option_begin[work]
    count = tables.option_begin[work + 1] - first
    dice = drawn(record)
    if tables.near_begin[work + 1] > tables.near_begin[work] and dice < 0.3:
        mode = tables.mode[own]
        if dice < 0.15:
            mode = tables.mode[first + below(record, count)]
        return int(option_at(tables, work, mode, max(0, proposed_start(tables, state, record, work))))
    if dice < 0.4 and tables.key[first] // tables.slots != tables.key[first + count - 1] // tables.slots:
        return int(option_at(tables, work, tables.mode[first + below(record, count)], tables.start[own]))
    if dice < 0.7:
        step = 1 + below(record, NEARBY)
        if drawn(record) < 0.5:
            step = -step
        return int(option_at(tables, work, tables.mode[own], max(0, tables.start[own] + step)))
    return int(first + below(record, count))


@loop
def note(state: State, record: Record, cost: float, broken: float) -> None:
    """The change just made into the figures; the best plan so far is kept."""
    record.figures[0] += cost
    record.figures[1] += broken
    if record.figures[1] < NOTHING_BROKEN and record.figures[0] < record.figures[2] * (1 - 1e-12) - 1e-12:
        record.figures[2] = record.figures[0]
        for work in range(len(state.choice)):
            record.best[work] = state.choice[work]


@loop
def swap(tables: Tables, state: State, scratch: Scratch, record: Record, extra: Floats, limit: float) -> None:
    """Two works change their times, a little beside at will; both moves or none."""
    works = len(state.choice)
    one, other = below(record, works), below(record, works)
    a, b = state.choice[one], state.choice[other]
    to = option_at(tables, one, tables.mode[a], max(0, tables.start[b] + (below(record, 5) - 2)))
    back = option_at(tables, other, tables.mode[b], max(0, tables.start[a] + (below(record, 5) - 2)))
    if one == other or to == a or back == b:
        return
    penalty = record.figures[3]
    kept = extra[to] - extra[a]
    cost, broken, count, _ = weigh(tables, state, scratch, one, to, penalty, np.inf)
    take(tables, state, scratch, one, to, count)
    kept += extra[back] - extra[b]
    left = limit - cost - kept - penalty * broken
    cost_back, broken_back, count, within = weigh(tables, state, scratch, other, back, penalty, left)
    if within:
        take(tables, state, scratch, other, back, count)
        note(state, record, cost + cost_back + kept, broken + broken_back)
    else:
        _, _, count, _ = weigh(tables, state, scratch, one, a, penalty, np.inf)
        take(tables, state, scratch, one, a, count)


@loop
def step(tables: Tables, state: State, scratch: Scratch, record: Record, extra: Floats, limit: float) -> None:
    """One work weighs one other option."""
    work = below(record, len(state.choice))
    own = state.choice[work]
    option = proposed(tables, state, record, work)
    if option == own:
        return
    kept = extra[option] - extra[own]
    cost, broken, count, within = weigh(tables, state, scratch, work, option, record.figures[3], limit - kept)
    if within:
        take(tables, state, scratch, work, option, count)
        note(state, record, cost + kept, broken)


@loop
def anneal(tables: Tables, state: State, scratch: Scratch, record: Record, extra: Floats, span: Floats) -> None:
    """One slice of a run; `span` [5]: temperature at its first and last step, steps, least and most penalty.

    `extra` [O] is a cost of taking an option whatever the others do. Sums are renewed first, then the steps.
    """
    cost, broken = sum_all(tables, state, scratch)
    for option in state.choice:
        cost += extra[option]
    record.figures[0], record.figures[1] = cost, broken
    note(state, record, 0.0, 0.0)
    steps = int(span[2])
    cooling = (span[1] / span[0]) ** (1.0 / steps)
    temperature = span[0]
    for _ in range(steps):
        limit = -temperature * np.log(drawn(record) + 1e-300)
        if drawn(record) < 0.2:
            swap(tables, state, scratch, record, extra, limit)
        else:
            step(tables, state, scratch, record, extra, limit)
        temperature *= cooling
    factor = 1.1 if record.figures[1] > NOTHING_BROKEN else 1 / 1.05
    record.figures[3] = min(max(record.figures[3] * factor, span[3]), span[4])
