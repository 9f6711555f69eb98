"""HiGHS on a problem where nothing is dark and the cost is linear: a linear program, then a core that proves itself.

The relaxation is solved by GLOP; at its prices every option has a reduced cost, and a plan that takes an option dearer
than `width` costs more than the bound and `width`. So when the best plan of the options within `width` costs no more
than that, it is the best of all. After E. Balas and E. Zemel, *An Algorithm for Large Zero-One Knapsack Problems*,
Operations Research 28 (1980). OR-Tools hands no bound of HiGHS out before it is done, so there is none then.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from ortools.linear_solver.python import model_builder

from wanjia.kernels.planning.prices.linear import Linear
from wanjia.kernels.planning.problem import TOLERANCE, Floats, Ints, Problem
from wanjia.kernels.planning.restricting import restrict, work_of_option
from wanjia.kernels.planning.solvers.exact import Exact

PARAMETERS = "output_flag=false\nmip_rel_gap=0\nmip_abs_gap=1e-7\nthreads=1"
"""By itself HiGHS stops at a hundredth of a per cent, and says hello on standard output."""
ROUNDING = 1e-8
"""Share by which a proven cost is lowered: HiGHS adds up in floating point."""


@dataclass(frozen=True, eq=False)
class Row:
    """A row of the program: options, their coefficients, least and greatest sum."""

    columns: Ints
    amounts: Floats
    least: float
    most: float


@dataclass(frozen=True, eq=False)
class Relaxed:
    """A bound (sum over slots), and what each option [O] costs above the cheapest of its work at the same prices."""

    bound: float
    reduced: Floats


def relax(problem: Problem, linear: Linear, seconds: float) -> Relaxed | None:
    """The relaxation; None when time runs out. The bound holds whatever the prices are."""
    model = model_builder.Model()  # type: ignore[no-untyped-call]
    shares = [model.new_num_var(0.0, np.inf, "") for _ in range(problem.options)]
    for columns in np.split(np.arange(problem.options), problem.option_begin[1:-1]):
        _add(model, shares, Row(columns, np.ones(len(columns)), 1.0, 1.0))
    rows = list(_rows(problem))
    added = [_add(model, shares, row) for row in rows]
    model.minimize(model_builder.LinearExpr.weighted_sum(shares, linear.option.tolist()))
    solver = model_builder.Solver("GLOP")
    solver.set_time_limit_in_seconds(max(0.05, seconds))
    if solver.solve(model) != model_builder.SolveStatus.OPTIMAL:
        return None
    return _at_prices(problem, linear, [(row, solver.dual_value(one)) for row, one in zip(rows, added, strict=True)])


def _at_prices(problem: Problem, linear: Linear, prices: list[tuple[Row, float]]) -> Relaxed:
    """Bound and reduced costs where being at a row's greatest sum is paid for (below 0) or at its least (above)."""
    cost, total = linear.option.copy(), 0.0
    for row, price in prices:
        limit = row.most if price < 0 else row.least
        if price != 0 and np.isfinite(limit):
            cost[row.columns] -= price * row.amounts
            total += price * limit
    least = np.minimum.reduceat(cost, problem.option_begin[:-1])
    return Relaxed(float(least.sum() + total), cost - np.repeat(least, np.diff(problem.option_begin)))


def solve_core(
    problem: Problem,
    linear: Linear,
    relaxed: Relaxed,
    width: float,
    seconds: float,
    seed: int,
    elapsed: Callable[[], float] = float,
) -> Exact:
    """The best plan of the options within `width`; its bound holds for all plans."""
    smaller, kept = restrict(problem, relaxed.reduced <= width)
    found = solve_mixed(smaller, replace(linear, option=linear.option[kept]), seconds, seed, elapsed)
    choice = None if found.choice is None else kept[found.choice].astype(np.int64)
    bound = max(relaxed.bound, min(found.bound, relaxed.bound + width))
    return Exact(choice, bound, found.is_impossible and len(kept) == problem.options)


