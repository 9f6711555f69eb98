"""Annealings, each longer than the one before; the caller asks for slices and may stop between any two."""

import math

import numpy as np

from wanjia.kernels.planning.prices.sums import sum_all
from wanjia.kernels.planning.prices.tables import empty_scratch, empty_state, tables
from wanjia.kernels.planning.problem import Floats, Ints, Problem
from wanjia.kernels.planning.search.annealing_loops import NOTHING_BROKEN, Record, anneal
from wanjia.kernels.planning.search.exhaustive_loops import try_all

FLOOR, SLOPE = 0.2, 1.0
"""How a broken demand counts: something for being broken at all, so that the last bit is mended too, and its size."""
SLICE_STEPS = 5_000
"""Steps between two looks at the clock: some ten milliseconds."""
ROUND_SLICES = 4
"""Slices of the first annealing; each further one has twice as many."""
ROUND_SLICES_MAX = 1_000_000
HOT_SHARE, COLD_SHARE = 0.05, 0.00005
"""First and last temperature, in shares of a work's mean cost."""
PENALTY_SHARE = 0.05
"""First price of a broken demand, in shares of the whole cost."""
BROKEN_SLICES_MAX = 12
"""Slices that may end with something broken, one after the other, before a walled search goes back to its best plan."""
USUAL_ABOVE = 1.5
"""What a plan costs against its works' cheapest options, about."""
LEAST_COST = 1e-9


class Search:
    """One search. Costs are sums over slots; `extra` [O] is a cost of taking an option whatever the others do."""

    def __init__(self, problem: Problem, seed: int, start: Ints | None, extra: Floats) -> None:
        """Begins at `start`, or by chance."""
        chance = np.random.default_rng(seed)
        first = chance.integers(problem.option_begin[:-1], problem.option_begin[1:]) if start is None else start
        self.tables = tables(problem, FLOOR, SLOPE)
        self._state, self._scratch = empty_state(problem, first), empty_scratch(problem)
        bits = chance.integers(1, 2**64 - 1, 1, dtype=np.uint64)
        self._record = Record(self._state.choice.copy(), np.array([0.0, 0.0, np.inf, 0.0]), bits)
        self._extra, self._works = extra, problem.works
        cost, _ = sum_all(self.tables, self._state, self._scratch)
        self._cost = max(min(abs(cost + float(extra[self._state.choice].sum())), self._usual()), LEAST_COST)
        self._record.figures[3] = PENALTY_SHARE * self._cost
        self._place, self._slices, self._broken, self._is_walled = 0, ROUND_SLICES, 0, False
        self.choices = math.prod(np.diff(problem.option_begin).tolist())

    @property
    def best(self) -> Ints:
        """The best plan so far; any choice before there is one."""
        return self._record.best

    @property
    def nearest(self) -> Ints:
        """The best plan, or where the search stands."""
        return (self.best if np.isfinite(self._record.figures[2]) else self._state.choice).copy()

    def _usual(self) -> float:
        """A little above what the works cost each at its cheapest; inf where others decide what a work costs.

        A choice by chance may cost a hundred times that, and temperatures after it would melt every plan.
        """
        tables = self.tables
        sums = np.concatenate([[0.0], np.cumsum(tables.own_mean)])
        own = sums[tables.own_begin[1:]] - sums[tables.own_begin[:-1]]
        least = float(np.minimum.reduceat(own, tables.option_begin[:-1]).sum())
        return np.inf if len(tables.atom_weight) or least <= 0 else USUAL_ABOVE * least

    def begin_at(self, choice: Ints, is_walled: bool = False) -> None:
        """Goes on from `choice`; `is_walled`: the search had found no plan by itself."""
        self._state.choice[:] = choice
        self._is_walled = self._is_walled or is_walled

    def try_all(self) -> Ints | None:
        """The best of all choices; None when none is a plan."""
        self._state.choice[:] = self.tables.option_begin[:-1]
        try_all(self.tables, self._state, self._scratch, self._record, self._extra)
        return self.best if np.isfinite(self._record.figures[2]) else None

    def slice(self) -> float:
        """A few thousand more steps; cost of the best plan so far, inf before there is one."""
        hot, cold = (share * self._cost / self._works for share in (HOT_SHARE, COLD_SHARE))
        at, end = (hot * (cold / hot) ** (place / self._slices) for place in (self._place, self._place + 1))
        span = np.array([at, end, SLICE_STEPS, hot, 1e6 * hot])
        anneal(self.tables, self._state, self._scratch, self._record, self._extra, span)
        self._place += 1
        self._go_back()
        if self._place == self._slices:
            self._place, self._slices = 0, min(2 * self._slices, ROUND_SLICES_MAX)
            self._cost = max(min(self._cost, float(self._record.figures[2])), LEAST_COST)
        return float(self._record.figures[2])

    def _go_back(self) -> None:
        """To the best plan from behind a wall: where all is cold already, no step leads out of what is broken."""
        self._broken = self._broken + 1 if self._record.figures[1] > NOTHING_BROKEN else 0
        if self._is_walled and self._broken >= BROKEN_SLICES_MAX and np.isfinite(self._record.figures[2]):
            self._state.choice[:] = self._record.best
            self._broken = 0
