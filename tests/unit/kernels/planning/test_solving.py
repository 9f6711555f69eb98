"""The plan found within a time: best of all choices where they can be tried, repeatable, honest about its bound."""

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

from tests.support.plannings import any_choice, small_problem
from wanjia.kernels.planning.bounds.lagrange import Ascent, plain_bound
from wanjia.kernels.planning.prices.linear import linear_part, without_scenarios
from wanjia.kernels.planning.problem import Problem, price
from wanjia.kernels.planning.search.annealing import Search
from wanjia.kernels.planning.search.solving import Keep, solve
from wanjia.kernels.planning.solvers.exact import solve_exactly

ONE_SCENARIO = {"scenarios": 1}
SEED_WITH_A_PLAN = 5


def ticking(seconds: float = 0.002) -> Callable[[], float]:
    """A clock that goes on by itself at each look, so that a run is the same on every machine."""
    looks = [0]

    def elapsed() -> float:
        looks[0] += 1
        return looks[0] * seconds

    return elapsed


def cheapest(problem: Problem) -> float:
    """The least price of all choices that are plans; inf when there is none."""
    spans = [range(*span) for span in zip(problem.option_begin[:-1], problem.option_begin[1:], strict=True)]
    priced = (price(problem, np.array(choice)) for choice in product(*spans))
    return min((one.cost for one in priced if one.is_feasible), default=np.inf)


@pytest.mark.parametrize("seed", range(12))
def test_a_small_problem_is_solved_to_the_optimum_and_proven(seed: int) -> None:
    problem = small_problem(seed, works=2, slots=6, modes=2)
    best = cheapest(problem)
    found = solve(problem, 5.0, 1, ticking())
    if best == np.inf:
        assert (found.is_feasible, found.is_optimal, found.bound) == (False, False, np.inf)
    else:
        assert found.is_optimal
        assert found.cost == pytest.approx(best)
        assert price(problem, found.choice).cost == found.cost


@pytest.mark.parametrize("seed", range(8))
def test_search_bounds_and_cp_sat_agree_with_all_choices_tried(seed: int) -> None:
    """Each part on its own, as in a problem too large to try everything."""
    problem = small_problem(seed, works=3, slots=5, modes=2, **ONE_SCENARIO)
    none = np.zeros(problem.options)
    everything = Search(problem, 1, None, none)
    best = everything.try_all()
    linear = linear_part(problem, everything.tables, none)
    exact = solve_exactly(problem, linear, 20.0, 1, None)
    if best is None:
        assert exact.is_impossible
        return
    least = price(problem, best).cost * problem.slots
    assert exact.choice is not None
    assert price(problem, exact.choice).is_feasible
    assert price(problem, exact.choice).cost * problem.slots == pytest.approx(least)
    assert exact.bound == pytest.approx(least, abs=1e-5)
    ascent = Ascent(problem, everything.tables, linear, plain_bound(problem, linear))
    bounds = [plain_bound(problem, linear), *(ascent.climb(least) for _ in range(20))]
    assert max(bounds) <= least + 1e-6
    assert bounds == sorted(bounds)
    assert ascent.alive[best].all()
    search = Search(problem, 1, None, none)
    assert min(search.slice() for _ in range(30)) == pytest.approx(least)


@pytest.mark.parametrize("seed", range(6))
def test_a_bound_is_never_above_a_plan(seed: int) -> None:
    problem = small_problem(seed, works=12, slots=12)
    found = solve(problem, 0.4, 1, ticking())
    for _, objective, bound in found.history:
        assert bound <= objective
    if found.is_feasible:
        assert found.bound <= found.objective == pytest.approx(price(problem, found.choice).cost)
        assert price(problem, found.choice).is_feasible


def test_the_same_seed_gives_the_same_plan_and_a_start_is_never_made_worse() -> None:
    problem = small_problem(SEED_WITH_A_PLAN, works=14, slots=12)
    one, same = (solve(problem, 0.5, 7, ticking()) for _ in range(2))
    assert one.is_feasible
    assert (one.choice == same.choice).all()
    assert one.history == same.history
    again = solve(problem, 0.05, 8, ticking(), start=one.choice)
    assert again.cost <= one.cost


def test_a_plan_kept_changes_only_what_pays_for_the_change() -> None:
    problem = next(one for one in (small_problem(seed, works=2) for seed in range(50)) if np.isfinite(cheapest(one)))
    best = solve(problem, 5.0, 1, ticking())
    other = next(choice for choice in (any_choice(problem, seed) for seed in range(5000))
                 if price(problem, choice).is_feasible and (choice != best.choice).any())  # fmt: skip
    stays = solve(problem, 5.0, 1, ticking(), keep=Keep(other, 1e6))
    assert stays.changes == 0
    assert (stays.choice == other).all()
    moves = solve(problem, 5.0, 1, ticking(), keep=Keep(other, 0.0))
    assert moves.objective == pytest.approx(best.objective)
    dear = solve(problem, 5.0, 1, ticking(), keep=Keep(other, 0.5))
    assert dear.objective == pytest.approx(dear.cost + 0.5 * dear.changes)
    assert dear.objective <= min(stays.cost, best.cost + 0.5 * int((best.choice != other).sum())) + 1e-9


def test_scenarios_of_load_alone_fold_into_one() -> None:
    found = 0
    for seed in range(40):
        problem = small_problem(seed, scenarios=4)
        simple = without_scenarios(problem)
        if simple is not problem:
            found += 1
            choice = any_choice(problem, seed)
            assert price(simple, choice).cost == pytest.approx(price(problem, choice).cost)
    assert found > 2


def test_what_is_no_choice_is_refused() -> None:
    problem = small_problem(1)
    with pytest.raises(ValueError, match="start and keep"):
        solve(problem, 1.0, 1, ticking(), start=problem.option_begin[:-1] * 0)
