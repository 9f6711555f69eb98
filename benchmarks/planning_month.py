"""A made month of works: the plan in a minute, a lost day planned again, a move priced; beside CP-SAT and HiGHS alone.

`--quick`: a small month only.
"""

import time
from collections import Counter
from collections.abc import Callable
from datetime import date

import _stand
import numpy as np
from _planning_peers import cp_sat, highs, peer

from wanjia.kernels.planning.plans.earliest import earliest, earliest_with_means
from wanjia.kernels.planning.plans.placing import figures, placed, savings
from wanjia.kernels.planning.prices.moves import Pricer
from wanjia.kernels.planning.problem import price
from wanjia.kernels.planning.search.replanning import Given, replan
from wanjia.kernels.planning.search.solving import solve, warm
from wanjia.kernels.planning.works.compiling import Compiled, compile_works
from wanjia.kernels.planning.works.making import Sizes, make_month, without_day
from wanjia.kernels.topology.making import make_network
from wanjia.model.works import WorkList

SECONDS = 60.0
REPLAN_SECONDS = 5.0
MOVES = 2_000
SMALL = Sizes(works=40, crews=8, trucks=2, live_line_teams=1, bypass_sets=1, switching_teams=2, bases=2, days=8,
              blackouts=4, double_sources=5)  # fmt: skip


def clock() -> Callable[[], float]:
    """Seconds since now."""
    began = time.monotonic()
    return lambda: time.monotonic() - began


def month(districts: int, sizes: Sizes) -> Compiled:
    """A made month, compiled."""
    network = make_network(districts, np.random.default_rng(1))
    elapsed = clock()
    listed = make_month(network, np.random.default_rng(6), sizes)
    made = elapsed()
    compiled = compile_works(listed).compiled
    assert compiled is not None
    problem = compiled.problem
    print(f"\n{sizes.works} works, {sizes.crews} crews, {sizes.trucks} trucks, {districts:,} districts, {sizes.days} "
          f"days: {problem.options:,} options, {problem.atoms:,} atoms; modes and list made in {made:.1f} s, "
          f"compiled in {elapsed() - made:.1f} s", flush=True)  # fmt: skip
    return compiled


def plan(compiled: Compiled) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """The plan in SECONDS beside two plans made without looking ahead."""
    naive, better = earliest(compiled), earliest_with_means(compiled)
    elapsed = clock()
    start = naive.choice if naive.is_complete else None
    found = solve(compiled.problem, SECONDS, 1, elapsed, start)
    took = elapsed()
    choice = np.asarray(found.choice, dtype=np.int64)
    ours = figures(compiled, choice)
    for name, one in (("earliest date, outages", naive), ("earliest date, means as they are free", better)):
        cost = price(compiled.problem, one.choice).cost if one.is_complete else float("nan")
        hours = figures(compiled, one.choice[one.choice >= 0])
        print(f"{name}: {hours.district_hours:,.1f} district-hours, {hours.household_hours:,.0f} household-hours, cost "
              f"{cost:,.1f}, {len(one.left)} not placed; the plan has "
              f"{100 * (1 - ours.district_hours / hours.district_hours):.1f} % fewer district-hours")  # fmt: skip
    first = next((row[0] for row in found.history if np.isfinite(row[1])), float("nan"))
    print(f"plan in {took:.1f} s: {ours.district_hours:,.1f} district-hours, {ours.household_hours:,.0f} household-"
          f"hours, cost {found.cost:,.1f}, bound {found.bound:,.1f}, gap {100 * found.gap:.1f} %, breaks "
          f"{len(price(compiled.problem, choice).violations)}, first plan after {first:.1f} s")  # fmt: skip
    shared, by_mode = savings(compiled, choice)
    rows = ", ".join(f"{one.mode} {one.works} works {one.saved.district_hours:,.1f}" for one in by_mode)
    print(f"district-hours saved by mode: {rows}; by shared outages {shared.district_hours:,.1f}", flush=True)
    return choice


def moves(compiled: Compiled, choice: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> None:
    """What a move costs to price."""
    pricer, rng = Pricer(compiled.problem, choice), np.random.default_rng(1)
    works = rng.integers(compiled.problem.works, size=MOVES)
    begin, end = compiled.problem.option_begin[works], compiled.problem.option_begin[works + 1]
    options = rng.integers(begin, end)
    pricer.move(int(works[0]), int(options[0]))
    elapsed = clock()
    for work, option in zip(works.tolist(), options.tolist(), strict=True):
        pricer.move(work, option)
    print(f"a move priced: {1e6 * elapsed() / MOVES:.1f} microseconds", flush=True)


def lost_day(compiled: Compiled, choice: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> None:
    """The fullest day is lost: how many works change, and whether fewer could."""
    before = placed(compiled, choice)
    lost, works = Counter(one.starts_at.date() for one in before).most_common(1)[0]
    elapsed = clock()
    again = compile_works(without_day(compiled.listed, lost)).compiled
    assert again is not None
    ready = elapsed()
    given = _given(compiled, choice, again, lost)
    elapsed = clock()
    found = replan(again.problem, given, REPLAN_SECONDS, elapsed)
    took = elapsed()
    if found is None:
        print(f"{lost} lost with {works} works: no plan in {took:.1f} s")
        return
    hours = figures(again, found.choice)
    print(f"{lost} lost with {works} works: {len(found.changed)} works change, at least {found.weight_bound} must; "
          f"compiled in {ready:.1f} s, planned again in {took:.1f} s; {hours.district_hours:,.1f} district-hours, "
          f"breaks {len(price(again.problem, found.choice).violations)}", flush=True)  # fmt: skip


def _given(
    compiled: Compiled, choice: np.ndarray[tuple[int, ...], np.dtype[np.int64]], again: Compiled, lost: date
) -> Given:
    """Options of the changed problem that leave a work in its mode, at its instant."""
    same = np.zeros(again.problem.options, dtype=np.bool_)
    for work, option in enumerate(choice.tolist()):
        at = compiled.slots.instant(int(compiled.problem.start[option]))
        slot = None if at.date() == lost else again.slots.slot_of(at)
        if slot is not None:
            span = slice(int(again.problem.option_begin[work]), int(again.problem.option_begin[work + 1]))
            here = again.problem.start[span] == slot
            same[span] = here & (again.problem.mode[span] == compiled.problem.mode[option])
    return Given(same, np.ones(len(choice), dtype=np.int64))


def peers(compiled: Compiled) -> None:
    """CP-SAT alone and HiGHS alone on the same problem and time, building their models included."""
    print(f"CP-SAT alone: {peer(cp_sat, compiled.problem, SECONDS)}", flush=True)
    print(f"HiGHS alone: {peer(highs, compiled.problem, SECONDS)}", flush=True)


def whole(districts: int, sizes: Sizes) -> WorkList:
    """All parts on one month."""
    compiled = month(districts, sizes)
    choice = plan(compiled)
    moves(compiled, choice)
    lost_day(compiled, choice)
    peers(compiled)
    return compiled.listed


def main() -> None:
    """A small month that all can solve, then the month of the promise."""
    _stand.describe()
    warm()
    whole(1_000, SMALL)
    if not _stand.quick():
        whole(9_087, Sizes())


if __name__ == "__main__":
    main()
