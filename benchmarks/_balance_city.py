"""A day of a city for the balance's benchmark: seeded, with the dirt that real days have, in every contender's layout.

Households by a table of exponential numbers times a daily curve; rooftops at noon; every master counts what its
district takes plus 3 %. Then the dirt: gaps, silent meters, dead masters, masters with a hole, empty homes, some
negatives and spikes, and large customers behind current transformers whose counts no int16 holds.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq

from wanjia.kernels.balance.day.sums import CUSTOMER, GENERATION, MASTER
from wanjia.model.network import METER_ROLES
from wanjia.model.readings import MISSING
from wanjia.series.layout import DAYS, Current, Part, create_or_open, folder_of, put_current
from wanjia.series.layout_parts import PartWriter, Rows

SLOTS, SEED = 96, 7
DAY_TEXT, DAY_BEGIN = "2026-06-01", 1_780_272_000
CHUNK = 65_536
MASTER_UNIT, UNIT, LARGE_UNIT = 0.4, 0.01, 0.01
SLOT_NAMES = tuple(f"slot_{slot:02d}" for slot in range(SLOTS))


@dataclass(frozen=True, eq=False)
class Meters:
    """Sorted by district: its position, role, kWh a count, whether large; [meters]. capacity_kva: [districts]."""

    district: np.ndarray
    role: np.ndarray
    unit_kwh: np.ndarray
    large: np.ndarray
    capacity_kva: np.ndarray

    @property
    def districts(self) -> int:
        """How many."""
        return len(self.capacity_kva)

    def names(self) -> np.ndarray:
        """Ids of the districts."""
        return np.array([f"district-{at:06d}" for at in range(self.districts)], dtype=object)


@dataclass(frozen=True, eq=False)
class Chunk:
    """Some meters' day: rows from `low`, counts as int32 with `present` beside."""

    low: int
    counts: np.ndarray
    present: np.ndarray

    @property
    def rows(self) -> slice:
        """Their rows."""
        return slice(self.low, self.low + len(self.counts))


def meters_of(districts: int, meters: int) -> Meters:
    """Sizes of districts scatter as real ones do; each has a master, one in twenty has two."""
    rng = np.random.default_rng([SEED, 0])
    share = rng.lognormal(0, 0.6, districts)
    size = np.maximum(4, np.floor(share / share.sum() * meters)).astype(np.int64)
    size[-1] += max(0, meters - size.sum())
    district = np.repeat(np.arange(districts, dtype=np.int32), size)
    first = np.concatenate(([0], np.cumsum(size)[:-1]))
    count = len(district)
    role = np.where(rng.random(count) < 0.05, GENERATION, CUSTOMER).astype(np.int8)
    role[first] = MASTER
    second = first + 1
    role[second[rng.random(districts) < 0.05]] = MASTER
    role[second[role[second] == GENERATION]] = CUSTOMER
    large = (role == CUSTOMER) & (rng.random(count) < 0.003)
    unit = np.where(role == MASTER, MASTER_UNIT, UNIT)
    return Meters(district, role, unit, large, np.full(districts, 400.0) * np.ceil(size / 250))


def chunks(meters: Meters) -> Iterator[Chunk]:
    """The day, whole districts at a time."""
    ends = np.flatnonzero(np.diff(meters.district)) + 1
    low, number, count = 0, 0, len(meters.district)
    while low < count:
        at = np.searchsorted(ends, low + CHUNK, side="left")
        high = int(ends[at]) if at < len(ends) and low + CHUNK < count else count
        yield _chunk(meters, low, high, np.random.default_rng([SEED, 1, number]))
        low, number = high, number + 1


def _chunk(meters: Meters, low: int, high: int, rng: np.random.Generator) -> Chunk:
    rows, count = slice(low, high), high - low
    role, at = meters.role[rows], meters.district[rows] - meters.district[low]
    slot = np.arange(SLOTS)
    curve = (0.6 + 0.4 * np.sin((slot - 30) / 96 * 2 * np.pi) + 0.9 * np.exp(-(((slot - 78) / 9) ** 2))).astype(
        np.float32
    )
    sun = np.clip(np.sin((slot - 24) / 48 * np.pi), 0, 1).astype(np.float32)
    draws = np.sort(rng.exponential(1, 4096)).astype(np.float32)
    level = rng.lognormal(2.2, 0.6, count).astype(np.float32)
    level[meters.large[rows]] = rng.lognormal(9.8, 0.4, meters.large[rows].sum())
    level[(role == CUSTOMER) & (rng.random(count) < 0.03)] = 0
    kwh = draws[rng.integers(0, 4096, (count, SLOTS), dtype=np.uint16)] * curve * level[:, None]
    roofs = role == GENERATION
    kwh[roofs] = sun * rng.uniform(20, 90, roofs.sum()).astype(np.float32)[:, None]
    counts = kwh.astype(np.int32)
    _masters(meters, rows, counts, at)
    return _dirty(Chunk(low, counts, np.ones(counts.shape, np.bool_)), role, rng)


