"""Column generation: which options a good plan may use, and a lower bound.

A linear program takes, for each part, shares of placings known so far; what its limits are then worth says which
placings would make it cheaper (G. B. Dantzig, P. Wolfe, *Decomposition Principle for Linear Programs*, Operations
Research 8, 1960). At any such worths the sum over parts of the cheapest placings is a bound.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from wanjia.kernels.planning.bounds.parts import no_prices, parts_of
from wanjia.kernels.planning.bounds.parts_loops import bound_at, place_by_day
from wanjia.kernels.planning.prices.linear import Linear
from wanjia.kernels.planning.problem import Bools, Floats, Ints, Problem
from wanjia.kernels.planning.restricting import positions
from wanjia.kernels.planning.solvers.program import Rows, Users, say_cells, solve_program

Longs: TypeAlias = NDArray[np.int64]

BETTER = 1e-6
"""Share by which a placing must be cheaper than what its part costs in the program."""
NO_PLACE = 10.0
"""What leaving out a part costs, in dearest placings."""


class Columns:
    """Placings of the parts of a problem, more with each round; costs are sums over slots."""

    def __init__(self, problem: Problem, linear: Linear, over: Floats) -> None:
        """Begins at prices `over` [R, T]."""
        self.problem = problem
        self._parts = parts_of(problem, linear)
        self._prices = no_prices(problem, self._parts)
        self._prices.over[:] = np.where(np.isfinite(self._parts.most), over, 0.0)
        self._worth = np.full(len(self._prices.part_cost), np.inf)
        self._options: list[Longs] = []
        self._part: list[int] = []
        self._cost: list[float] = []
        self._known: set[bytes] = set()
        self.bound, self.objective = -np.inf, np.inf

    def promising(self) -> Bools:
        """[O] options of the placings found."""
        found = np.zeros(self.problem.options, dtype=np.bool_)
        found[np.concatenate(self._options)] = True
        return found

    def grow(self, seconds: float) -> bool:
        """One more round; whether it brought any placing, and the program a lower cost."""
        self.bound = max(self.bound, bound_at(self._parts, self._prices))
        before, known = self.objective, len(self._cost)
        self._take_up()
        if len(self._cost) == known:
            return False
        self._solve(seconds)
        return bool(np.isfinite(self.objective) and self.objective < before * (1 - BETTER))

    def _take_up(self) -> None:
        """Placings that would make the program cheaper."""
        parts, prices = self._parts, self._prices
        best = prices.chosen.copy()
        days = prices.low.shape[1]
        cost = np.zeros((len(self._worth), days))
        option = np.zeros((days, self.problem.works), dtype=np.int64)
        for part in np.flatnonzero(np.diff(parts.part_begin) > 1).tolist():
            self._add(part, best[self._works(part)], float(prices.part_cost[part]))
        place_by_day(parts, prices, cost, option)
        limit = self._worth - BETTER * np.where(np.isfinite(self._worth), np.abs(self._worth), 0.0)
        for part, day in np.argwhere(np.isfinite(cost) & (cost < limit[:, None])).tolist():
            self._add(part, option[day, self._works(part)], float(cost[part, day]))

    def _works(self, part: int) -> Longs:
        begin, end = self._parts.part_begin[part], self._parts.part_begin[part + 1]
        return self._parts.part_work[begin:end]

    def _add(self, part: int, options: Longs, priced: float) -> None:
        """A placing, if it is new; `priced` is its cost and what its means are worth."""
        mark = options.tobytes()
        if mark in self._known:
            return
        self._known.add(mark)
        entries = positions(self.problem.use_begin, options)
        worth = self._prices.over.ravel()[self.problem.use_cell[entries]] @ self.problem.use_amount[entries]
        self._options.append(options)
        self._part.append(part)
        self._cost.append(priced - float(worth))

    def _solve(self, seconds: float) -> None:
        """The program; its duals become the prices."""
        part, cost, parts = np.array(self._part), np.array(self._cost), len(self._worth)
        rows, count = Rows(), len(cost)
        columns = np.concatenate((np.arange(count), np.arange(count, count + parts)))
        ones = np.ones(parts)
        rows.add(np.concatenate((part, np.arange(parts))), columns, np.ones(len(columns)), ones, ones)
        none = np.zeros(len(self.problem.most))
        cells = say_cells(rows, self._users(part), none, self._parts.most.ravel())
        scale = 1.0 / self.problem.slots
        left_out = np.full(parts, NO_PLACE * float(np.abs(cost).max()))
        found = solve_program(rows, scale * np.concatenate((cost, left_out)), 0, seconds)
        if found.values is None or found.duals is None:
            self.objective = np.inf
            return
        self.objective = float(cost @ found.values[:count] + left_out @ found.values[count:])
        self._worth = found.duals[:parts] / scale
        self._prices.over[:] = 0.0
        self._prices.over.ravel()[cells] = np.maximum(0.0, -found.duals[parts:]) / scale

    def _users(self, part: Ints) -> Users:
        """What each placing uses, cell by cell."""
        problem, cells = self.problem, len(self.problem.most)
        options = np.concatenate(self._options)
        column = np.repeat(np.arange(len(self._options)), [len(some) for some in self._options])
        entries = positions(problem.use_begin, options)
        key = np.repeat(column, np.diff(problem.use_begin)[options]) * cells + problem.use_cell[entries]
        keys, place = np.unique(key, return_inverse=True)
        amount = np.bincount(place, weights=problem.use_amount[entries], minlength=len(keys)).astype(np.float64)
        return Users(keys // cells, keys % cells, amount, np.asarray(part, dtype=np.int64))
