"""The compiled price of a move against the plain price of both choices, on problems with everything in them."""

import numpy as np
import pytest

from tests.support.plannings import any_choice, small_problem
from wanjia.kernels.planning.prices.moves import Pricer
from wanjia.kernels.planning.problem import price


@pytest.mark.parametrize("seed", range(60))
def test_a_move_costs_what_the_plain_prices_differ_by(seed: int) -> None:
    problem = small_problem(seed, works=5)
    pricer = Pricer(problem, any_choice(problem, seed))
    chance = np.random.default_rng(seed)
    before = pricer.price()
    assert (pricer.cost, pricer.violations) == (pytest.approx(before.cost), len(before.violations))
    for _ in range(12):
        work = int(chance.integers(problem.works))
        option = int(chance.integers(problem.option_begin[work], problem.option_begin[work + 1]))
        moved = pricer.choice
        moved[work] = option
        after = price(problem, moved)
        answer = pricer.move(work, option)
        assert answer.cost == pytest.approx(after.cost - before.cost, abs=1e-9)
        assert answer.violations == len(after.violations) - len(before.violations)
        if chance.random() < 0.6:
            assert pricer.take(work, option) == answer
            before = after
        assert (pricer.cost, pricer.violations) == (pytest.approx(before.cost), len(before.violations))


def test_another_works_option_is_refused() -> None:
    problem = small_problem(1)
    pricer = Pricer(problem, problem.option_begin[:-1])
    with pytest.raises(ValueError, match="work 0 has no option"):
        pricer.move(0, int(problem.option_begin[1]))
    with pytest.raises(ValueError, match="one option of its own"):
        Pricer(problem, problem.option_begin[:-1] * 0)
