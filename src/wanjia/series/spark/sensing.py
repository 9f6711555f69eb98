"""Sensing as a Structured Streaming query: files of events in, changes of outages out, state keyed by part.

The key is a part of the network (`kernels/sensing/parting.py`): what one source feeds, a feeder where it is alone.
Time is that of arrival: the watermark, which Spark moves on with `received_at`, is the kernel's `now`, so that what
comes out depends on the events alone and not on how Spark cuts them into batches. Every part is called in every batch
that moves the watermark, for a dark feeder says nothing any more and must be judged all the same.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming import StreamingQuery
from pyspark.sql.streaming.state import GroupState, GroupStateTimeout
from pyspark.sql.types import StringType, StructField, StructType, TimestampType

from wanjia.kernels.sensing.grid import Grid
from wanjia.kernels.sensing.nouns import EVENT_KINDS, NO_EVENTS, Batch, Change, Evidence, Outage, Plan
from wanjia.kernels.sensing.parting import parts_of, places_of
from wanjia.series.spark.changes import Changes
from wanjia.series.spark.part_state import Kept, Parted, advanced, kept_bytes, kept_of, sensor_for

MARK = "mark"
"""Kind of a row that is no event: up to its `received_at` everything has arrived."""
NOBODY, NO_KIND = -1, -1
"""Key of rows that no device of the network sent."""
EVENTS = StructType([
    StructField("device_id", StringType()), StructField("kind", StringType()),
    StructField("occurred_at", TimestampType()), StructField("received_at", TimestampType()),
])  # fmt: skip
FILE_FORMATS = ("parquet", "csv", "json")
STATE = "kept BINARY"
CHANGES = "part INT, at BIGINT, ordinal INT, what STRING, body STRING"
CHANGE, LATE, UNKNOWN = "change", "late", "unknown"
"""What a row of the result is: a change of an outage; so many events after their time; of no device."""
FAR = datetime(2200, 1, 1, tzinfo=UTC)
"""Spark drops rows whose watermarked column is behind; an event that is later than promised is taken as of now instead.
The smallest watermark of a query holds, so one that far ahead changes nothing else."""
LATE_MS_MIN = 1
"""Files may share the millisecond at which one ends and the next begins."""


@dataclass(frozen=True)
class Source:
    """A folder into which whole files of events are moved, each later than the one before by at most `late_ms`."""

    folder: Path
    file_format: str = "parquet"
    late_ms: int = LATE_MS_MIN
    files_a_batch: int = 1000


def start_sensing(
    spark: SparkSession, source: Source, grid: Grid, plans: tuple[Plan, ...], changes: Changes, checkpoint: Path,
    follow: bool,
) -> StreamingQuery:  # fmt: skip
    """The running query: until all files that are there are read, or with `follow` until it is stopped."""
    parts = parts_of(grid)
    # One stateful operator, one watermark for all; with several Spark would not take a second watermarked column.
    spark.conf.set("spark.sql.streaming.statefulOperator.allowMultiple", "false")
    events = _keyed(_read(spark, source), _devices(spark, grid), source)
    known = spark.sparkContext.broadcast(Parted(parts, plans))

    def sense(key: Any, frames: Any, state: GroupState) -> Any:
        return _sense_part(known.value, int(key[0]), frames, state)

    found = events.groupBy("part").applyInPandasWithState(
        sense,
        CHANGES,
        STATE,
        "append",
        GroupStateTimeout.EventTimeTimeout,
    )
    writer = found.writeStream.queryName("sensing").outputMode("append").option("checkpointLocation", str(checkpoint))
    writer = writer.foreachBatch(lambda rows, batch: _write(changes, rows, batch))
    return (writer if follow else writer.trigger(availableNow=True)).start()


def _read(spark: SparkSession, source: Source) -> DataFrame:
    reader = spark.readStream.schema(EVENTS).option("maxFilesPerTrigger", source.files_a_batch)
    if source.file_format == "csv":
        reader = reader.option("header", True).option("enforceSchema", False)
    glob = f"*.{source.file_format}"
    return reader.format(source.file_format).option("pathGlobFilter", glob).load(str(source.folder))


def _devices(spark: SparkSession, grid: Grid) -> DataFrame:
    """device_id, part, slot of every meter and terminal; a meter's name goes first where both have the same."""
    part, slot = places_of(grid, parts_of(grid))
    slots = np.concatenate((grid.slot_of_meter, grid.slot_of_terminal))
    ids = [*grid.network.meters.ids.tolist(), *grid.network.districts.ids.tolist()]
    frame = pd.DataFrame({"device_id": ids, "part": part[slots], "slot": slot[slots]})
    return spark.createDataFrame(pa.Table.from_pandas(frame.drop_duplicates("device_id"), preserve_index=False))


