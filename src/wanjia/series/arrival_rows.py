"""A batch of readings divided by the days they belong to, with the faults of its rows. Pure over Arrow."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wanjia.model.faults import Fault, Where
from wanjia.model.readings import day_bounds, slots_of
from wanjia.series.layout_arrivals import LONG, LONG_FORM, QUALITIES, REGISTER_FORM, WIDE, WIDE_FORM, WIDE_SLOTS_MAX

METER_CHARACTERS_MAX = 64
"""Of an identifier, in all tables."""
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
"""Days of readings; a meter with an empty clock battery says 1970 or 2000-00-00."""
ENERGY_KWH_MAX = 1e9
"""Either way; more than a province uses in an interval, so it is a slip."""
DAY_MS = 86_400_000
Wrong = tuple[str, str, np.ndarray]
"""Code, column, mask of the rows."""


@dataclass(frozen=True, eq=False)
class Piece:
    """Readings of one day and form, in the order in which they came."""

    day: date
    form: str
    table: pa.Table
    readings: int


class Days:
    """Where the days of a zone begin, as milliseconds since 1970."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self.slots = lru_cache(maxsize=None)(lambda day: slots_of(day, zone))
        self.begin_ms = lru_cache(maxsize=None)(lambda day: _milliseconds(day_bounds(day, zone)[0]))

    def of(self, at_ms: np.ndarray) -> tuple[date, np.ndarray]:
        """The first day and for each instant how many days later it counts; a midnight belongs to the day it ends."""
        low, high = (datetime.fromtimestamp(int(ms) / 1000, UTC).date() for ms in (at_ms.min(), at_ms.max()))
        first = low - timedelta(days=2)
        begins = [self.begin_ms(first + timedelta(days=at)) for at in range((high - first).days + 3)]
        return first, np.searchsorted(np.array(begins), at_ms, side="left") - 1


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


EARLIEST_MS = _milliseconds(datetime.combine(FIRST_DAY, datetime.min.time(), UTC))
LATEST_MS = _milliseconds(datetime.combine(LAST_DAY, datetime.min.time(), UTC))


def pieces_of(batch: pa.RecordBatch, days: Days, source: str, row: int) -> tuple[list[Piece], int, list[Fault]]:
    """A batch in LONG or WIDE: its pieces by day, cells without a value, and the faults; `row` rows came before it."""
    if batch.num_rows == 0:
        return [], 0, []
    if "slots" in batch.schema.names:
        data = pa.Table.from_batches([batch]).select(WIDE.names).cast(WIDE)
        wrong, divide = _wide_faults(data, days), _wide_pieces
    else:
        data = pa.Table.from_batches([batch]).select(LONG.names).cast(LONG)
        wrong, divide = _long_faults(data), _long_pieces
    faults = [
        Fault(code, Where(source, row + int(at) + 1, column), _shown(data, int(at), column))
        for code, column, mask in wrong
        for at in np.flatnonzero(mask)
    ]
    if faults:
        return [], 0, sorted(faults, key=lambda fault: fault.where)
    pieces, empty = divide(data, days)
    return pieces, empty, []


def _shown(data: pa.Table, row: int, column: str) -> dict[str, object]:
    value = data[column][row].as_py() if column in data.column_names and column != "slots" else ""
    return {"value": str(value)[:METER_CHARACTERS_MAX]}


def _flat(column: pa.ChunkedArray, fill: float | int) -> np.ndarray:
    return pc.fill_null(column, fill).to_numpy()


def _meter_faults(data: pa.Table) -> list[Wrong]:
    length = _flat(pc.utf8_length(data["meter_id"]), 0)
    return [
        ("series.meter_empty", "meter_id", length == 0),
        ("series.meter_long", "meter_id", length > METER_CHARACTERS_MAX),
    ]


def _long_faults(data: pa.Table) -> list[Wrong]:
    at = _flat(data["read_at"].cast(pa.int64()), EARLIEST_MS - 1)
    energy, register = (_flat(data[name], np.nan) for name in ("energy_kwh", "register_kwh"))
    quality = _flat(data["quality"], 0)
    return [
        *_meter_faults(data),
        ("series.time_range", "read_at", (at < EARLIEST_MS) | (at > LATEST_MS)),
        ("series.energy_range", "energy_kwh", np.abs(energy) > ENERGY_KWH_MAX),
        ("series.energy_range", "register_kwh", np.abs(register) > ENERGY_KWH_MAX),
        ("series.two_values", "register_kwh", ~np.isnan(energy) & ~np.isnan(register)),
        ("series.quality_unknown", "quality", (quality < 0) | (quality >= len(QUALITIES))),
    ]


