"""Sensing throughput: events per second of one core inside the step, full logic, beside simpler logic of peers.

Run: `.venv/bin/python benchmarks/sensing.py [METERS] [EVENTS_PER_SECOND]`. A prefecture's meters send heartbeats, 1 %
of events are gasps of single meters, and one feeder is dark, so that evidence is weighed at every tick. Peers only keep
each meter's last state and count gasps by district, in batches of one second: a plain Python loop, pandas, and Polars
where it is installed (it is no dependency).
"""

import importlib
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from wanjia.kernels.sensing.grid import Grid, build_grid
from wanjia.kernels.sensing.nouns import HEARTBEAT, LAST_GASP, Batch
from wanjia.kernels.sensing.step import begin_state, sensor_of, step

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.support.feeders import made

BEGIN = 1_780_000_000_000
SECONDS = 40
"""Batches of one second each."""
PYTHON_EVENTS = 1_000_000
GASP_SHARE = 0.01


def stream(grid: Grid, per_second: int) -> list[Batch]:
    """One batch per second: heartbeats of random meters, 1 % gasps, and from the fifth on a whole feeder's gasps."""
    rng, batches = np.random.default_rng(7), []
    feeder = np.arange(grid.first_meter[grid.end[1]], dtype=np.int32)
    for second in range(SECONDS):
        slot = rng.integers(0, grid.meters, per_second).astype(np.int32)
        kind = np.where(rng.random(per_second) < GASP_SHARE, LAST_GASP, HEARTBEAT).astype(np.int8)
        if second >= 5:
            kind[slot < len(feeder)] = LAST_GASP
        received = BEGIN + 1000 * second + np.sort(rng.integers(1, 1001, per_second))
        batches.append(Batch(slot, kind, received - rng.integers(0, 5000, per_second), received))
    return batches


def ours(grid: Grid, batches: list[Batch]) -> tuple[float, int]:
    """Processor seconds of all steps, and how many outages were announced."""
    sensor, state, told = sensor_of(grid), begin_state(grid, BEGIN), 0
    begun = time.process_time()
    for second, batch in enumerate(batches):
        state, changes = step(sensor, state, batch, BEGIN + 1000 * (second + 1))
        told += len(changes)
    return time.process_time() - begun, told


def plain_loop(
    slots: list[int], kinds: list[int], times: list[int], district: list[int], meters: int
) -> dict[int, int]:
    """Last gasp and life of each meter; gasps by district."""
    gasp, life, dark = [0] * meters, [0] * meters, dict.fromkeys(range(max(district) + 1), 0)
    for slot, kind, at in zip(slots, kinds, times, strict=True):
        if kind == LAST_GASP:
            if at > gasp[slot]:
                gasp[slot] = at
                if at > life[slot]:
                    dark[district[slot]] += 1
        elif at > life[slot]:
            life[slot] = at
    return dark


def framed(library: Any, batches: list[Batch], district: np.ndarray) -> None:
    """The newest event of each meter and gasps by district, batch by batch, in a data frame library."""
    for batch in batches:
        columns = {"slot": batch.slot, "kind": batch.kind, "at": batch.occurred, "district": district[batch.slot]}
        frame = library.DataFrame(columns)
        if library.__name__ == "polars":
            newest = frame.sort("at").unique("slot", keep="last")
            newest.filter(library.col("kind") == LAST_GASP).group_by("district").len()
        else:
            newest = frame.sort_values("at").drop_duplicates("slot", keep="last")
            newest[newest["kind"] == LAST_GASP].groupby("district").size()


def timed(work: Callable[[], Any]) -> float:
    """Seconds of processor time, so that whatever else runs on the machine is not counted."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def main(meters: int, per_second: int) -> int:
    """Prints the table."""
    grid = build_grid(made(max(1, meters // 44_000), 20, 10, 220))
    batches = stream(grid, per_second)
    events = sum(len(batch.slot) for batch in batches)
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}")
    print(f"{grid.meters:,} meters, {grid.districts:,} districts, {SECONDS} batches of {per_second:,} events\n")
    ours(grid, batches[:12])  # loads the compiled loops
    runs = [ours(grid, batches) for _ in range(3)]
    best, told = min(runs)
    print(f"{'ours, full logic':34}{events / best / 1e6:10.2f} M events/s   {told} outages announced")
    district = np.repeat(np.arange(grid.districts), np.diff(grid.first_meter))
    some = batches[0]
    few = slice(0, min(PYTHON_EVENTS, len(some.slot)))
    lists = [column[few].tolist() for column in (some.slot, some.kind, some.occurred)]
    seconds = timed(lambda: plain_loop(*lists, district.tolist(), grid.meters))
    print(f"{'plain Python loop, simple logic':34}{len(lists[0]) / seconds / 1e6:10.2f} M events/s")
    for name in ("pandas", "polars"):
        try:
            library = importlib.import_module(name)
        except ImportError:
            print(f"{name:34}{'not installed':>10}")
            continue
        seconds = timed(lambda library=library: framed(library, batches, district))
        print(f"{name + ', simple logic':34}{events / seconds / 1e6:10.2f} M events/s")
    return 0


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    raise SystemExit(main(*(numbers + [2_000_000, 1_000_000][len(numbers) :])))
