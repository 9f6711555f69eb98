"""A compacted part: one row a meter and day, by district and meter, its slots as bytes that NumPy views as they lie.

Writing and reading are pure over Arrow. `slots` is int16 counts of `unit_kwh`, or float64 in a part of kind `exact`; it
is neither compressed nor encoded, so that a row group is read at the speed of the disk.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from wanjia.model.network import Codes, Measures
from wanjia.model.readings import MISSING, Block, SlotBits, SlotCounts

ROW_GROUP_ROWS = 65_536
"""Rows; 12.6 MB of counts, enough to read at full speed and little enough for a task of its own."""
HOT_COLUMNS = ["district_id", "role", "unit_kwh", "slots", "estimated"]
COUNT_BYTES, EXACT_BYTES = 2, 8


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of a part: district and meter as text arrays [n], then as in `Block`."""

    district_id: pa.Array
    meter_id: pa.Array
    role: Codes
    unit_kwh: Measures
    values: SlotCounts
    estimated: SlotBits | None = None


def part_schema(slots: int, is_exact: bool) -> pa.Schema:
    """Columns of a part with so many slots a day."""
    width = (EXACT_BYTES if is_exact else COUNT_BYTES) * slots
    return pa.schema(
        [
            pa.field("district_id", pa.dictionary(pa.int32(), pa.string()), nullable=False),
            pa.field("meter_id", pa.string(), nullable=False),
            pa.field("role", pa.int8(), nullable=False),
            pa.field("unit_kwh", pa.float64(), nullable=False),
            pa.field("slots", pa.binary(width), nullable=False),
            pa.field("estimated", pa.binary((slots + 7) // 8), nullable=True),
        ]
    )


def part_table(rows: Rows) -> pa.Table:
    """Rows as the table that is written."""
    count, slots = rows.values.shape
    is_exact = rows.values.dtype == np.float64
    values = np.ascontiguousarray(rows.values, dtype="<f8" if is_exact else "<i2")
    columns = [
        rows.district_id.dictionary_encode() if not pa.types.is_dictionary(rows.district_id.type) else rows.district_id,
        rows.meter_id,
        pa.array(rows.role, pa.int8()),
        pa.array(rows.unit_kwh, pa.float64()),
        _fixed(values.view(np.uint8).reshape(count, -1), None),
        _estimates(rows.estimated, count, slots),
    ]
    return pa.Table.from_arrays(columns, schema=part_schema(slots, is_exact))


def _fixed(data: np.ndarray, validity: pa.Buffer | None) -> pa.Array:
    count, width = data.shape
    return pa.Array.from_buffers(pa.binary(width), count, [validity, pa.py_buffer(np.ascontiguousarray(data))])


def _estimates(bits: SlotBits | None, count: int, slots: int) -> pa.Array:
    """The bits, null in rows that have none."""
    width = (slots + 7) // 8
    if bits is None or not bits.any():
        return pa.nulls(count, pa.binary(width))
    has_any = np.packbits(bits.any(axis=1), bitorder="little")
    return _fixed(bits, pa.py_buffer(has_any))


class PartWriter:
    """Writes one part, rows as they come; the caller sorts them."""

    def __init__(self, path: Path, slots: int, is_exact: bool) -> None:
        schema = part_schema(slots, is_exact)
        packed = [name for name in schema.names if name != "slots"]
        self.rows = 0
        self._writer = pq.ParquetWriter(
            path,
            schema,
            use_dictionary=["district_id"],
            column_encoding={"slots": "PLAIN"},
            compression={**dict.fromkeys(packed, "zstd"), "slots": "none"},
            write_statistics=["district_id", "meter_id", "role"],
        )

    def write(self, rows: Rows) -> None:
        """Adds rows, a row group for every ROW_GROUP_ROWS of them."""
        self._writer.write_table(part_table(rows), row_group_size=ROW_GROUP_ROWS)
        self.rows += len(rows.role)

    def close(self) -> None:
        """Ends the file; syncing is the caller's."""
        self._writer.close()


def open_part(path: Path) -> pq.ParquetFile:
    """A part for reading; plain reads, since a mapped file is slower where its pages are not in memory."""
    return pq.ParquetFile(path, memory_map=False, read_dictionary=["district_id"])


def read_block(part: pq.ParquetFile, group: int, districts: pa.Array) -> Block:
    """A row group as a block; `district` is the position in `districts`, -1 where a row's is not among them."""
    data = part.read_row_group(group, columns=HOT_COLUMNS, use_threads=False)
    ids = data["district_id"].combine_chunks()
    ids = ids.chunk(0) if isinstance(ids, pa.ChunkedArray) else ids
    found = pc.fill_null(pc.index_in(ids.dictionary, value_set=districts), -1).to_numpy(zero_copy_only=False)
    return Block(
        counts_of(data["slots"]),
        _numpy(data["unit_kwh"]),
        found[_numpy(ids.indices)].astype(np.int32),
        _numpy(data["role"]),
        estimates_of(data["estimated"]),
    )


def _numpy(column: pa.Array | pa.ChunkedArray) -> np.ndarray:
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    found: np.ndarray = whole.to_numpy(zero_copy_only=False)
    return found


def bytes_of(column: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """The bytes of a fixed-size column, uint8 [n, width], where they lie."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    width = whole.type.byte_width
    data = np.frombuffer(whole.buffers()[1], np.uint8, len(whole) * width, whole.offset * width)
    return data.reshape(len(whole), width)


def counts_of(column: pa.ChunkedArray) -> SlotCounts:
    """`slots` as int16 or float64 [n, s]; s says which, for no day has more than 100 slots."""
    data = bytes_of(column)
    is_exact = data.shape[1] > COUNT_BYTES * 100
    return data.view("<f8" if is_exact else "<i2")


def estimates_of(column: pa.ChunkedArray) -> SlotBits | None:
    """`estimated` as bits [n, ceil(s / 8)], zero where a row has none; None where no row has any."""
    if column.null_count == len(column):
        return None
    bits = bytes_of(column)
    if not column.null_count:
        return bits
    return bits * column.is_valid().to_numpy(zero_copy_only=False)[:, None].astype(np.uint8)


def read_blocks(paths: Sequence[Path], districts: Sequence[str]) -> Iterator[Block]:
    """Every row on these districts, a block for each row group that has any."""
    wanted = pa.array(list(districts), pa.string())
    for path in paths:
        with open_part(path) as part:
            for group in range(part.metadata.num_row_groups):
                block = of_known(read_block(part, group, wanted))
                if len(block.role):
                    yield block


def read_named_blocks(paths: Sequence[Path], districts: Sequence[str]) -> Iterator[tuple[pa.Array, Block]]:
    """The same with the meters' ids, a text for each row."""
    wanted = pa.array(list(districts), pa.string())
    for path in paths:
        with open_part(path) as part:
            for group in range(part.metadata.num_row_groups):
                block = read_block(part, group, wanted)
                known = block.district >= 0
                if known.any():
                    ids = part.read_row_group(group, columns=["meter_id"], use_threads=False)["meter_id"]
                    yield ids.combine_chunks().filter(pa.array(known)), of_known(block)


def of_known(block: Block) -> Block:
    """The rows whose district was asked for."""
    keep = block.district >= 0
    if keep.all():
        return block
    bits = None if block.estimated is None else block.estimated[keep]
    return Block(block.values[keep], block.unit_kwh[keep], block.district[keep], block.role[keep], bits)


def has_reading(values: SlotCounts) -> np.ndarray:
    """True where there is a reading, [n, s]."""
    return ~np.isnan(values) if values.dtype == np.float64 else values != MISSING
