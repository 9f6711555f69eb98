"""The demo's meters: each reports once a round, those of silent districts never, and a storm may speak for some."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from wanjia.adapters.telemetry.keys import DeviceKeys, keys_of
from wanjia.cli.demo.meters import (
    METER_SECONDS,
    TERMINAL_SECONDS,
    Meters,
    make_meters_file,
    read_meters,
    reporting_devices,
)
from wanjia.cli.demo.pulse import give_back, report, report_all, take_over, taken
from wanjia.kernels.sensing.grid import Grid, build_grid
from wanjia.kernels.sensing.nouns import HEARTBEAT
from wanjia.kernels.topology.making import make_network

NOW = 1_790_000_000


@pytest.fixture(scope="module")
def grid() -> Grid:
    return build_grid(make_network(30, np.random.default_rng(1), with_meters=True))


@pytest.fixture(scope="module")
def meters(grid: Grid) -> Meters:
    reporting = np.ones(grid.meters + grid.districts, np.bool_)
    reporting[:7] = False
    return make_meters_file(grid, DeviceKeys.of(grid), reporting, np.random.default_rng(2))


@dataclass
class Heard:
    """An outlet that keeps what it was given."""

    keys: list[int] = field(default_factory=list)
    occurred: list[int] = field(default_factory=list)
    messages: int = 0

    def send(self, keys: np.ndarray, kinds: np.ndarray, occurred: np.ndarray, sent_at: int = 0) -> int:
        assert (kinds == HEARTBEAT).all() and len(keys) == len(kinds) == len(occurred)
        self.keys += keys.tolist()
        self.occurred += occurred.tolist()
        self.messages += 1
        return self.messages


def test_everybody_but_the_silent_reports_once_a_round(grid: Grid, meters: Meters) -> None:
    silent = set(keys_of(grid.network.meters.ids[grid.meter_at_slot][:7].tolist()).tolist())
    every = set(keys_of([*grid.network.meters.ids.tolist(), *grid.network.districts.ids.tolist()]).tolist())
    heard, hushed = Heard(), np.zeros(len(meters.keys), np.bool_)
    for second in range(NOW, NOW + METER_SECONDS):
        report(heard, meters, hushed, second)
    counts = dict(zip(*np.unique(np.array(heard.keys, np.uint64), return_counts=True), strict=True))
    terminals = set(keys_of(grid.network.districts.ids.tolist()).tolist())
    assert set(map(int, counts)) == every - silent
    assert all(n == (METER_SECONDS // TERMINAL_SECONDS if int(k) in terminals else 1) for k, n in counts.items())


def test_the_last_reports_are_those_that_the_rounds_gave(meters: Meters) -> None:
    rounds, hushed = Heard(), np.zeros(len(meters.keys), np.bool_)
    for second in range(NOW - METER_SECONDS + 1, NOW + 1):
        report(rounds, meters, hushed, second)
    newest: dict[int, int] = {}
    for key, at in zip(rounds.keys, rounds.occurred, strict=True):
        newest[key] = max(at, newest.get(key, 0))
    assert dict(zip(meters.keys.tolist(), (1000 * meters.last_before(NOW)).tolist(), strict=True)) == newest


def test_at_the_beginning_everybody_but_the_storms_reports(meters: Meters) -> None:
    heard, hushed = Heard(), meters.district == 3
    report_all(heard, meters, hushed, NOW)
    assert sorted(heard.keys) == sorted(meters.keys[~hushed].tolist()) and set(heard.occurred) == {1000 * NOW}


def test_a_storm_speaks_for_its_districts_until_its_time(meters: Meters, tmp_path: Path) -> None:
    some = meters.districts[:3].tolist()
    assert not taken(tmp_path, meters, NOW).any()
    take_over(tmp_path, some, NOW + 60.0)
    hushed = taken(tmp_path, meters, NOW)
    assert set(meters.districts[meters.district[hushed]].tolist()) == set(some)
    assert not set(meters.districts[meters.district[~hushed]].tolist()) & set(some)
    assert not taken(tmp_path, meters, NOW + 61.0).any()
    give_back(tmp_path)
    assert not taken(tmp_path, meters, NOW).any()


def test_what_is_kept_is_read_again(meters: Meters, tmp_path: Path) -> None:
    meters.write(tmp_path)
    again = read_meters(tmp_path)
    assert all(np.array_equal(value, getattr(again, name)) for name, value in vars(meters).items())


def test_nearly_all_report() -> None:
    grid = build_grid(make_network(2000, np.random.default_rng(4), with_meters=True))
    reporting = reporting_devices(grid, np.random.default_rng(5))
    assert 0.985 < reporting[: grid.meters].mean() < 0.999
    first = grid.first_meter
    silent = [r for r in range(grid.districts) if not reporting[grid.meters + r]]
    assert silent and all(not reporting[first[r] : first[r + 1]].any() for r in silent)
