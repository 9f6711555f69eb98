"""The price of a choice: held against plain loops on random tiny cases, and each kind of demand broken on its own."""

from dataclasses import replace

import numpy as np
import pytest

from tests.support.tiny_plans import Option, Tiny, broken, choices, cost, tiny_case
from wanjia.kernels.planning.problem import Violation, price


@pytest.mark.parametrize("decade", range(10))
def test_cost_and_broken_demands_are_those_of_plain_loops(decade: int) -> None:
    for seed in range(decade * 10, decade * 10 + 10):
        tiny = tiny_case(seed)
        problem = tiny.arrays()
        for picks, taken in list(choices(tiny))[::5]:
            priced = price(problem, tiny.numbers(picks))
            assert priced.cost == pytest.approx(cost(tiny, taken), abs=1e-9), (seed, picks)
            assert {violation.kind for violation in priced.violations} == broken(tiny, taken), (seed, picks)


PAIR = Tiny(slots=3, works=((Option(0, 2),), (Option(1, 1), Option(2, 1))))
"""The second work overlaps the first in slot 1, or follows it in slot 2."""
DARK = Tiny(
    slots=2,
    works=((Option(0, dark=((0, 0, 1),)),), (Option(0, dark=((1, 0, 1),)), Option(1, dark=((1, 0, 1),)))),
    weights=(1.0, 1.0),
)
BREAKING = {
    "resource_over": (
        replace(
            PAIR,
            works=(PAIR.works[0], (Option(1, uses={(0, 1): 2.0}), Option(2))),
            resources=1,
            limits={(0, 1): (0.0, 1.5)},
        ),
        Violation("resource_over", (0, 1), 0.5),
    ),
    "resource_under": (
        replace(
            PAIR,
            works=(PAIR.works[0], (Option(1), Option(2, uses={(0, 2): 3.0}))),
            resources=1,
            limits={(0, 2): (2.0, 9.0)},
        ),
        Violation("resource_under", (0, 2), 2.0),
    ),
    "exclusion": (
        replace(PAIR, exclusions=((0, 1, 0),), masks=((False, True, True),)),
        Violation("exclusion", (0, 0, 1), 1.0),
    ),
    "precedence": (replace(PAIR, precedences=((0, 1, 0),)), Violation("precedence", (0, 0, 1), 1.0)),
    "dark_days": (
        replace(
            DARK,
            works=((Option(0, dark=((0, 0, 1),)),), (Option(1, dark=((0, 0, 1),)), Option(0, dark=((0, 0, 1),)))),
            dark_days_most=(1, -1),
        ),
        Violation("dark_days", (0,), 1.0),
    ),
    "never_all": (replace(DARK, never_all=((0, 1),)), Violation("never_all", (0, 0), 1.0)),
}


@pytest.mark.parametrize("kind", BREAKING)
def test_a_choice_that_breaks_one_demand_is_told_of_exactly_that(kind: str) -> None:
    tiny, violation = BREAKING[kind]
    problem = tiny.arrays()
    assert price(problem, tiny.numbers((0, 0))).violations == (violation,)
    assert price(problem, tiny.numbers((0, 1))).is_feasible


@pytest.mark.parametrize("seed", range(30))
def test_the_order_of_the_works_changes_nothing(seed: int) -> None:
    tiny = tiny_case(seed)
    picks = tuple(0 for _ in tiny.works)
    priced = price(tiny.arrays(), tiny.numbers(picks))
    again = price(reversed_works(tiny).arrays(), reversed_works(tiny).numbers(picks))
    assert again.cost == pytest.approx(priced.cost, abs=1e-9)
    assert sorted(v.kind for v in again.violations) == sorted(v.kind for v in priced.violations)


def reversed_works(tiny: Tiny) -> Tiny:
    """The same problem with its works in the opposite order."""
    last = len(tiny.works) - 1
    return replace(
        tiny,
        works=tiny.works[::-1],
        exclusions=tuple((last - a, last - b, mask) for a, b, mask in tiny.exclusions),
        precedences=tuple((last - a, last - b, gap) for a, b, gap in tiny.precedences),
    )


@pytest.mark.parametrize("picks", [(-1, 0), (0, 2), (1, 0)])
def test_what_is_no_choice_is_refused(picks: tuple[int, int]) -> None:
    problem = PAIR.arrays()
    with pytest.raises(ValueError, match="one option of its own"):
        price(problem, np.array([picks[0], picks[1] + 1], np.int32))


def test_works_in_one_outage_cost_it_once() -> None:
    together = replace(DARK, works=((Option(0, dark=((0, 0, 1),)),), (Option(0, dark=((0, 0, 1),)),)))
    assert price(together.arrays(), together.numbers((0, 0))).cost == pytest.approx(0.5)
