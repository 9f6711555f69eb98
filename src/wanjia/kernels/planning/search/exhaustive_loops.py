"""Compiled: every choice of a small problem, one after the other, each one move from the one before."""

import numpy as np

from wanjia.kernels.planning.looping import loop
from wanjia.kernels.planning.prices.loops import take, weigh
from wanjia.kernels.planning.prices.sums import sum_all
from wanjia.kernels.planning.prices.tables import Scratch, State, Tables
from wanjia.kernels.planning.problem import Floats
from wanjia.kernels.planning.search.annealing_loops import NOTHING_BROKEN, Record


@loop
def try_all(tables: Tables, state: State, scratch: Scratch, record: Record, extra: Floats) -> None:
    """The cheapest choice that breaks nothing into `record`; the state must hold each work's first option."""
    cost, broken = sum_all(tables, state, scratch)
    for option in state.choice:
        cost += extra[option]
    works, moves = len(state.choice), 0
    while True:
        if broken < NOTHING_BROKEN and cost < record.figures[2] - 1e-12 * abs(cost):
            record.figures[2] = cost
            for place in range(works):
                record.best[place] = state.choice[place]
        work = 0
        while work < works and state.choice[work] + 1 == tables.option_begin[work + 1]:
            work += 1
        if work == works:
            return
        for turned in range(work + 1):
            own = state.choice[turned]
            option = own + 1 if turned == work else tables.option_begin[turned]
            if option != own:
                change, size, count, _ = weigh(tables, state, scratch, turned, option, 0.0, np.inf)
                take(tables, state, scratch, turned, option, count)
                cost += change + extra[option] - extra[own]
                broken += size
        moves += 1
        if moves % 10_000 == 0:
            cost, broken = sum_all(tables, state, scratch)
            for option in state.choice:
                cost += extra[option]
