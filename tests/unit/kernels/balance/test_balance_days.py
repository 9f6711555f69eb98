"""Bands, flags, groups, and the law that a made city without faults loses what its wires lose."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanjia.kernels.balance.day.bands import BANDS, FOUR_AND_SIX, NOT_COMPUTABLE, SEVEN_AND_TEN, Edition, edition_on
from wanjia.kernels.balance.day.expected import Expected, expected_of
from wanjia.kernels.balance.day.flags import FLAGS
from wanjia.kernels.balance.day.losses import REASONS, DistrictDay, finish
from wanjia.kernels.balance.day.passing import add
from wanjia.kernels.balance.day.rolling import head_balance, roll_up
from wanjia.kernels.balance.day.sums import CUSTOMER, GENERATION, MASTER, PARTS_A_KWH, Sums, begin
from wanjia.kernels.balance.made.city import make_city, make_day
from wanjia.kernels.balance.made.nouns import NO_DIRT
from wanjia.model.network import words
from wanjia.model.readings import Block

SLOTS = 96


def bands_of(edition: Edition, *percent: float) -> list[str]:
    return [BANDS[code] for code in edition.band_of(np.array(percent) / 100)]


def test_bounds_of_bands_are_where_their_source_has_them() -> None:
    assert bands_of(FOUR_AND_SIX, 0, 4, 4.01, 5.99, 6, 70, -0.5, -1, -9) == [
        "economic", "economic", "normal", "normal", "high", "high", "normal", "negative", "negative"]  # fmt: skip
    assert bands_of(SEVEN_AND_TEN, 0, 7, 7.01, 10, 10.01, -0.01) == [
        "economic", "economic", "normal", "normal", "high", "negative"]  # fmt: skip
    assert FOUR_AND_SIX.band_of(np.array([np.nan]))[0] == NOT_COMPUTABLE


def test_the_latest_edition_that_has_begun_is_in_force() -> None:
    later = replace(SEVEN_AND_TEN, from_on=date(2026, 7, 1))
    assert edition_on(date(2026, 6, 30), [FOUR_AND_SIX, later]) is FOUR_AND_SIX
    assert edition_on(date(2026, 7, 1), [FOUR_AND_SIX, later]) is later
    with pytest.raises(ValueError):
        edition_on(date(2026, 6, 30), [later])


def flags_of(kwh: np.ndarray, role: int = CUSTOMER, roofs: int = 0, limit_kw: float = np.nan) -> set[str]:
    """Flags of one meter's day in a district with so many generation meters and 100 kVA."""
    none = np.zeros(1, np.int64)
    held = Expected(words(["d"]), none + 1, none + 1, none + roofs, np.array([100.0]))
    block = Block(kwh[None].astype(np.float64), np.ones(1), np.zeros(1, np.int32), np.full(1, role, np.int8))
    bits = int(add(begin(1, SLOTS), block, held, np.array([limit_kw])).flags[0])
    return {name for at, name in enumerate(FLAGS) if bits >> at & 1}


def test_each_flag_is_raised_at_its_threshold_and_not_before() -> None:
    usual = 0.3 + 0.1 * (np.arange(SLOTS) % 5)

    def but(begin: int, end: int, value: float) -> np.ndarray:
        found = usual.copy()
        found[begin:end] = value
        return found

    assert flags_of(usual) == set()
    assert flags_of(but(3, 4, -0.01)) == {"negative"}
    assert flags_of(but(3, 4, -0.01), GENERATION) == {"negative"}
    assert flags_of(but(3, 4, -0.01), MASTER) == {"negative"} and flags_of(but(3, 4, -0.01), MASTER, roofs=1) == set()
    assert flags_of(but(3, 4, 12.0)) == set() and flags_of(but(3, 4, 12.01)) == {"spike"}
    assert flags_of(usual * 100) == set() and flags_of(but(3, 4, 2.0), limit_kw=6.0) == {"spike"}
    assert flags_of(but(3, 4, 50.1), MASTER) == {"spike"} and flags_of(but(3, 4, 50.0), MASTER) == set()
    assert flags_of(usual * 0) == {"all_zero"} and flags_of(usual * 0, GENERATION) == set()
    assert flags_of(but(10, 42, 0)) == {"zero_run"} and flags_of(but(10, 41, 0)) == set()
    assert flags_of(but(80, 96, 0.35)) == {"stuck"} and flags_of(but(81, 96, 0.35)) == set()
    assert flags_of(but(0, 96, 0.04)) == set() and flags_of(but(0, 96, 0.05)) == {"stuck"}
    assert flags_of(but(5, 6, np.nan)) == {"gap"} and flags_of(but(0, 96, np.nan)) == {"silent"}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 96), st.integers(0, 96), st.integers(0, 3))
