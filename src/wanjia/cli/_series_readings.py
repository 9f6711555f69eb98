"""Readings of plain tables as curves: long or wide, one file or a folder of days, every fault with its row."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wanjia.adapters.tables import TABLE_ENDINGS, Table, numbers, read_table, texts
from wanjia.cli._sense_files import milliseconds, missing_columns
from wanjia.kernels.balance.readings.curves import Curves, timeline
from wanjia.model.faults import Fault, Where
from wanjia.model.network import Codes, Indexes
from wanjia.model.readings import SLOT_MINUTES, day_bounds, slots_of

CELLS_MAX = 200_000_000
"""Meters times intervals held in memory at once: 1.6 GB. More goes through a store, district by district."""
SHOWN_MAX = 64
FAULTS_MAX = 1_000
"""Faults of one kind listed from one file; the rest are counted."""
SLOT_COLUMNS = tuple(f"slot_{at:02d}" for at in range(100))
SLOT_MS = SLOT_MINUTES * 60_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, eq=False)
class Hung:
    """Where meters hang, [n] each: role in METER_ROLES, position in `district_ids`."""

    role: Codes
    district: Indexes
    district_ids: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Loaded:
    """Curves of the meters `meter_ids`; the first day; readings in all, those that came as estimated.

    hung: what a store knows of the meters; None for plain tables.
    """

    meter_ids: tuple[str, ...]
    first: date
    curves: Curves
    readings: int
    estimated: int
    hung: Hung | None = None


@dataclass(frozen=True, eq=False)
class _Part:
    """Readings of one file, [n] each: meter's id, end of the interval in ms since 1970, kWh, came as estimated, row.

    column: which one a fault names.
    """

    table: Table
    ids: pa.ChunkedArray
    at: np.ndarray
    kwh: np.ndarray
    estimated: np.ndarray
    row: np.ndarray
    column: str

    def where(self, at: int) -> Where:
        """The place of one reading's value."""
        return self.table.where(int(self.row[at]), self.column)


def files_of(path: Path) -> list[Path]:
    """A table, or the tables in a folder and its folders of days, in the order of their names."""
    if path.is_file():
        return [path]
    return sorted(one for one in path.rglob("*") if one.suffix.lower() in TABLE_ENDINGS and one.is_file())


def load(path: Path, zone: str) -> tuple[Loaded | None, list[Fault]]:
    """All readings of a table or folder. Rows with a fault are left out; no readings when nothing could be read."""
    parts, faults = [], []
    for one in files_of(path):
        table, found = read_table(one, ("meter_id",))
        faults += found
        if table is not None:
            part, found = _wide(table, zone) if "slot_00" in table.data.column_names else _long(table)
            faults += found
            parts += [part] if part is not None and len(part.at) else []
    if not parts:
        return None, faults or [Fault("series.no_table", Where(path.name))]
    return _together(parts, zone, faults)


def _long(table: Table) -> tuple[_Part | None, list[Fault]]:
    faults = missing_columns(table, ("read_at", "energy_kwh"))
    if faults:
        return None, faults
    at, wrong = milliseconds(table, "read_at")
    faults += [Fault("series.time_invalid", one.where, one.values) for one in wrong[:FAULTS_MAX]]
    kwh, wrong = _energies(table, "energy_kwh")
    faults += wrong
    good = ~np.isnan(at) & ~np.isnan(kwh)
    estimated = np.zeros(len(at), bool)
    if "quality" in table.data.column_names:
        estimated = pc.equal(texts(table, "quality"), "estimated").to_numpy(zero_copy_only=False)
    row = np.flatnonzero(good)
    ids = table.data["meter_id"].filter(pa.array(good))
    return _Part(table, ids, at[good].astype(np.int64), kwh[good], estimated[good], row, "energy_kwh"), faults


def _wide(table: Table, zone: str) -> tuple[_Part | None, list[Fault]]:
    """Rows of a day; times beyond the day's own number of intervals are not read."""
    faults = missing_columns(table, ("day",))
    if faults:
        return None, faults
    names = [name for name in SLOT_COLUMNS if name in table.data.column_names]
    cells = []
    for name in names:
        found, wrong = _energies(table, name)
        cells.append(found)
        faults += wrong
    days = [str(value)[:10] for value in texts(table, "day").to_pylist()]
    begins = {text: _begin(text, zone) for text in set(days)}
    faults += [
        Fault("series.day_invalid", table.where(row, "day"), {"value": text[:SHOWN_MAX]})
        for row, text in enumerate(days)
        if begins[text] is None
    ][:FAULTS_MAX]
    begin = np.array([begins[text] or (0, 0) for text in days], np.int64).reshape(-1, 2)
    at = begin[:, :1] + SLOT_MS * np.arange(1, len(names) + 1)[None]
    kwh = np.where(np.arange(len(names))[None] < begin[:, 1:], np.array(cells).T.reshape(len(days), len(names)), np.nan)
    row, column = np.nonzero(~np.isnan(kwh))
    ids = table.data["meter_id"].take(pa.array(row))
    none = np.zeros(len(row), bool)
    return _Part(table, ids, at[row, column], kwh[row, column], none, row, "day"), faults


