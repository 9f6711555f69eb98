"""Measurement stores for tests: a small register, readings made of plain numbers, and what comes out as such."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa

from wanjia.model.network import METER_ROLES
from wanjia.model.readings import SLOT_MINUTES, day_bounds
from wanjia.series.layout_arrivals import LONG, WIDE, WIDE_SLOTS_MAX
from wanjia.series.port import MeasurementStore
from wanjia.series.register import Register, Replacement

ZONE = "Asia/Shanghai"
DAY = date(2026, 6, 1)
BERLIN = "Europe/Berlin"
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
"""Days of 92 and of 100 intervals in Berlin."""

Cell = tuple[str, int]
"""Meter and slot."""


def register(
    meters: Mapping[str, tuple[str, str]],
    multiplier: Mapping[str, float] | None = None,
    digits: Mapping[str, int] | None = None,
    replacements: Sequence[Replacement] = (),
) -> Register:
    """Meters with their district and role."""
    districts = sorted({district for district, _ in meters.values()})
    return Register(
        pa.array(list(meters), pa.string()),
        districts,
        np.array([districts.index(district) for district, _ in meters.values()], np.int32),
        np.array([METER_ROLES.index(role) for _, role in meters.values()], np.int8),
        np.array([(multiplier or {}).get(name, 1.0) for name in meters], np.float64),
        np.array([(digits or {}).get(name, 0) for name in meters], np.int8),
        tuple(replacements),
    )


SMALL = register(
    {"M1": ("D1", "master"), "C1": ("D1", "customer"), "C2": ("D1", "customer"), "M2": ("D2", "master"),
     "C3": ("D2", "customer"), "G1": ("D2", "generation")}
)  # fmt: skip


def end_of(slot: int, day: date = DAY, zone: str = ZONE) -> datetime:
    """When the interval ends."""
    return day_bounds(day, zone)[0] + timedelta(minutes=SLOT_MINUTES * (slot + 1))


def long(
    rows: Iterable[tuple[str, int, float | None] | tuple[str, int, float | None, int]],
    day: date = DAY, zone: str = ZONE,
) -> pa.RecordBatch:  # fmt: skip
    """Interval readings: meter, slot, kWh as the meter counts, 1 where estimated."""
    return _batch([(row[0], end_of(row[1], day, zone), row[2], None, (*row, 0)[3]) for row in rows])


def registers(rows: Iterable[tuple[str, int, float | None]], day: date = DAY, zone: str = ZONE) -> pa.RecordBatch:
    """Register readings: meter, slot at whose end it was read (-1: the day's 00:00), kWh."""
    return _batch([(meter, end_of(slot, day, zone), None, value, 0) for meter, slot, value in rows])


def at(meter: str, moment: datetime, energy_kwh: float | None) -> pa.RecordBatch:
    """One interval reading at any time."""
    return _batch([(meter, moment, energy_kwh, None, 0)])


def _batch(rows: Sequence[tuple[str, datetime, float | None, float | None, int]]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True) if rows else ([] for _ in LONG)
    arrays = [pa.array(list(values), field.type) for values, field in zip(columns, LONG, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=LONG)


def wide(rows: Mapping[str, Sequence[float | None]], day: date = DAY) -> pa.RecordBatch:
    """Whole days by meter; shorter ones lack the rest."""
    cells = [list(values) + [None] * (WIDE_SLOTS_MAX - len(values)) for values in rows.values()]
    return pa.RecordBatch.from_arrays(
        [pa.array(list(rows), pa.string()), pa.array([day] * len(rows), pa.date32()), pa.array(cells, WIDE.types[2])],
        schema=WIDE,
    )


def cells(store: MeasurementStore, meters: Sequence[str], day: date = DAY) -> dict[Cell, tuple[float, bool]]:
    """Compacted readings by meter and slot: kWh, and whether estimated."""
    begin = day_bounds(day, store.zone)[0]
    found = {}
    for row in store.meter_readings(meters, day, day).to_pylist():
        slot = round((row["read_at"].astimezone(UTC) - begin) / timedelta(minutes=SLOT_MINUTES)) - 1
        found[row["meter_id"], slot] = (row["energy_kwh"], row["quality"] == "estimated")
    return found


def values(store: MeasurementStore, meters: Sequence[str], day: date = DAY) -> dict[Cell, float]:
    """The same without the marks."""
    return {cell: kwh for cell, (kwh, _) in cells(store, meters, day).items()}