def solve_mixed(
    problem: Problem, linear: Linear, seconds: float, seed: int, elapsed: Callable[[], float] = float
) -> Exact:
    """Runs HiGHS, one thread, for that many seconds at most; writing the model counts where `elapsed` tells time.

    The bound is -inf unless the optimum is proven.
    """
    began = elapsed()
    model, options = _model(problem, linear)
    solver = model_builder.Solver("HIGHS")
    solver.set_solver_specific_parameters(f"{PARAMETERS}\nrandom_seed={seed % 2**31}")
    solver.set_time_limit_in_seconds(max(0.05, seconds - (elapsed() - began)))
    status = solver.solve(model)
    if status == model_builder.SolveStatus.INFEASIBLE:
        return Exact(None, np.inf, True)
    if status not in (model_builder.SolveStatus.OPTIMAL, model_builder.SolveStatus.FEASIBLE):
        return Exact(None, -np.inf, False)
    share = np.array([solver.value(option) for option in options])
    choice = np.flatnonzero(share > 0.5).astype(np.int64)
    proven = status == model_builder.SolveStatus.OPTIMAL
    cost = float(linear.option[choice].sum())
    return Exact(choice, cost - ROUNDING * abs(cost) if proven else -np.inf, False)


def _model(problem: Problem, linear: Linear) -> tuple[model_builder.Model, list[model_builder.Variable]]:
    model = model_builder.Model()  # type: ignore[no-untyped-call]
    options = [model.new_bool_var("") for _ in range(problem.options)]
    for columns in np.split(np.arange(problem.options), problem.option_begin[1:-1]):
        _add(model, options, Row(columns, np.ones(len(columns)), 1.0, 1.0))
    for row in _rows(problem):
        _add(model, options, row)
    model.minimize(model_builder.LinearExpr.weighted_sum(options, linear.option.tolist()))
    return model, options


def _add(
    model: model_builder.Model, variables: list[model_builder.Variable], row: Row
) -> model_builder.LinearConstraint:
    chosen = [variables[at] for at in row.columns.tolist()]
    weighted = model_builder.LinearExpr.weighted_sum(chosen, row.amounts.tolist())
    return model.add(model_builder.BoundedLinearExpression(weighted, row.least, row.most))


def _rows(problem: Problem) -> Iterator[Row]:
    """All but that each work takes one option."""
    yield from _cells(problem)
    for (one, other), mask in zip(problem.exclusion.tolist(), problem.exclusion_mask.tolist(), strict=True):
        yield from _apart(problem, one, other, np.flatnonzero(problem.masks[mask]))
    for before, after, gap in problem.precedence.tolist():
        first, then = (np.arange(*problem.option_begin[work : work + 2]) for work in (before, after))
        ends, starts = problem.start[first] + problem.duration[first], problem.start[then]
        amounts = np.concatenate((-ends, starts)).astype(np.float64)
        yield Row(np.concatenate((first, then)), amounts, float(gap), np.inf)


def _cells(problem: Problem) -> Iterator[Row]:
    """Each cell that some choice of options would overfill or leave short."""
    owner = np.repeat(np.arange(problem.options), np.diff(problem.use_begin))
    work = work_of_option(problem)
    order = np.argsort(problem.use_cell, kind="stable")
    bounds = np.searchsorted(problem.use_cell[order], np.arange(len(problem.most) + 1))
    for cell in range(len(problem.most)):
        part = order[bounds[cell] : bounds[cell + 1]]
        columns, amounts = owner[part], problem.use_amount[part]
        asked = np.zeros(problem.works)
        np.maximum.at(asked, work[columns], amounts)
        is_scarce = asked.sum() > problem.most[cell] + TOLERANCE
        if is_scarce or problem.least[cell] > 0:
            least = problem.least[cell] - TOLERANCE if problem.least[cell] > 0 else -np.inf
            yield Row(columns, amounts, float(least), float(problem.most[cell] + TOLERANCE) if is_scarce else np.inf)


def _apart(problem: Problem, one: int, other: int, slots: Ints) -> Iterator[Row]:
    """Two works in each of the slots: one of them at most."""
    sides = [np.arange(*problem.option_begin[work : work + 2]) for work in (one, other)]
    ends = problem.start + problem.duration
    seen: set[bytes] = set()
    for slot in slots.tolist():
        busy = [side[(problem.start[side] <= slot) & (slot < ends[side])] for side in sides]
        columns = np.concatenate(busy)
        if len(busy[0]) and len(busy[1]) and columns.tobytes() not in seen:
            seen.add(columns.tobytes())
            yield Row(columns, np.ones(len(columns)), -np.inf, 1.0)
