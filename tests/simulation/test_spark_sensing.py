"""`kill -9` of sensing in Spark while files of events come in: the same outages as one process that nobody kills.

WANJIA_KILLS says how often; without it twice, with CI set three times.
"""

import os
import random
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support.machine import needs
from tests.support.towns import made_towns
from wanjia.adapters.grid_files.folder import read_network, write_network
from wanjia.kernels.sensing.grid import Grid, build_grid
from wanjia.kernels.sensing.nouns import Change
from wanjia.kernels.sensing.parting import joined, parts_of
from wanjia.kernels.sensing.step import begin_state, sensor_of, step
from wanjia.kernels.sensing.storms import Made, Storm, make_storm

pytestmark = [pytest.mark.heavy, needs("spark")]

KILLS = int(os.environ.get("WANJIA_KILLS") or (3 if os.environ.get("CI") else 2))
FILES_A_LIFE = 4
BEGINS_AT = 1_780_000_000_000
STORM = Storm(outages=5, silent_districts=3, silent_share=0.4, stray_share=0.02)
TOWNS = ((2, 3, 3, 12), (1, 3, 3, 12), (3, 2, 2, 12))


def unbroken(grid: Grid, made: Made, until: int) -> list[Change]:
    """One process, one state, everything at once."""
    _, changes = step(sensor_of(grid), begin_state(grid, BEGINS_AT), made.batch, until)
    part = {int(row): at for at, one in enumerate(parts_of(grid)) for row in one.grid.district}
    return joined((part[change.outage.districts[0]], change) for change in changes)


def pieces(rows: pa.Table, count: int) -> list[pa.Table]:
    cuts = np.linspace(0, rows.num_rows, count + 1).astype(int).tolist()
    return [rows.slice(begin, end - begin) for begin, end in pairwise(cuts)]


def test_killed_at_random_moments_it_gives_the_outages_of_one_process(tmp_path: Path) -> None:
    spark = pytest.importorskip("tests.support.spark")
    streams = pytest.importorskip("wanjia.wiring.spark")
    network, events, keep = (tmp_path / name for name in ("network", "events", "keep"))
    events.mkdir()
    write_network(network, made_towns(*TOWNS), ".parquet")
    read = read_network(network).network
    assert read is not None
    grid, chance = build_grid(read), random.Random(5)
    made = make_storm(grid, STORM, 4, BEGINS_AT)
    lives = pieces(spark.event_rows(grid, made.batch), (KILLS + 1) * FILES_A_LIFE)
    stream = spark.StreamProcess(network, events, keep, ("--batch-files", "1"))
    try:
        for life in range(KILLS):
            before = stream.committed()
            for number in range(life * FILES_A_LIFE, (life + 1) * FILES_A_LIFE):
                spark.move_in(events, number, lives[number])
            stream.start("--follow")
            stream.wait_for(before + chance.randint(1, FILES_A_LIFE - 1))
            time.sleep(chance.random())
            stream.kill()
        for number in range(KILLS * FILES_A_LIFE, len(lives)):
            spark.move_in(events, number, lives[number])
        spark.move_in(events, len(lives), spark.mark_row(made.ends_at + 1))
        stream.start()
        assert stream.finish() == 0, stream.said
    finally:
        stream.kill()
    found = streams.SensingStream(keep, grid, ())
    expected = unbroken(grid, made, made.ends_at)
    assert len({change.outage.number for change in expected}) >= len(made.truth)
    assert found.changes() == expected
    assert found.counts() == {"unknown": 0, "late": 0}
    listed = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert [row["detected_at"] is not None for row in listed] and len(listed) >= len(made.truth)
