"""A day's district table in Spark: our engine over its compacted store, beside plain hand-written Spark.

Run: `.venv/bin/python benchmarks/spark_balance.py [--quick] [--long]`. A city of 9,087 districts, 2,000,000 meters and
192,000,000 readings; each in its best layout: ours in compacted parts, plain Spark in a wide table (a column a slot,
smallint counts, sorted by district; once without any flag, which is less than asked), with --long also in rows. Each
runs warm in the same session and its best of three is told; the goal is 1.5 times plain Spark at most. Ours also gives
curves, and flags that plain Spark leaves out.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from _spark_plain import CUSTOMER, MASTER, SLOTS, array_answer, long_answer, slot_names, wide_answer
from _stand import describe, quick

from wanjia.kernels.balance.day.bands import FOUR_AND_SIX
from wanjia.kernels.balance.day.expected import Expected, expected_of
from wanjia.model.network import words
from wanjia.model.readings import MISSING
from wanjia.series.disk import made_folder
from wanjia.series.layout import DAYS, Current, Part, create_or_open, folder_of, put_current
from wanjia.series.layout_parts import ROW_GROUP_ROWS, PartWriter, Rows
from wanjia.series.spark.session import spark_session
from wanjia.series.spark.store import SparkStore

DISTRICTS, METERS = 9_087, 220
DAY, ZONE = date(2026, 6, 1), "Asia/Shanghai"
REVISION = "000001"
GOAL, RUNS = 1.5, 3
UNIT = 0.01
GAP_SHARE, LOSS = 0.002, 0.04


class City:
    """Meters in blocks of whole districts, made from a seed."""

    def __init__(self, districts: int) -> None:
        self.districts = districts
        self.ids = [f"D{at:05d}" for at in range(districts)]

    def blocks(self) -> list[tuple[int, int]]:
        """From which district to which."""
        step = max(1, ROW_GROUP_ROWS // METERS)
        return [(at, min(at + step, self.districts)) for at in range(0, self.districts, step)]

    def rows(self, first: int, end: int) -> Rows:
        """A block of compacted rows; the first meter of each district is its master."""
        rng, count = np.random.default_rng(first), end - first
        values = rng.gamma(2.0, 8.0, (count, METERS, SLOTS)).astype(np.int16)
        used = values[:, 1:].sum(axis=1, dtype=np.int64)
        unit = np.full((count, METERS), UNIT)
        unit[:, 0] = 1.0
        values[:, 0] = np.rint(used * UNIT * (1 + LOSS))
        values[:, 1:][rng.random((count, METERS - 1, SLOTS)) < GAP_SHARE / METERS] = MISSING
        role = np.full((count, METERS), CUSTOMER, np.int8)
        role[:, 0] = MASTER
        names = pa.array(self.ids[first:end]).take(pa.array(np.repeat(np.arange(count), METERS)))
        ids = pa.array([f"{self.ids[at]}-{row:03d}" for at in range(first, end) for row in range(METERS)])
        return Rows(names, ids, role.ravel(), unit.ravel(), values.reshape(-1, SLOTS))

    def expected(self) -> Expected:
        """What the network says."""
        district = np.repeat(np.arange(self.districts, dtype=np.int32), METERS)
        role = np.tile(np.where(np.arange(METERS) == 0, MASTER, CUSTOMER).astype(np.int8), self.districts)
        return expected_of(words(self.ids), district, role)


def write_all(city: City, root: Path, with_long: bool) -> None:
    """The store as a compaction leaves it, and the tables of plain Spark."""
    create_or_open(root / "store", ZONE)
    folder = made_folder(folder_of(root / "store", DAYS, DAY) / REVISION)
    for name in ("wide", "long"):
        (root / name).mkdir()
    writer, readings = PartWriter(folder / "counts.parquet", SLOTS, False), 0
    for number, (first, end) in enumerate(city.blocks()):
        rows = city.rows(first, end)
        writer.write(rows)
        readings += int((rows.values != MISSING).sum())
        pq.write_table(_wide(rows), root / "wide" / f"{number:04d}.parquet", compression="zstd")
        if with_long:
            pq.write_table(_long(rows), root / "long" / f"{number:04d}.parquet", compression="zstd")
    writer.close()
    part = Part("counts.parquet", "counts", writer.rows)
    put_current(root / "store", DAY, Current(REVISION, SLOTS, writer.rows, readings, 0, (part,), (), "made"))


def _wide(rows: Rows) -> pa.Table:
    columns = {"district_id": rows.district_id, "meter_id": rows.meter_id, "role": rows.role, "unit_kwh": rows.unit_kwh}
    slots = {
        name: pa.array(column, mask=column == MISSING) for name, column in zip(slot_names(), rows.values.T, strict=True)
    }
    return pa.table({**columns, **slots})


def _long(rows: Rows) -> pa.Table:
    at = pa.array(np.repeat(np.arange(len(rows.role)), SLOTS))
    energy = (rows.values * rows.unit_kwh[:, None]).ravel()
    return pa.table({
        "district_id": rows.district_id.take(at).dictionary_encode(),
        "meter_id": rows.meter_id.take(at).dictionary_encode(), "role": np.repeat(rows.role, SLOTS),
        "slot": np.tile(np.arange(SLOTS, dtype=np.int16), len(rows.role)),
        "energy_kwh": pa.array(energy, mask=rows.values.ravel() == MISSING),
    })  # fmt: skip


def best(run: Callable[[], object]) -> float:
    """Seconds of the best run, the first one left out."""
    took = []
    for _ in range(RUNS + 1):
        begun = time.perf_counter()
        run()
        took.append(time.perf_counter() - begun)
    return min(took[1:])


def check(city: City, store: SparkStore, plain: pa.Table) -> None:
    """Both say the same of every district."""
    ours = store.balance(DAY, city.expected(), FOUR_AND_SIX)
    for name in ("energy_in_kwh", "energy_out_kwh", "coverage", "loss_rate"):
        theirs = np.array(plain[name].to_pylist(), dtype=np.float64)
        mine = getattr(ours, name)
        same = np.isclose(theirs, mine, rtol=1e-9) | np.isnan(mine)
        if not same.all():
            sys.exit(f"{name} differs in {int((~same).sum())} districts")


def main() -> None:
    """Prints the table."""
    describe()
    city = City(400 if quick() else DISTRICTS)
    with_long = "--long" in sys.argv
    os.environ.setdefault("WANJIA_SPARK_MASTER", "local[2]")
    with tempfile.TemporaryDirectory(prefix="wanjia-bench-") as folder:
        root = Path(folder)
        write_all(city, root, with_long)
        print(f"{city.districts:,} districts, {city.districts * METERS:,} meters, {city.districts * METERS * SLOTS:,} "
              "readings\n", flush=True)  # fmt: skip
        spark = spark_session("wanjia benchmark")
        store, expected = SparkStore(root / "store", ZONE, spark), city.expected()
        check(city, store, wide_answer(spark, root / "wide").toArrow())
        ours = best(lambda: store.balance(DAY, expected, FOUR_AND_SIX))
        print(f"{'':34}{'seconds':>10}{'ours / it':>12}")
        print(f"{'ours, compacted store':34}{ours:10.3f}{1:12.2f}   goal: at most {GOAL} of each", flush=True)
        for name, answer in (("sums only", wide_answer), ("arrays", array_answer)):
            wide = best(lambda answer=answer: answer(spark, root / "wide").toArrow())
            print(f"{'plain Spark, wide columns, ' + name:34}{wide:10.3f}{ours / wide:12.2f}", flush=True)
        if with_long:
            long = best(lambda: long_answer(spark, root / "long").toArrow())
            print(f"{'plain Spark, long rows':34}{long:10.3f}{ours / long:12.2f}", flush=True)
        spark.stop()


if __name__ == "__main__":
    main()
