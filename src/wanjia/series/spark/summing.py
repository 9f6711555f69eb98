"""The sums of a day, row group by row group on Spark's workers: the same reading and the same kernel as in one process.

Spark hands out row groups, not rows: a worker reads its part's bytes itself and the kernel runs over them where they
lie. Through Spark's own Parquet reader every meter-day would be copied three times before the kernel saw it
(docs/decisions/0023).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

from wanjia.kernels.balance.day.expected import Expected
from wanjia.kernels.balance.day.passing import add
from wanjia.kernels.balance.day.sums import Sums, begin, include
from wanjia.model.network import Indexes
from wanjia.model.readings import Block
from wanjia.series.layout_parts import of_known, open_part, read_block
from wanjia.series.port import Tell, silent

TASKS_A_CORE = 2
"""So that a slow worker does not keep the others waiting."""


@dataclass(frozen=True)
class Group:
    """A row group of a part, and its rows."""

    path: str
    number: int
    rows: int


def groups_of(paths: Sequence[Path]) -> list[Group]:
    """The row groups of a day's parts, in order of district within each part."""
    found = []
    for path in paths:
        data = pq.read_metadata(path)
        found += [Group(str(path), at, data.row_group(at).num_rows) for at in range(data.num_row_groups)]
    return found


def day_sums(spark: SparkSession, paths: Sequence[Path], expected: Expected, slots: int, tell: Tell = silent) -> Sums:
    """The additive sums of the meters on the expected districts, [districts of `expected`]."""
    whole, groups = begin(len(expected.ids), slots), groups_of(paths)
    if not groups:
        return whole
    context = spark.sparkContext
    known = context.broadcast(expected)
    tasks = context.parallelize(groups, min(len(groups), TASKS_A_CORE * context.defaultParallelism))
    total = sum(group.rows for group in groups)
    try:
        for first, part in tasks.mapPartitions(lambda given: _part_sums(given, known.value, slots)).collect():
            include(whole, part, _positions(first, part.districts))
        tell(total, total)
    finally:
        known.destroy()
    return whole


def _part_sums(groups: Iterable[Group], expected: Expected, slots: int) -> Iterator[tuple[int, Sums]]:
    """Sums of some row groups over the districts from the first to the last that they hold; nothing where none."""
    names = pa.array(expected.ids.tolist(), pa.string())
    found: tuple[int, Sums] | None = None
    for group in groups:
        with open_part(Path(group.path)) as part:
            block = of_known(read_block(part, group.number, names))
        if len(block.district):
            found = _grown(found, block, slots)
            _add(found, block, expected)
    if found is not None:
        yield found


def _grown(found: tuple[int, Sums] | None, block: Block, slots: int) -> tuple[int, Sums]:
    """The sums, over the block's districts too; a row group's districts follow those of the one before."""
    first, last = int(block.district.min()), int(block.district.max())
    if found is None:
        return first, begin(last - first + 1, slots)
    low, high = min(first, found[0]), max(last, found[0] + found[1].districts - 1)
    if (low, high) == (found[0], found[0] + found[1].districts - 1):
        return found
    wider = begin(high - low + 1, slots)
    include(wider, found[1], _positions(found[0] - low, found[1].districts))
    return low, wider


def _positions(first: int, count: int) -> Indexes:
    return np.arange(first, first + count, dtype=np.int32)


def _add(found: tuple[int, Sums], block: Block, expected: Expected) -> None:
    first, sums = found
    inside = slice(first, first + sums.districts)
    cut = Expected(*(column[inside] for column in vars(expected).values()))
    add(sums, replace(block, district=block.district - np.int32(first)), cut)
