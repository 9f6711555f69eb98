"""Large neighbourhoods: a few works are set free and placed by CP-SAT, while all the others stand still.

Annealing moves one or two works at a time; works that share an outage or a truck are often better moved together. The
method is P. Shaw's, *Using Constraint Programming and Local Search Methods to Solve Vehicle Routing Problems*, CP 1998.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from wanjia.kernels.planning.exact import ENTRIES_MAX, entries, solve_exactly
from wanjia.kernels.planning.linear import Linear
from wanjia.kernels.planning.problem import Floats, Ints, Problem
from wanjia.kernels.planning.restricting import restrict

FREED_FIRST, FREED_LEAST = 6, 3
"""Works set free at once, in the beginning and at least."""
ROUND_SECONDS = 2.0
"""What one neighbourhood may take; what takes less frees one work more next time, what takes all of it one less."""
QUICK_SHARE = 0.4
SHARED_DARK, SHARED_MEANS, BY_CHANCE = 4.0, 1.0, 3.0
"""How much it counts for being freed together that works darken the same atoms, use the same means, or nothing."""


class Neighbourhoods:
    """Rounds of setting free; the same seed takes the same rounds, as far as time allows."""

    def __init__(self, problem: Problem, linear: Linear, seed: int) -> None:
        self.problem, self.linear, self.seed = problem, linear, seed
        self.freed = min(FREED_FIRST, problem.works)
        self._chance = np.random.default_rng(seed)
        self._likeness = SHARED_DARK * _shared(problem, problem.dark_begin, problem.dark_atom, problem.atoms)
        cells = problem.use_cell // problem.slots
        resources = len(problem.most) // problem.slots
        self._likeness += SHARED_MEANS * _shared(problem, problem.use_begin, cells, resources)

    def improve(self, choice: Ints, seconds: float, elapsed: Callable[[], float]) -> Ints | None:
        """The choice with the works of one neighbourhood placed anew; None when nothing was found in time."""
        problem, began = self.problem, elapsed()
        works = self._together()
        free = np.zeros(problem.works, dtype=bool)
        free[works] = True
        alive = np.repeat(free, np.diff(problem.option_begin))
        alive[choice] = True
        smaller, kept = restrict(problem, alive)
        if entries(smaller) > ENTRIES_MAX:
            self.freed = max(FREED_LEAST, self.freed - 1)
            return None
        linear = replace(self.linear, option=self.linear.option[kept])
        hint = np.searchsorted(kept, choice)
        limit = min(seconds, ROUND_SECONDS)
        found = solve_exactly(smaller, linear, limit, self.seed, hint, elapsed)
        share = (elapsed() - began) / ROUND_SECONDS
        if share < QUICK_SHARE:
            self.freed = min(problem.works, self.freed + 1)
        elif share >= 1.0:
            self.freed = max(FREED_LEAST, self.freed - 1)
        return None if found.choice is None else kept[found.choice].astype(np.int64)

    def _together(self) -> Ints:
        """A work by chance, and those most like it, by chance too."""
        first = int(self._chance.integers(self.problem.works))
        noise = self._chance.random(self.problem.works)
        likeness = np.minimum(self._likeness[first], SHARED_DARK + SHARED_MEANS) + BY_CHANCE * noise
        likeness[first] = np.inf
        return np.argsort(-likeness, kind="stable")[: self.freed].astype(np.int64)


def _shared(problem: Problem, begin: Ints, entry: Ints, count: int) -> Floats:
    """[W, W] 1 where two works have an entry in common, in any of their options."""
    has = np.zeros((problem.works, count), dtype=np.float32)
    work = np.repeat(np.arange(problem.works), np.diff(problem.option_begin))
    has[np.repeat(work, np.diff(begin)), entry] = 1.0
    shared: Floats = (has @ has.T > 0).astype(np.float64)
    return shared