def _keyed(events: DataFrame, devices: DataFrame, source: Source) -> DataFrame:
    """part, slot, kind, occurred, received (ms). The watermark is taken before, so that marks move it too."""
    timed = events.withWatermark("received_at", f"{max(source.late_ms, LATE_MS_MIN)} milliseconds")
    found = timed.join(F.broadcast(devices), "device_id", "left")
    kind = _kind_code(found.kind)
    usable = found.part.isNotNull() & (kind != NO_KIND) & found.occurred_at.isNotNull() & found.received_at.isNotNull()
    is_mark = (found.kind == MARK) & found.received_at.isNotNull()
    return found.select(
        F.when(usable, found.part).otherwise(NOBODY).cast("int").alias("part"),
        F.coalesce(found.slot, F.lit(0)).cast("int").alias("slot"),
        F.when(is_mark, 0).otherwise(1).cast("int").alias("is_event"),
        kind.cast("int").alias("kind"),
        F.coalesce(F.unix_millis(found.occurred_at), F.lit(0)).alias("occurred"),
        F.coalesce(F.unix_millis(found.received_at), F.lit(0)).alias("received"),
        F.lit(FAR).alias("never_late"),
    ).withWatermark("never_late", "0 seconds")  # fmt: skip


def _kind_code(kind: Column) -> Column:
    found = F.lit(NO_KIND)
    for code, name in enumerate(EVENT_KINDS):
        found = F.when(kind == name, code).otherwise(found)
    return found


def _sense_part(parted: Parted, part: int, frames: Iterator[pd.DataFrame], state: GroupState) -> Iterator[pd.DataFrame]:
    """One part's events of a batch, or a call because the watermark moved."""
    if part == NOBODY:
        yield _rows(part, 0, [], unknown=sum(int(frame["is_event"].sum()) for frame in frames))
        return
    kept = kept_of(bytes(state.get[0])) if state.exists else Kept()
    arrived = NO_EVENTS if state.hasTimedOut else _batch(list(frames))
    now = int(state.getCurrentWatermarkMs())
    kept, changes, late = advanced(sensor_for(parted, part), kept, arrived, now)
    state.update((kept_bytes(kept),))
    state.setTimeoutTimestamp(now + 1)
    yield _rows(part, now, changes, late=late)


def _batch(frames: list[pd.DataFrame]) -> Batch:
    if not frames:
        return NO_EVENTS
    one = pd.concat(frames) if len(frames) > 1 else frames[0]
    return Batch(
        one["slot"].to_numpy(np.int32), one["kind"].to_numpy(np.int8), one["occurred"].to_numpy(np.int64),
        one["received"].to_numpy(np.int64),
    )  # fmt: skip


def _rows(part: int, at: int, changes: list[Change], late: int = 0, unknown: int = 0) -> pd.DataFrame:
    rows = [(part, change.at, n, CHANGE, change_text(change)) for n, change in enumerate(changes)]
    rows += [(part, at, len(rows), what, str(count)) for what, count in ((LATE, late), (UNKNOWN, unknown)) if count]
    return pd.DataFrame(rows, columns=["part", "at", "ordinal", "what", "body"])


def change_text(change: Change) -> str:
    """A change as JSON."""
    return json.dumps(asdict(change), separators=(",", ":"), default=lambda value: value.item())


def change_of(text: str) -> Change:
    """What `change_text` was given."""
    plain: dict[str, Any] = json.loads(text)
    outage = plain["outage"]
    outage |= {"districts": tuple(outage["districts"]), "evidence": Evidence(**outage["evidence"])}
    return Change(plain["what"], plain["at"], Outage(**outage))


def _write(changes: Changes, rows: DataFrame, batch: int) -> None:
    found = sorted((row.part, row.at, row.ordinal, row.what, row.body) for row in rows.collect())
    said = [(part, at, body) for part, at, _, what, body in found if what == CHANGE]
    counts = {name: sum(int(row[4]) for row in found if row[3] == name) for name in (LATE, UNKNOWN)}
    changes.write(batch, said, counts)
