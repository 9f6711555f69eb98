"""A plan made again after something was lost or added: the fewest changed works first, then the least cost.

First a bound: of the works as they stood, how many can still stand beside each other (CP-SAT, exact while nobody else
needs room). Those that cannot are placed anew around the others, by compiled search and by CP-SAT; where they find no
room, works that may meet them are let go too, ever more, until the changes meet the bound or all works are free.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from wanjia.kernels.planning.prices.linear import without_scenarios
from wanjia.kernels.planning.prices.own_costs import own_costs
from wanjia.kernels.planning.problem import TOLERANCE, Bools, Floats, Problem, darkness, price, usage
from wanjia.kernels.planning.restricting import positions, restrict, work_of_option
from wanjia.kernels.planning.search.annealing import Search
from wanjia.kernels.planning.search.solving import CHOICES_MAX
from wanjia.kernels.planning.solvers.conflicts import by_nearness
from wanjia.kernels.planning.solvers.stating import Statement, quiet_solver

CHANGED = 1
"""What changing a work weighs that nobody was told of."""
CHANGED_ANNOUNCED = 3
"""What changing a work weighs whose notice has gone out: everybody touched is written to again."""
FREE_OPTIONS_MAX = 60_000
"""Options that one question to CP-SAT may hold: some five seconds of stating and solving on one core."""
COST_STEPS = 1_000_000
"""Steps into which the dearest option's cost is cut for CP-SAT, which counts in whole numbers."""
STARTS_A_DAY = 3
"""Starts of each mode and day that works are first offered; all others are tried when they do not fit there."""
SHARE_BESIDE = 0.6
"""Share of the time for placing works beside those that stand."""
SLICES = 60
"""Slices of the search among the works that change: four annealings, some tenths of a second."""
SEED = 1


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
    free = np.isin(np.arange(problem.works), asked.owner[standing], invert=True)
    best = asked.beside(standing, free, bound)
    for circle in asked.circles(free):
        if asked.time_left <= 0 or (best is not None and best.weight <= bound):
            break
        choice, least = asked.place(circle)
        bound = max(bound, least if circle.all() else 0)
        if choice is not None:
            best = _better(best, asked.replanned(choice, bound))
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
        self.owner = work_of_option(problem)
        self._has_place = np.bincount(self.owner[given.same], minlength=problem.works) > 0

    @property
    def time_left(self) -> float:
        """Seconds."""
        return self._seconds - self._elapsed()

    def standing(self) -> tuple[NDArray[np.int32], int]:
        """Options of the heaviest set of works that can all stay, and what changing the others weighs at least."""
        keep = self.given.same | ~self._has_place[self.owner]
        kept, number = restrict(self.problem, keep)
        statement = Statement(kept, among=self._has_place, switches=True)
        stays: dict[int, cp_model.IntVar] = {}
        for demand, literal in statement.switch.items():
            if demand.kind == "work":
                stays[demand.where[0]] = literal
            elif demand.kind != "least":
                statement.model.add_bool_and([literal])
        weights = [int(self.given.weight[work]) for work in stays]
        statement.model.maximize(cp_model.LinearExpr.weighted_sum(list(stays.values()), weights))
        return self._stays(statement, stays, number)

    def _stays(
        self, statement: Statement, stays: dict[int, cp_model.IntVar], number: NDArray[np.int32]
    ) -> tuple[NDArray[np.int32], int]:
        total = int(self.given.weight.sum())
        if not stays:
            return number[:0], total
        solver = quiet_solver(self.time_left / 2)
        status = solver.solve(statement.model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return number[:0], 0
        owner = work_of_option(statement.problem)
        held = [
            option
            for option, literal in statement.taken.items()
            if solver.boolean_value(literal) and solver.boolean_value(stays[int(owner[option])])
        ]
        return number[held], total - min(total, int(np.floor(solver.best_objective_bound + 1e-6)))

    def beside(self, standing: NDArray[np.int32], free: Bools, bound: int) -> Replanned | None:
        """The `free` works around those standing, at the cheapest starts of each day; None when they do not fit."""
        keep = np.zeros(self.problem.options, bool)
        keep[standing] = True
        dark = darkness(self.problem, standing)
        keep[self._cheap(self._fitting(standing, free), dark)] = True
        if not np.bincount(self.owner[keep], minlength=self.problem.works).all():
            return None
        smaller, number = restrict(self.problem, keep)
        statement = Statement(smaller)
        _minimize(statement, own_costs(smaller, dark, np.arange(smaller.options)))
        solver = quiet_solver(self.time_left * SHARE_BESIDE)
        if solver.solve(statement.model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        return self.replanned(number[statement.choice(solver)], bound)

    def _fitting(self, standing: NDArray[np.int32], free: Bools) -> NDArray[np.int64]:
        """Options of `free` works for which those standing leave enough of every resource."""
        problem = self.problem
        room = problem.most - usage(problem, standing) + TOLERANCE
        options = np.flatnonzero(free[self.owner])
        entries = positions(problem.use_begin, options)
        user = np.repeat(np.arange(len(options)), np.diff(problem.use_begin)[options])
        fits = np.ones(len(options), bool)
        fits[user[problem.use_amount[entries] > room[problem.use_cell[entries]]]] = False
        return options[fits]

    def _cheap(self, options: NDArray[np.int64], dark: NDArray[np.int32]) -> NDArray[np.int64]:
        """Of each work, mode and day the cheapest few."""
        problem = self.problem
        costs = own_costs(problem, dark, options)
        day = problem.day_of_slot[problem.start[options]]
        order = np.lexsort((costs, day, problem.mode[options], self.owner[options]))
        group = np.stack([self.owner[options], problem.mode[options], day])[:, order]
        is_first = np.concatenate([[True], (group[:, 1:] != group[:, :-1]).any(axis=0)])[: len(order)]
        first = np.maximum.accumulate(np.where(is_first, np.arange(len(order)), 0))
        return np.asarray(options[order[np.arange(len(order)) - first < STARTS_A_DAY]])

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
        return self.given.same | (free | ~self._has_place)[self.owner]

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
        weights = [-int(self.given.weight[self.owner[number[option]]]) for option in same]
        total = int(self.given.weight.sum())
        return cp_model.LinearExpr.weighted_sum([statement.taken[option] for option in same], weights) + total

    def _cheapest(
        self, statement: Statement, found: cp_model.CpSolver, free: Bools, number: NDArray[np.int32]
    ) -> NDArray[np.int64]:
        """The choice found, or a cheaper one with no more changes."""
        problem, taken = statement.problem, statement.taken
        for literal in taken.values():
            statement.model.add_hint(literal, found.boolean_value(literal))
        _minimize(statement, own_costs(problem, self._fixed_dark(problem, free), np.arange(problem.options)))
        solver = quiet_solver(self.time_left / 2)
        status = solver.solve(statement.model)
        return statement.choice(solver if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else found)

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
        """With the works that change anyway where they cost least, as far as compiled search finds it."""
        smaller, number = restrict(self.problem, self._held(~self.given.same[found.choice]))
        start = np.searchsorted(number, found.choice).astype(np.int32)
        search = Search(without_scenarios(smaller), SEED, start, np.zeros(smaller.options))
        if search.choices <= CHOICES_MAX:
            search.try_all()
        for _ in range(SLICES if search.choices > CHOICES_MAX else 0):
            if self.time_left <= 0:
                break
            search.slice()
        again = self.replanned(number[search.nearest], bound)
        return _better(found, again) if price(self.problem, again.choice).is_feasible else found


def _minimize(statement: Statement, costs: Floats) -> None:
    """Asks for the least sum of costs."""
    dearest = float(costs.max(initial=0.0)) or 1.0
    steps = np.rint(costs / dearest * COST_STEPS).astype(np.int64).tolist()
    literals = list(statement.taken.values())
    statement.model.minimize(cp_model.LinearExpr.weighted_sum(literals, [steps[at] for at in statement.taken]))
