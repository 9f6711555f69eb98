"""Readings of a measurement store as curves, some districts at a time, so that a city fits into memory."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np

from wanjia.cli._series_readings import Hung, Loaded
from wanjia.kernels.balance.readings.curves import Curves, timeline
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.network import METER_ROLES
from wanjia.model.readings import Block
from wanjia.series.duckdb.store import DuckDBStore
from wanjia.series.units import kwh_of

CELLS_MAX = 20_000_000
"""Meters times intervals held at a time: 160 MB, and some times that while they are checked."""
DAYS_MAX = 400
"""Days checked: the last ones of the store."""


def stored_zone(folder: Path, asked: str | None) -> str:
    """The store's zone. Raises Refused where there is no store, or another zone was asked for."""
    zone = DuckDBStore(folder).zone
    if asked not in (None, zone):
        raise Refused([Fault("series.other_zone", Where("store.json", 0, "zone"), {"zone": zone, "asked": asked})])
    return zone


def stored_readings(folder: Path) -> Iterator[Loaded]:
    """The compacted days of a store, whole districts at a time; nothing where no day is compacted."""
    store = DuckDBStore(folder)
    days = [state.day for state in store.days() if state.revision][-DAYS_MAX:]
    if not days:
        return
    slots = len(timeline(days[0], (days[-1] - days[0]).days + 1, store.zone).day)
    for districts in _portions(store, days, max(1, CELLS_MAX // slots)):
        yield _loaded(store, days, districts)


def _portions(store: DuckDBStore, days: list[date], meters_max: int) -> Iterator[tuple[str, ...]]:
    """Districts in portions of so many meters as the last day has them; those of earlier days only, at the end."""
    counts: dict[str, int] = {}
    for day in (days[-1], *days[:-1]):
        for name in store.districts(day):
            counts.setdefault(name, 0)
    names = tuple(sorted(counts))
    for block in store.blocks(days[-1], names):
        for at, count in enumerate(np.bincount(block.district, minlength=len(names)).tolist()):
            counts[names[at]] += count
    portion, meters = list[str](), 0
    for name in names:
        if portion and meters + counts[name] > meters_max:
            yield tuple(portion)
            portion, meters = [], 0
        portion.append(name)
        meters += counts[name]
    if portion:
        yield tuple(portion)


def _loaded(store: DuckDBStore, days: list[date], districts: tuple[str, ...]) -> Loaded:
    """All days of these districts; a meter hangs where it hung last."""
    line = timeline(days[0], (days[-1] - days[0]).days + 1, store.zone)
    parts = [(day, ids.to_pylist(), block) for day in days for ids, block in store.named_blocks(day, districts)]
    rows = {name: at for at, name in enumerate(dict.fromkeys(name for _, ids, _ in parts for name in ids))}
    values = np.full((len(rows), len(line.day)), np.nan)
    role, district = np.full(len(rows), METER_ROLES.index("customer"), np.int8), np.zeros(len(rows), np.int32)
    estimated = 0
    for day, ids, block in parts:
        at = np.array([rows[name] for name in ids], np.int64)
        begin = int(np.searchsorted(line.day, (day - days[0]).days))
        values[at, begin : begin + block.values.shape[1]] = kwh_of(block.values, block.unit_kwh)
        role[at], district[at] = block.role, block.district
        estimated += _bits(block)
    held = int((~np.isnan(values)).sum())
    return Loaded(tuple(rows), days[0], Curves(values, line), held, estimated, Hung(role, district, districts))


def _bits(block: Block) -> int:
    return 0 if block.estimated is None else int(np.unpackbits(block.estimated).sum())
