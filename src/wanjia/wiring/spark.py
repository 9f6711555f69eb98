"""Sensing in Spark: the session, the folder that is kept, the query, and what came out so far.

Loaded only when it is asked for, because Spark is an extra.
"""

import signal
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

from wanjia.kernels.sensing.grid import Grid
from wanjia.kernels.sensing.nouns import Change, Plan
from wanjia.kernels.sensing.parting import joined
from wanjia.series.spark.changes import Changes
from wanjia.series.spark.sensing import Source, change_of, start_sensing
from wanjia.series.spark.session import spark_session

CHECKPOINT, CHANGES = "checkpoint", "changes.sqlite"


class SensingStream:
    """One stream of one network; everything that it must remember is in the folder `kept`."""

    def __init__(self, kept: Path, grid: Grid, plans: tuple[Plan, ...]) -> None:
        """Raises Refused when the folder is another network's, or planned work has gone from the list."""
        kept.mkdir(parents=True, exist_ok=True)
        self._kept, self._grid, self._plans = kept, grid, plans
        self._changes = Changes(kept / CHANGES)
        self._changes.claim(_digest(grid), [repr(asdict(plan)) for plan in plans])

    def run(self, folder: Path, file_format: str, late_seconds: float, files_a_batch: int, follow: bool) -> None:
        """Until all files are read; with `follow` until it is stopped (SIGTERM, SIGINT)."""
        spark = spark_session("wanjia sensing")
        source = Source(folder, file_format, round(1000 * late_seconds), files_a_batch)
        query = start_sensing(
            spark, source, self._grid, self._plans, self._changes, self._kept / CHECKPOINT, follow
        )  # fmt: skip
        if follow:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: query.stop())
            while not query.awaitTermination(1):  # a wait without end would not let signals through
                pass
        query.awaitTermination()

    def changes(self) -> list[Change]:
        """All changes so far, as of one network."""
        return joined((part, change_of(text)) for part, text in self._changes.all())

    def counts(self) -> dict[str, int]:
        """Events of no device (`unknown`) and events that came later than promised (`late`)."""
        return {"unknown": 0, "late": 0, **self._changes.counts()}


def _digest(grid: Grid) -> str:
    """What a slot and a device mean; a network that differs has other parts or other slots."""
    found = sha256()
    for words in (grid.device_ids, grid.network.meters.ids, grid.network.districts.ids):
        found.update("\n".join(map(str, words)).encode())
    for numbers in (grid.begin, grid.end, grid.slot_of_meter, grid.district):
        found.update(numbers.tobytes())
    return found.hexdigest()
