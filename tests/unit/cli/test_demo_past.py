"""What happened on the demo's feeders: possible at all, fewer than a year ago, the same for the same seed."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanjia.cli.demo.outages import changes_of
from wanjia.cli.demo.past import CAUSES, LAST_YEAR, THIS_YEAR, Past, make_past
from wanjia.cli.demo.restorations import CAUSES as TOLD_CAUSES
from wanjia.kernels.sensing.grid import Grid, build_grid
from wanjia.kernels.topology.making import make_network

BEGIN = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def grid() -> Grid:
    return build_grid(make_network(400, np.random.default_rng(3)))


def past_of(grid: Grid, seed: int, days: int = 60, rate: float = 1.0) -> tuple[Past, ...]:
    return make_past(grid, np.random.default_rng(seed), BEGIN, BEGIN + timedelta(days=days), rate)


@settings(max_examples=10)
@given(seed=st.integers(0, 2**32))
def test_no_district_is_dark_twice_at_once_and_all_is_over(grid: Grid, seed: int) -> None:
    lit_since: dict[int, int] = {}
    past = past_of(grid, seed)
    assert [one.outage.starts_at for one in past] == sorted(one.outage.starts_at for one in past)
    for one in past:
        outage = one.outage
        assert outage.ends_at is not None and outage.starts_at <= outage.detected_at <= outage.ends_at
        assert BEGIN.timestamp() * 1000 <= outage.starts_at and outage.ends_at < (BEGIN.timestamp() + 60 * 86400) * 1000
        for row in outage.districts:
            assert lit_since.get(row, 0) <= outage.starts_at
            lit_since[row] = outage.ends_at
        assert set(one.first_back) <= set(outage.districts) and len(one.first_back) < len(outage.districts)


def test_the_same_seed_tells_the_same_past(grid: Grid) -> None:
    assert [vars(one) for one in past_of(grid, 5)] == [vars(one) for one in past_of(grid, 5)]
    assert [one.outage for one in past_of(grid, 5)] != [one.outage for one in past_of(grid, 6)]


def test_there_were_more_faults_a_year_ago(grid: Grid) -> None:
    def faults(rate: float) -> int:
        return sum(not one.outage.planned for seed in range(6) for one in past_of(grid, seed, 120, rate))

    assert 0.60 < faults(THIS_YEAR) / faults(LAST_YEAR) < 0.85


def test_every_cause_of_a_fault_has_words_for_its_case() -> None:
    assert {cause.code for cause in CAUSES if not cause.planned} <= TOLD_CAUSES.keys()


def test_the_sensor_tells_of_beginning_part_and_end(grid: Grid) -> None:
    staged = next(one for seed in range(9) for one in past_of(grid, seed) if one.first_back)
    begun, part, ended = changes_of(staged, 7, grid.network)
    assert (begun.what, part.what, ended.what) == ("announced", "shrunk", "ended")
    assert begun.at < part.at < ended.at and {begun.outage.number, part.outage.number, ended.outage.number} == {7}
    assert set(part.outage.districts) == set(begun.outage.districts) - set(staged.first_back)
    assert ended.outage.ends_at == staged.outage.ends_at and begun.outage.ends_at is None
    assert part.outage.customers == int(grid.network.districts.customers[list(part.outage.districts)].sum())
