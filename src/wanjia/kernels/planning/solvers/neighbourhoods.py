"""Large neighbourhoods: some works are set free and placed by HiGHS, while all the others stand still.

Annealing moves one or two works at a time; works that share an outage or a truck are often better moved together. The
method is P. Shaw's, *Using Constraint Programming and Local Search Methods to Solve Vehicle Routing Problems*, CP 1998.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from wanjia.kernels.planning.prices.linear import Linear
from wanjia.kernels.planning.problem import TOLERANCE, Bools, Floats, Ints, Problem, usage
from wanjia.kernels.planning.restricting import restrict, work_of_option
from wanjia.kernels.planning.solvers.program import program_of

FREED_FIRST, FREED_LEAST = 8, 3
"""Works set free at once, in the beginning and at least."""
ROUND_SECONDS = 2.0
"""What one neighbourhood may take; what takes less frees one work more next time, what takes all of it one less."""
QUICK_SHARE = 0.4
SHARED_DARK, SHARED_MEANS, SAME_DAYS, BY_CHANCE = 4.0, 1.0, 2.0, 3.0
"""How much it counts for being freed together: to darken the same atoms, use the same means, stand on near days."""


class Neighbourhoods:
    """Rounds of setting free; the same seed takes the same rounds, as far as time allows."""

    def __init__(self, problem: Problem, linear: Linear, seed: int) -> None:
        self.problem, self.linear, self.seed = problem, linear, seed
        self.freed = min(FREED_FIRST, problem.works)
        self._chance = np.random.default_rng(seed)
        self._work_of = work_of_option(problem)
        self._user = np.repeat(np.arange(problem.options), np.diff(problem.use_begin))
        self._likeness = SHARED_DARK * _shared(problem, problem.dark_begin, problem.dark_atom, problem.atoms)
        cells = problem.use_cell // problem.slots
        self._means = SHARED_MEANS * _shared(problem, problem.use_begin, cells, problem.resources)

    def improve(self, choice: Ints, seconds: float, elapsed: Callable[[], float]) -> Ints | None:
        """The choice with the works of one neighbourhood placed anew; None when nothing was found in time."""
        began = elapsed()
        smaller, kept = restrict(self.problem, self._alive(choice))
        program = program_of(smaller, replace(self.linear, option=self.linear.option[kept]))
        found, _ = program.solve(smaller, min(seconds - (elapsed() - began), ROUND_SECONDS))
        share = (elapsed() - began) / ROUND_SECONDS
        if share < QUICK_SHARE:
            self.freed = min(self.problem.works, self.freed + 1)
        elif share >= 1.0:
            self.freed = max(FREED_LEAST, self.freed - 1)
        return None if found is None else kept[found].astype(np.int64)

    def _alive(self, choice: Ints) -> Bools:
        """[O] options of the works set free for which the others leave enough, and the option of each other work."""
        problem = self.problem
        free = np.zeros(problem.works, dtype=np.bool_)
        free[self._together(choice)] = True
        room = problem.most - usage(problem, choice[~free]) + TOLERANCE
        alive = free[self._work_of]
        alive[self._user[problem.use_amount > room[problem.use_cell]]] = False
        alive[choice] = True
        return alive

    def _together(self, choice: Ints) -> Ints:
        """A work by chance, and those most like it, by chance too."""
        problem = self.problem
        first = int(self._chance.integers(problem.works))
        day = problem.day_of_slot[problem.start[choice]].astype(np.float64)
        near = SAME_DAYS / (1.0 + np.abs(day - day[first]))
        likeness = self._likeness[first] + self._means[first] * near + BY_CHANCE * self._chance.random(problem.works)
        likeness[first] = np.inf
        return np.argsort(-likeness, kind="stable")[: self.freed].astype(np.int64)


class Narrow:
    """Rounds among some options only."""

    def __init__(self, problem: Problem, linear: Linear, among: Bools, seed: int) -> None:
        """`among` [O] leaves each work an option."""
        smaller, self._kept = restrict(problem, among)
        self._rounds = Neighbourhoods(smaller, replace(linear, option=linear.option[self._kept]), seed)

    def holds(self, choice: Ints) -> bool:
        """Whether a choice is among the options."""
        return bool(np.isin(choice, self._kept).all())

    def improve(self, choice: Ints, seconds: float, elapsed: Callable[[], float]) -> Ints | None:
        """As of `Neighbourhoods`, for a choice that is among the options."""
        found = self._rounds.improve(np.searchsorted(self._kept, choice), seconds, elapsed)
        return None if found is None else self._kept[found].astype(np.int64)


def _shared(problem: Problem, begin: Ints, entry: Ints, count: int) -> Floats:
    """[W, W] 1 where two works have an entry in common, in any of their options."""
    has = np.zeros((problem.works, count), dtype=np.float32)
    work = np.repeat(np.arange(problem.works), np.diff(problem.option_begin))
    has[np.repeat(work, np.diff(begin)), entry] = 1.0
    shared: Floats = (has @ has.T > 0).astype(np.float64)
    return shared
