"""The sums of a compacted day, its row groups shared out among threads; what they add up to does not depend on how."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count, cycle
from pathlib import Path

import pyarrow as pa

from wanjia.kernels.balance.day.expected import Expected
from wanjia.kernels.balance.day.passing import add
from wanjia.kernels.balance.day.sums import Sums, begin, total
from wanjia.model.readings import Block
from wanjia.series.layout_parts import open_part, read_block
from wanjia.series.port import Tell, silent

WORKERS = 2
"""Threads; the smallest machine has two cores, and more of them wait for memory."""


def sums_of_parts(
    paths: Sequence[Path], expected: Expected, slots: int, tell: Tell = silent, workers: int = WORKERS
) -> Sums:
    """Sums over the districts of `expected`, in their order; rows of other districts are added nowhere."""
    districts = pa.array(expected.ids, pa.string())
    sizes = [_row_groups(path) for path in paths]
    groups = [(at, group) for at, size in enumerate(sizes) for group in range(size)]
    turns, done = deque(groups), count(1)
    # From both ends: so threads have few districts in common, and adding up their sums is soon done.
    ends = cycle((turns.popleft, turns.pop))

    def work() -> Sums:
        """Takes one row group after the other until none is left."""
        sums, files, take = begin(len(expected.ids), slots), [open_part(path) for path in paths], next(ends)
        try:
            while (turn := _taken(take)) is not None:
                add(sums, read_block(files[turn[0]], turn[1], districts), expected)
                tell(next(done), len(groups))
        finally:
            for file in files:
                file.close()
        return sums

    return _together(work, max(1, min(workers, len(groups))))


def _taken(take: Callable[[], tuple[int, int]]) -> tuple[int, int] | None:
    """One step of the interpreter, so no two threads get the same; None when all are taken."""
    try:
        return take()
    except IndexError:
        return None


def sums_of_blocks(blocks: Sequence[Iterable[Block]], expected: Expected, slots: int, workers: int = WORKERS) -> Sums:
    """The same of blocks at hand, each of the iterables in one thread."""
    turns = iter(blocks)

    def work() -> Sums:
        sums = begin(len(expected.ids), slots)
        while (some := next(turns, None)) is not None:
            for block in some:
                add(sums, block, expected)
        return sums

    return _together(work, max(1, min(workers, len(blocks))))


def _together(work: Callable[[], Sums], workers: int) -> Sums:
    if workers == 1:
        return work()
    with ThreadPoolExecutor(workers) as pool:
        running = [pool.submit(work) for _ in range(workers)]
        return total(each.result() for each in running)


def _row_groups(path: Path) -> int:
    with open_part(path) as part:
        groups: int = part.metadata.num_row_groups
        return groups
