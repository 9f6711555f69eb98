"""The proof that a plan is the best, by cores: the options that are cheap at the prices of the relaxation."""

import numpy as np

from wanjia.kernels.planning.course import Course
from wanjia.kernels.planning.prices.linear import Linear
from wanjia.kernels.planning.problem import Problem
from wanjia.kernels.planning.solvers.mixed import relax, solve_core

FIRST_WIDTH, WIDER = 1e-3, 4.0
"""Width of the first core as a share of the bound, and how much wider the next is where it holds no plan."""
PROOF_ROOM = 1e-7
"""What a core is wider than the plan that it has to be wide enough for, as a share of the bound."""


def prove(problem: Problem, linear: Linear, course: Course, until: float, seed: int) -> None:
    """Cores, each wide enough for the plan known before it, until one holds its own proof or there is no time."""
    relaxed = None if course.is_done else relax(problem, linear, until - course.elapsed())
    if relaxed is None:
        return
    course.raise_bound(relaxed.bound)
    width, room = FIRST_WIDTH * abs(relaxed.bound), PROOF_ROOM * abs(relaxed.bound)
    while not course.is_done and course.elapsed() < until:
        width = min(width, course.objective - relaxed.bound + room)
        found = solve_core(problem, linear, relaxed, width, until - course.elapsed(), seed, course.elapsed)
        course.offer(found.choice)
        course.raise_bound(np.inf if found.is_impossible else found.bound)
        if width >= relaxed.reduced.max():
            return
        width = WIDER * width if found.choice is None else course.objective - relaxed.bound + room
