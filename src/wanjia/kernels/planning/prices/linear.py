"""A problem's cost as a sum over options and dark atoms: all of it with one scenario, else the part of the mean.

The excess of a quantile over the mean is never negative, so the mean's part alone is never above the true cost.
"""

from dataclasses import dataclass, replace

import numpy as np

from wanjia.kernels.planning.prices.tables import Tables
from wanjia.kernels.planning.problem import Floats, Problem, slot_unit_costs


@dataclass(frozen=True, eq=False)
class Linear:
    """Costs as sums over slots, not yet divided by their number.

    `option` [O]: an option's own; `slot_unit` [T]: of a weight of 1 dark in a slot; `is_exact`: nothing is left out.
    """

    option: Floats
    slot_unit: Floats
    is_exact: bool


def without_scenarios(problem: Problem) -> Problem:
    """The same problem with one scenario a slot where only atoms cost: all scenarios then rise and fall together.

    The mean and the quantile of a slot are the dark weight times those of the level, because weights are not negative.
    Any other problem is given back as it is.
    """
    if len(problem.risk) or not len(problem.level):
        return problem
    return replace(
        problem,
        scenario_begin=np.arange(problem.slots + 1, dtype=np.int64),
        level=slot_unit_costs(problem),
        mean_share=1.0,
    )


def linear_part(problem: Problem, tables: Tables, extra: Floats) -> Linear:
    """The linear part of the cost; `extra` [O] is added to the options' own."""
    sums = np.concatenate([[0.0], np.cumsum(tables.own_mean)])
    option = problem.mean_share * (sums[tables.own_begin[1:]] - sums[tables.own_begin[:-1]]) + extra
    return Linear(option, problem.mean_share * tables.level_mean, not problem.has_tail)
