"""A plan made again after something was lost or added: the fewest changed works first, then the least cost.

First a bound: of the works as they stood, how many can still stand beside each other (CP-SAT, exact while nobody else
needs room). Those that cannot are placed anew around the others; where they find no room, works that may meet them are
let go too, ever more of them, until the number of changes meets the bound or all works are free.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from wanjia.kernels.planning.conflicts import by_nearness
from wanjia.kernels.planning.own_costs import own_costs
from wanjia.kernels.planning.pricing import Pricer
from wanjia.kernels.planning.problem import Bools, Problem, darkness, price
from wanjia.kernels.planning.restricting import restrict, work_of_option
from wanjia.kernels.planning.stating import Statement, quiet_solver

CHANGED = 1
"""What changing a work weighs that nobody was told of."""
CHANGED_ANNOUNCED = 3
"""What changing a work weighs whose notice has gone out: everybody touched is written to again."""
FREE_OPTIONS_MAX = 60_000
"""Options that one question to CP-SAT may hold: some five seconds of stating and solving on one core."""
COST_STEPS = 1_000_000
"""Steps into which the dearest option's cost is cut for CP-SAT, which counts in whole numbers."""
PASSES_MAX = 20
"""Passes of the last improvement over the changed works."""


@dataclass(frozen=True, eq=False)
class Given:
    """The plan as it stood, seen from the changed problem.

    `same` ([O]) marks options that leave their work as it stood (several where only the base differs); a work without
    any is either new (`weight` 0) or has lost its place. `weight` ([W]) is what changing it weighs.
    """

    same: Bools
    weight: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Replanned:
    """`choice` is a plan that breaks nothing; what its changes weigh, and the least that any plan's do.

    `changed` are works that do not stand as they stood, `evicted` those among them whose place was still there.
    """

    choice: NDArray[np.int32]
    changed: tuple[int, ...]
    evicted: tuple[int, ...]
    weight: int
    weight_bound: int
    cost: float

    @property
    def is_fewest(self) -> bool:
        """Whether no plan changes less: proven."""
        return self.weight == self.weight_bound


def replan(problem: Problem, given: Given, seconds: float, elapsed: Callable[[], float]) -> Replanned | None:
    """The plan with the fewest changes found until `elapsed()` (seconds since the beginning) reaches `seconds`.

    None when none was found; `conflicts` then says whether there is one.
    """
    asked = _Asked(problem, given, seconds, elapsed)
    standing, bound = asked.standing()
    free = np.isin(np.arange(problem.works), standing, invert=True)
    best: Replanned | None = None
    for circle in asked.circles(free):
        choice, least = asked.place(circle)
        bound = max(bound, least if circle.all() else 0)
        if choice is not None:
            best = _better(best, asked.replanned(choice, bound))
        if asked.time_left <= 0 or (best is not None and best.weight <= bound):
            break
    return best if best is None else asked.improved(best, bound)


def _better(one: Replanned | None, other: Replanned) -> Replanned:
    return other if one is None or (other.weight, other.cost) < (one.weight, one.cost) else one


