"""A choice with its running sums: what moving one work would change, in microseconds."""

from typing import NamedTuple

import numpy as np

from wanjia.kernels.planning.prices.loops import give_up, take, weigh
from wanjia.kernels.planning.prices.sums import sum_all
from wanjia.kernels.planning.prices.tables import empty_scratch, empty_state, tables
from wanjia.kernels.planning.problem import Ints, Price, Problem, price


class Move(NamedTuple):
    """What a move changes: the cost, and how many demands are broken (fewer is negative)."""

    cost: float
    violations: int


class Pricer:
    """Keeps a choice and answers what a move of one work would change; `take` makes the move."""

    def __init__(self, problem: Problem, choice: Ints) -> None:
        """Sums up the choice. Raises ValueError for what is no choice."""
        price(problem, choice)
        self._problem = problem
        self._tables = tables(problem, 1.0, 0.0)
        self._state = empty_state(problem, choice)
        self._scratch = empty_scratch(problem)
        self._sum()

    @property
    def choice(self) -> Ints:
        """[W] the option of each work, a copy."""
        return self._state.choice.copy()

    @property
    def cost(self) -> float:
        """Cost of the choice."""
        return self._cost / self._problem.slots

    @property
    def violations(self) -> int:
        """How many demands the choice breaks."""
        return round(self._broken)

    def price(self) -> Price:
        """Cost and broken demands by name, by the plain reference."""
        return price(self._problem, self._state.choice)

    def move(self, work: int, option: int) -> Move:
        """What it would change if `work` took `option`; nothing is changed. Raises ValueError for another's option."""
        answer, cells = self._weighed(work, option)
        give_up(self._tables, self._state, self._scratch, self._state.choice[work], option, cells)
        return answer

    def take(self, work: int, option: int) -> Move:
        """Lets `work` take `option`. Raises ValueError for another work's option."""
        answer, cells = self._weighed(work, option)
        take(self._tables, self._state, self._scratch, work, option, cells)
        self._sum()
        return answer

    def _weighed(self, work: int, option: int) -> tuple[Move, int]:
        begin, end = self._problem.option_begin[work], self._problem.option_begin[work + 1]
        if not begin <= option < end:
            raise ValueError(f"work {work} has no option {option}")
        cost, broken, cells, _ = weigh(self._tables, self._state, self._scratch, work, option, 0.0, np.inf)
        return Move(cost / self._problem.slots, round(broken)), cells

    def _sum(self) -> None:
        self._cost, self._broken = sum_all(self._tables, self._state, self._scratch)
