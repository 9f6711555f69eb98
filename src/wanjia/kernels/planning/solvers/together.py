"""Works that may share darkness: a bound, the options worth looking at, and works moved together until the time."""

from dataclasses import replace

import numpy as np

from wanjia.kernels.planning.bounds.days import days_bound
from wanjia.kernels.planning.course import Course
from wanjia.kernels.planning.prices.linear import Linear
from wanjia.kernels.planning.problem import Bools, Problem
from wanjia.kernels.planning.restricting import restrict
from wanjia.kernels.planning.solvers.columns import Columns
from wanjia.kernels.planning.solvers.exact import ENTRIES_MAX, entries
from wanjia.kernels.planning.solvers.neighbourhoods import Narrow, Neighbourhoods
from wanjia.kernels.planning.solvers.program import program_of

MARGIN_SECONDS = 0.35
"""What HiGHS may be late by."""
DAYS_SHARE = 0.1
"""Share of the time that the linear program over all days may take, at most; beside what building it takes."""
COLUMNS_SHARE = 0.15
"""Share of the time in which placings are gathered."""
BOUND_SHARE = 0.03
"""Share of the time in which more placings raise the bound, when they make the program no cheaper."""
WHOLE_SHARE = 0.35
"""Share of the time left that HiGHS gets for the whole problem where that can be written down, or for a first plan."""
ROUNDING = 1e-6
"""Share by which the bound of HiGHS is lowered: it stops at a tolerance."""
WORTH_WHILE = 1e-5
"""Gap below which nothing is looked for any more."""
PATIENCE = 12
"""Rounds among the promising options without a better plan, after which rounds look at all options."""


def place_together(problem: Problem, linear: Linear, course: Course, seconds: float, seed: int) -> None:
    """Fills the course until the time."""
    promising = _promising(problem, linear, course, seconds)
    if entries(problem) <= ENTRIES_MAX:
        _whole(problem, linear, course, WHOLE_SHARE * seconds)
    elif course.choice is None:
        _first_plan(problem, linear, course, promising, WHOLE_SHARE * seconds)
    _in_rounds(problem, linear, course, promising, seconds, seed)


def _promising(problem: Problem, linear: Linear, course: Course, seconds: float) -> Bools:
    """[O] options that good plans are made of; raises the bound."""
    bound, over = days_bound(problem, linear, DAYS_SHARE * seconds)
    course.raise_bound(bound)
    columns, until = Columns(problem, linear, over), course.elapsed() + COLUMNS_SHARE * seconds
    while columns.grow(until - course.elapsed()) and course.elapsed() < until:
        pass
    until = course.elapsed() + BOUND_SHARE * seconds
    while course.elapsed() < until:
        columns.grow(until - course.elapsed())
    course.raise_bound(columns.bound)
    return columns.promising()


def _whole(problem: Problem, linear: Linear, course: Course, seconds: float) -> None:
    choice, bound = program_of(problem, linear).solve(problem, seconds)
    course.offer(choice)
    course.raise_bound(bound - ROUNDING * abs(bound))


def _first_plan(problem: Problem, linear: Linear, course: Course, promising: Bools, seconds: float) -> None:
    smaller, kept = restrict(problem, promising)
    choice, _ = program_of(smaller, replace(linear, option=linear.option[kept])).solve(smaller, seconds)
    course.offer(None if choice is None else kept[choice].astype(np.int64))


def _in_rounds(problem: Problem, linear: Linear, course: Course, promising: Bools, seconds: float, seed: int) -> None:
    """Neighbourhoods until the time: among the promising options, and now and then among all."""
    wide, narrow = Neighbourhoods(problem, linear, seed), Narrow(problem, linear, promising, seed)
    idle = 0
    while course.choice is not None and course.gap > WORTH_WHILE:
        left, before = seconds - course.elapsed() - MARGIN_SECONDS, course.objective
        if left <= 0:
            return
        if idle > PATIENCE:
            course.offer(wide.improve(course.choice, left, course.elapsed))
        else:
            if not narrow.holds(course.choice):
                promising[course.choice] = True
                narrow = Narrow(problem, linear, promising, seed)
            course.offer(narrow.improve(course.choice, left, course.elapsed))
        idle = 0 if course.objective < before else idle + 1
