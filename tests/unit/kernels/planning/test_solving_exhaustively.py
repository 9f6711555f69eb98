"""The solver against every choice of tiny random cases, and the laws that any solver must keep."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.tiny_plans import Tiny, best, tiny_case
from wanjia.kernels.planning.problem import price
from wanjia.kernels.planning.restricting import restrict
from wanjia.kernels.planning.search import solving
from wanjia.kernels.planning.search.solving import Solution, solve

CASES = 500
"""With a plan; further ones without are met on the way."""
ROUGH = 1e-9
LOOKS = 40
"""Looks at the clock that the search is given where it may not try all choices."""


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    solving.warm()


def solved(tiny: Tiny, seed: int = 1, seconds: float = 20.0) -> Solution:
    """By a clock that stands still: the solver ends by itself."""
    return solve(tiny.arrays(), seconds, seed, lambda: 0.0)


def test_the_solver_reaches_the_optimum_of_500_cases_and_finds_no_plan_where_there_is_none() -> None:
    reached = seed = 0
    while reached < CASES:
        tiny = tiny_case(seed)
        wanted, found = best(tiny), solved(tiny, seed)
        if wanted is None:
            assert not found.is_feasible, seed
        else:
            assert (found.is_feasible, found.is_optimal) == (True, True), seed
            assert found.cost == pytest.approx(wanted[0], abs=ROUGH), seed
            assert price(tiny.arrays(), found.choice).is_feasible, seed
            reached += 1
        seed += 1


def looks() -> Callable[[], float]:
    """A clock that is a second further at each look."""
    ticks = count()
    return lambda: float(next(ticks))


def test_the_search_never_claims_too_much_and_reaches_it_nearly_always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without trying all choices: what large problems are solved by. It may miss a plan between high walls."""
    monkeypatch.setattr(solving, "CHOICES_MAX", 0)
    cases = [(seed, wanted) for seed in range(36) if (wanted := best(tiny_case(seed)))]
    reached = 0
    for seed, (wanted, _) in cases:
        found = solve(tiny_case(seed).arrays(), LOOKS, seed, looks())
        assert all(bound <= wanted + ROUGH for _, _, bound in found.history), seed
        assert not found.is_feasible or found.cost >= wanted - ROUGH, seed
        assert not found.is_optimal or found.cost == pytest.approx(wanted, abs=1e-6), seed
        reached += found.is_feasible and found.cost == pytest.approx(wanted, abs=1e-6)
    assert reached >= 0.9 * len(cases)


SEEDS = st.integers(1000, 100_000)
LAWS = settings(max_examples=40, deadline=None)


@LAWS
@given(SEEDS, st.floats(0.5, 3.0))
def test_more_of_a_resource_never_makes_the_best_plan_worse(seed: int, more: float) -> None:
    tiny = tiny_case(seed)
    found = solved(tiny)
    assume(found.is_feasible and tiny.limits)
    wider = replace(tiny, limits={cell: (least, most + more) for cell, (least, most) in tiny.limits.items()})
    assert solved(wider).cost <= found.cost + ROUGH


@LAWS
@given(SEEDS, st.sampled_from(("exclusions", "precedences", "never_all", "dark_days_most", "limits")))
def test_without_a_demand_the_best_plan_is_never_worse(seed: int, demand: str) -> None:
    tiny = tiny_case(seed)
    found = solved(tiny)
    assume(found.is_feasible and getattr(tiny, demand))
    free = replace(tiny, **{demand: {} if demand == "limits" else ()})
    assert solved(free).cost <= found.cost + ROUGH


@LAWS
@given(SEEDS)
def test_fixing_the_plan_found_reproduces_its_price(seed: int) -> None:
    tiny = tiny_case(seed)
    problem, found = tiny.arrays(), solved(tiny)
    assume(found.is_feasible)
    keep = np.zeros(problem.options, bool)
    keep[found.choice] = True
    fixed, number = restrict(problem, keep)
    again = solve(fixed, 20.0, 1, lambda: 0.0)
    assert number[again.choice].tolist() == found.choice.tolist()
    assert again.cost == pytest.approx(found.cost, abs=ROUGH)
    assert price(problem, found.choice).cost == pytest.approx(found.cost, abs=ROUGH)


@LAWS
@given(SEEDS, st.randoms(use_true_random=False))
def test_the_order_of_works_and_options_changes_nothing(seed: int, chance: object) -> None:
    tiny = tiny_case(seed)
    order = list(range(len(tiny.works)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    at = {work: place for place, work in enumerate(order)}
    shuffled = replace(
        tiny,
        works=tuple(tiny.works[work][::-1] for work in order),
        exclusions=tuple((at[one], at[other], mask) for one, other, mask in tiny.exclusions),
        precedences=tuple((at[before], at[after], gap) for before, after, gap in tiny.precedences),
    )
    found, again = solved(tiny), solved(shuffled)
    assert again.is_feasible == found.is_feasible
    assert not found.is_feasible or again.cost == pytest.approx(found.cost, abs=ROUGH)


@LAWS
@given(SEEDS)
def test_one_more_option_never_makes_the_best_plan_worse_and_one_less_never_better(seed: int) -> None:
    tiny = tiny_case(seed)
    fewer = replace(tiny, works=(tiny.works[0][:-1], *tiny.works[1:]))
    found, less = solved(tiny), solved(fewer)
    assume(less.is_feasible)
    assert found.is_feasible
    assert found.cost <= less.cost + ROUGH
