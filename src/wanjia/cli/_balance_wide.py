"""Wide tables of readings, a row a meter and day, put into a day; Parquet or CSV."""

from collections.abc import Callable, Iterator
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from wanjia.cli._balance_batches import Findings, energies_of
from wanjia.cli._balance_csv import csv_batches
from wanjia.cli._balance_filling import Day, Rows
from wanjia.cli._balance_sources import SLOT_PREFIX, ReadingTable
from wanjia.kernels.balance.day.dense import Tally
from wanjia.model.faults import Fault, Where

BATCH_ROWS = 30_000
"""Rows; 23 MB of readings. Not a power of two, whose columns would all fall upon the same lines of the cache."""
DAY_SECONDS = 86_400

Told = Callable[[int, int], None]


def read_wide(table: ReadingTable, day: Day, told: Told) -> Rows:
    """Puts a table's readings. Raises ArrowException for a broken file, OSError for a closed one."""
    slots = _slots(table, day)
    columns = ["meter_id", "day", *slots]
    if table.is_parquet:
        rows = Rows(table, Findings(table.path.name, lambda row: row + 1), ticks=1)
        batches = _parquet(table, columns, told)
    else:
        stream = csv_batches(table.path, columns, told)
        rows, batches = Rows(table, stream.findings, ticks=1), stream.batches()
    _shape_faults(table, day, rows.findings)
    tally, memory = rows.tally(), day.metering.meters.index.memory()
    for batch in batches:
        _put(batch, day, rows, tally, memory, slots)
        rows.rows += batch.num_rows
    return rows


def _slots(table: ReadingTable, day: Day) -> dict[str, int]:
    """The columns of the day's slots; those of a longer day are left out."""
    found = {name: name.removeprefix(SLOT_PREFIX) for name in table.slot_columns}
    return {name: int(number) for name, number in found.items() if number.isdecimal() and int(number) < day.slots}


def _shape_faults(table: ReadingTable, day: Day, findings: Findings) -> None:
    """Slots that the table has no column for; a day of 92 or 100 is no reason to leave any out."""
    missing = sorted(set(range(day.slots)) - set(_slots(table, day).values()))
    if missing:
        names = ", ".join(f"{SLOT_PREFIX}{slot:02d}" for slot in missing[:5])
        values = {"count": len(missing), "columns": names, "slots": day.slots}
        where = Where(table.path.name, 1, f"{SLOT_PREFIX}{missing[0]:02d}")
        findings.faults["balance.slot_columns"] = [Fault("balance.slot_columns", where, values)]


def _parquet(table: ReadingTable, columns: list[str], told: Told) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(table.path) as file:
        total = 1 + file.metadata.num_rows // BATCH_ROWS
        for number, batch in enumerate(file.iter_batches(BATCH_ROWS, columns=columns), 1):
            told(min(number, total), total)
            yield batch


def _put(batch: pa.RecordBatch, day: Day, rows: Rows, tally: Tally, memory: np.ndarray, slots: dict[str, int]) -> None:
    first_row, found = rows.rows, rows.findings
    of_day = _days(batch.column("day"), day.day, rows, tally, first_row)
    ids = pc.cast(batch.column("meter_id"), pa.string()).fill_null("")
    meters = day.metering.meters.index.look_up(ids, memory)
    unknown = (meters < 0) & of_day
    if unknown.any():
        rows.name_unknown(ids.filter(pa.array(unknown)))
        tally.counts[4] += int(unknown.sum())
    meters = np.where(of_day, meters, -1).astype(np.int32)
    kwh = np.full((day.slots, batch.num_rows), np.nan)
    for name, slot in slots.items():
        kwh[slot] = energies_of(batch.column(name), found, first_row, name)
    day.dense.put_days(meters, 0, kwh, tally, first_row)


def _days(column: pa.Array, day: date, rows: Rows, tally: Tally, first_row: int) -> np.ndarray:
    """Which rows are of the day; others are counted, and such as are no day at all are faults."""
    text = column.cast(pa.string()) if not pa.types.is_timestamp(column.type) else pc.strftime(column, "%Y-%m-%d")
    read = _dates(text)
    wrong = np.flatnonzero(read.is_null().to_numpy(zero_copy_only=False))
    rows.findings.rows("balance.day_invalid", wrong, first_row, "day", text.fill_null(""))
    numbers = read.cast(pa.int32()).cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    same = (numbers == (day - date(1970, 1, 1)).days) & read.is_valid().to_numpy(zero_copy_only=False)
    other = numbers[~same & read.is_valid().to_numpy(zero_copy_only=False)] * DAY_SECONDS
    if len(other):
        tally.counts[2] += len(other)
        tally.times[:] = min(tally.times[0], other.min()), max(tally.times[1], other.max())
    return same


def _dates(text: pa.Array) -> pa.Array:
    try:
        return text.cast(pa.date32())
    except pa.ArrowInvalid:
        return pa.array([_date(value) for value in text.to_pylist()], pa.date32())


def _date(value: str | None) -> date | None:
    try:
        return date.fromisoformat((value or "").strip())
    except ValueError:
        return None
