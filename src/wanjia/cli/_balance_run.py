"""From READINGS to the balance of a day, by whichever way they lie."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

import pyarrow as pa

from wanjia import wiring
from wanjia.adapters.grid_files.metering import Metering
from wanjia.cli._balance_filling import Day, Rows, day_of, faults_of
from wanjia.cli._balance_long import read_long
from wanjia.cli._balance_report import expected_meters
from wanjia.cli._balance_sources import ReadingTable, is_store, reading_tables
from wanjia.cli._balance_store import store_day
from wanjia.cli._balance_wide import read_wide
from wanjia.kernels.balance.day.bands import Edition
from wanjia.kernels.balance.day.dense import BLOCK_ROWS
from wanjia.kernels.balance.day.losses import DistrictDay, finish
from wanjia.kernels.balance.day.sums import Sums
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.readings import Block
from wanjia.series.balancing import sums_of_blocks

Told = Callable[[str, int, int], None]
"""Is told the file, parts of it done, parts in all."""


@dataclass(frozen=True, eq=False)
class Balanced:
    """The balance (none: nothing could be read), the zone of the day, every fault, what became of the rows."""

    found: DistrictDay | None
    zone: str
    faults: list[Fault]
    rows: dict[str, int] = field(default_factory=dict)


def balance_readings(
    readings: Path, metering: Metering, day: date, zone: str | None, bands: Edition, engine: str, told: Told
) -> Balanced:  # fmt: skip
    """Raises OSError for a file that cannot be opened."""
    if is_store(readings):

        def tell(done: int, total: int) -> None:
            told(readings.name, done, total)

        return Balanced(*store_day(readings, expected_meters(metering), bands, day, zone, (engine, tell)))
    try:
        summed = wiring.spark_sums_of_blocks() if engine == "spark" else None
    except Refused as refused:
        return Balanced(None, zone or "UTC", list(refused.faults))
    tables, faults = reading_tables(readings, day)
    if faults:
        return Balanced(None, zone or "UTC", faults)
    return _of_tables(tables, day_of(day, zone or "UTC", metering), bands, (told, summed))


def _of_tables(
    tables: list[ReadingTable], day: Day, bands: Edition, how: tuple[Told, Callable[..., Sums] | None]
) -> Balanced:
    """How: who is told, and what sums the day that was put in order; None: this process."""
    told, summed = how
    faults: list[Fault] = []
    counts: Counter[str] = Counter()
    for table in tables:
        rows = _read(table, day, partial(told, table.path.name))
        if isinstance(rows, Fault):
            return Balanced(None, day.zone, [*faults, rows])
        faults += faults_of(rows, day)
        counts += rows.counts()
    expected = expected_meters(day.metering)
    sums = dense_sums(day) if summed is None else summed(_blocks(day), expected, day.slots)
    return Balanced(finish(sums, expected, bands), day.zone, faults, dict(counts))


def _read(table: ReadingTable, day: Day, told: Callable[[int, int], None]) -> Rows | Fault:
    try:
        return read_long(table, day, told) if table.form == "long" else read_wide(table, day, told)
    except pa.ArrowException as error:
        reason = str(error).splitlines()[0][:200]
        code = "table.broken_parquet" if table.is_parquet else "table.broken_csv"
        code = "table.not_utf8" if not table.is_parquet and "UTF8" in reason else code
        return Fault(code, Where(table.path.name), {"reason": reason})


def dense_sums(day: Day) -> Sums:
    """The sums of the readings that were put."""
    expected, count = expected_meters(day.metering), len(day.metering.meters.ids)
    chunks = [_blocks(day, low, min(low + BLOCK_ROWS, count)) for low in range(0, count, BLOCK_ROWS)]
    return sums_of_blocks(chunks, expected, day.slots)


def _blocks(day: Day, low: int = 0, high: int | None = None) -> Iterator[Block]:
    meters = day.metering.meters
    return day.dense.blocks(meters.district, meters.role, low, high)