def _wide_faults(data: pa.Table, days: Days) -> list[Wrong]:
    values = _slots(data)
    known = [one is not None and FIRST_DAY <= one <= LAST_DAY for one in data["day"].to_pylist()]
    out_of_range = ~np.array(known, bool)
    slots = np.array(
        [days.slots(one) if ok else WIDE_SLOTS_MAX for one, ok in zip(data["day"].to_pylist(), known, strict=True)]
    )
    beyond = (~np.isnan(values) & (np.arange(WIDE_SLOTS_MAX) >= slots[:, None])).any(axis=1)
    return [
        *_meter_faults(data),
        ("series.time_range", "day", out_of_range),
        ("series.energy_range", "slots", (np.abs(values) > ENERGY_KWH_MAX).any(axis=1)),
        ("series.slot_beyond_day", "slots", beyond),
    ]


def _slots(data: pa.Table) -> np.ndarray:
    """Values of a wide table, float64 [n, 100]; NaN: no reading."""
    whole = data["slots"].combine_chunks()
    whole = whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
    flat = pc.fill_null(whole.values.slice(whole.offset * WIDE_SLOTS_MAX, len(whole) * WIDE_SLOTS_MAX), np.nan)
    values = flat.to_numpy(zero_copy_only=False).reshape(len(whole), WIDE_SLOTS_MAX)
    return (
        np.where(whole.is_valid().to_numpy(zero_copy_only=False)[:, None], values, np.nan)
        if whole.null_count
        else values
    )


def _long_pieces(data: pa.Table, days: Days) -> tuple[list[Piece], int]:
    """Interval readings and registers apart."""
    found: list[Piece] = []
    filled = 0
    for form, name in ((LONG_FORM, "energy_kwh"), (REGISTER_FORM, "register_kwh")):
        values = _flat(data[name], np.nan)
        keep = ~np.isnan(values)
        count = int(np.count_nonzero(keep))
        if not count:
            continue
        filled += count
        columns = data.select(["meter_id", "read_at", name, "quality"])
        columns = columns if count == len(keep) else columns.filter(pa.array(keep))
        quality = pc.fill_null(columns["quality"], 0)
        columns = columns.set_column(3, "quality", quality)
        at = columns["read_at"].cast(pa.int64()).to_numpy()
        first, later = days.of(at)
        found += [Piece(first + timedelta(days=day), form, rows, len(rows)) for day, rows in _by_day(columns, later)]
    return found, data.num_rows - filled


def _by_day(data: pa.Table, later: np.ndarray) -> Iterator[tuple[int, pa.Table]]:
    """Rows by day, in their order."""
    if later[0] == later[-1] and (later == later[0]).all():
        yield int(later[0]), data
        return
    order = np.argsort(later, kind="stable")
    ordered = later[order]
    cuts = [0, *(np.flatnonzero(np.diff(ordered)) + 1).tolist(), len(order)]
    for begin, end in pairwise(cuts):
        # Each day's rows are a copy: a slice would hold the whole batch until the rarest day is written.
        yield int(ordered[begin]), data.take(pa.array(order[begin:end]))


def _wide_pieces(data: pa.Table, days: Days) -> tuple[list[Piece], int]:
    """Rows of each day with as many slots as it has; those without any value are left out."""
    values = _slots(data)
    day_numbers = data["day"].cast(pa.int32()).to_numpy()
    found: list[Piece] = []
    empty = 0
    for number in np.unique(day_numbers).tolist():
        day = date(1970, 1, 1) + timedelta(days=number)
        slots = days.slots(day)
        rows = np.flatnonzero(day_numbers == number)
        part = values[rows, :slots]
        present = ~np.isnan(part)
        has_any = present.any(axis=1)
        readings = int(np.count_nonzero(present))
        empty += part.size - readings
        if not readings:
            continue
        part = np.where(present, part, np.nan)[has_any]  # one NaN, whatever bits it came with
        found.append(Piece(day, WIDE_FORM, _wide_table(data["meter_id"].take(rows[has_any]), part), readings))
    return found, empty


def _wide_table(meter_ids: pa.ChunkedArray, values: np.ndarray) -> pa.Table:
    count, slots = values.shape
    data = pa.py_buffer(np.ascontiguousarray(values, "<f8"))
    cells = pa.Array.from_buffers(pa.binary(8 * slots), count, [None, data])
    return pa.table({"meter_id": meter_ids, "slots": cells})