def _begin(text: str, zone: str) -> tuple[int, int] | None:
    """A day's 00:00 in ms since 1970 and its number of intervals; None for what is no day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return round((day_bounds(day, zone)[0] - EPOCH).total_seconds() * 1000), slots_of(day, zone)


def _energies(table: Table, column: str) -> tuple[np.ndarray, list[Fault]]:
    """kWh, [n]; NaN where the table is empty, and where it is wrong, with a fault for that."""
    found = numbers(table, column)
    found = np.where(np.isinf(found), np.nan, found)
    held = texts(table, column)
    said = pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(held), ""), False).to_numpy(zero_copy_only=False)
    if pa.types.is_floating(table.data[column].type):
        said = pc.invert(pc.is_null(table.data[column], nan_is_null=True)).to_numpy(zero_copy_only=False)
    wrong = np.flatnonzero(np.isnan(found) & said)[:FAULTS_MAX].tolist()
    return found, [
        Fault("series.energy_invalid", table.where(row, column), {"value": held[row].as_py()[:SHOWN_MAX]})
        for row in wrong
    ]


def _together(parts: list[_Part], zone: str, faults: list[Fault]) -> tuple[Loaded | None, list[Fault]]:
    ids = pc.unique(pa.chunked_array([chunk for part in parts for chunk in part.ids.chunks], pa.string())).sort()
    first, last = (_day(edge, zone) for edge in (min(p.at.min() for p in parts), max(p.at.max() for p in parts)))
    days = (last - first).days + 1
    if len(ids) * days * len(SLOT_COLUMNS) > CELLS_MAX:
        sizes = {"meters": len(ids), "days": days, "limit": CELLS_MAX // len(SLOT_COLUMNS)}
        return None, [*faults, Fault("series.too_many_cells", Where(parts[0].table.file), sizes)]
    line = timeline(first, days, zone)
    begin = round((line.starts_at - EPOCH).total_seconds() * 1000)
    values = np.full((len(ids), len(line.day)), np.nan)
    guessed = np.zeros(values.shape, bool)
    for part in parts:
        faults += _put(part, ids, begin, values, guessed)
    curves = Curves(values, line)
    held = int((~np.isnan(values)).sum())
    return Loaded(tuple(ids.to_pylist()), first, curves, held, int(guessed.sum())), faults


def _day(at: int, zone: str) -> date:
    """The day to which the interval belongs that ends at this instant."""
    return (EPOCH + timedelta(milliseconds=int(at) - 1)).astimezone(ZoneInfo(zone)).date()


def _put(part: _Part, ids: pa.Array, begin: int, values: np.ndarray, guessed: np.ndarray) -> list[Fault]:
    """Writes a file's readings into the curves: measured before estimated, then the later one; differing ones told."""
    row = pc.index_in(part.ids, value_set=ids).to_numpy(zero_copy_only=False).astype(np.int64)
    column = -((begin - part.at) // SLOT_MS) - 1
    cell = row * values.shape[1] + column
    order = np.lexsort((np.arange(len(cell)), ~part.estimated, cell))
    cell, kwh, estimated = cell[order], part.kwh[order], part.estimated[order]
    last = np.append(cell[1:] != cell[:-1], True)
    flat, marks = values.reshape(-1), guessed.reshape(-1)
    there, weak = flat[cell], marks[cell]
    faults = [
        *_differing(part, order, np.flatnonzero(~last), kwh, np.append(kwh[1:], np.nan),
                    np.append(estimated[1:] != estimated[:-1], True)),
        *_differing(part, order, np.flatnonzero(last & ~np.isnan(there)), there, kwh, weak != estimated),
    ]  # fmt: skip
    kept = last & (np.isnan(there) | ~estimated | weak)
    flat[cell[kept]], marks[cell[kept]] = kwh[kept], estimated[kept]
    return faults


def _differing(
    part: _Part, order: np.ndarray, at: np.ndarray, lost: np.ndarray, kept: np.ndarray, unlike: np.ndarray
) -> list[Fault]:
    """A fault for each reading that another of the same quality overrode with another figure."""
    wrong = at[(lost[at] != kept[at]) & ~unlike[at]][:FAULTS_MAX].tolist()
    found = []
    for one in wrong:
        at_row = int(order[one])
        values = {"meter": part.ids[at_row].as_py()[:SHOWN_MAX], "lost": float(lost[one]), "kept": float(kept[one])}
        found.append(Fault("series.reading_twice", part.where(at_row), values))
    return found