def test_a_run_is_found_wherever_it_lies(begin: int, length: int, holes: int) -> None:
    kwh = 0.3 + 0.1 * (np.arange(SLOTS) % 5)
    kwh[begin : begin + length] = 0
    kwh[begin + length // 2 : begin + length // 2 + holes] = np.nan
    zeros, best, run = kwh == 0, 0, 0
    for zero in zeros.tolist():
        run = run + 1 if zero else 0
        best = max(best, run)
    there = ~np.isnan(kwh)
    expected = "all_zero" if there.any() and zeros[there].all() else "zero_run" if best >= 32 else None
    assert flags_of(kwh) & {"all_zero", "zero_run"} == ({expected} if expected else set())


def city_day(seed: int) -> tuple[DistrictDay, Sums, Expected, np.ndarray]:
    """A made city without dirt: its balance, and by how many kWh it misses the modelled loss, [districts]."""
    city = make_city(12, 40, 1, seed, dirt=NO_DIRT)
    made, meters = make_day(city, 0), city.network.meters
    held = expected_of(city.network.districts.ids, meters.district, meters.role, city.network.districts.capacity_kva)
    sums = begin(len(held.ids), SLOTS)
    add(sums, made.block, held)
    day, lost = finish(sums, held), (made.technical_kwh + made.unmetered_kwh + made.stolen_kwh).sum(axis=1)
    counts = np.bincount(meters.district, weights=made.block.unit_kwh)
    return day, sums, held, np.abs(day.loss_kwh - lost) / counts


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_city_without_faults_loses_what_its_wires_lose(seed: int) -> None:
    """But for the last place of each register, which rounds a day's energy by one count at most."""
    day, _, _, counts_missed = city_day(seed)
    assert (day.band != NOT_COMPUTABLE).all() and (day.coverage == 1).all()
    assert (counts_missed <= 1).all() and (day.loss_kwh > 0).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 11), st.floats(0, 50, allow_nan=False))
def test_a_master_that_stands_still_is_no_figure_whatever_roofs_feed_in(which: int, roof_kwh: float) -> None:
    _, sums, held, _ = city_day(5)
    sums.energy[MASTER, which] = 0
    sums.energy[GENERATION, which] = 0
    sums.energy[GENERATION, which, 40:50] = round(roof_kwh * PARTS_A_KWH)
    day = finish(sums, held)
    assert day.reasons[which] == 1 << REASONS.index("master_zero") and day.band[which] == NOT_COMPUTABLE
    assert np.isnan(day.loss_rate[which]) and (np.delete(day.band, which) != NOT_COMPUTABLE).all()
    sums.energy[CUSTOMER, which] = 0
    idle = finish(sums, held).reasons[which]
    assert idle == (0 if round(roof_kwh * PARTS_A_KWH) else 1 << REASONS.index("no_energy_in"))


def test_totals_hide_nobody() -> None:
    day, sums, held, _ = city_day(4)
    silent = sums.energy[MASTER].copy()
    silent[0], sums.present[MASTER, 0], sums.reporting[MASTER, 0] = 0, 0, 0
    sums.energy[MASTER] = silent
    day = finish(sums, held)
    group = np.array([0] * 6 + [1] * 5 + [-1], np.int32)
    found = roll_up(day, group, 3)
    assert found.districts.tolist() == [6, 5, 0] and found.computable.tolist() == [5, 5, 0]
    assert found.share[:2].tolist() == [5 / 6, 1] and np.isnan(found.share[2]) and np.isnan(found.loss_rate[2])
    assert found.energy_in_kwh[0] == pytest.approx(day.energy_in_kwh[1:6].sum())
    assert found.loss_kwh[1] == pytest.approx(day.loss_kwh[6:11].sum())
    assert found.reasons[0].tolist() == [1 if code == "master_silent" else 0 for code in REASONS]
    assert found.bands.sum(axis=1).tolist() == [6, 5, 0]


def test_a_feeders_head_is_held_against_its_masters_over_the_same_intervals() -> None:
    masters, heads = begin(3, SLOTS), begin(2, SLOTS)
    masters.energy[MASTER], masters.present[MASTER] = 1e9, 1
    heads.energy[MASTER], heads.present[MASTER] = 2.1e9, 1
    masters.present[MASTER, 0, 7], masters.energy[MASTER, 0, 7] = 0, 0
    one = np.ones(3, np.int64)
    feeder = np.array([0, 0, 1], np.int32)
    found = head_balance(heads, np.array([1, 1]), masters, one, feeder)
    assert found.energy_in_kwh[0] == pytest.approx(95 * 2.1) and found.energy_out_kwh[0] == pytest.approx(190)
    assert found.loss_rate[0] == pytest.approx(0.1 / 2.1) and BANDS[found.band[1]] == "high"
    masters.present[MASTER, 2, :40] = 0
    found = head_balance(heads, np.array([1, 0]), masters, one, feeder)
    assert found.band[1] == NOT_COMPUTABLE and found.masters_whole.tolist() == [1.0, 0.0]
