"""Reads a day's arrivals back, in the order in which they were accepted, as cells: which row, slot and value."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from wanjia.model.network import Indexes
from wanjia.model.readings import SLOT_MINUTES
from wanjia.series.arrival_rows import Days
from wanjia.series.cells import MEASURED_RANK
from wanjia.series.layout_arrivals import REGISTER_FORM, WIDE_FORM, Arrival, arrival_path, arrivals_of
from wanjia.series.layout_parts import bytes_of
from wanjia.series.meter_index import Others
from wanjia.series.port import Tell

SLOT_MS = SLOT_MINUTES * 60_000
THREADS = 2
"""Row groups decoded at a time, while one is put in its place; each holds some 20 MB."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Interval readings [n]: row of the meter, slot of the day, value, rank."""

    rows: Indexes
    slots: np.ndarray
    values: np.ndarray
    ranks: np.ndarray


@dataclass(frozen=True, eq=False)
class WideCells:
    """Whole days [n, s], all measured; NaN: no reading."""

    rows: Indexes
    values: np.ndarray


@dataclass(frozen=True, eq=False)
class RegisterCells:
    """Register readings [n]; slots count from the day's first, offsets are milliseconds before the slot's end."""

    rows: Indexes
    slots: np.ndarray
    values: np.ndarray
    ranks: np.ndarray
    offsets: np.ndarray


AnyCells: TypeAlias = Cells | WideCells | RegisterCells


@dataclass(frozen=True)
class Source:
    """A file that goes into a day: also the registers of the days beside it."""

    day: date
    arrival: Arrival

    @property
    def name(self) -> str:
        """As `current.json` lists it."""
        return f"day={self.day}/{self.arrival.name}"


def sources_of(root: Path, day: date) -> tuple[Source, ...]:
    """All that goes into a day, in order: what arrived for it, and the registers of its neighbours."""
    found = [Source(day, one) for one in arrivals_of(root, day)]
    for beside in (day - timedelta(days=1), day + timedelta(days=1)):
        found += [Source(beside, one) for one in arrivals_of(root, beside) if one.form == REGISTER_FORM]
    return tuple(found)


def read_cells(
    root: Path, day: date, sources: tuple[Source, ...], days: Days, index: Others, tell: Tell
) -> Iterator[AnyCells]:
    """The cells of every source, in order; `tell` is told the row groups that are through."""
    begin_ms = days.begin_ms(day)
    groups = list(groups_of(root, sources))
    with ThreadPoolExecutor(THREADS) as pool:
        waiting: deque[tuple[str, Future[pa.Table]]] = deque()
        for done, (_, source, path, group) in enumerate(groups):
            waiting.append((source.arrival.form, pool.submit(decoded, path, group)))
            if len(waiting) > THREADS:
                yield _next(waiting, begin_ms, index)
                tell(done - THREADS + 1, len(groups))
        while waiting:
            yield _next(waiting, begin_ms, index)


def groups_of(root: Path, sources: tuple[Source, ...]) -> Iterator[tuple[int, Source, Path, int]]:
    """The row groups of the sources in their order: number of the source, source, file, row group."""
    for number, source in enumerate(sources):
        path = arrival_path(root, source.day, source.arrival)
        for group in range(pq.read_metadata(path).num_row_groups):
            yield number, source, path, group


def decoded(path: Path, group: int) -> pa.Table:
    """A row group as it lies in the file."""
    with pq.ParquetFile(path, memory_map=False) as file:
        return file.read_row_group(group, use_threads=False)


def _next(waiting: deque[tuple[str, Future[pa.Table]]], begin_ms: int, index: Others) -> AnyCells:
    form, future = waiting.popleft()
    return cells_of(future.result(), form, begin_ms, index)


def cells_of(data: pa.Table, form: str, begin_ms: int, index: Others) -> AnyCells:
    """A row group of an arrival as cells of the day that begins then."""
    ids = data["meter_id"].combine_chunks()
    rows = index.rows(ids)
    if form == WIDE_FORM:
        return WideCells(rows, bytes_of(data["slots"]).view("<f8"))
    late_ms = data["read_at"].cast(pa.int64()).to_numpy() - begin_ms
    slots = -(-late_ms // SLOT_MS) - 1  # the interval ends at read_at: its upper bound is inside
    ranks = (MEASURED_RANK - data["quality"].to_numpy()).astype(np.uint8)
    if form == REGISTER_FORM:
        offsets = ((slots + 1) * SLOT_MS - late_ms).astype(np.int32)
        return RegisterCells(rows, slots.astype(np.int32), data["register_kwh"].to_numpy(), ranks, offsets)
    return Cells(rows, slots.astype(np.int16), data["energy_kwh"].to_numpy(), ranks)
