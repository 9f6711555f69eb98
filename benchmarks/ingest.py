"""Readings in arrival order: how fast they are taken in for good, beside bare writing, and what a day's order costs.

Run: `.venv/bin/python benchmarks/ingest.py [--quick] [--meters N] [--slots N] [--only ingest,write,copy,compact]`. Each
way gets the same batches, one a slot, every meter once, ids as text; a batch counts when it is on disk (fsync). Each
runs in a process of its own, which also tells its peak memory. Seconds are of the processor, and on the clock.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from benchmarks import _stand as stand  # noqa: E402
from wanjia.model.readings import day_bounds  # noqa: E402
from wanjia.series.disk import sync_file  # noqa: E402
from wanjia.series.duckdb.store import DuckDBStore  # noqa: E402
from wanjia.series.layout_arrivals import LONG  # noqa: E402
from wanjia.series.register import Register  # noqa: E402

ZONE, DAY = "Asia/Shanghai", date(2026, 6, 1)
METERS_A_DISTRICT = 220
WAYS = ("ingest", "write", "copy", "compact")
SHUFFLED_SHARE = 0.05
"""Of the meters, another order in each slot: radio meshes do not report in order."""


def batches(meters: int, slots: int) -> Iterator[pa.RecordBatch]:
    """Readings in thousandths of a kWh, one batch a slot."""
    chance = np.random.default_rng(1)
    ids = meter_ids(meters)
    begin_ms = int(day_bounds(DAY, ZONE)[0].timestamp() * 1000)
    nothing, measured = pa.nulls(meters, pa.float64()), pa.array(np.zeros(meters, np.int8))
    order = chance.permutation(meters)
    for slot in range(slots):
        moved = chance.integers(0, meters, int(meters * SHUFFLED_SHARE))
        order[moved] = order[np.roll(moved, 1)] if len(set(moved.tolist())) == len(moved) else order[moved]
        at = pa.array(np.full(meters, begin_ms + 900_000 * (slot + 1)), LONG.field("read_at").type)
        energy = pa.array(np.round(chance.gamma(1.2, 0.15, meters), 3))
        yield pa.RecordBatch.from_arrays([ids.take(pa.array(order)), at, energy, nothing, measured], schema=LONG)


def meter_ids(meters: int) -> pa.Array:
    """Ten digits, as asset numbers are."""
    return pa.array([f"{3_100_000_000 + at}" for at in range(meters)], pa.string())


def known(meters: int) -> Register:
    """The meters on districts of the usual size, the first of each its master."""
    district = np.arange(meters, dtype=np.int32) // METERS_A_DISTRICT
    role = (np.arange(meters) % METERS_A_DISTRICT != 0).astype(np.int8)
    names = [f"D{at:06d}" for at in range(int(district.max()) + 1)]
    return Register(meter_ids(meters), names, district, role, np.ones(meters), np.zeros(meters, np.int8))


def measured(way: str, folder: Path, meters: int, slots: int) -> dict[str, float]:
    """Seconds of the processor and of the clock, without what makes the batches."""
    if way == "compact":
        return _timed(lambda: DuckDBStore(folder, ZONE).compact(DAY, known(meters)))
    cpu = wall = 0.0
    store = DuckDBStore(folder, ZONE) if way == "ingest" else None
    connection = duckdb.connect(config={"threads": 2})
    for number, batch in enumerate(batches(meters, slots)):
        path = folder / f"{number}.parquet"
        if store is not None:
            spent = _timed(lambda batch=batch, number=number: store.ingest([batch], f"slot {number}"))
        elif way == "write":
            spent = _timed(lambda batch=batch, path=path: _write(batch, path))
        else:
            spent = _timed(lambda batch=batch, path=path: _copy(connection, batch, path))
        cpu, wall = cpu + spent["cpu"], wall + spent["wall"]
    return {"cpu": cpu, "wall": wall}


def _timed(work: object) -> dict[str, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    work()  # type: ignore[operator]
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}


def _write(batch: pa.RecordBatch, path: Path) -> None:
    pq.write_table(pa.Table.from_batches([batch]), path)
    sync_file(path)


def _copy(connection: duckdb.DuckDBPyConnection, batch: pa.RecordBatch, path: Path) -> None:
    table = pa.Table.from_batches([batch])
    connection.register("rows_of_batch", table)
    connection.execute(f"COPY rows_of_batch TO '{path}' (FORMAT parquet)")
    sync_file(path)


def bytes_of(folder: Path) -> int:
    """Of all files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--meters", type=int, default=200_000 if "--quick" in sys.argv else 2_000_000)
    parser.add_argument("--slots", type=int, default=8 if "--quick" in sys.argv else 96)
    parser.add_argument("--only", default=",".join(WAYS))
    parser.add_argument("--way", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def in_process(way: str, folder: Path, meters: int, slots: int) -> dict[str, float]:
    """One way in a process of its own."""
    command = [sys.executable, __file__, "--way", way, "--folder", str(folder), "--meters", str(meters), "--slots"]
    done = subprocess.run([*command, str(slots)], check=True, capture_output=True, text=True, env={**os.environ})
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Prints a line for each way."""
    asked = arguments()
    if asked.way:
        found = measured(asked.way, asked.folder, asked.meters, asked.slots)
        print(json.dumps({**found, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
        return
    stand.describe()
    readings = asked.meters * asked.slots
    print(f"{asked.meters:,} meters, {asked.slots} slots, {readings:,} readings")
    print(f"{'way':8} {'cpu s':>8} {'clock s':>8} {'M/s cpu':>8} {'M/s clock':>9} {'peak MB':>8} {'disk MB':>8}")
    folder = Path(tempfile.mkdtemp(prefix="wanjia-bench-"))
    try:
        for way in asked.only.split(","):
            place = folder / ("ingest" if way == "compact" else way)
            place.mkdir(exist_ok=True)
            found = in_process(way, place, asked.meters, asked.slots)
            size = bytes_of(place / "days" if way == "compact" else place) / 1e6
            print(f"{way:8} {found['cpu']:8.2f} {found['wall']:8.2f} {readings / found['cpu'] / 1e6:8.2f} "
                  f"{readings / found['wall'] / 1e6:9.2f} {found['peak_mb']:8.0f} {size:8.0f}", flush=True)  # fmt: skip
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
