"""The readings of some meters over days, out of the compacted parts: only their row groups are read."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wanjia.series.arrival_reading import SLOT_MS
from wanjia.series.arrival_rows import Days
from wanjia.series.layout import DAYS, days_of, part_paths, read_current
from wanjia.series.layout_arrivals import ESTIMATED, MEASURED, QUALITIES, READINGS
from wanjia.series.layout_parts import counts_of, estimates_of, open_part
from wanjia.series.units import kwh_of


def readings_of(root: Path, days: Days, meter_ids: Sequence[str], first: date, last: date) -> pa.Table:
    """READINGS of the meters on these days, by meter and time."""
    wanted = pa.array(sorted(set(meter_ids)), pa.string())
    tables = []
    for day in days_of(root, DAYS):
        current = read_current(root, day) if first <= day <= last else None
        for path in part_paths(root, day, current, unknown=True) if current is not None else ():
            tables += _of_part(path, wanted, days.begin_ms(day))
    if not tables:
        return READINGS.empty_table()
    return pa.concat_tables(tables).sort_by([("meter_id", "ascending"), ("read_at", "ascending")])


def _of_part(path: Path, wanted: pa.Array, begin_ms: int) -> list[pa.Table]:
    found = []
    with open_part(path) as part:
        for group in range(part.metadata.num_row_groups):
            ids = part.read_row_group(group, columns=["meter_id"])["meter_id"]
            rows = np.flatnonzero(pc.is_in(ids, value_set=wanted).to_numpy())
            if len(rows):
                found.append(_long(part.read_row_group(group).take(pa.array(rows)), begin_ms))
    return found


def _long(data: pa.Table, begin_ms: int) -> pa.Table:
    """Rows of a part as one row a reading."""
    energies = kwh_of(counts_of(data["slots"]), data["unit_kwh"].to_numpy())
    slots = energies.shape[1]
    bits = estimates_of(data["estimated"])
    marks = np.zeros(energies.shape, bool) if bits is None else _unpacked(bits, slots)
    row, slot = np.nonzero(~np.isnan(energies))
    at = begin_ms + (slot + 1) * SLOT_MS
    names = pa.array(QUALITIES)
    quality = names.take(pa.array(np.where(marks[row, slot], ESTIMATED, MEASURED)))
    taken = pa.array(row)
    return pa.Table.from_arrays(
        [
            data["meter_id"].take(taken),
            pa.array(at, pa.int64()).cast(READINGS.field("read_at").type),
            pa.array(energies[row, slot]),
            quality,
            data["district_id"].cast(pa.string()).take(taken),
        ],
        schema=READINGS,
    )


def _unpacked(bits: np.ndarray, slots: int) -> np.ndarray:
    return np.unpackbits(bits, axis=1, bitorder="little", count=slots).astype(bool)
