"""The best plan within a time: search first, so that there is a plan early; proof and bound where they can be had."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from wanjia.kernels.planning.bounds.lagrange import Ascent, plain_bound
from wanjia.kernels.planning.course import OPTIMAL_GAP, Course, Told
from wanjia.kernels.planning.prices.linear import Linear, linear_part, without_scenarios
from wanjia.kernels.planning.problem import Bools, Ints, Problem, is_choice, price
from wanjia.kernels.planning.restricting import restrict
from wanjia.kernels.planning.search.annealing import Search
from wanjia.kernels.planning.search.mending import Mending
from wanjia.kernels.planning.solvers.columns import Columns
from wanjia.kernels.planning.solvers.cores import prove
from wanjia.kernels.planning.solvers.exact import ENTRIES_MAX, entries, solve_exactly
from wanjia.kernels.planning.solvers.together import WORTH_WHILE, place_together

CHOICES_MAX = 200_000
"""Choices of a problem small enough to try them all: some tenths of a second."""
WARM_UP_SLICES = 28
"""Slices of the search before CP-SAT gets its hint: three annealings."""
WARM_UP_SHARE, WARM_UP_SHARE_SHARED = 0.25, 0.08
"""Share of the time after which the search stops at the latest; sooner where works share darkness."""
ENTRIES_FEW = 150_000
"""Coefficients up to which CP-SAT proves the optimum in whole numbers, shared darkness or not."""
MENDING_SHARE = 0.35
"""Share of the time within which a first plan is mended together where the search has none."""
SEARCH_SLICES, MENDING_SLICES = 8, 40
"""Slices of the search before mending begins and between two attempts, and of the first attempt; each next is twice."""
PROOF_SHARE = 0.75
"""Share of the time after which the search for a proof by cores gives way, where works share resources alone."""
MARGIN_SECONDS = 0.35
"""What CP-SAT may be late by."""
CLIMB_SHARE = 0.15
"""Share of the time that the bound may climb for, at most."""
FIRST_PLAN_SHARE = 0.6
"""Share of the time left that CP-SAT gets to find a first plan where the search found none."""


@dataclass(frozen=True)
class Keep:
    """A plan to stay near: its choice, and what each work that changes its option costs."""

    choice: Ints
    cost: float


@dataclass(frozen=True, eq=False)
class Solution:
    """What was found. `objective` is `cost` and the price of the works changed against `keep`; `gap` is its share.

    Without a plan `choice` is the nearest one, `cost` is that choice's, `objective` and `gap` are inf. `bound` holds
    for every plan; inf when it is proven that there is none.
    """

    choice: Ints
    cost: float
    objective: float
    bound: float
    gap: float
    is_feasible: bool
    is_optimal: bool
    changes: int
    """Works that changed against `keep`; 0 without one."""
    history: tuple[tuple[float, float, float], ...]
    """Seconds, objective, bound: each time one of them got better."""


def solve(
    problem: Problem,
    seconds: float,
    seed: int,
    elapsed: Callable[[], float],
    start: Ints | None = None,
    told: Told | None = None,
    keep: Keep | None = None,
) -> Solution:
    """The best plan found until `elapsed()` reaches `seconds`; the same seed takes the same steps, time only cuts them.

    Raises ValueError when `start` or `keep` is no choice of the problem.
    """
    for given in (start, keep.choice if keep else None):
        if given is not None and not is_choice(problem, given):
            raise ValueError("start and keep must name one option of its own for each work")
    extra = np.zeros(problem.options)
    if keep:
        extra += keep.cost * problem.slots
        extra[keep.choice] = 0.0
    course = Course(problem, extra, elapsed, told)
    begin = start if start is not None else keep.choice if keep else None
    nearest = _run(problem, course, seconds, seed, begin)
    return _solution(problem, course, nearest, keep)


def warm() -> None:
    """Has the loops compiled before a clock runs: half a minute after an installation, later read from a cache."""
    none, small = np.zeros(0), np.zeros(0, dtype=np.int32)
    begin, one = np.arange(2, dtype=np.int32), np.zeros(1, dtype=np.int32)
    problem = Problem(
        1, begin, one, one + 1, one, begin * 0, small, none, none, none, begin, begin * 0, none, begin, one, one,
        one + 1, np.ones(1), np.ones(1), one, one, one[:1], small, np.zeros((0, 2), dtype=np.int32), small,
        np.zeros((0, 1), dtype=bool), np.zeros((0, 3), dtype=np.int32), 1.0, 1.0,
    )  # fmt: skip
    search = Search(problem, 1, None, np.zeros(1))
    search.try_all()
    search.slice()
    Mending(problem, search.tables, 1, one[:1] * 0).slice()
    linear = linear_part(problem, search.tables, np.zeros(1))
    Ascent(problem, search.tables, linear, 0.0).climb(np.inf)
    Columns(problem, linear, np.zeros((0, 1))).grow(1.0)


def _run(problem: Problem, course: Course, seconds: float, seed: int, start: Ints | None) -> Ints:
    """Fills the course; the choice nearest to a plan, for when there is none."""
    simple = without_scenarios(problem)
    search = Search(simple, seed, start, course.extra)
    linear = linear_part(simple, search.tables, course.extra)
    course.raise_bound(plain_bound(simple, linear))
    if search.choices <= CHOICES_MAX:
        course.offer(search.try_all())
        course.raise_bound(course.objective)
        return search.nearest
    if start is not None:
        course.offer(start)
    if Mending.knows(simple):
        _mend(simple, search, course, MENDING_SHARE * seconds, seed)
    _search(search, course, (WARM_UP_SHARE_SHARED if simple.atoms else WARM_UP_SHARE) * seconds, WARM_UP_SLICES)
    if simple.atoms and entries(simple) > ENTRIES_FEW:
        place_together(simple, linear, course, seconds, seed)
        if course.gap <= WORTH_WHILE:
            return search.nearest
    elif linear.is_exact and not simple.atoms and entries(simple) <= ENTRIES_MAX and course.choice is not None:
        prove(simple, linear, course, PROOF_SHARE * seconds, seed)
    else:
        alive = _climb(simple, search, linear, course, course.elapsed() + CLIMB_SHARE * seconds)
        if linear.is_exact or course.choice is None:
            _ask_cp_sat(simple, linear, course, alive, seconds, seed)
    if course.choice is not None:
        search.begin_at(course.choice)
    _search(search, course, seconds, None)
    return search.nearest


def _mend(problem: Problem, search: Search, course: Course, until: float, seed: int) -> None:
    """A first plan: the search by turns with mending from where it stands, in attempts that get longer."""
    slices = MENDING_SLICES
    _search(search, course, until, SEARCH_SLICES)
    while course.choice is None and course.elapsed() < until:
        mending = Mending(problem, search.tables, seed + slices, search.nearest)
        for _ in range(slices):
            found = mending.slice()
            if found is not None:
                search.begin_at(found, is_walled=True)
                course.offer(found)
            if course.choice is not None or course.elapsed() >= until:
                return
        _search(search, course, until, SEARCH_SLICES)
        slices *= 2


def _climb(problem: Problem, search: Search, linear: Linear, course: Course, until: float) -> Bools:
    """Raises the bound; [O] the options that a better plan may use."""
    alive = np.ones(problem.options, dtype=bool)
    if course.is_done or not Ascent.fits(problem):
        return alive
    ascent = Ascent(problem, search.tables, linear, course.bound)
    while course.elapsed() < until and not ascent.is_stuck and not course.is_done:
        course.raise_bound(ascent.climb(course.objective))
    return ascent.alive


def _ask_cp_sat(problem: Problem, linear: Linear, course: Course, alive: Bools, seconds: float, seed: int) -> None:
    """The proof where the cost is linear, over the options still alive; a first plan where there is none yet."""
    left = seconds - course.elapsed() - MARGIN_SECONDS
    if not linear.is_exact:
        left *= FIRST_PLAN_SHARE
    if course.choice is not None:
        alive[course.choice] = True
    smaller, kept = restrict(problem, alive)
    if left <= 0 or course.is_done or entries(smaller) > ENTRIES_MAX:
        return
    hint = None if course.choice is None else np.searchsorted(kept, course.choice)
    found = solve_exactly(smaller, replace(linear, option=linear.option[kept]), left, seed, hint, course.elapsed)
    course.offer(None if found.choice is None else kept[found.choice].astype(np.int64))
    course.raise_bound(found.bound)


def _search(search: Search, course: Course, until: float, slices: int | None) -> None:
    """Slices of the search until the time, or that many of them."""
    done = 0
    while not course.is_done and course.elapsed() < until and done != slices:
        if search.slice() < course.objective:
            course.offer(search.best)
        done += 1


def _solution(problem: Problem, course: Course, nearest: Ints, keep: Keep | None) -> Solution:
    choice = nearest if course.choice is None else course.choice
    return Solution(
        choice=choice,
        cost=price(problem, choice).cost,
        objective=course.objective / problem.slots,
        bound=course.bound / problem.slots,
        gap=course.gap,
        is_feasible=course.choice is not None,
        is_optimal=course.choice is not None and bool(course.gap <= OPTIMAL_GAP),
        changes=int((choice != keep.choice).sum()) if keep else 0,
        history=tuple(course.history),
    )
