"""How good is the sensing: seeded storms on real and made networks, announced outages against the true ones.

Run: `.venv/bin/python benchmarks/sensing_quality.py [SCENARIOS] [FIRST_SEED]` (200 from seed 0; `--quick`: 20).
Each scenario has 5 % of events lost, 2 % duplicated, 10 % late, 1 % of devices gasping for their own reasons, 1 % of
clocks wrong; one outage in ten has its concentrators silent too; planned work and concentrators silent alone go on
beside. Three networks are other software's (`make readers`); without the readers they are named and left out.

An announced outage is right when it names the very districts that the true device feeds: devices between which there
is no district cannot be told apart by any meter, and are one. It is held to what it said when the true one ended.
"""

import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.feeders import FEEDERS, feeders  # noqa: E402  (the repository itself is not installed)
from wanjia.adapters.grid_files.driver import read_grid  # noqa: E402
from wanjia.kernels.sensing.grid import Grid, build_grid  # noqa: E402
from wanjia.kernels.sensing.nouns import Change  # noqa: E402
from wanjia.kernels.sensing.scoring import Score, score  # noqa: E402
from wanjia.kernels.sensing.step import begin_state, sensor_of, step  # noqa: E402
from wanjia.kernels.sensing.storms import Made, Storm, make_storm  # noqa: E402
from wanjia.kernels.topology.making import make_network  # noqa: E402
from wanjia.model.faults import Refused  # noqa: E402
from wanjia.model.network import Network  # noqa: E402

BEGINS_AT = 1_780_000_000_000
PRECISION_MIN = RECALL_MIN = 0.99
DELAY_SECONDS_MAX = 60.0
PREFECTURE_DISTRICTS, PREFECTURE_SEED = 300, 1

CONVERTED: dict[str, str] = {
    "mv_oberrhein (pandapower)": "pandapower:mv_oberrhein",
    "rural MV+LV (SimBench)": "simbench:1-MVLV-rural-all-0-sw",
    "IEEE 123 node (OpenDSS)": str(ROOT / "tests/cases/sensing/ieee_123_node/ieee123.dss"),
}
MADE: dict[str, Callable[[], Network]] = {
    "made prefecture": lambda: make_network(
        PREFECTURE_DISTRICTS, np.random.default_rng(PREFECTURE_SEED), with_meters=True
    ),
    **{f"made {name}": partial(feeders, name) for name in FEEDERS},
}


@cache
def grid_of(name: str) -> Grid:
    """The grid of one of the networks. Raises Refused where its reader is missing."""
    return build_grid(MADE[name]() if name in MADE else read_grid(CONVERTED[name]))


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


def scenario(name: str, seed: int) -> Score:
    """One to three outages, every second time planned work too, up to three silent concentrators."""
    grid = grid_of(name)
    made, changes = play(grid, Storm(outages=1 + seed % 3, planned=seed % 2, silent_districts=seed % 4), seed)
    return score(made.truth, changes, first_gasps(grid, made))


@dataclass(frozen=True)
class Row:
    """A network's line of the table."""

    name: str
    grid: Grid
    total: Score
    seconds: float

    @property
    def is_good(self) -> bool:
        """Whether all goals are met."""
        total = self.total
        enough = total.precision >= PRECISION_MIN and total.recall >= RECALL_MIN and not total.planned_alarms
        return enough and total.median_delay is not None and total.median_delay <= DELAY_SECONDS_MAX

    def __str__(self) -> str:
        grid, total = self.grid, self.total
        return (
            f"{self.name:28}{grid.districts:>10}{grid.meters:>9}{total.true:>6}{total.announced:>6}"
            f"{total.precision:>11.4f}{total.recall:>8.4f}{total.right_at_once / max(total.announced, 1):>9.3f}"
            f"{total.median_delay or -1:>9.1f}{total.planned_alarms:>13}{total.parts:>7}{self.seconds:>7.1f}"
        )


HEAD = (f"{'network':28}{'districts':>10}{'meters':>9}{'true':>6}{'told':>6}{'precision':>11}{'recall':>8}"
        f"{'at once':>9}{'delay s':>9}{'plan alarms':>13}{'parts':>7}{'s':>7}")  # fmt: skip


def rows(names: list[str], seeds: range) -> Iterator[Row | str]:
    """A row for each network, or why there is none; scenarios on all cores."""
    for name in names:
        try:
            grid = grid_of(name)
        except Refused as refused:
            yield f"{name:28}{'not run: ' + ', '.join(fault.code for fault in refused.faults)}"
            continue
        begun = time.perf_counter()
        # Forked after the grid was built, so that each process has it without reading it again.
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            total = sum(pool.map(partial(scenario, name), seeds, chunksize=5), Score())
        yield Row(name, grid, total, time.perf_counter() - begun)


def main(arguments: list[str]) -> int:
    """Prints the table; 1 when a goal is missed."""
    numbers = [int(one) for one in arguments if one.isdigit()]
    count, first = (numbers + [20 if "--quick" in arguments else 200, 0][len(numbers) :])[:2]
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, "
          f"Python {platform.python_version()}; seeds {first} to {first + count - 1}\n{HEAD}", flush=True)  # fmt: skip
    is_missed = False
    for row in rows([*CONVERTED, *MADE], range(first, first + count)):
        print(row, flush=True)
        is_missed |= isinstance(row, Row) and not row.is_good
    return int(is_missed)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
