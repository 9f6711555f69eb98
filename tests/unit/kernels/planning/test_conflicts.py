"""The smallest set of demands in conflict, held against every subset of demands on tiny cases."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest

from tests.support.tiny_plans import Option, Tiny, best, dark_in, tiny_case
from wanjia.kernels.planning.solvers.conflicts import Conflict, conflict
from wanjia.kernels.planning.solvers.stating import Bars, Demand

SECONDS = 20.0
Partial = tuple[Option | None, ...]


def asked(tiny: Tiny, bars: tuple[tuple[int, int], ...] = (), suspects: tuple[int, ...] | None = None) -> Conflict:
    """The conflict; `bars` are (option, bar). Time stands still: nothing here may depend on it."""
    table = np.array(bars, np.int64).reshape(-1, 2)
    start = None if suspects is None else np.array(suspects)
    return conflict(tiny.arrays(), SECONDS, lambda: 0.0, Bars(table[:, 0], table[:, 1]), start)


def broken_demands(tiny: Tiny, taken: Partial) -> Iterator[Demand]:
    """What a choice that may leave out works breaks, by plain loops."""
    yield from (Demand("work", (work,)) for work, option in enumerate(taken) if option is None)
    placed = [option for option in taken if option]
    for (resource, slot), (least, most) in tiny.limits.items():
        used = sum(option.uses.get((resource, slot), 0.0) for option in placed)
        if used > most:
            yield Demand("capacity", (resource, tiny.days[slot]))
        if used < least:
            yield Demand("least", (resource, tiny.days[slot]))
    yield from _broken_pairs(tiny, taken)
    dark = [{atom for option in placed for atom in dark_in(option, slot)} for slot in range(tiny.slots)]
    for atom, limit in enumerate(tiny.dark_days_most):
        if 0 <= limit < len({day for day, atoms in zip(tiny.days, dark, strict=True) if atom in atoms}):
            yield Demand("repeat", (atom,))
    for group, atoms in enumerate(tiny.never_all):
        if any(set(atoms) <= slot for slot in dark):
            yield Demand("never_all", (group,))


def _broken_pairs(tiny: Tiny, taken: Partial) -> Iterator[Demand]:
    for row, (before, after, gap) in enumerate(tiny.precedences):
        first, second = taken[before], taken[after]
        if first and second and second.start < first.start + first.duration + gap:
            yield Demand("precedence", (row,))
    for row, (one, other, mask) in enumerate(tiny.exclusions):
        first, second = taken[one], taken[other]
        if first and second:
            slots = {*range(first.start, first.start + first.duration)}
            slots &= {*range(second.start, second.start + second.duration)}
            if any(tiny.masks[mask][slot] for slot in slots):
                yield Demand("exclusion", (row,))


def smallest_size(tiny: Tiny) -> int:
    """The fewest demands of which every choice breaks one at least, by trying all subsets."""
    partial = product(*((None, *work) for work in tiny.works))
    families = {frozenset(broken_demands(tiny, taken)) for taken in partial}
    if frozenset() in families:
        return 0
    least = [one for one in families if not any(other < one for other in families)]
    demands = sorted(frozenset().union(*least))
    sizes = (size for size in range(1, 9) for some in combinations(demands, size) if _hits(set(some), least))
    return next(sizes)


def _hits(some: set[Demand], families: list[frozenset[Demand]]) -> bool:
    return all(not some.isdisjoint(each) for each in families)


@pytest.mark.parametrize("seed", range(40))
def test_a_conflict_is_found_where_there_is_no_plan_and_none_is_smaller(seed: int) -> None:
    tiny = tiny_case(seed)
    found = asked(tiny)
    if best(tiny) is not None:
        assert found == Conflict("fits")
        return
    assert found.answer == "conflict"
    assert found.is_minimal
    assert found.is_smallest
    assert len(found.demands) == smallest_size(tiny)


TWO_WITH_ONE_CREW = Tiny(
    slots=2,
    works=tuple((Option(0, uses={(0, 0): 1.0}), Option(1, uses={(0, 1): 1.0})) for _ in range(3)),
    resources=1,
    limits={(0, 0): (0.0, 1.0), (0, 1): (0.0, 1.0)},
)


def test_three_works_two_days_and_one_crew_are_a_conflict_of_five_demands() -> None:
    works = [Demand("work", (work,)) for work in range(3)]
    crews = [Demand("capacity", (0, day)) for day in range(2)]
    assert asked(TWO_WITH_ONE_CREW).demands == (*crews, *works)


def test_a_bar_is_named_when_it_takes_the_last_way_out() -> None:
    two = replace(TWO_WITH_ONE_CREW, works=TWO_WITH_ONE_CREW.works[:2])
    assert asked(two).answer == "fits"
    found = asked(two, bars=((1, 7), (3, 8)))
    assert set(found.demands) == {
        Demand("bar", (7,)),
        Demand("bar", (8,)),
        Demand("capacity", (0, 0)),
        Demand("work", (0,)),
        Demand("work", (1,)),
    }


def test_a_work_without_any_way_is_found_at_once_among_many() -> None:
    free = tuple((Option(0), Option(1)) for _ in range(40))
    tiny = replace(TWO_WITH_ONE_CREW, works=(*free, (Option(0), Option(1))))
    found = asked(tiny, bars=((80, 1), (81, 2)))
    assert found.demands == (Demand("bar", (1,)), Demand("bar", (2,)), Demand("work", (40,)))
    assert found.is_smallest


def test_suspects_are_asked_first_and_then_their_neighbours() -> None:
    free = tuple((Option(0), Option(1)) for _ in range(40))
    tiny = replace(TWO_WITH_ONE_CREW, works=(*free, *TWO_WITH_ONE_CREW.works))
    found = asked(tiny, suspects=(41,))
    assert found.of_kind("work") == tuple(Demand("work", (work,)) for work in (40, 41, 42))


def test_without_time_nothing_is_claimed() -> None:
    assert conflict(TWO_WITH_ONE_CREW.arrays(), 0.0, lambda: 1.0) == Conflict("unknown")