def _masters(meters: Meters, rows: slice, counts: np.ndarray, at: np.ndarray) -> None:
    """What the district takes plus 3 %, shared by its masters."""
    role = meters.role[rows]
    sign = np.where(role == CUSTOMER, 1.03, np.where(role == GENERATION, -1.0, 0.0))
    first = np.flatnonzero(np.diff(at, prepend=-1))
    taken = np.add.reduceat(counts * (sign * meters.unit_kwh[rows])[:, None], first, axis=0)
    masters = np.flatnonzero(role == MASTER)
    shared = np.bincount(at[masters])[at[masters]]
    counts[masters] = np.rint(taken[at[masters]] / shared[:, None] / MASTER_UNIT)


def _dirty(chunk: Chunk, role: np.ndarray, rng: np.random.Generator) -> Chunk:
    counts, present = chunk.counts, chunk.present
    count = len(counts)
    # A third of all gaps stand alone, the others come in runs of a concentrator's missed polls.
    lost = rng.random(count) < 0.02
    begin = rng.integers(0, SLOTS - 8, count)
    present[lost[:, None] & (np.arange(SLOTS) >= begin[:, None]) & (np.arange(SLOTS) < begin[:, None] + 8)] = False
    single = rng.integers(0, count * SLOTS, count * SLOTS // 1000)
    present.reshape(-1)[single] = False
    masters = np.flatnonzero(role == MASTER)
    present[masters] = True
    present[masters[rng.random(len(masters)) < 0.03], 40] = False
    present[masters[rng.random(len(masters)) < 0.005]] = False
    present[(role == CUSTOMER) & (rng.random(count) < 0.001)] = False
    some = np.flatnonzero(role == CUSTOMER)
    counts[rng.choice(some, max(1, count // 20_000)), 10] = -300
    counts[rng.choice(some, max(1, count // 20_000)), 60] = 30_000
    return chunk


class Layouts:
    """Writes every layout from the same chunks, and says how many seconds each took."""

    def __init__(self, folder: Path, meters: Meters) -> None:
        self.folder, self.meters = folder, meters
        self.seconds = dict.fromkeys(("store", "wide", "ipc", "long"), 0.0)

    def write(self) -> None:
        """All of them; the folder is made."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._network()
        names = pa.array(self.meters.names(), pa.string())
        store, wide, ipc, long = _Store(self.folder, self.meters, names), _Wide(self), _Ipc(self), _Long(self)
        for chunk in chunks(self.meters):
            for layout in (store, wide, ipc, long):
                begun = time.perf_counter()
                layout.put(chunk)
                self.seconds[layout.name] += time.perf_counter() - begun
        for layout in (store, wide, ipc, long):
            begun = time.perf_counter()
            layout.close()
            self.seconds[layout.name] += time.perf_counter() - begun

    def _network(self) -> None:
        folder = self.folder / "network"
        folder.mkdir(exist_ok=True)
        names, meters = pa.array(self.meters.names(), pa.string()), self.meters
        pq.write_table(
            pa.table({"meter_id": ids_of(0, len(meters.role)), "district_id": names.take(pa.array(meters.district)),
                      "role": pa.array(METER_ROLES).take(pa.array(meters.role))}),
            folder / "meters.parquet",
        )  # fmt: skip
        pq.write_table(
            pa.table({"district_id": names, "node_id": names, "capacity_kva": meters.capacity_kva,
                      "feeder_id": [f"feeder-{at // 40}" for at in range(meters.districts)],
                      "customers": np.zeros(meters.districts, np.int64)}),
            folder / "districts.parquet",
        )  # fmt: skip


def ids_of(low: int, high: int) -> pa.Array:
    """Ids of meters."""
    return pa.array([f"meter-{at:08d}" for at in range(low, high)])


def _narrow(chunk: Chunk) -> np.ndarray:
    """Rows that int16 holds."""
    return (np.where(chunk.present, np.abs(chunk.counts), 0) <= 32_767).all(axis=1)


class _Store:
    """Ours: a store's compacted day."""

    name = "store"

    def __init__(self, folder: Path, meters: Meters, names: pa.Array) -> None:
        self.root, self.meters, self.names = folder / "store", meters, names
        create_or_open(self.root, "UTC")
        self.day = np.datetime64(DAY_TEXT).item()
        revision = folder_of(self.root, DAYS, self.day) / "1"
        revision.mkdir(parents=True, exist_ok=True)
        self.parts = {kind: PartWriter(revision / f"{kind}.parquet", SLOTS, kind == "exact")
                      for kind in ("counts", "exact")}  # fmt: skip
        self.readings = 0

    def put(self, chunk: Chunk) -> None:
        """Its rows, to one kind of part or the other."""
        narrow = _narrow(chunk)
        ids = ids_of(chunk.rows.start, chunk.rows.stop)
        for kind, which in (("counts", narrow), ("exact", ~narrow)):
            at = np.flatnonzero(which)
            here, there = chunk.counts[at], chunk.present[at]
            values = (
                np.where(there, here, MISSING).astype(np.int16) if kind == "counts" else np.where(there, here, np.nan)
            )
            rows = np.arange(chunk.rows.start, chunk.rows.stop)[at]
            district = pa.DictionaryArray.from_arrays(pa.array(self.meters.district[rows]), self.names)
            self.parts[kind].write(
                Rows(district.cast(pa.string()), ids.take(pa.array(at)), self.meters.role[rows],
                     self.meters.unit_kwh[rows], values)
            )  # fmt: skip
        self.readings += int(chunk.present.sum())

    def close(self) -> None:
        """Makes the revision the one that counts."""
        parts = []
        for kind, writer in self.parts.items():
            writer.close()
            parts.append(Part(f"{kind}.parquet", kind, writer.rows))
        count = len(self.meters.role)
        put_current(self.root, self.day, Current("1", SLOTS, count, self.readings, 0, tuple(parts), (), ""))


class _Wide:
    """The SQL engines': Parquet with a column a slot, null where nothing came; numbers instead of ids."""

    name = "wide"

    def __init__(self, layouts: Layouts) -> None:
        self.meters, self.writer, self.path = layouts.meters, None, layouts.folder / "wide.parquet"

    def put(self, chunk: Chunk) -> None:
        """A row group."""
        gone, rows = ~chunk.present, chunk.rows
        columns = {**keys_of(self.meters, rows), **{
            name: pa.array(np.ascontiguousarray(chunk.counts[:, at]), mask=np.ascontiguousarray(gone[:, at]))
            for at, name in enumerate(SLOT_NAMES)
        }}  # fmt: skip
        table = pa.table(columns)
        self.writer = self.writer or pq.ParquetWriter(self.path, table.schema)
        self.writer.write_table(table)

    def close(self) -> None:
        """Ends the file."""
        self.writer.close()


def keys_of(meters: Meters, rows: slice) -> dict[str, pa.Array]:
    """What stands beside the readings: what a connection can carry is null where nobody knows."""
    role, district = meters.role[rows], meters.district[rows]
    limit = np.where(role == MASTER, meters.capacity_kva[district] * 2.0 * 0.25, np.nan)
    return {
        "district": pa.array(district),
        "role": pa.array(role),
        "unit_kwh": pa.array(meters.unit_kwh[rows]),
        "limit_kwh": pa.array(limit, from_pandas=True),
        "back_feeding": pa.array(np.isin(district, np.unique(meters.district[meters.role == GENERATION]))),
    }


class _Ipc:
    """Polars': Arrow IPC with int16 columns, and a second file of float64 for the rows that int16 cannot hold."""

    name = "ipc"

    def __init__(self, layouts: Layouts) -> None:
        self.meters, self.folder = layouts.meters, layouts.folder
        self.batches: dict[str, list[pa.Table]] = {"int16": [], "exact": []}

    def put(self, chunk: Chunk) -> None:
        """Its rows, to one file or the other."""
        narrow, keys = _narrow(chunk), pa.table(keys_of(self.meters, chunk.rows))
        for kind, which, dtype in (("int16", narrow, np.int16), ("exact", ~narrow, np.float64)):
            at = np.flatnonzero(which)
            table = keys.take(pa.array(at))
            for slot, name in enumerate(SLOT_NAMES):
                column = pa.array(chunk.counts[at, slot].astype(dtype), mask=~chunk.present[at, slot])
                table = table.append_column(name, column)
            self.batches[kind].append(table)

    def close(self) -> None:
        """Writes both."""
        for kind, tables in self.batches.items():
            feather.write_feather(pa.concat_tables(tables), str(self.folder / f"{kind}.arrow"), "uncompressed",
                                  chunksize=CHUNK)  # fmt: skip


class _Long:
    """As collection systems export it: a row a reading, meter after meter."""

    name = "long"

    def __init__(self, layouts: Layouts) -> None:
        self.meters, self.writer, self.path = layouts.meters, None, layouts.folder / "long.parquet"

    def put(self, chunk: Chunk) -> None:
        """A row group."""
        row, slot = np.nonzero(chunk.present)
        ids = ids_of(chunk.rows.start, chunk.rows.stop)
        kwh = np.round(chunk.counts[row, slot] * self.meters.unit_kwh[chunk.rows][row], 2)
        ends = (DAY_BEGIN + 900 * (slot.astype(np.int64) + 1)) * 1_000_000
        names = pa.DictionaryArray.from_arrays(pa.array(row.astype(np.int32)), ids).cast(pa.string())
        table = pa.table({"meter_id": names, "read_at": pa.array(ends, pa.timestamp("us", "UTC")),
                          "energy_kwh": kwh})  # fmt: skip
        self.writer = self.writer or pq.ParquetWriter(self.path, table.schema)
        self.writer.write_table(table)

    def close(self) -> None:
        """Ends the file."""
        self.writer.close()
