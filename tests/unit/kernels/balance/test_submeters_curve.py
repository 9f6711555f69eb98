"""Curves: the night base, the lift's hours and the meter with a phase that is not measured are found, and no other."""

import numpy as np
import pytest

from wanjia.kernels.balance.submeters.curve import Curves, suspects, when

DAYS, SLOTS = 14, 96
HOUR = np.tile(np.arange(SLOTS) // 4, DAYS)


def _house(measured: float = 1.0, wrong: int = 1, lift: float = 0.0, lamps: float = 0.0, seed: int = 1) -> Curves:
    """Three workshops of different habits; `measured` is what the meter of one of them counts of the truth."""
    chance = np.random.default_rng(seed)
    day = np.arange(SLOTS) / 4
    shapes = [(day >= 8) & (day < 18), (day >= 6) & (day < 14), (day >= 13) & (day < 23)]
    truth = np.array([np.tile(shape, DAYS) * chance.uniform(1, 5, DAYS * SLOTS) for shape in shapes])
    on = ((HOUR >= 7) & (HOUR < 9)) | ((HOUR >= 17) & (HOUR < 19))
    main = truth.sum(axis=0) * 1.004 + lift * on / 4 + lamps / 4
    subs = truth.copy()
    subs[wrong] *= measured
    return Curves(15, HOUR, main, subs, np.zeros(DAYS * SLOTS))


@pytest.mark.parametrize("wrong", [0, 1, 2])
@pytest.mark.parametrize(
    ("measured", "kind", "ratio"),
    [(2 / 3, "phase_missing", 1.5), (1 / 3, "two_phases_missing", 3.0), (0.5, "multiplier", 2.0)],
)
def test_the_meter_that_counts_a_part_is_found_and_named(wrong: int, measured: float, kind: str, ratio: float) -> None:
    curves = _house(measured, wrong, lift=2.0, lamps=0.3)
    found = suspects(curves, ["a", "b", "c"])
    assert [one.meter for one in found] == ["abc"[wrong]]
    assert (found[0].kind, found[0].ratio) == (kind, ratio) and found[0].correlation > 0.9
    missing = curves.subs[wrong].sum() * (ratio - 1)
    assert found[0].kwh == pytest.approx(missing, rel=0.05)


def test_a_sound_house_has_no_suspects() -> None:
    assert suspects(_house(lift=2.0, lamps=0.3), ["a", "b", "c"]) == ()


def test_lamps_at_night_and_the_hours_of_the_lift() -> None:
    found = when(_house(lift=6.0, lamps=0.3))
    assert found is not None
    assert found.night_kw == pytest.approx(0.3) and found.night_kwh == pytest.approx(0.3 * 24 * DAYS)
    assert (found.begin_hour, found.end_hour) in ((7, 9), (17, 19))
    assert found.window_kwh == pytest.approx(6.0 * 2 * DAYS, rel=0.06)
    assert found.slots_missing == 0 and found.by_hour[3] == pytest.approx(0.3)


def test_what_a_schedule_explains_is_no_part_of_the_curve() -> None:
    house = _house(lamps=0.3)
    explained = Curves(15, HOUR, house.main, house.subs, np.full(DAYS * SLOTS, 0.3 / 4))
    found = when(explained)
    assert found is not None and found.night_kw == pytest.approx(0.0, abs=1e-9)


def test_scaling_units_changes_no_lead() -> None:
    house = _house(2 / 3)
    larger = Curves(15, HOUR, house.main * 1000, house.subs * 1000, house.points)
    names = ["a", "b", "c"]
    assert [(one.meter, one.ratio) for one in suspects(larger, names)] == [("b", 1.5)]
    order = Curves(15, HOUR, house.main, house.subs[::-1], house.points)
    assert [one.meter for one in suspects(order, names[::-1])] == ["b"]


def test_intervals_that_were_not_read_are_left_out_and_counted() -> None:
    house = _house(2 / 3)
    house.subs[0, 40:140] = np.nan
    found, leads = when(house), suspects(house, ["a", "b", "c"])
    assert found is not None and found.slots_missing == 100 and [one.meter for one in leads] == ["b"]
    house.main[60:] = np.nan
    assert when(house) is None and suspects(house, ["a", "b", "c"]) == ()


def test_meters_that_run_alike_are_not_told_apart() -> None:
    house = _house(2 / 3)
    twins = Curves(15, HOUR, house.main, np.vstack((house.subs, house.subs[1])), house.points)
    assert suspects(twins, ["a", "b", "c", "d"]) == ()
