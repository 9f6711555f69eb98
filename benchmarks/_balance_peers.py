"""A peer's pass over a day of readings, each in its own best layout and its own process, and the floors below them all.

Run by `balance.py`: `_balance_peers.py NAME FOLDER RUNS` prints one line of JSON and leaves its answer beside. Every
peer gives, by district, role and kWh a count, the sums of all 96 slots, readings present, meters reporting, the slots
in which masters are there, and the meters flagged negative, spike, all zero and gap. What follows from these few
thousand rows (same slots, coverage, bands, the table written) is the same NumPy for all; the flags for long runs of
zeros and of one value, which ours raises too, are left out, because SQL has no quick way to them.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from _balance_city import DAY_TEXT, SLOT_NAMES, SLOTS

from wanjia.adapters.grid_files.metering import read_metering
from wanjia.cli._balance_report import balance_table, expected_meters, write_balance
from wanjia.kernels.balance.day.expected import Expected
from wanjia.kernels.balance.day.flags import FLAGS, THRESHOLDS
from wanjia.kernels.balance.day.losses import finish
from wanjia.kernels.balance.day.sums import MASTER, PARTS_A_KWH, Sums, begin

WORKERS = 2
KEYS = ["district", "role", "unit_kwh"]
COUNTED = ["readings", "reporting", "negative", "spike", "all_zero", "gap"]

Pass = Callable[[Path], pa.Table]
"""Gives KEYS, COUNTED, `sum_` + SLOT_NAMES (of counts), `there_` + SLOT_NAMES (masters there; of others anything)."""


class NotRun(Exception):
    """Why a peer is left out."""


def library(name: str) -> Any:
    """A package of the group `bench`. Raises NotRun where it is not installed."""
    try:
        return import_module(name)
    except ImportError as error:
        raise NotRun("not installed (make bench)") from error


@dataclass(frozen=True)
class Dialect:
    """How a database writes what they write differently."""

    table: str
    big: str = "bigint"
    flag: str = "cast({} as int)"
    magnitude: str = "cast(greatest(hi, -lo) as double)"


def query(dialect: Dialect) -> str:
    """The pass as SQL. A slot is null where there is no reading; the extremes are found with sentinels."""
    slots, none = list(SLOT_NAMES), 2_000_000_000
    present = " + ".join(dialect.flag.format(f"{name} is not null") for name in slots)
    total = " + ".join(f"cast(coalesce({name}, 0) as {dialect.big})" for name in slots)
    least = ", ".join(f"coalesce({name}, {none})" for name in slots)
    most = ", ".join(f"coalesce({name}, {-none})" for name in slots)
    rows = f"""select *, {present} as present, {total} as total, least({least}) as lo, greatest({most}) as hi
               from {dialect.table}"""
    magnitude = dialect.magnitude
    others = f"abs(case when hi >= -lo then total - {magnitude} else total + {magnitude} end)"
    spike = f"""present > 0 and ({magnitude} * unit_kwh > limit_kwh or (limit_kwh is null and role <> {MASTER}
        and present > 1 and {magnitude} * unit_kwh > {THRESHOLDS.spike_kwh}
        and {magnitude} > {THRESHOLDS.spike_over_mean} * {others} / (present - 1)))"""
    flags = {
        "reporting": "present > 0",
        "negative": f"present > 0 and lo < 0 and not (role = {MASTER} and back_feeding)",
        "spike": spike,
        "all_zero": "present > 0 and role <> 2 and lo = 0 and hi = 0",
        "gap": f"present > 0 and present < {SLOTS}",
    }
    counted = ", ".join(f"sum(case when {rule} then 1 else 0 end) as {name}" for name, rule in flags.items())
    sums = ", ".join(f"sum({name}) as sum_{name}" for name in slots)
    there = ", ".join(f"count(case when role = {MASTER} then {name} end) as there_{name}" for name in slots)
    return f"""select district, role, unit_kwh, sum(present) as readings, {counted}, {sums}, {there}
               from ({rows}) as readings group by district, role, unit_kwh"""


def duckdb(folder: Path) -> pa.Table:
    """Wide Parquet."""
    connection = library("duckdb").connect()
    connection.execute(f"set threads to {WORKERS}")
    return connection.sql(query(Dialect(f"'{folder / 'wide.parquet'}'"))).to_arrow_table()


def chdb(folder: Path) -> pa.Table:
    """Wide Parquet."""
    dialect = Dialect(f"file('{folder / 'wide.parquet'}', Parquet)", "Int64", "toInt32({})",
                      "cast(greatest(hi, -lo) as Float64)")  # fmt: skip
    data = library("chdb").query(f"{query(dialect)} settings max_threads = {WORKERS}", "Arrow")
    return pa.ipc.open_file(pa.BufferReader(data.bytes())).read_all()


def spark(folder: Path) -> pa.Table:
    """Wide Parquet, local, one JVM."""
    library("pyspark")
    session = _session()
    session.read.parquet(str(folder / "wide.parquet")).createOrReplaceTempView("wide")
    return session.sql(query(Dialect("wide"))).toArrow()


def _session() -> Any:
    os.environ.update(PYSPARK_PYTHON=sys.executable, SPARK_LOCAL_IP="127.0.0.1")
    builder = import_module("pyspark.sql").SparkSession.builder.master(f"local[{WORKERS}]")
    settings = {"ui.enabled": False, "ui.showConsoleProgress": False, "log.level": "ERROR", "driver.memory": "6g",
                "sql.shuffle.partitions": WORKERS, "driver.host": "127.0.0.1", "sql.ansi.enabled": False}  # fmt: skip
    for name, value in settings.items():
        builder = builder.config(f"spark.{name}", value)
    return builder.getOrCreate()


def polars_parquet(folder: Path) -> pa.Table:
    """Wide Parquet, streaming."""
    pl = library("polars")
    return _polars(pl, pl.scan_parquet(folder / "wide.parquet")).to_arrow()


def polars_ipc(folder: Path) -> pa.Table:
    """Arrow IPC in int16, mapped; the rows beyond int16 from a file of their own."""
    pl = library("polars")
    frames = [_polars(pl, pl.scan_ipc(folder / f"{kind}.arrow")) for kind in ("int16", "exact")]
    return pa.concat_tables([frame.to_arrow().cast(_PLAIN) for frame in frames])


_PLAIN = pa.schema(
    [("district", pa.int32()), ("role", pa.int8()), ("unit_kwh", pa.float64())]
    + [(name, pa.float64()) for name in COUNTED + [f"sum_{name}" for name in SLOT_NAMES]]
    + [(f"there_{name}", pa.int64()) for name in SLOT_NAMES]
)


def _polars(pl: Any, frame: Any) -> Any:
    slots = [pl.col(name) for name in SLOT_NAMES]
    hi, lo = pl.max_horizontal(slots).cast(pl.Float64), pl.min_horizontal(slots).cast(pl.Float64)
    frame = frame.with_columns(
        present=pl.sum_horizontal([column.is_not_null().cast(pl.Int32) for column in slots]),
        total=pl.sum_horizontal([column.cast(pl.Float64) for column in slots]),
        hi=hi,
        lo=lo,
    )
    present, total, hi, lo, limit = (pl.col(name) for name in ("present", "total", "hi", "lo", "limit_kwh"))
    size = pl.max_horizontal(hi, -lo)
    others = pl.when(hi >= -lo).then(total - size).otherwise(total + size).abs()
    kwh, master = size * pl.col("unit_kwh"), pl.col("role") == MASTER
    alone = limit.is_null() & ~master & (present > 1) & (kwh > THRESHOLDS.spike_kwh)
    flags = {
        "reporting": present > 0,
        "negative": (present > 0) & (lo < 0) & ~(master & pl.col("back_feeding")),
        "spike": (present > 0)
        & ((kwh > limit) | (alone & (size > THRESHOLDS.spike_over_mean * others / (present - 1)))),
        "all_zero": (present > 0) & (pl.col("role") != 2) & (lo == 0) & (hi == 0),
        "gap": (present > 0) & (present < SLOTS),
    }
    there = [pl.col(name).filter(master).count().cast(pl.Int64).alias(f"there_{name}") for name in SLOT_NAMES]
    groups = frame.group_by(KEYS).agg(
        present.cast(pl.Int64).sum().alias("readings"), *(rule.sum().alias(name) for name, rule in flags.items()),
        *(pl.col(name).cast(pl.Float64).sum().alias(f"sum_{name}") for name in SLOT_NAMES), *there,
    )  # fmt: skip
    return groups.collect(engine="streaming")


def pandas(folder: Path) -> pa.Table:
    """Wide Parquet into a frame of floats."""
    pd = library("pandas")
    frame = pd.read_parquet(folder / "wide.parquet")
    values = frame[list(SLOT_NAMES)].to_numpy(np.float64)
    is_there = ~np.isnan(values)
    present = is_there.sum(axis=1)
    with np.errstate(all="ignore"):
        hi, lo = np.fmax.reduce(values, axis=1), np.fmin.reduce(values, axis=1)
        total, size = np.nansum(values, axis=1), np.fmax(hi, -lo)
        others = np.abs(np.where(hi >= -lo, total - size, total + size))
        kwh, limit = size * frame["unit_kwh"].to_numpy(), frame["limit_kwh"].to_numpy(np.float64)
        role = frame["role"].to_numpy()
        alone = np.isnan(limit) & (role != MASTER) & (present > 1) & (kwh > THRESHOLDS.spike_kwh)
        spike = (kwh > limit) | (alone & (size > THRESHOLDS.spike_over_mean * others / (present - 1)))
    flags = {
        "readings": present,
        "reporting": present > 0,
        "negative": (lo < 0) & ~((role == MASTER) & frame["back_feeding"].to_numpy()),
        "spike": spike,
        "all_zero": (present > 0) & (role != 2) & (lo == 0) & (hi == 0),
        "gap": (present > 0) & (present < SLOTS),
    }
    keys = [frame[name] for name in KEYS]
    sums = frame[list(SLOT_NAMES)].groupby(keys).sum().add_prefix("sum_")
    counted = pd.DataFrame({name: each.astype(np.int64) for name, each in flags.items()}).groupby(keys).sum()
    masters = frame[list(SLOT_NAMES)].where(frame["role"] == MASTER).groupby(keys).count().add_prefix("there_")
    return pa.Table.from_pandas(pd.concat([counted, sums, masters], axis=1).reset_index(), preserve_index=False)


def sums_of(groups: pa.Table, expected: Expected) -> Sums:
    """A peer's groups in the form from which the balance follows."""
    found = begin(len(expected.ids), SLOTS)
    district, role, unit = (groups[name].to_numpy() for name in KEYS)
    slots = np.stack([_numbers(groups[f"sum_{name}"]) for name in SLOT_NAMES], axis=1)
    np.add.at(found.energy, (role, district), np.rint(slots * unit[:, None] * PARTS_A_KWH))
    there = np.stack([_numbers(groups[f"there_{name}"]) for name in SLOT_NAMES], axis=1).astype(np.int32)
    others = role != MASTER
    there[others, 0] = _numbers(groups["readings"])[others]
    np.add.at(found.present, (role, district), there)
    np.add.at(found.reporting, (role, district), _numbers(groups["reporting"]).astype(np.int32))
    for name in ("negative", "spike", "all_zero", "gap"):
        np.add.at(found.flagged[:, FLAGS.index(name)], district, _numbers(groups[name]).astype(np.int32))
    return found


