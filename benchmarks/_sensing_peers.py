"""What others make of the same stream of meter events, by a simple rule: each meter's newest word, gasps by district.

None of them keeps what our step keeps (clocks, freshness, neighbours, the whole network); they show what the way of
working costs. Each takes the batches and the district of every meter, and gives events and seconds: of the processor
where the work is done in this process, on the clock where it is done in another.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from wanjia.kernels.sensing.nouns import LAST_GASP, Batch

Batches = list[Batch]
Measured = tuple[int, float]
"""Events, seconds."""
PYTHON_EVENTS, DUCKDB_EVENTS, BYTEWAX_EVENTS, SPARK_BATCHES = 1_000_000, 10_000_000, 200_000, 8
"""The slow ones get a part of the stream."""


class NotRun(Exception):
    """Why a peer is left out."""


def library(name: str) -> Any:
    """A package of the group `bench`. Raises NotRun where it is not installed."""
    try:
        return import_module(name)
    except ImportError as error:
        raise NotRun("not installed (make bench)") from error


def some(batches: Batches, events: int) -> Batches:
    """The first events of the stream."""
    found = []
    for batch in batches:
        if events > 0:
            found.append(Batch(*(column[:events] for column in vars(batch).values())))
        events -= len(batch.slot)
    return found


def count(batches: Batches) -> int:
    """Events."""
    return sum(len(batch.slot) for batch in batches)


def table(batch: Batch, district: np.ndarray) -> dict[str, np.ndarray]:
    """Columns that a data frame is made of."""
    return {"slot": batch.slot, "kind": batch.kind, "stamp": batch.occurred, "district": district[batch.slot]}


def on_processor(events: int, work: Callable[[], object]) -> Measured:
    """Seconds of the processor, all threads together, so that whatever else runs on the machine is not counted."""
    begun = time.process_time()
    work()
    return events, time.process_time() - begun


def plain_python(batches: Batches, district: np.ndarray) -> Measured:
    """One event after the other."""
    few, of = some(batches, PYTHON_EVENTS), district.tolist()
    columns = [(b.slot.tolist(), b.kind.tolist(), b.occurred.tolist()) for b in few]
    gasp, life, dark = [0] * len(of), [0] * len(of), [0] * (max(of) + 1)

    def loop() -> None:
        for slots, kinds, times in columns:
            for slot, kind, at in zip(slots, kinds, times, strict=True):
                if kind != LAST_GASP:
                    if at > life[slot]:
                        life[slot] = at
                elif at > gasp[slot]:
                    gasp[slot] = at
                    if at > life[slot]:
                        dark[of[slot]] += 1

    return on_processor(count(few), loop)


def polars(batches: Batches, district: np.ndarray) -> Measured:
    """Batch by batch as data frames."""
    pl = library("polars")

    def frames() -> None:
        for batch in batches:
            newest = pl.DataFrame(table(batch, district)).sort("stamp").unique("slot", keep="last")
            newest.filter(pl.col("kind") == LAST_GASP).group_by("district").len()

    return on_processor(count(batches), frames)


def pandas(batches: Batches, district: np.ndarray) -> Measured:
    """The same in pandas."""
    pd = library("pandas")

    def frames() -> None:
        for batch in batches:
            newest = pd.DataFrame(table(batch, district)).sort_values("stamp").drop_duplicates("slot", keep="last")
            newest[newest["kind"] == LAST_GASP].groupby("district").size()

    return on_processor(count(batches), frames)


def duckdb(batches: Batches, district: np.ndarray) -> Measured:
    """The same in SQL, each meter's state kept in a table between batches."""
    connection = library("duckdb").connect()
    connection.execute("create table state (slot integer primary key, kind tinyint, stamp bigint, district integer)")
    insert = """insert into state select slot, arg_max(kind, stamp), max(stamp), any_value(district)
                from events group by slot on conflict (slot) do update set kind = excluded.kind, stamp = excluded.stamp
                where excluded.stamp > state.stamp"""

    def queries() -> None:
        for batch in few:
            connection.register("events", pa.table(table(batch, district)))
            connection.execute(insert)
            connection.execute(f"select district, count(*) from state where kind = {LAST_GASP} group by 1").fetchall()

    few = some(batches, DUCKDB_EVENTS)
    return on_processor(count(few), queries)


def bytewax(batches: Batches, district: np.ndarray) -> Measured:
    """A stream keyed by district, one event after the other through a stateful operator; one worker."""
    flows, operators, testing = (library(f"bytewax.{name}") for name in ("dataflow", "operators", "testing"))
    few = some(batches, BYTEWAX_EVENTS)
    events = [
        (str(of), (kind, at))
        for b in few
        for of, kind, at in zip(district[b.slot].tolist(), b.kind.tolist(), b.occurred.tolist(), strict=True)
    ]

    def fold(state: tuple[int, int] | None, event: tuple[int, int]) -> tuple[tuple[int, int], int]:
        gasps, newest = state or (0, 0)
        kind, at = event
        return (gasps + (kind == LAST_GASP), max(newest, at)), gasps

    flow, out = flows.Dataflow("gasps"), []
    stream = operators.input("events", flow, testing.TestingSource(events, batch_size=1000))
    operators.output("counts", operators.stateful_map("fold", stream, fold), testing.TestingSink(out))
    return on_processor(len(events), lambda: testing.run_main(flow))


def spark(batches: Batches, district: np.ndarray) -> Measured:
    """Structured Streaming on one core, a file and a micro-batch for each second; seconds on the clock."""
    sql = library("pyspark.sql")
    if shutil.which("java") is None:
        raise NotRun("no Java (apt-get install openjdk-17-jre-headless)")
    few = batches[:SPARK_BATCHES]
    with tempfile.TemporaryDirectory(prefix="wanjia-bench-") as folder, _session(sql) as session:
        for number, batch in enumerate(few):
            pq.write_table(pa.table(table(batch, district)), Path(folder) / f"{number:04d}.parquet")
        schema = session.read.parquet(folder).schema
        begun = time.perf_counter()
        events = session.readStream.schema(schema).option("maxFilesPerTrigger", 1).parquet(folder)
        gasps = events.filter(f"kind = {LAST_GASP}").groupBy("district").agg({"slot": "approx_count_distinct"})
        query = gasps.writeStream.outputMode("update").format("noop").trigger(availableNow=True).start()
        query.awaitTermination()
        return count(few), time.perf_counter() - begun


@contextmanager
def _session(sql: Any) -> Iterator[Any]:
    os.environ.update(PYSPARK_PYTHON=sys.executable, SPARK_LOCAL_IP="127.0.0.1")
    builder = sql.SparkSession.builder.master("local[1]").config("spark.sql.shuffle.partitions", 4)
    for name, value in {"ui.enabled": False, "ui.showConsoleProgress": False, "log.level": "ERROR"}.items():
        builder = builder.config(f"spark.{name}", value)
    session = builder.getOrCreate()
    try:
        yield session
    finally:
        session.stop()


PEERS: dict[str, Callable[[Batches, np.ndarray], Measured]] = {
    "plain Python loop": plain_python,
    "Polars, batches of 1 s": polars,
    "pandas, batches of 1 s": pandas,
    "DuckDB, batches of 1 s": duckdb,
    "bytewax, one worker": bytewax,
    "Spark streaming, one core": spark,
}
