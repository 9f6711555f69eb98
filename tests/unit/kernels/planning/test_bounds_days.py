"""The bound from the scarcity of means: never above a plan, and above the plain bound where means are scarce."""

from dataclasses import replace

import numpy as np
import pytest

from wanjia.kernels.planning.bounds.days import days_bound
from wanjia.kernels.planning.bounds.lagrange import plain_bound
from wanjia.kernels.planning.plans.earliest import earliest_with_means
from wanjia.kernels.planning.prices.linear import linear_part, without_scenarios
from wanjia.kernels.planning.prices.tables import tables
from wanjia.kernels.planning.problem import Problem, price
from wanjia.kernels.planning.search.solving import solve
from wanjia.kernels.planning.solvers.columns import Columns
from wanjia.kernels.planning.works.compiling import compile_works
from wanjia.kernels.planning.works.making import Sizes, make_month
from wanjia.kernels.topology.making import make_network
from wanjia.model.works import WorkList

TINY = Sizes(works=3, crews=2, trucks=1, live_line_teams=1, bypass_sets=1, switching_teams=1, bases=1, days=4,
             blackouts=1, double_sources=1)  # fmt: skip
SCARCE = replace(TINY, works=14, crews=4, days=6)


def a_list(seed: int, sizes: Sizes) -> WorkList:
    network = make_network(120, np.random.default_rng(seed))
    listed = make_month(network, np.random.default_rng(seed), sizes)
    works = tuple(replace(work, start_hours=(8.0, 13.0), earliest_on=None) for work in listed.works)
    return replace(listed, works=works, repeat_limit=-1)


def problem_of(listed: WorkList) -> Problem:
    made = compile_works(listed)
    assert made.compiled is not None, made.faults
    return without_scenarios(made.compiled.problem)


def both_bounds(problem: Problem) -> tuple[float, float]:
    linear = linear_part(problem, tables(problem, 1.0, 0.0), np.zeros(problem.options))
    found = plain_bound(problem, linear), days_bound(problem, linear, 20.0)[0]
    return found[0] / problem.slots, found[1] / problem.slots


def columns_bound(problem: Problem) -> float:
    linear = linear_part(problem, tables(problem, 1.0, 0.0), np.zeros(problem.options))
    columns = Columns(problem, linear, days_bound(problem, linear, 20.0)[1])
    for _ in range(12):
        columns.grow(20.0)
    return columns.bound / problem.slots


@pytest.mark.parametrize("seed", [0, 2, 3])
def test_never_above_the_optimum(seed: int) -> None:
    problem = problem_of(a_list(seed, TINY))
    steps = iter(range(1_000_000))
    best = solve(problem, 400, 1, lambda: next(steps) * 0.5)
    plain, days = both_bounds(problem)
    assert best.is_feasible
    assert columns_bound(problem) <= best.cost + 1e-6
    assert plain - 1e-6 * abs(plain) - 1e-6 <= days <= best.cost + 1e-6


def test_scarce_means_raise_it_above_the_plain_bound() -> None:
    made = compile_works(a_list(1, SCARCE)).compiled
    assert made is not None
    plain, days = both_bounds(without_scenarios(made.problem))
    cost = price(made.problem, earliest_with_means(made).choice).cost
    assert plain * 1.05 < days <= cost
    assert days - 1e-6 * days <= columns_bound(without_scenarios(made.problem)) <= cost


def test_nothing_is_said_of_a_single_day() -> None:
    listed = a_list(1, TINY)
    first = replace(listed.horizon, days=1)
    works = listed.works[:1]
    short = replace(
        listed, horizon=first, works=works, crews=tuple(replace(crew, days_off=()) for crew in listed.crews),
        exclusions=(), precedences=(), paces=(), scenarios=(), blackouts=(), drafted_on=None,
    )  # fmt: skip
    assert both_bounds(problem_of(short))[1] == -np.inf
