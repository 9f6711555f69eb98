"""`kill -9` while readings are taken in and compacted: what was acknowledged is there, once, and the rest not at all.

WANJIA_KILLS says how often; without it three times, with CI set ten.
"""

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from tests.support.killing_series import METERS, batch, known, names, place
from tests.support.series import ZONE
from wanjia.series.duckdb.store import DuckDBStore
from wanjia.series.layout import ARRIVALS, days_of
from wanjia.series.layout_arrivals import arrival_path, arrivals_of

KILLS = int(os.environ.get("WANJIA_KILLS") or (10 if os.environ.get("CI") else 3))
ACKNOWLEDGED_MAX, DELAY_SECONDS_MAX = 14, 0.06
"""A process ends after some acknowledgements, and then anywhere within the next one or two."""
START_SECONDS_MAX = 60


class Run:
    """A process that takes readings in, and what it acknowledged."""

    def __init__(self, folder: Path, first: int) -> None:
        command = [sys.executable, "-m", "tests.support.killing_series", str(folder), str(first)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.batches: list[int] = []
        self.compactions = 0
        self.heard = threading.Semaphore(0)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.strip() == "c":
                self.compactions += 1
            else:
                self.batches.append(int(line))
            self.heard.release()

    def kill(self) -> None:
        """Ends it as a power cut would end it, but for the disk."""
        self.process.kill()
        self.process.wait()
        self._reader.join()


def test_nothing_acknowledged_is_lost_or_doubled(tmp_path: Path) -> None:
    folder, seed = tmp_path / "store", random.randrange(2**32)
    print("seed", seed)
    chance = random.Random(seed)
    acknowledged: list[int] = []
    compactions = 0
    for _ in range(KILLS):
        run = Run(folder, len(acknowledged))
        for _word in range(chance.randint(1, ACKNOWLEDGED_MAX)):
            assert run.heard.acquire(timeout=START_SECONDS_MAX), "the process does not go on"
        time.sleep(chance.uniform(0, DELAY_SECONDS_MAX))
        run.kill()
        acknowledged += run.batches
        compactions += run.compactions
        assert acknowledged == list(range(len(acknowledged)))
        all_readable(folder)
    print(len(acknowledged), "batches and", compactions, "compactions acknowledged,", KILLS, "kills")
    store = DuckDBStore(folder, ZONE)
    store.ingest(batch(len(acknowledged)), "sent again, as nobody confirmed it")
    once_each(folder)
    for state in store.days():
        made = store.compact(state.day, known())
        assert made.superseded == 0
    every_reading(store, len(acknowledged) + 1)
    left = [path.name for path in (folder / ARRIVALS).iterdir() if path.name.startswith(".")]
    assert not left, "what dead processes left is cleared by the next one"


def all_readable(folder: Path) -> None:
    """Each day's current revision is whole, whatever was under way."""
    store = DuckDBStore(folder, ZONE)
    for state in store.days():
        if state.revision:
            rows = sum(len(block.role) for block in store.blocks(state.day))
            assert rows == state.meters
            assert state.readings == store.meter_readings(names(), state.day, state.day).num_rows


def once_each(folder: Path) -> None:
    """No reading lies in two arrivals."""
    for day in days_of(folder, ARRIVALS):
        found = Counter[tuple[str, object]]()
        for arrival in arrivals_of(folder, day):
            table = pq.read_table(arrival_path(folder, day, arrival), partitioning=None)
            found.update(zip(table["meter_id"].to_pylist(), table["read_at"].to_pylist(), strict=True))
        assert set(found.values()) == {1}


def every_reading(store: DuckDBStore, batches: int) -> None:
    """The values of all batches, each in its place, and nothing else."""
    wanted = Counter[object]()
    for number in range(batches):
        day, slot = place(number)
        wanted[day, slot] += METERS // 2
        wanted[day + timedelta(days=100), slot] += METERS - METERS // 2
    total = 0
    for state in store.days():
        table = store.meter_readings(names(), state.day, state.day)
        total += table.num_rows
        numbers = np.floor(table["energy_kwh"].to_numpy()).astype(int)
        assert set(numbers.tolist()) <= set(range(batches))
        counts = Counter(numbers.tolist())
        assert all(count == METERS // 2 for count in counts.values())
    assert total == batches * METERS == sum(wanted.values())
