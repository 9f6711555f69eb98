"""The balance of a compacted day: row groups read and counted by a few threads, each into sums of its own."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty, SimpleQueue

import pyarrow as pa
import pyarrow.parquet as pq

from wanjia.kernels.balance.expected import Expected
from wanjia.kernels.balance.passing import add
from wanjia.kernels.balance.sums import Sums, begin, include
from wanjia.series.layout_parts import open_part, read_block
from wanjia.series.port import Tell

THREADS = 2
"""Row groups under way at a time; what they add up is exact, so it does not matter which comes first."""


def sums_of(paths: Sequence[Path], expected: Expected, slots: int, tell: Tell) -> Sums:
    """The sums of all rows of the parts over the expected districts."""
    work: SimpleQueue[tuple[Path, int]] = SimpleQueue()
    groups = [(path, group) for path in paths for group in range(pq.read_metadata(path).num_row_groups)]
    for one in groups:
        work.put(one)
    districts = pa.array(expected.ids, pa.string())
    total, done = begin(len(expected.ids), slots), 0
    with ThreadPoolExecutor(THREADS) as pool:
        threads = min(THREADS, max(len(groups), 1))
        sums = [total, *(begin(len(expected.ids), slots) for _ in range(threads - 1))]
        for finished in [pool.submit(_counted, work, one, expected, districts) for one in sums]:
            done += finished.result()
            tell(done, len(groups))
    for each in sums[1:]:
        include(total, each)
    return total


def _counted(work: "SimpleQueue[tuple[Path, int]]", sums: Sums, expected: Expected, districts: pa.Array) -> int:
    """Counts row groups until none is left; how many."""
    done, path, part = 0, None, None
    for wanted, group in _taken(work):
        if part is None or wanted != path:
            path, part = wanted, open_part(wanted)
        add(sums, read_block(part, group, districts), expected)
        done += 1
    return done


def _taken(work: "SimpleQueue[tuple[Path, int]]") -> Iterator[tuple[Path, int]]:
    try:
        while True:
            yield work.get_nowait()
    except Empty:
        return
