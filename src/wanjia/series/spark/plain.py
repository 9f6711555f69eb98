"""The sums of a day that one process has put in order from plain tables: written as parts, summed on the workers."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa

from wanjia.kernels.balance.day.expected import Expected
from wanjia.kernels.balance.day.sums import Sums
from wanjia.model.readings import Block
from wanjia.series.layout_parts import PartWriter, Rows, of_known
from wanjia.series.port import Tell, silent
from wanjia.series.spark.session import spark_session
from wanjia.series.spark.summing import day_sums


def sums_of_blocks(blocks: Iterable[Block], expected: Expected, slots: int, tell: Tell = silent) -> Sums:
    """The additive sums over the districts of `expected`. The parts lie in TMPDIR, which every worker must see."""
    with TemporaryDirectory(prefix="wanjia-balance-") as folder:
        paths = _parts(Path(folder), blocks, expected, slots)
        return day_sums(spark_session("wanjia balance"), paths, expected, slots, tell)


def _parts(folder: Path, blocks: Iterable[Block], expected: Expected, slots: int) -> Sequence[Path]:
    """One part of counts, one of numbers that counts do not hold."""
    writers = {exact: PartWriter(folder / f"{exact}.parquet", slots, exact) for exact in (False, True)}
    names = pa.array(expected.ids.tolist(), pa.string())
    for block in map(of_known, blocks):
        writers[block.values.dtype == np.float64].write(_rows(block, names))
    for writer in writers.values():
        writer.close()
    return [folder / f"{exact}.parquet" for exact, writer in writers.items() if writer.rows]


def _rows(block: Block, names: pa.Array) -> Rows:
    """A block as rows; summing asks for no meter, so none is named."""
    districts = pa.DictionaryArray.from_arrays(pa.array(block.district, pa.int32()), names)
    nobody = pa.repeat("", len(block.role))
    return Rows(districts, nobody, block.role, block.unit_kwh, block.values, block.estimated)
