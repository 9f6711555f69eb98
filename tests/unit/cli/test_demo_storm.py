"""A storm that can be watched: what every device said before, what arrives, and what the sensor makes of it."""

import numpy as np
import pytest

from wanjia.cli.demo.storm_plan import (
    MINUTES_MIN,
    Play,
    first_gasps,
    hastened,
    moved,
    plan_storm,
)
from wanjia.kernels.sensing.nouns import HEARTBEAT, Change
from wanjia.kernels.sensing.scoring import Score, score
from wanjia.kernels.sensing.step import begin_state, sensor_of, step
from wanjia.kernels.topology.making import make_network
from wanjia.model.network import Network

BEGIN = 1_790_000_000_000
SEEDS = (11, 12, 13, 14)


@pytest.fixture(scope="module")
def network() -> Network:
    return make_network(120, np.random.default_rng(7), with_meters=True)


@pytest.fixture(scope="module")
def feeders(network: Network) -> frozenset[str]:
    return frozenset(sorted(set(network.districts.feeder.tolist()))[2:])


@pytest.fixture(scope="module")
def storm(network: Network, feeders: frozenset[str]) -> Play:
    return plan_storm(network, feeders, 12, 5, 11, BEGIN)


def test_it_stays_on_its_feeders_and_in_its_time(storm: Play, feeders: frozenset[str]) -> None:
    assert set(storm.grid.network.districts.feeder.tolist()) == feeders
    assert len(storm.truth) == 5 and storm.ends_at <= BEGIN + 12 * 60_000
    assert all(BEGIN <= one.starts_at < (one.ends_at or 0) <= storm.ends_at for one in storm.truth)
    assert (np.diff(storm.live.received) >= 0).all() and storm.live.received[0] >= BEGIN
    rows = [row for one in storm.truth for row in one.districts]
    assert len(rows) == len(set(rows)), "no district in two outages"


def test_before_it_every_device_says_at_most_one_word(storm: Play) -> None:
    before = storm.before
    assert (before.kind == HEARTBEAT).all() and len(set(before.slot.tolist())) == len(before.slot)
    assert len(before.slot) > 0.85 * len(storm.ids)
    # A clock may be off by an hour; all others are stamped just before.
    assert (np.abs(before.occurred - BEGIN) < 15_000).mean() > 0.98 and (before.received < BEGIN).all()


def sensed(storm: Play) -> list[Change]:
    """What the sensor makes of it, having heard everybody once before."""
    sensor, state = sensor_of(storm.grid), begin_state(storm.grid, BEGIN - 2000)
    state, early = step(sensor, state, storm.before, BEGIN - 1000)
    assert not early, "nothing is dark before it begins"
    return step(sensor, state, storm.live, int(storm.live.received[-1]) + 60_000)[1]


@pytest.mark.parametrize(("speed", "share"), [(1.0, 1.0), (2.0, 0.9)])
def test_the_sensor_finds_what_was_true(network: Network, feeders: frozenset[str], speed: float, share: float) -> None:
    found, ended = Score(), 0
    for seed in SEEDS:
        storm = hastened(plan_storm(network, feeders, 12, 5, seed, BEGIN), speed)
        changes = sensed(storm)
        found += score(storm.truth, changes, first_gasps(storm))
        ended += [change.what for change in changes].count("ended")
    # Played faster, the sensor's own waiting takes the same real seconds, and the end comes sooner than it likes.
    assert found.precision >= share and found.recall >= share and ended >= share * found.true
    assert found.median_delay is not None and 0 < found.median_delay <= 60


def test_moving_it_moves_everything(storm: Play) -> None:
    later = moved(storm, 5000)
    assert (later.live.received - storm.live.received == 5000).all() and later.begins_at == storm.begins_at + 5000
    assert [one.starts_at - 5000 for one in later.truth] == [one.starts_at for one in storm.truth]
    assert first_gasps(later) == tuple(None if at is None else at + 5000 for at in first_gasps(storm))


def test_the_same_seed_makes_the_same_storm(network: Network, feeders: frozenset[str], storm: Play) -> None:
    again = plan_storm(network, feeders, 12, 5, 11, BEGIN)
    assert again.truth == storm.truth
    assert all(np.array_equal(getattr(again.live, name), values) for name, values in vars(storm.live).items())


def test_it_is_not_shorter_than_the_sensor_takes(network: Network, feeders: frozenset[str]) -> None:
    with pytest.raises(ValueError, match="at least"):
        plan_storm(network, feeders, MINUTES_MIN - 1, 1, 1, BEGIN)
