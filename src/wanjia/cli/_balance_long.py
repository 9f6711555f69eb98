"""Long tables of readings, Parquet by row groups in two threads or CSV as a stream, put into a day.

CSV is read by PyArrow, not by DuckDB: rows keep their order, by which the later of two readings counts, and a row that
cannot be read keeps its number, by which it is listed; both cost DuckDB its threads.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from wanjia.cli._balance_batches import Findings, energies_of, guesses_of, times_of
from wanjia.cli._balance_csv import csv_batches
from wanjia.cli._balance_filling import Day, Rows
from wanjia.cli._balance_sources import ReadingTable
from wanjia.cli._balance_turns import Broken, Turns
from wanjia.kernels.balance.day.dense import Tally

WORKERS = 2
"""Threads; more of them wait for memory on small machines."""
GROUP_ROWS_MAX = 1 << 21
"""Rows of a row group that is read at once; larger ones are read in batches of half as many."""
PLAIN_BYTES = 5.0
"""Bytes a value above which a column of ids is texts rather than positions in a dictionary."""

Told = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class _Lane:
    """What a thread has of its own: its number, its tally, its memory of which meter followed which."""

    number: int
    tally: Tally
    memory: np.ndarray


@dataclass(frozen=True)
class _Turn:
    """Whose turn a batch is in, and whether it is the turn's last."""

    turns: Turns
    number: int
    is_last: bool


def read_long(table: ReadingTable, day: Day, told: Told) -> Rows:
    """Puts a table's readings. Raises ArrowException for a broken file, OSError for a closed one."""
    return _read_parquet(table, day, told) if table.is_parquet else _read_csv(table, day, told)


def _columns(table: ReadingTable) -> list[str]:
    return [name for name in ("meter_id", "read_at", "energy_kwh", "quality") if name in table.columns]


def _read_csv(table: ReadingTable, day: Day, told: Told) -> Rows:
    stream = csv_batches(table.path, _columns(table), told)
    rows = Rows(table, stream.findings)
    lane = _Lane(0, rows.tally(), day.metering.meters.index.memory())
    for batch in stream.batches():
        _put(batch, day, rows, lane, rows.rows, None)
        rows.rows += batch.num_rows
    return rows


def _read_parquet(table: ReadingTable, day: Day, told: Told) -> Rows:
    with pq.ParquetFile(table.path) as file:
        sizes = [file.metadata.row_group(group).num_rows for group in range(file.metadata.num_row_groups)]
        dictionary = _has_dictionary(file)
    rows = Rows(table, Findings(table.path.name, lambda row: row + 1), rows=sum(sizes))
    turns, first_rows, todo = Turns(len(day.metering.meters.ids)), np.cumsum([0, *sizes]), iter(range(len(sizes)))

    lanes = iter(range(WORKERS))

    def work() -> None:
        lane = _Lane(next(lanes), rows.tally(), day.metering.meters.index.memory())
        try:
            with pq.ParquetFile(table.path, read_dictionary=["meter_id"] if dictionary else []) as mine:
                while (group := next(todo, None)) is not None:
                    _put_group(mine, group, day, rows, lane, int(first_rows[group]), turns)
                    told(group + 1, len(sizes))
        except BaseException:
            turns.fail()
            raise

    _together(work, min(WORKERS, max(1, len(sizes))))
    return rows


def _together(work: Callable[[], None], workers: int) -> None:
    """Runs it in so many threads; of several errors the first that is one."""
    with ThreadPoolExecutor(workers) as pool:
        errors = [each.exception() for each in [pool.submit(work) for _ in range(workers)]]
    for error in errors:
        if error is not None and not isinstance(error, Broken):
            raise error


def _has_dictionary(file: pq.ParquetFile) -> bool:
    """Whether ids are positions in dictionaries all through: then they take a byte or two each."""
    if not file.metadata.num_row_groups:
        return False
    at = file.schema_arrow.get_field_index("meter_id")
    kind = file.schema_arrow.field(at).type
    group = file.metadata.row_group(0)
    plain = group.column(at).total_uncompressed_size > PLAIN_BYTES * max(1, group.num_rows)
    return pa.types.is_string(kind) and not plain


def _put_group(
    file: pq.ParquetFile, group: int, day: Day, rows: Rows, lane: _Lane, first_row: int, turns: Turns
) -> None:  # fmt: skip
    """One row group, at once or, a large one, in batches; then the next one's turn comes."""
    batches = _batches(file, group, _columns(rows.table))
    batch = next(batches, None)
    if batch is None:
        turns.pass_on(group)
    while batch is not None:
        following = next(batches, None)
        _put(batch, day, rows, lane, first_row, _Turn(turns, group, following is None))
        first_row += batch.num_rows
        batch = following


def _batches(file: pq.ParquetFile, group: int, columns: list[str]) -> Iterator[pa.RecordBatch]:
    count = file.metadata.row_group(group).num_rows
    if count <= GROUP_ROWS_MAX:
        return iter(file.read_row_group(group, columns=columns, use_threads=False).to_batches())
    batches: Iterator[pa.RecordBatch] = file.iter_batches(GROUP_ROWS_MAX // 2, [group], columns, use_threads=False)
    return batches


def _put(
    batch: pa.RecordBatch, day: Day, rows: Rows, lane: _Lane, first_row: int, turn: _Turn | None
) -> None:  # fmt: skip
    """A batch of rows; where several threads read, in its turn."""
    found, ids = rows.findings, batch.column("meter_id")
    at, ticks = times_of(batch.column("read_at"), found, first_row)
    rows.ticks = ticks
    kwh = energies_of(batch.column("energy_kwh"), found, first_row)
    quality = batch.column("quality") if "quality" in batch.schema.names else None
    guessed = guesses_of(quality, found, first_row)
    asked = _places(ids, day, lane.memory)
    unknown = np.zeros(len(asked.names), np.int64)

    def put() -> None:
        places, meters = asked.places, asked.meters
        day.dense.put(places, meters, at, kwh, guessed, day.span(ticks), lane.tally, first_row, unknown, lane.number)

    if turn is None:
        put()
    else:
        with turn.turns.putting(turn.number, asked.touched, turn.is_last):
            put()
    new = np.flatnonzero(unknown)
    if len(new):
        rows.name_unknown(asked.names.take(pa.array(new)), unknown[new])


@dataclass(frozen=True, eq=False)
class _Asked:
    """Each row's place, the meter of each place (-1: none), ids of the places if any has none; meters touched."""

    places: np.ndarray
    meters: np.ndarray
    names: pa.Array
    touched: np.ndarray


def _places(ids: pa.Array, day: Day, memory: np.ndarray) -> _Asked:
    """Entries of a dictionary are looked up once each, other ids one by one. An empty id is one that nobody knows."""
    if not pa.types.is_dictionary(ids.type):
        text = (ids if pa.types.is_string(ids.type) else ids.cast(pa.string())).fill_null("")
        row = day.metering.meters.index.look_up(text, memory)
        if (row >= 0).all():
            return _Asked(row, day.every, text[:0], row)
        return _Asked(np.arange(len(row), dtype=np.int32), row, text, row)
    names, places = pc.cast(ids.dictionary, pa.string()), ids.indices
    if ids.null_count:
        names = pa.concat_arrays([names, pa.array([""])])
        places = places.fill_null(len(names) - 1)
    places = places.cast(pa.int32())
    meters = day.metering.meters.index.look_up(names, memory)
    return _Asked(places.to_numpy(zero_copy_only=False), meters, names, meters)
