"""Compiled: the set of open devices that explains all districts best.

Every candidate that is held open costs the logarithm of its odds; it gains the log-likelihood ratios of all districts
below it. No two chosen ones lie below each other. The best set is found exactly, from the innermost candidates
outwards (the maximum a posteriori labelling of a tree, by dynamic programming), in time linear in the candidates. One
device costs once, so the most upstream device that explains the evidence wins; at a tie the upstream one is taken.
"""

from typing import Any

import numpy as np

from wanjia.compiled import loop
from wanjia.kernels.sensing.memory import NEVER
from wanjia.kernels.sensing.nouns import Floats, Ints

TIE = 1e-6
"""Log-odds that are no difference."""
NONE = -1


@loop()
def disagreement(begin: Ints, end: Ints, times: Ints, spread: float, most: float) -> Any:
    """What each candidate loses because the districts below went dark at different times, [candidates].

    Half the squared distance from the middle time in units of `spread`, for each district at most `most`: the cost of a
    device of its own. `times`: since when, NEVER for those that say nothing of it.
    """
    lost = np.zeros(len(begin), dtype=np.float64)
    some = np.empty(len(times), dtype=np.int32)
    for g in range(len(begin)):
        count = 0
        for r in range(begin[g], end[g]):
            if times[r] != NEVER:
                some[count] = times[r]
                count += 1
        if count > 1:
            some[:count].sort()
            middle = some[(count - 1) // 2]
            for i in range(count):
                lost[g] += min(most, 0.5 * ((some[i] - middle) / spread) ** 2)
    return lost


@loop()
def choose(
    begin: Ints, end: Ints, parent: Ints, leaf: Ints, odds: Floats, dark: Floats, part: Floats, part_odds: float
) -> Any:
    """Candidates chosen as open; ranks chosen as dark in part; and by candidate the score as open and the best inside.

    Candidates stand parents first, as the grid has them.
    """
    count = len(begin)
    summed = np.zeros(len(dark) + 1, dtype=np.float64)
    summed[1:] = np.cumsum(dark)
    score, inside, outer = np.empty(count), np.zeros(count), np.zeros(len(dark))
    for r in range(len(dark)):
        outer[r] = max(0.0, part[r] + part_odds)
        inside[leaf[r]] += outer[r]
    for g in range(count - 1, -1, -1):
        score[g] = odds[g] + summed[end[g]] - summed[begin[g]]
        if parent[g] != NONE:
            inside[parent[g]] += max(score[g], inside[g])
    chosen, parts = np.zeros(count, dtype=np.bool_), np.zeros(len(dark), dtype=np.bool_)
    covered_to = 0
    for g in range(count):
        if begin[g] >= covered_to and score[g] > 0.0 and score[g] + TIE >= inside[g]:
            chosen[g] = True
            covered_to = end[g]
    for r in range(len(dark)):
        parts[r] = outer[r] > 0.0
    for g in range(count):
        if chosen[g]:
            parts[begin[g] : end[g]] = False
    return np.flatnonzero(chosen), np.flatnonzero(parts), score, inside