def _numbers(column: Any) -> np.ndarray:
    return column.cast(pa.float64()).fill_null(0).to_numpy()


def whole_work(one: Pass, folder: Path, expected: Expected, out: Path) -> Sums:
    """The pass, what follows from it, and the table on disk."""
    sums = sums_of(one(folder), expected)
    write_balance(out, balance_table(finish(sums, expected), expected.ids))
    return sums


def ours(folder: Path, expected: Expected, out: Path) -> Sums:
    """The store's compacted day, everything that the product computes of it."""
    store = import_module("wanjia.series.duckdb.store").DuckDBStore(folder / "store")
    balancing = import_module("wanjia.series.balancing")
    sums = balancing.sums_of_parts(store.parts(np.datetime64(DAY_TEXT).item()), expected, SLOTS)
    write_balance(out, balance_table(finish(sums, expected), expected.ids))
    return sums


def decode_wide(folder: Path) -> None:
    """The columns that a peer needs of the wide table, decoded by two threads and thrown away."""
    _decoded(folder / "wide.parquet", None, [])


def decode_store(folder: Path) -> None:
    """Our own columns, the same way."""
    hot = ["district_id", "role", "unit_kwh", "slots"]
    for part in sorted(folder.glob("store/days/*/1/*.parquet")):
        _decoded(part, hot, ["district_id"])


