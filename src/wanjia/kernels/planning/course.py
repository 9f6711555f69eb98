"""The best plan and the best bound while a solver runs, and what was told of them."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from wanjia.kernels.planning.problem import Floats, Ints, Problem, price

Told: TypeAlias = Callable[[float, float, float], None]
"""Told of each better plan and each better bound: seconds, objective (inf without a plan), bound."""

OPTIMAL_GAP = 1e-7
"""Gap within which a plan counts as proven the best: solvers and sums round."""
ROUNDING = 1e-9
"""Share by which a bound is lowered for what sums of rounded numbers may be off."""


class Course:
    """The best so far and what was told of it; costs inside are sums over slots."""

    def __init__(self, problem: Problem, extra: Floats, elapsed: Callable[[], float], told: Told | None) -> None:
        self.problem, self.extra, self.elapsed, self.told = problem, extra, elapsed, told
        self.choice: Ints | None = None
        self.objective, self.bound = np.inf, -np.inf
        self.history: list[tuple[float, float, float]] = []

    def offer(self, choice: Ints | None) -> None:
        """Takes a choice that is a plan and better; its cost is the reference's."""
        if choice is None:
            return
        priced = price(self.problem, choice)
        objective = priced.cost * self.problem.slots + float(self.extra[choice].sum())
        if priced.is_feasible and objective < self.objective:
            self.choice, self.objective = choice.copy(), float(objective)
            self._tell()

    def raise_bound(self, bound: float) -> None:
        """Takes a bound that is better; rounding never lifts it above a plan."""
        if np.isfinite(bound):
            bound -= ROUNDING * abs(bound)
        if np.isfinite(self.objective):
            bound = min(bound, self.objective)
        if bound > self.bound:
            self.bound = float(bound)
            self._tell()

    @property
    def gap(self) -> float:
        """Share of the objective that may still be won."""
        if not np.isfinite(self.objective):
            return np.inf
        return (self.objective - self.bound) / max(abs(self.objective), 1e-9)

    @property
    def is_done(self) -> bool:
        """Whether nothing can be won any more."""
        return self.gap <= OPTIMAL_GAP or self.bound == np.inf

    def _tell(self) -> None:
        slots = self.problem.slots
        row = (self.elapsed(), self.objective / slots, self.bound / slots)
        self.history.append(row)
        if self.told:
            self.told(*row)