class _Asked:
    """A problem with the plan as it stood, and what is left of the time."""

    def __init__(self, problem: Problem, given: Given, seconds: float, elapsed: Callable[[], float]) -> None:
        self.problem = problem
        self.given = given
        self._seconds = seconds
        self._elapsed = elapsed
        self._owner = work_of_option(problem)
        self._has_place = np.bincount(self._owner[given.same], minlength=problem.works) > 0

    @property
    def time_left(self) -> float:
        """Seconds."""
        return self._seconds - self._elapsed()

    def standing(self) -> tuple[NDArray[np.int64], int]:
        """The heaviest set of works that can all stay as they stood, and what changing the others weighs at least."""
        keep = self.given.same | ~self._has_place[self._owner]
        kept, _ = restrict(self.problem, keep)
        statement = Statement(kept, among=self._has_place, switches=True)
        stays: dict[int, cp_model.IntVar] = {}
        for demand, literal in statement.switch.items():
            if demand.kind == "work":
                stays[demand.where[0]] = literal
            elif demand.kind != "least":
                statement.model.add_bool_and([literal])
        weights = [int(self.given.weight[work]) for work in stays]
        statement.model.maximize(cp_model.LinearExpr.weighted_sum(list(stays.values()), weights))
        return self._stays(statement, stays)

    def _stays(self, statement: Statement, stays: dict[int, cp_model.IntVar]) -> tuple[NDArray[np.int64], int]:
        total = int(self.given.weight.sum())
        if not stays:
            return np.zeros(0, np.int64), total
        solver = quiet_solver(self.time_left / 2)
        status = solver.solve(statement.model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return np.zeros(0, np.int64), 0
        works = np.array([work for work, literal in stays.items() if solver.boolean_value(literal)], np.int64)
        return works, total - min(total, int(np.floor(solver.best_objective_bound + 1e-6)))

    def circles(self, free: Bools) -> Iterator[Bools]:
        """Works that may be placed anew: those that must, then ever more around them, at last all."""
        yield free
        order = by_nearness(restrict(self.problem, self._held(free))[0], free)
        sizes = np.cumsum(np.diff(self.problem.option_begin)[order])
        count = int(free.sum())
        while count < self.problem.works:
            count = min(self.problem.works, max(count * 2, count + 4))
            if sizes[count - 1] > FREE_OPTIONS_MAX:
                return
            free = np.zeros(self.problem.works, bool)
            free[order[:count]] = True
            yield free

    def _held(self, free: Bools) -> Bools:
        """[O] options left when all works but the `free` ones stand as they stood."""
        return self.given.same | (free | ~self._has_place)[self._owner]

    def place(self, free: Bools) -> tuple[NDArray[np.int32] | None, int]:
        """The best choice in which only `free` works change, and what changes weigh at least; costs come second."""
        smaller, number = restrict(self.problem, self._held(free))
        statement = Statement(smaller)
        weight = self._weight_of(statement, number)
        statement.model.minimize(weight)
        solver = quiet_solver(self.time_left / 2)
        if solver.solve(statement.model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None, 0
        least = int(np.ceil(solver.best_objective_bound - 1e-6))
        statement.model.add(weight <= round(solver.objective_value))
        return number[self._cheapest(statement, solver, free, number)], least

    def _weight_of(self, statement: Statement, number: NDArray[np.int32]) -> cp_model.LinearExprT:
        """What the changes weigh: all, less what stays."""
        same = np.flatnonzero(self.given.same[number]).tolist()
        weights = [-int(self.given.weight[self._owner[number[option]]]) for option in same]
        total = int(self.given.weight.sum())
        return cp_model.LinearExpr.weighted_sum([statement.taken[option] for option in same], weights) + total

    def _cheapest(
        self, statement: Statement, found: cp_model.CpSolver, free: Bools, number: NDArray[np.int32]
    ) -> NDArray[np.int64]:
        """The choice found, or a cheaper one with no more changes."""
        problem, taken = statement.problem, statement.taken
        for literal in taken.values():
            statement.model.add_hint(literal, found.boolean_value(literal))
        costs = own_costs(problem, self._fixed_dark(problem, free), np.arange(problem.options))
        dearest = float(costs.max(initial=0.0)) or 1.0
        steps = np.rint(costs / dearest * COST_STEPS).astype(np.int64).tolist()
        statement.model.minimize(cp_model.LinearExpr.weighted_sum(list(taken.values()), [steps[at] for at in taken]))
        solver = quiet_solver(self.time_left / 2)
        status = solver.solve(statement.model)
        solver = solver if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else found
        return np.array([option for option, literal in taken.items() if solver.boolean_value(literal)], np.int64)

    def _fixed_dark(self, problem: Problem, free: Bools) -> NDArray[np.int32]:
        """[A, T] what the works that stay darken."""
        return darkness(problem, problem.option_begin[:-1][~free & self._has_place].astype(np.int64))

    def replanned(self, choice: NDArray[np.int32], bound: int) -> Replanned:
        """What a choice changes and costs."""
        changed = np.flatnonzero((self.given.weight > 0) & ~self.given.same[choice])
        weight = int(self.given.weight[changed].sum())
        evicted = changed[self._has_place[changed]]
        cost = price(self.problem, choice).cost
        return Replanned(choice, tuple(changed.tolist()), tuple(evicted.tolist()), weight, min(bound, weight), cost)

    def improved(self, found: Replanned, bound: int) -> Replanned:
        """Moves the works that change anyway to where they cost less, one by one, until nothing is gained."""
        pricer = Pricer(self.problem, found.choice)
        works = [work for work in range(self.problem.works) if not self.given.same[found.choice[work]]]
        for _ in range(PASSES_MAX):
            if not sum(self._moved(pricer, work) for work in works):
                break
        return self.replanned(np.asarray(pricer.choice, np.int32), bound)

    def _moved(self, pricer: Pricer, work: int) -> bool:
        if self.time_left <= 0:
            return False
        options = range(int(self.problem.option_begin[work]), int(self.problem.option_begin[work + 1]))
        moves = ((pricer.move(work, option), option) for option in options)
        gain, option = min(((move.cost, option) for move, option in moves if move.violations <= 0), default=(0.0, -1))
        if gain >= -1e-9:
            return False
        pricer.take(work, option)
        return True
