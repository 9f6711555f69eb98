"""Sensing throughput: events per second of one core inside the step, full logic, beside simpler logic of peers.

Run: `.venv/bin/python benchmarks/sensing.py [--quick]`. A prefecture's two million meters send heartbeats, 1 % of the
events are gasps of single meters, and from the fifth second one feeder is dark, so that every district is weighed at
every tick. Peers only keep each meter's newest word and count gasps by district (`_sensing_peers.py`).
"""

import time

import numpy as np
from _sensing_peers import PEERS, Batches, NotRun
from _stand import describe, quick

from tests.support.feeders import made
from wanjia.kernels.sensing.grid import Grid, build_grid
from wanjia.kernels.sensing.nouns import HEARTBEAT, LAST_GASP, Batch
from wanjia.kernels.sensing.step import begin_state, sensor_of, step

BEGIN = 1_780_000_000_000
GOAL_MILLIONS = 30.0
FEEDERS, SECTIONS, DISTRICTS, METERS = 46, 20, 10, 220
PER_SECOND, SECONDS = 1_000_000, 40
"""Events a second, and batches of one second each."""
GASP_SHARE, DARK_FROM = 0.01, 5
RUNS = 3


def stream(grid: Grid, per_second: int, seconds: int) -> Batches:
    """One batch per second: heartbeats of random meters, some gasps, then a whole feeder's gasps."""
    rng, batches = np.random.default_rng(7), []
    feeder = int(grid.first_meter[grid.end[1]])
    for second in range(seconds):
        slot = rng.integers(0, grid.meters, per_second).astype(np.int32)
        kind = np.where(rng.random(per_second) < GASP_SHARE, LAST_GASP, HEARTBEAT).astype(np.int8)
        if second >= DARK_FROM:
            kind[slot < feeder] = LAST_GASP
        received = BEGIN + 1000 * second + np.sort(rng.integers(1, 1001, per_second))
        batches.append(Batch(slot, kind, received - rng.integers(0, 5000, per_second), received))
    return batches


def ours(grid: Grid, batches: Batches) -> tuple[float, int]:
    """Processor seconds of all steps, and how many outages were announced."""
    sensor, state, told = sensor_of(grid), begin_state(grid, BEGIN), 0
    begun = time.process_time()
    for second, batch in enumerate(batches):
        state, changes = step(sensor, state, batch, BEGIN + 1000 * (second + 1))
        told += sum(change.what == "announced" for change in changes)
    return time.process_time() - begun, told


def main() -> None:
    """Prints the table."""
    describe()
    feeders, per_second, seconds = (4, 100_000, 40) if quick() else (FEEDERS, PER_SECOND, SECONDS)
    grid = build_grid(made(feeders, SECTIONS, DISTRICTS, METERS))
    batches = stream(grid, per_second, seconds)
    events = per_second * seconds
    print(f"{grid.meters:,} meters, {grid.districts:,} districts, {seconds} batches of {per_second:,} events\n")
    ours(grid, batches[:12])  # loads the compiled loops
    best, told = min(ours(grid, batches) for _ in range(RUNS))
    rate = events / best / 1e6
    print(f"{'':34}{'M events/s':>12}{'ours / it':>11}")
    print(f"{'ours, full logic':34}{rate:12.2f}{1:11.1f}   {told} outage announced; goal {GOAL_MILLIONS:.0f}")
    district = np.repeat(np.arange(grid.districts, dtype=np.int32), np.diff(grid.first_meter))
    for name, peer in PEERS.items():
        try:
            count, took = peer(batches, district)
        except NotRun as reason:
            print(f"{name + ', simple rule':34}{'not run':>12}   {reason}", flush=True)
            continue
        its = count / took / 1e6
        print(f"{name + ', simple rule':34}{its:12.2f}{rate / its:11.1f}   {count:,} events", flush=True)


if __name__ == "__main__":
    main()
