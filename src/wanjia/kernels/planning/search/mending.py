"""A first plan where demands are hard to meet together: costs wait until nothing is broken."""

import numpy as np

from wanjia.kernels.planning.prices.tables import Tables
from wanjia.kernels.planning.problem import Ints, Problem
from wanjia.kernels.planning.search.annealing_loops import Record
from wanjia.kernels.planning.search.mending_loops import TRIED, Mended, mend

SLICE_MOVES = 100
"""Moves between two looks at the clock: some ten milliseconds."""


class Mending:
    """One search for a choice that breaks nothing; knows resources and pairs of works, no darkness."""

    def __init__(self, problem: Problem, tables: Tables, seed: int, choice: Ints) -> None:
        """Begins at `choice`."""
        self._tables = tables
        self._mended = Mended(
            choice=np.array(choice, dtype=np.int64),
            used=np.zeros(len(problem.most)),
            weight=np.ones(len(problem.most)),
            pair_weight=np.ones(len(tables.pair_other)),
            wait_weight=np.ones(len(tables.wait_other)),
            until=np.zeros(problem.works, dtype=np.int64),
            tried=np.zeros(TRIED, dtype=np.int64),
            figures=np.zeros(2, dtype=np.int64),
        )
        bits = np.random.default_rng((seed, 1)).integers(1, 2**64 - 1, 1, dtype=np.uint64)
        self._record = Record(np.zeros(0, dtype=np.int64), np.zeros(4), bits)

    @staticmethod
    def knows(problem: Problem) -> bool:
        """Whether all of a problem's demands are of the kinds that are mended here."""
        return not problem.atoms

    @property
    def broken(self) -> int:
        """Demands broken at the last look."""
        return int(self._mended.figures[1])

    def slice(self) -> Ints | None:
        """Some more moves; the choice as soon as nothing is broken."""
        return self._mended.choice.copy() if mend(self._tables, self._mended, self._record, SLICE_MOVES) else None
