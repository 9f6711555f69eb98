"""Spark for tests: small and on this machine; a sensing stream as a process to be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.support.small_spark import SMALL
from wanjia.kernels.sensing.grid import Grid
from wanjia.kernels.sensing.nouns import EVENT_KINDS, Batch
from wanjia.series.spark.sensing import EVENTS, MARK

MOMENT = pa.timestamp("ms", "UTC")
WAIT_SECONDS_MAX = 300.0
"""A machine that does other work beside is slow, not wrong."""


def event_rows(grid: Grid, batch: Batch) -> pa.Table:
    """Events as rows of a file."""
    meters, districts = grid.network.meters.ids[grid.meter_at_slot], grid.network.districts.ids[grid.district]
    names = pa.array(np.concatenate((meters, districts)).tolist(), pa.string())
    kinds = pa.array(EVENT_KINDS).take(pa.array(batch.kind))
    moments = (pa.array(times, MOMENT) for times in (batch.occurred, batch.received))
    return pa.table([names.take(pa.array(batch.slot)), kinds, *moments], names=EVENTS.names)


def mark_row(at: int) -> pa.Table:
    """Says that everything up to a time (ms) has arrived."""
    moment = pa.array([at], MOMENT)
    return pa.table([pa.array([None], pa.string()), pa.array([MARK]), moment, moment], names=EVENTS.names)


def move_in(folder: Path, number: int, rows: pa.Table) -> None:
    """A file appears whole, and is later than the ones before."""
    unfinished = folder.parent / f"{number:04d}.part"
    pq.write_table(rows, unfinished)
    unfinished.replace(folder / f"{number:04d}.parquet")
    time.sleep(0.005)


class StreamProcess:
    """`wanjia stream` in a process group of its own, following a folder."""

    def __init__(self, network: Path, events: Path, keep: Path, more: Sequence[str] = ()) -> None:
        self._keep, self._log = keep, keep.parent / "stream.log"
        main = ("-c", "from wanjia.cli.main import main; main()", "stream", str(network), str(events))
        self._command = [sys.executable, *main, "--keep", str(keep), "-o", str(keep.parent / "out.parquet"), *more]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        """Starts it; nothing is waited for."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command, *options], stdout=log, stderr=log, start_new_session=True, env={**os.environ, **SMALL}
            )

    def committed(self) -> int:
        """How many batches Spark has finished, in this life and before."""
        return len(list((self._keep / "checkpoint" / "commits").glob("[0-9]*")))

    def wait_for(self, batches: int) -> None:
        """Until so many batches are finished."""
        until = time.monotonic() + WAIT_SECONDS_MAX
        while self.committed() < batches:
            if time.monotonic() > until or (self._process and self._process.poll() is not None):
                raise RuntimeError(f"the stream does not run: {self._log.read_text()[-3000:]}")
            time.sleep(0.02)

    def kill(self) -> None:
        """`kill -9` of the driver and its Java machine at once; Spark's Python workers end when that is gone."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def finish(self) -> int:
        """Its exit status, once it ended by itself."""
        assert self._process is not None
        return self._process.wait(WAIT_SECONDS_MAX)

    @property
    def said(self) -> str:
        """What it printed, for a test that fails."""
        return self._log.read_text()[-5000:]
