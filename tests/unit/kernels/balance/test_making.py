"""A made city: one seed, one city; masters close to the modelled loss; each injected fault is in the readings."""

import numpy as np
import pytest

from wanjia.kernels.balance.made.city import dress, make_city, make_day
from wanjia.kernels.balance.made.electric import make_phases
from wanjia.kernels.balance.made.nouns import NO_DIRT, City, Injections, MadeDay
from wanjia.kernels.topology.making import make_network
from wanjia.model.network import METER_ROLES
from wanjia.model.readings import MISSING

MASTER, CUSTOMER, GENERATION = (METER_ROLES.index(role) for role in ("master", "customer", "generation"))


def shown_kwh(made: MadeDay) -> np.ndarray:
    """Readings in kWh, nothing where there is none."""
    block = made.block
    return np.where(block.values == MISSING, 0, block.values) * block.unit_kwh[:, None]


def booked_loss(city: City, made: MadeDay) -> np.ndarray:
    """Energy in less energy out of each district as the books have it, over the day."""
    sign = np.where(city.network.meters.role == CUSTOMER, -1.0, 1.0)
    return np.bincount(city.network.meters.district, weights=shown_kwh(made).sum(axis=1) * sign)


def test_a_city_closes_to_its_modelled_loss() -> None:
    city = make_city(12, 60, 3, seed=5, dirt=NO_DIRT)
    for day in range(3):
        made = make_day(city, day)
        counted_off = np.bincount(city.network.meters.district, weights=made.block.unit_kwh)
        expected = (made.technical_kwh + made.unmetered_kwh).sum(axis=1)
        assert (np.abs(booked_loss(city, made) - expected) <= counted_off).all()
        assert (expected > 0).all()


def test_a_wrong_meter_moves_its_energy_between_two_balances() -> None:
    city = make_city(12, 60, 2, seed=6, injections=Injections(moves=2), dirt=NO_DIRT)
    made = make_day(city, 1)
    off = booked_loss(city, made) - (made.technical_kwh + made.unmetered_kwh).sum(axis=1)
    expected = np.zeros(12)
    for wrong in city.truth.wrong:
        used = shown_kwh(made)[wrong.meter].sum()
        expected[wrong.booked] -= used
        expected[wrong.fed_by] += used
    assert np.abs(off - expected).max() <= np.bincount(made.block.district, weights=made.block.unit_kwh).max()


def test_a_theft_is_what_is_missing() -> None:
    city = make_city(8, 40, 20, seed=7, injections=Injections(thefts=3), dirt=NO_DIRT)
    day = max(theft.from_day for theft in city.truth.thefts)
    made = make_day(city, day)
    lost = made.technical_kwh + made.unmetered_kwh + made.stolen_kwh
    rounded = np.bincount(made.block.district, weights=made.block.unit_kwh)
    assert (np.abs(booked_loss(city, made) - lost.sum(axis=1)) <= rounded).all()
    assert made.stolen_kwh.sum() > 0


def test_one_seed_makes_one_city_and_any_day_alone() -> None:
    one, again, other = (make_city(6, 30, 4, seed=seed, injections=Injections(swaps=1)) for seed in (3, 3, 4))
    assert (make_day(one, 2).block.values == make_day(again, 2).block.values).all()
    assert one.truth == again.truth != other.truth


def test_dead_masters_gaps_and_electric_faults_show() -> None:
    wanted = Injections(dead_masters=3, gaps=2, overloads=2, low_voltages=2, unbalances=2)
    city = make_city(30, 120, 7, seed=8, injections=wanted, dirt=NO_DIRT)
    made = make_day(city, 6)
    phases = make_phases(city, made)
    values, at, role = made.block.values, made.block.district, made.block.role
    for dead in city.truth.dead:
        row = np.flatnonzero((at == dead.district) & (role == MASTER))
        assert (values[row] == (MISSING if dead.kind == "silent" else 0)).all()
    share = [np.mean(values[(at == each) & (role == CUSTOMER)] == MISSING) for each in range(30)]
    assert {each for each in range(30) if share[each] > 0.02} == set(city.truth.gaps)
    week = np.concatenate([make_phases(city, make_day(city, day)).amperes.mean(axis=1) for day in range(7)], axis=1)
    loading = week * 3 * 220 / 1000 / city.network.districts.capacity_kva[:, None]
    two_hours = loading.reshape(30, -1, 8).mean(axis=2).max(axis=1)
    assert two_hours[list(city.truth.overloads)].min() > 1
    assert np.median(two_hours) < 0.7
    assert phases.end_volts.min(axis=(1, 2))[list(city.truth.low_voltages)].max() < 205
    spread = 1 - phases.amperes.mean(axis=2).min(axis=1) / phases.amperes.mean(axis=2).max(axis=1)
    assert min(spread[list(city.truth.unbalances)]) > np.median(spread) + 0.1


def test_a_network_that_is_there_is_dressed_and_keeps_its_transformers() -> None:
    network = make_network(5, np.random.default_rng(1), with_meters=True)
    city = dress(network, 1, seed=2, first_weekday=5)
    assert (city.network.districts.capacity_kva == network.districts.capacity_kva).all()
    peak = make_day(city, 0).phase_kw.sum(axis=1).max(axis=1)
    assert (peak < network.districts.capacity_kva * 1.2).all()


def test_sunny_roofs_feed_back() -> None:
    city = make_city(6, 40, 2, seed=1)
    made = make_day(city, 1)
    noon = shown_kwh(made)[city.network.meters.role == GENERATION][:, 44:52].sum()
    night = shown_kwh(made)[city.network.meters.role == GENERATION][:, :16].sum()
    assert noon > 0 and night == 0


def test_refused_sizes() -> None:
    with pytest.raises(ValueError, match="more faults"):
        make_city(3, 3, 1, seed=1, injections=Injections(thefts=1000))
    city = make_city(2, 5, 1, seed=1)
    with pytest.raises(IndexError):
        make_day(city, 1)
