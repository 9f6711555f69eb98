"""Takes readings in and compacts, over and over, until somebody kills it; run as a process by test_series_kills.

Batch number n has one reading of each of METERS meters, in a slot of its own; its value says the batch.
What is written to standard output was acknowledged: the number of the batch, then `c` for a compaction.
"""

import sys
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from tests.support.series import DAY, ZONE, long, register
from wanjia.series.duckdb.store import DuckDBStore
from wanjia.series.register import Register

METERS = 40
SLOTS = 96
COMPACT_EVERY = 4
"""Batches between two compactions."""
LATE_SHARE = 3
"""Every so many batches one comes that belongs to the first day, so that days are compacted again."""


def names() -> list[str]:
    """The meters."""
    return [f"C{at:04d}" for at in range(METERS)]


def known() -> Register:
    """All meters on one district."""
    return register(dict.fromkeys(names(), ("D1", "customer")))


def place(number: int) -> tuple[date, int]:
    """Day and slot of a batch; no two are in the same place."""
    if number % LATE_SHARE == 0:
        late = number // LATE_SHARE
        return DAY + timedelta(days=late // SLOTS * 2), late % SLOTS
    rest = number - number // LATE_SHARE - 1
    return DAY + timedelta(days=rest // SLOTS * 2 + 1), rest % SLOTS


def batch(number: int) -> list[pa.RecordBatch]:
    """The readings of a batch, over two days: half of them a day later than the others, so that two files are named."""
    day, slot = place(number)
    rows = [(name, slot, number + at / 100) for at, name in enumerate(names())]
    half = METERS // 2
    return [long(rows[:half], day), long(rows[half:], day + timedelta(days=100))]


def run(folder: Path, first: int) -> None:
    """Goes on with batch `first`."""
    store = DuckDBStore(folder, ZONE)
    meters = known()
    number = first
    while True:
        store.ingest(batch(number), f"batch {number}")
        print(number, flush=True)
        number += 1
        if number % COMPACT_EVERY == 0:
            for state in store.days():
                if state.stale:
                    store.compact(state.day, meters)
                    print("c", flush=True)


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]))
