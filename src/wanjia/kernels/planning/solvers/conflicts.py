"""Why no plan exists: a smallest set of demands that cannot all be met, each of which could be met without the others.

CP-SAT refuses with a first set of demands; those it does not need are left out one by one (deletion filtering), so that
what remains is minimal. Whether a smaller one exists is searched by hitting sets: a conflict takes at least one demand
out of every set of demands whose removal makes the rest fit (A. Ignatiev, A. Previti, M. Liffiton, J. Marques-Silva,
*Smallest MUS Extraction with Minimal Hitting Set Dualization*, CP 2015).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from ortools.sat.python import cp_model

from wanjia.kernels.planning.problem import Bools, Ints, Problem
from wanjia.kernels.planning.restricting import work_of_option
from wanjia.kernels.planning.solvers.stating import NO_BARS, Bars, Demand, Statement, quiet_solver

Answer: TypeAlias = Literal["fits", "conflict", "unknown"]
Demands: TypeAlias = frozenset[Demand]
Elapsed: TypeAlias = Callable[[], float]

ROUNDS_MAX = 300
"""Rounds of the search for a smaller conflict; each is one question to CP-SAT and one to the hitting sets."""
QUICK_OPTIONS = 6_000
"""Options up to which a question counts as easy: a few works."""
SUSPECTS_FIRST = 8
"""Works asked about first when the caller does not say which; doubled until the conflict lies among them."""


@dataclass(frozen=True)
class Conflict:
    """`demands` cannot all be met; empty when `answer` is not `conflict`.

    `is_minimal`: proven that without any one of them the others can be met. `is_smallest`: proven that no smaller set
    of demands is in conflict.
    """

    answer: Answer
    demands: tuple[Demand, ...] = ()
    is_minimal: bool = False
    is_smallest: bool = False

    def of_kind(self, kind: str) -> tuple[Demand, ...]:
        """The demands of one kind."""
        return tuple(demand for demand in self.demands if demand.kind == kind)


def conflict(
    problem: Problem, seconds: float, elapsed: Elapsed, bars: Bars = NO_BARS, suspects: Ints | None = None
) -> Conflict:
    """The smallest conflict found until `elapsed()` (seconds since the beginning) reaches `seconds`.

    `bars` forbid options by named demands. `suspects` are works to look at first, for instance those in what the best
    choice found still breaks; then works that may meet them are added until the conflict is among them.
    """
    for among in _circles(problem, _alone(problem, bars) if suspects is None else suspects):
        questions = _Questions(Statement(problem, bars, among, switches=True), seconds, elapsed)
        answer, core = questions.ask(questions.demands)
        if answer == "conflict":
            return _smallest(questions, core)
        if answer == "unknown" or bool(among.all()):
            return Conflict(answer)
    return Conflict("fits")


class _Questions:
    """Asks one statement whether some of its demands can be met, within what is left of the time."""

    def __init__(self, statement: Statement, seconds: float, elapsed: Elapsed) -> None:
        self.statement = statement
        self._seconds = seconds
        self._elapsed = elapsed
        self.demands: Demands = frozenset(statement.switch)

    @property
    def time_left(self) -> float:
        """Seconds."""
        return self._seconds - self._elapsed()

    def ask(self, demands: Demands, wanted: Demands = frozenset()) -> tuple[Answer, Demands]:
        """Whether `demands` fit; the demands in conflict, or else those met, as many of `wanted` as possible."""
        if self.time_left <= 0:
            return "unknown", frozenset()
        model, switch = self.statement.model, self.statement.switch
        model.clear_assumptions()
        model.clear_objective()  # type: ignore[no-untyped-call]
        if wanted:
            model.maximize(cp_model.LinearExpr.sum([switch[demand] for demand in sorted(wanted)]))
        model.add_assumptions([switch[demand] for demand in sorted(demands)])
        solver = quiet_solver(self.time_left)
        # Many easy questions: what prepares a hard one costs more than the answer.
        if len(self.statement.taken) <= QUICK_OPTIONS:
            solver.parameters.cp_model_probing_level = 0
            solver.parameters.symmetry_level = 0
            solver.parameters.linearization_level = 0
        status = solver.solve(model)
        if status == cp_model.INFEASIBLE:
            return "conflict", self._core(solver, demands)
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            met = (demand for demand, literal in switch.items() if solver.boolean_value(literal))
            return "fits", demands | frozenset(met)
        return "unknown", frozenset()

    def _core(self, solver: cp_model.CpSolver, demands: Demands) -> Demands:
        named = set(solver.sufficient_assumptions_for_infeasibility())
        switch = self.statement.switch
        return frozenset(demand for demand in demands if switch[demand].index in named)


def _smallest(questions: _Questions, core: Demands) -> Conflict:
    minimal, is_minimal = _without_needless(questions, core)
    smaller, is_smallest = _hit(questions, minimal)
    return Conflict("conflict", tuple(sorted(smaller)), is_minimal or is_smallest, is_smallest)


def _without_needless(questions: _Questions, core: Demands) -> tuple[Demands, bool]:
    """Deletion filtering: works are tried last, so that a set with few works and one lack is preferred."""
    is_minimal = True
    for demand in sorted(core, key=lambda one: (one.kind != "work", one)):
        if demand in core:
            answer, smaller = questions.ask(core - {demand})
            core = smaller if answer == "conflict" else core
            is_minimal = is_minimal and answer != "unknown"
    return core, is_minimal


def _hit(questions: _Questions, known: Demands) -> tuple[Demands, bool]:
    """The smallest conflict, or `known` when none smaller is found; whether that is proven.

    A demand set that fits is widened to one that nothing can be added to; what it leaves out must be hit.
    """
    left_out: list[Demands] = []
    for _ in range(ROUNDS_MAX):
        chosen = _hitting_set(left_out, questions.time_left)
        if chosen is None:
            return known, False
        if len(chosen) >= len(known):
            return known, True
        answer, met = questions.ask(chosen, questions.demands - chosen)
        if answer == "conflict":
            return chosen, True
        if answer == "unknown" or met >= questions.demands:
            return known, False
        left_out.append(questions.demands - met)
    return known, False


def _hitting_set(sets: list[Demands], seconds: float) -> Demands | None:
    """The fewest demands with one of each set at least; nothing when the time is over."""
    model = cp_model.CpModel()
    demands = sorted(frozenset().union(*sets))
    chosen = {demand: model.new_bool_var("") for demand in demands}
    for each in sets:
        model.add_bool_or([chosen[demand] for demand in sorted(each)])
    model.minimize(cp_model.LinearExpr.sum(list(chosen.values())))
    solver = quiet_solver(seconds)
    if seconds <= 0 or solver.solve(model) != cp_model.OPTIMAL:
        return None
    return frozenset(demand for demand in demands if solver.boolean_value(chosen[demand]))


def _alone(problem: Problem, bars: Bars) -> Ints:
    """The first work that has no option which fits by itself, or else the works with the fewest options left."""
    owner = work_of_option(problem)
    free = np.ones(problem.options, bool)
    free[bars.option] = False
    over = problem.use_amount > problem.most[problem.use_cell]
    user = np.repeat(np.arange(problem.options), np.diff(problem.use_begin))
    free[user[over]] = False
    left = np.bincount(owner[free], minlength=problem.works)
    order = np.argsort(left, kind="stable")
    return np.asarray(order[: 1 if left[order[0]] == 0 else SUSPECTS_FIRST])


def _circles(problem: Problem, suspects: Ints) -> Iterable[Bools]:
    """Ever more works around the suspects, at last all of them."""
    among = np.zeros(problem.works, bool)
    among[suspects] = True
    if not among.all() and among.any():
        yield among
    size = max(SUSPECTS_FIRST, int(among.sum()))
    order = by_nearness(problem, among)
    while size * 2 < problem.works:
        size *= 2
        among = np.zeros(problem.works, bool)
        among[order[:size]] = True
        yield among
    yield np.ones(problem.works, bool)


def by_nearness(problem: Problem, among: Bools) -> Ints:
    """Works by how many cells of resources with a limit they may share with those `among`, which come first."""
    user = np.repeat(work_of_option(problem), np.diff(problem.use_begin))
    limited = np.isfinite(problem.most[problem.use_cell])
    pairs = np.unique(np.stack([user[limited], problem.use_cell[limited]]), axis=1)
    wanted = np.unique(pairs[1][among[pairs[0]]])
    shared = np.bincount(pairs[0][np.isin(pairs[1], wanted)], minlength=problem.works)
    for first, second in ((0, 1), (1, 0)):
        for table in (problem.exclusion, problem.precedence):
            hit = table[among[table[:, first]], second]
            shared[hit] = shared.max(initial=0) + 1
    shared[among] = shared.max(initial=0) + 1
    return np.asarray(np.argsort(-shared, kind="stable"))
