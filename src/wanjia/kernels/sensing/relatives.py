"""Compiled: which alarming district is the closest relative of each other one, and since when it is dark."""

import numpy as np

from wanjia.compiled import loop
from wanjia.kernels.sensing.grid import NONE, Grid
from wanjia.kernels.sensing.nouns import Ints


def nearest_onset(grid: Grid, since: Ints, alarming: Ints) -> Ints:
    """For every rank the onset of the alarming one that is fed by the smallest device which feeds both, [ranks].

    That is the next alarming one before or after in preorder; of two under the same device, the nearer.
    """
    found = np.empty(len(since), dtype=np.int32)
    _onsets(grid.begin, grid.end, grid.parent, grid.leaf, since, alarming, found)
    return found


@loop()
def _onsets(begin: Ints, end: Ints, parent: Ints, leaf: Ints, since: Ints, alarming: Ints, found: Ints) -> None:
    after = 0
    for r in range(len(found)):
        while after < len(alarming) - 1 and alarming[after] < r:
            after += 1
        one, other = alarming[max(after - 1, 0)], alarming[after]
        found[r] = since[one if _is_closer(begin, end, parent, leaf[r], r, one, other) else other]


@loop()
def _is_closer(begin: Ints, end: Ints, parent: Ints, g: int, r: int, one: int, other: int) -> bool:
    """Whether `one` is a closer relative of rank r, whose leaf is g, than `other`."""
    while g != NONE:
        has_one, has_other = begin[g] <= one < end[g], begin[g] <= other < end[g]
        if has_one and has_other:
            break
        if has_one or has_other:
            return bool(has_one)
        g = parent[g]
    return bool(abs(one - r) < abs(other - r))