def decode_long(folder: Path) -> None:
    """The three columns of the long table, ids as positions in dictionaries."""
    _decoded(folder / "long.parquet", ["meter_id", "read_at", "energy_kwh"], ["meter_id"])


def _decoded(path: Path, columns: list[str] | None, dictionaries: list[str]) -> None:
    groups = iter(range(pq.read_metadata(path).num_row_groups))

    def work() -> None:
        with pq.ParquetFile(path, read_dictionary=dictionaries) as file:
            while (group := next(groups, None)) is not None:
                file.read_row_group(group, columns, use_threads=False)

    with ThreadPoolExecutor(WORKERS) as pool:
        for each in [pool.submit(work) for _ in range(WORKERS)]:
            each.result()


_BYTES: list[np.ndarray] = []


def read_bytes(folder: Path) -> None:
    """The slots' bytes in memory, each looked at once by two threads."""
    if not _BYTES:
        rows = sum(pq.read_metadata(part).num_rows for part in folder.glob("store/days/*/1/counts.parquet"))
        _BYTES.append(np.ones(rows * SLOTS // 4, np.int64))
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(np.bitwise_xor.reduce, np.array_split(_BYTES[0], WORKERS)))


def long_command(folder: Path) -> None:
    """`wanjia balance` on the long table, from the network folder to the table on disk, without starting Python."""
    click = import_module("click.testing")
    command = import_module("wanjia.cli.balance").command
    words = ["network", "long.parquet", "--day", DAY_TEXT, "-o", "out-long.parquet"]
    done = click.CliRunner().invoke(command, [*(str(folder / word) if at in (0, 1, 5) else word
                                                for at, word in enumerate(words))])  # fmt: skip
    if done.exit_code != 0:
        raise RuntimeError(done.output[-500:])


PEERS: dict[str, Pass] = {
    "DuckDB, wide Parquet": duckdb,
    "Polars streaming, wide Parquet": polars_parquet,
    "Polars streaming, Arrow IPC int16": polars_ipc,
    "chDB, wide Parquet": chdb,
    "pandas, wide Parquet": pandas,
    "Spark local, wide Parquet": spark,
}
FLOORS: dict[str, Callable[[Path], None]] = {
    "floor: decode the wide table's columns": decode_wide,
    "floor: decode the store's columns": decode_store,
    "floor: read the store's slots in memory": read_bytes,
    "floor: decode the long table's columns": decode_long,
    "wanjia balance, long Parquet": long_command,
}
OURS = "ours, compacted store"


def main() -> None:
    """One contender: seconds of each run, processor seconds of the best, peak memory."""
    name, folder, runs = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    metering, _ = read_metering(folder / "network")
    assert metering is not None
    expected, out = expected_meters(metering), folder / f"out-{os.getpid()}.parquet"
    before = peak_mb()
    if name in FLOORS:
        del metering, expected
        times, sums = _timed(lambda: FLOORS[name](folder), runs)
    elif name == OURS:
        times, sums = _timed(lambda: ours(folder, expected, out), runs)
    else:
        times, sums = _timed(lambda: whole_work(PEERS[name], folder, expected, out), runs)
    if sums is not None:
        day = finish(sums, expected)
        names = ("negative", "spike", "all_zero", "gap", "silent")
        np.savez(folder / "answer.npz", energy=sums.energy, loss=day.loss_kwh, band=day.band, reasons=day.reasons,
                 coverage=day.coverage, flagged=day.flagged[:, [FLAGS.index(each) for each in names]])  # fmt: skip
        out.unlink()
    print(json.dumps({"times": times, "peak_mb": peak_mb(), "start_mb": before}))


def _timed(work: Callable[[], Any], runs: int) -> tuple[list[tuple[float, float]], Any]:
    """(seconds, processor seconds) of each run; the first one warms up. A peer that takes long runs less often."""
    times, last, begun = [], None, time.perf_counter()
    while len(times) <= runs and (len(times) < 2 or time.perf_counter() - begun < 25):
        wall, processor = time.perf_counter(), time.process_time()
        last = work()
        times.append((time.perf_counter() - wall, time.process_time() - processor))
    return times[1:], last


def peak_mb() -> float:
    """Peak resident memory of this process, and of a JVM that it started."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    children = [Path(f"/proc/{name}/status") for name in _children(os.getpid())]
    lines = [line for path in children for line in path.read_text().splitlines() if line.startswith("VmHWM")]
    return own + sum(int(line.split()[1]) / 1024 for line in lines)


def _children(process: int) -> list[str]:
    path = Path(f"/proc/{process}/task/{process}/children")
    return path.read_text().split() if path.exists() else []


if __name__ == "__main__":
    try:
        main()
    except NotRun as reason:
        print(json.dumps({"not_run": str(reason)}))
