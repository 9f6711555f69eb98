"""A plan made again: the fewest changes, then the least cost, held against every choice on tiny cases."""

from dataclasses import replace

import numpy as np
import pytest

from tests.support.tiny_plans import Choice, Option, Tiny, best, broken, choices, cost, tiny_case
from wanjia.kernels.planning.problem import price
from wanjia.kernels.planning.search.replanning import CHANGED_ANNOUNCED, Given, Replanned, replan

SECONDS = 20.0
Places = tuple[int | None, ...]


def given(tiny: Tiny, places: Places, weights: tuple[int, ...] = ()) -> Given:
    """Each work's option as it stood (counted within the work), none where it has lost its place."""
    problem = tiny.arrays()
    same = np.zeros(problem.options, bool)
    for work, place in enumerate(places):
        if place is not None:
            same[problem.option_begin[work] + place] = True
    return Given(same, np.array(weights or (1,) * len(places), np.int64))


def asked(tiny: Tiny, places: Places, weights: tuple[int, ...] = ()) -> Replanned | None:
    return replan(tiny.arrays(), given(tiny, places, weights), SECONDS, lambda: 0.0)


def without_slot(tiny: Tiny, plan: Choice, slot: int) -> tuple[Tiny, Places] | None:
    """The case without options that run in a slot, and where the plan stands in it; none if a work loses them all."""
    runs = [[option.start <= slot < option.start + option.duration for option in work] for work in tiny.works]
    left = [[at for at, lost in enumerate(work) if not lost] for work in runs]
    if not all(left):
        return None
    works = tuple(tuple(work[at] for at in some) for work, some in zip(tiny.works, left, strict=True))
    places = tuple(some.index(pick) if pick in some else None for some, pick in zip(left, plan, strict=True))
    return replace(tiny, works=works), places


def fewest(tiny: Tiny, places: Places) -> tuple[int, float] | None:
    """Changes and cost of the best plan, by trying all."""
    plans = (
        (sum(pick != place for pick, place in zip(picks, places, strict=True)), cost(tiny, taken))
        for picks, taken in choices(tiny)
        if not broken(tiny, taken)
    )
    return min(plans, default=None)


@pytest.mark.parametrize("decade", range(12))
def test_a_lost_slot_changes_as_few_works_as_can_be_at_the_least_cost(decade: int) -> None:
    for seed in range(decade * 10, decade * 10 + 10):
        tiny = tiny_case(seed)
        plan = best(tiny)
        lost = plan and without_slot(tiny, plan[1], seed % tiny.slots)
        if not lost:
            continue
        want, found = fewest(*lost), asked(*lost)
        if want is None:
            assert found is None, seed
            continue
        assert found is not None, seed
        assert price(lost[0].arrays(), found.choice).is_feasible
        assert (found.weight, found.is_fewest) == (want[0], True), seed
        assert found.cost == pytest.approx(want[1]), seed


ROW = Tiny(
    slots=4,
    works=tuple(tuple(Option(slot, uses={(0, slot): 1.0}) for slot in range(4)) for _ in range(3)),
    resources=1,
    limits={(0, slot): (0.0, 1.0) for slot in range(4)},
)


def test_nothing_lost_nothing_changed() -> None:
    found = asked(ROW, (0, 1, 2))
    assert found is not None
    assert (found.changed, found.weight, found.is_fewest) == ((), 0, True)


def test_a_crew_lost_moves_the_one_work_that_stood_there() -> None:
    crewless = replace(ROW, limits={**ROW.limits, (0, 1): (0.0, 0.0)})
    found = asked(crewless, (0, 1, 2))
    assert found is not None
    assert (found.changed, found.evicted, found.choice.tolist()) == ((1,), (1,), [0, 7, 10])


def test_of_two_works_the_one_moves_that_nobody_was_told_of() -> None:
    for weights, moved in (((CHANGED_ANNOUNCED, 1, 1), 1), ((1, CHANGED_ANNOUNCED, 1), 0)):
        found = asked(ROW, (0, 0, 2), weights)
        assert found is not None
        assert (found.changed, found.weight, found.is_fewest) == ((moved,), 1, True)


def test_a_work_that_finds_no_room_pushes_another_aside_and_no_more() -> None:
    narrow = replace(ROW, works=(ROW.works[0], ROW.works[1], (ROW.works[2][0],)))
    found = asked(narrow, (0, 1, None), (1, 1, 0))
    assert found is not None
    assert (found.changed, found.evicted, found.weight, found.is_fewest) == ((0,), (0,), 1, True)


def test_a_new_work_is_placed_where_it_costs_least_and_changes_nothing() -> None:
    dark = tuple(replace(option, dark=((0, 0, 1),)) for option in ROW.works[2])
    levels = (1.0, 1.0, 9.0, 4.0)
    new = replace(ROW, works=(*ROW.works[:2], dark), weights=(1.0,), levels=levels)
    found = asked(new, (0, 1, None), (1, 1, 0))
    assert found is not None
    assert (found.changed, found.choice.tolist()) == ((), [0, 5, 11])


def test_where_no_plan_exists_none_is_returned() -> None:
    full = replace(ROW, limits={(0, slot): (0.0, float(slot < 2)) for slot in range(4)})
    assert asked(full, (0, 1, 2)) is None
