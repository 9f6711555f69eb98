"""A first plan mended together behind walls, and HiGHS's cores: plans by the reference, bounds below them."""

from dataclasses import replace

import numpy as np
import pytest

from tests.support.plannings import small_problem
from wanjia.kernels.planning.prices.linear import linear_part
from wanjia.kernels.planning.problem import Ints, Problem, price, usage
from wanjia.kernels.planning.search.annealing import Search
from wanjia.kernels.planning.search.mending import Mending
from wanjia.kernels.planning.solvers.mixed import relax, solve_core, solve_mixed

SLICES = 60


def in_the_light(problem: Problem) -> Problem:
    """The same without darkness: what mending and HiGHS know."""
    none, small = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int16)
    return replace(
        problem, dark_begin=np.zeros(problem.options + 1, dtype=np.int32), dark_atom=none, dark_from=small,
        dark_until=small, atom_weight=np.zeros(0), level=np.zeros(0), dark_days_most=none,
        never_all_begin=np.zeros(1, dtype=np.int32), never_all_atom=none,
    )  # fmt: skip


def tight_around_a_plan(seed: int, works: int, slots: int) -> tuple[Problem, Ints]:
    """A problem whose limits leave just the room that one choice needs; minima of nine tenths of its use."""
    problem = in_the_light(small_problem(seed, works=works, slots=slots, scenarios=1))
    chance = np.random.default_rng(seed)
    hidden = chance.integers(problem.option_begin[:-1], problem.option_begin[1:])
    broken = {violation.where[0] for violation in price(problem, hidden).violations if violation.kind == "exclusion"}
    kept = [row for row in range(len(problem.exclusion)) if row not in broken]
    used = usage(problem, hidden)
    tight = replace(
        problem, least=0.9 * used, most=used + 1e-3, precedence=np.zeros((0, 3), dtype=np.int32),
        exclusion=problem.exclusion[kept], exclusion_mask=problem.exclusion_mask[kept],
    )  # fmt: skip
    return tight, hidden


@pytest.mark.parametrize("seed", range(6))
def test_mending_finds_a_plan_where_the_limits_leave_room_for_little_else(seed: int) -> None:
    problem, hidden = tight_around_a_plan(seed, works=8, slots=10)
    assert price(problem, hidden).is_feasible
    search = Search(problem, seed, None, np.zeros(problem.options))
    found = [next((one for one in (mending.slice() for _ in range(SLICES)) if one is not None), None)
             for mending in (Mending(problem, search.tables, 3, search.nearest) for _ in range(2))]  # fmt: skip
    assert found[0] is not None
    assert found[1] is not None
    assert price(problem, found[0]).is_feasible
    assert (found[0] == found[1]).all()


def test_mending_takes_a_plan_as_it_is_and_says_what_is_broken() -> None:
    problem, hidden = tight_around_a_plan(1, works=6, slots=8)
    search = Search(problem, 1, None, np.zeros(problem.options))
    same = Mending(problem, search.tables, 1, hidden).slice()
    assert same is not None
    assert (same == hidden).all()
    walled = replace(problem, most=np.full(len(problem.most), -1.0), least=np.full(len(problem.most), -2.0))
    mending = Mending(walled, Search(walled, 1, None, np.zeros(walled.options)).tables, 1, hidden)
    assert mending.slice() is None
    assert mending.broken > 0


@pytest.mark.parametrize("seed", range(6))
def test_cores_and_the_whole_program_agree_and_their_bounds_hold(seed: int) -> None:
    problem, hidden = tight_around_a_plan(seed, works=6, slots=8)
    problem = replace(problem, least=0.5 * problem.least, most=problem.most * 1.5 + 1.0)
    search = Search(problem, 1, None, np.zeros(problem.options))
    linear = linear_part(problem, search.tables, np.zeros(problem.options))
    whole = solve_mixed(problem, linear, 20.0, 1)
    relaxed = relax(problem, linear, 20.0)
    assert whole.choice is not None
    assert relaxed is not None
    priced = price(problem, whole.choice)
    least = priced.cost * problem.slots
    assert priced.is_feasible
    assert least <= price(problem, hidden).cost * problem.slots + 1e-9
    assert relaxed.bound <= least + 1e-6
    assert (relaxed.reduced >= -1e-9).all()
    for width in (0.0, 0.3 * (least - relaxed.bound), least - relaxed.bound + 1e-6):
        core = solve_core(problem, linear, relaxed, width, 20.0, 1)
        assert core.bound <= least + 1e-6
        assert not core.is_impossible
    assert core.choice is not None
    assert price(problem, core.choice).cost * problem.slots == pytest.approx(least)
    assert core.bound == pytest.approx(least, rel=1e-6)


def test_a_program_without_a_plan_is_said_to_have_none() -> None:
    problem, _ = tight_around_a_plan(2, works=4, slots=6)
    walled = replace(problem, least=np.full(len(problem.most), 50.0), most=np.full(len(problem.most), 60.0))
    linear = linear_part(walled, Search(walled, 1, None, np.zeros(walled.options)).tables, np.zeros(walled.options))
    assert solve_mixed(walled, linear, 20.0, 1).is_impossible
