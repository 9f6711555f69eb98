"""A planning problem with some of its options taken away; nothing else changes."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wanjia.kernels.planning.problem import Bools, Ints, Problem


def restrict(problem: Problem, keep: Bools) -> tuple[Problem, NDArray[np.int32]]:
    """The problem with the options `keep` ([O]) alone, and the number that each of them had before.

    Raises ValueError when a work would have no option left.
    """
    counts = np.add.reduceat(keep.astype(np.int32), problem.option_begin[:-1]) if problem.works else np.zeros(0, int)
    if (counts == 0).any():
        raise ValueError("a work has no option left")
    kept = np.flatnonzero(keep).astype(np.int32)
    use, use_begin = _rows(problem.use_begin, kept)
    risk, risk_begin = _rows(problem.risk_begin, kept)
    dark, dark_begin = _rows(problem.dark_begin, kept)
    smaller = replace(
        problem,
        option_begin=np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        start=problem.start[kept],
        duration=problem.duration[kept],
        mode=problem.mode[kept],
        use_begin=use_begin,
        use_cell=problem.use_cell[use],
        use_amount=problem.use_amount[use],
        risk_begin=risk_begin,
        risk=problem.risk[risk],
        dark_begin=dark_begin,
        dark_atom=problem.dark_atom[dark],
        dark_from=problem.dark_from[dark],
        dark_until=problem.dark_until[dark],
    )
    return smaller, kept


def work_of_option(problem: Problem) -> NDArray[np.int32]:
    """[O] the work an option belongs to."""
    return np.repeat(np.arange(problem.works, dtype=np.int32), np.diff(problem.option_begin))


def positions(begin: Ints, rows: Ints) -> NDArray[np.int64]:
    """The places of all entries of `rows` in arrays of compressed rows, row by row."""
    return _rows(begin, rows)[0]


def _rows(begin: Ints, rows: Ints) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    first, lengths = begin[rows].astype(np.int64), (begin[rows + 1] - begin[rows]).astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    inside = np.arange(offsets[-1]) - np.repeat(offsets[:-1], lengths)
    return np.repeat(first, lengths) + inside, offsets
