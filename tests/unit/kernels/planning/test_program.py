"""The problem written down for HiGHS: its optimum is the exhaustive one, pairs, groups and repeats included."""

import numpy as np
import pytest

from tests.support.tiny_plans import best, tiny_case
from wanjia.kernels.planning.prices.linear import linear_part, without_scenarios
from wanjia.kernels.planning.prices.tables import tables
from wanjia.kernels.planning.problem import price
from wanjia.kernels.planning.solvers.columns import Columns
from wanjia.kernels.planning.solvers.program import program_of

SECONDS = 20.0


@pytest.mark.parametrize("seed", range(60))
def test_the_best_choice_is_the_exhaustive_one_and_no_bound_is_above_it(seed: int) -> None:
    tiny = tiny_case(seed)
    wanted = best(tiny)
    problem = without_scenarios(tiny.arrays())
    linear = linear_part(problem, tables(problem, 1.0, 0.0), np.zeros(problem.options))
    choice, bound = program_of(problem, linear).solve(problem, SECONDS)
    if wanted is None:
        assert choice is None
        return
    assert choice is not None and price(problem, choice).is_feasible
    assert bound / problem.slots <= wanted[0] + 1e-6
    if linear.is_exact:
        assert price(problem, choice).cost == pytest.approx(wanted[0], abs=1e-6)
    columns = Columns(problem, linear, np.zeros((problem.resources, problem.slots)))
    for _ in range(4):
        columns.grow(SECONDS)
    assert columns.bound / problem.slots <= wanted[0] + 1e-6
