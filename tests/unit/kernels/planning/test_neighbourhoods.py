"""A few works set free at once: placed best among those that stand still, and nobody else moves."""

import numpy as np
import pytest

from tests.support.tiny_plans import best, broken, choices, cost, tiny_case
from wanjia.kernels.planning.prices.linear import linear_part, without_scenarios
from wanjia.kernels.planning.prices.tables import tables
from wanjia.kernels.planning.problem import price
from wanjia.kernels.planning.solvers.neighbourhoods import Neighbourhoods


def begun(seed: int) -> tuple[Neighbourhoods, np.ndarray, float] | None:
    """Neighbourhoods of a tiny case with a plan and a linear cost, its dearest plan, and what the best one costs."""
    tiny = tiny_case(seed)
    wanted = best(tiny)
    problem = without_scenarios(tiny.arrays())
    linear = linear_part(problem, tables(problem, 1.0, 0.0), np.zeros(problem.options))
    if wanted is None or not linear.is_exact:
        return None
    plans = [(cost(tiny, taken), picks) for picks, taken in choices(tiny) if not broken(tiny, taken)]
    dearest = problem.option_begin[:-1] + np.array(max(plans)[1])
    return Neighbourhoods(problem, linear, seed), dearest.astype(np.int64), wanted[0]


FOUND = [(seed, found) for seed in range(60) if (found := begun(seed))]


@pytest.mark.parametrize(("seed", "found"), FOUND, ids=[str(seed) for seed, _ in FOUND])
def test_with_every_work_free_the_dearest_plan_becomes_the_best(
    seed: int, found: tuple[Neighbourhoods, np.ndarray, float]
) -> None:
    rounds, dearest, wanted = found
    rounds.freed = rounds.problem.works
    better = rounds.improve(dearest, 10.0, lambda: 0.0)
    assert better is not None
    priced = price(rounds.problem, better)
    assert priced.is_feasible and priced.cost == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize(("seed", "found"), FOUND[:12], ids=[str(seed) for seed, _ in FOUND[:12]])
def test_no_more_works_move_than_were_set_free(seed: int, found: tuple[Neighbourhoods, np.ndarray, float]) -> None:
    rounds, dearest, _ = found
    rounds.freed = 1
    better = rounds.improve(dearest, 10.0, lambda: 0.0)
    assert better is not None and (better != dearest).sum() <= 1
    before, after = (price(rounds.problem, one) for one in (dearest, better))
    assert after.is_feasible and after.cost <= before.cost + 1e-9
