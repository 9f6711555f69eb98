"""How good is the sensing: seeded storms on made networks, announced outages against the true ones.

Run: `.venv/bin/python benchmarks/sensing_quality.py [SCENARIOS]` (200 by default). Each scenario has 5 % of events
lost, 2 % duplicated, 10 % late, 1 % of devices gasping for their own reasons, 1 % of clocks wrong; one outage in ten
has its concentrators silent too; planned work and concentrators silent alone go on beside.
"""

import sys
import time
from pathlib import Path

import numpy as np

from wanjia.kernels.sensing.grid import Grid, build_grid
from wanjia.kernels.sensing.nouns import Change
from wanjia.kernels.sensing.scoring import Score, score
from wanjia.kernels.sensing.step import begin_state, sensor_of, step
from wanjia.kernels.sensing.storms import Made, Storm, make_storm

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.support.feeders import FEEDERS, feeders

BEGINS_AT = 1_780_000_000_000
PRECISION_MIN = RECALL_MIN = 0.99
DELAY_SECONDS_MAX = 60.0


def first_gasps(grid: Grid, made: Made) -> list[int | None]:
    """Arrival of the first gasp of each true outage's devices after it began."""
    batch, found = made.batch, []
    rank = np.concatenate((np.repeat(np.arange(grid.districts), np.diff(grid.first_meter)), np.arange(grid.districts)))
    gasps = np.flatnonzero(batch.kind == 0)
    rows = grid.district[rank[batch.slot[gasps]]]
    for one in made.truth:
        of = gasps[np.isin(rows, one.districts) & (batch.received[gasps] >= one.starts_at)]
        found.append(int(batch.received[of[0]]) if len(of) else None)
    return found


def play(grid: Grid, storm: Storm, seed: int) -> tuple[Made, list[Change]]:
    """Makes a storm and senses it."""
    made = make_storm(grid, storm, seed, BEGINS_AT)
    _, changes = step(sensor_of(grid, made.plans), begin_state(grid, BEGINS_AT), made.batch, made.ends_at)
    return made, changes


def main(scenarios: int) -> int:
    """Prints the table; 1 when a goal is missed."""
    missed = False
    print(f"{'network':28}{'districts':>10}{'meters':>9}{'true':>6}{'told':>6}{'precision':>11}{'recall':>8}"
          f"{'at once':>9}{'delay s':>9}{'plan alarms':>13}{'parts':>7}{'s':>7}")  # fmt: skip
    for name in FEEDERS:
        grid, total, begun = build_grid(feeders(name)), Score(), time.perf_counter()
        for seed in range(scenarios):
            made, changes = play(grid, Storm(outages=1 + seed % 3, planned=seed % 2, silent_districts=seed % 4), seed)
            total += score(made.truth, changes, first_gasps(grid, made))
        delay = total.median_delay
        print(f"{name:28}{grid.districts:>10}{grid.meters:>9}{total.true:>6}{total.announced:>6}{total.precision:>11.4f}"
              f"{total.recall:>8.4f}{total.right_at_once / max(total.announced, 1):>9.3f}{delay or -1:>9.1f}"
              f"{total.planned_alarms:>13}{total.parts:>7}{time.perf_counter() - begun:>7.1f}", flush=True)  # fmt: skip
        good = total.precision >= PRECISION_MIN and total.recall >= RECALL_MIN and not total.planned_alarms
        missed |= not (good and delay is not None and delay <= DELAY_SECONDS_MAX)
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main(*[int(argument) for argument in sys.argv[1:]] or [200]))
