"""CP-SAT on the linear part of a problem: the optimum and its proof, or a bound, or a first plan.

Costs and amounts become whole numbers. Amounts are rounded down and limits up to the tolerance, costs to the nearest,
and the bound gives back what rounding may have taken, so that it stays below every plan.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from wanjia.kernels.planning.prices.linear import Linear
from wanjia.kernels.planning.problem import Ints, Problem
from wanjia.kernels.planning.solvers.exact_model import model_of

ENTRIES_MAX = 1_500_000
"""Coefficients of a model: above this it takes longer to write down than there is time to solve it."""


@dataclass(frozen=True)
class Exact:
    """What CP-SAT found: a choice or None, a valid lower bound (sum over slots), and whether there is none."""

    choice: Ints | None
    bound: float
    is_impossible: bool


def entries(problem: Problem) -> int:
    """Coefficients of the model, about."""
    darkened = int((problem.dark_until.astype(np.int64) - problem.dark_from).sum())
    lengths = np.concatenate([[0], np.cumsum(problem.duration, dtype=np.int64)])
    by_work = np.diff(lengths[problem.option_begin])
    pairs = int(by_work[problem.exclusion].sum()) if len(problem.exclusion) else 0
    return problem.options * 2 + len(problem.use_cell) + 2 * darkened + pairs


def solve_exactly(
    problem: Problem,
    linear: Linear,
    seconds: float,
    seed: int,
    hint: Ints | None,
    elapsed: Callable[[], float] = float,
) -> Exact:
    """Runs CP-SAT, one worker, for that many seconds at most; writing the model counts where `elapsed` tells time."""
    began = elapsed()
    model = model_of(problem, linear)
    if hint is not None:
        chosen = np.zeros(problem.options, dtype=bool)
        chosen[hint] = True
        for variable, value in zip(model.options, chosen.tolist(), strict=True):
            model.cp.add_hint(variable, value)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.max_time_in_seconds = max(0.05, seconds - (elapsed() - began))
    status = solver.solve(model.cp)
    if status == cp_model.INFEASIBLE:
        return Exact(None, np.inf, True)
    bound = solver.best_objective_bound / model.scale - model.slack
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Exact(None, bound, False)
    taken = np.array([solver.boolean_value(variable) for variable in model.options])
    return Exact(np.flatnonzero(taken).astype(np.int64), bound, False)
