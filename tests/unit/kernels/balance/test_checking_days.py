"""Clock shifts and wrong multipliers: found with their day and size in made homes, and never in sound ones."""

import numpy as np
import pytest

from tests.support.homes import homes, with_values
from wanjia.kernels.balance.readings.checking_levels import (
    check_against_master,
    check_levels,
    complete_sum,
    nearest_ratio,
    usual_ratio,
)  # fmt: skip
from wanjia.kernels.balance.readings.checking_shifts import check_clocks
from wanjia.kernels.balance.readings.curves import SLOTS, Curves

SOUND = homes(40, 35, seed=7)


def shifted(curves: Curves, row: int, day: int, slots: int) -> Curves:
    values = curves.values.copy()
    values[row, day * SLOTS :] = np.roll(values[row, day * SLOTS :], slots)
    return with_values(curves, values)


def test_sound_homes_keep_time_and_level() -> None:
    assert check_clocks(SOUND) == [] and check_levels(SOUND) == []


@pytest.mark.parametrize(("day", "slots"), [(10, 4), (20, -4), (17, 32), (25, -8), (6, 47)])
def test_a_moved_clock_is_found_with_its_day(day: int, slots: int) -> None:
    (one,) = check_clocks(shifted(SOUND, 11, day, slots))
    assert one.meter == 11 and abs(one.figure - slots) <= 1 and abs(one.begin - day * SLOTS) <= SLOTS
    assert one.end == SOUND.values.shape[1]


def test_what_all_do_together_is_no_clock() -> None:
    values = SOUND.values.copy()
    values[:, 15 * SLOTS :] = np.roll(values[:, 15 * SLOTS :], 4, axis=1)
    assert check_clocks(with_values(SOUND, values)) == []


def test_too_few_days_say_nothing() -> None:
    assert check_clocks(homes(3, 9)) == [] and check_levels(homes(3, 7)) == []


@pytest.mark.parametrize("times", [10.0, 0.1, 20.0, 5.0, 0.2, 100.0])
def test_a_step_by_a_usual_ratio_is_found_with_its_day(times: float) -> None:
    values = SOUND.values.copy()
    values[8, 12 * SLOTS :] *= times
    (one,) = check_levels(with_values(SOUND, values))
    assert (one.meter, one.begin) == (8, 12 * SLOTS)
    assert one.evidence["factor"] == pytest.approx(times, rel=0.25) and one.figure == pytest.approx(times, rel=0.25)


def test_more_in_the_evening_only_is_no_multiplier() -> None:
    values = SOUND.values.copy()
    evening = (SOUND.line.day >= 12) & (SOUND.line.slot >= 64) & (SOUND.line.slot < 88)
    values[8, evening] *= 10
    assert check_levels(with_values(SOUND, values)) == []


@pytest.mark.parametrize("ratio", [2.0, 10.0, 40.0])
def test_a_multiplier_that_was_forgotten_closes_the_balance_of_the_district(ratio: float) -> None:
    true = SOUND.values[:20].copy()
    true[4] *= ratio
    read = true.copy()
    read[4] /= ratio
    (one,) = check_against_master(Curves(read, SOUND.line), np.arange(20), true.sum(axis=0) / 0.97)
    assert (one.meter, one.figure) == (4, pytest.approx(1 / ratio))
    assert one.evidence["loss_after"] == pytest.approx(0.03, abs=0.01) and one.evidence["loss_before"] > 0.06


def test_a_multiplier_entered_twice_makes_a_negative_loss() -> None:
    read = SOUND.values[:20].copy()
    total = read.sum(axis=0) / 0.97
    read[4] *= 5
    (one,) = check_against_master(Curves(read, SOUND.line), np.arange(20), total)
    assert (one.meter, one.figure) == (4, pytest.approx(5)) and one.evidence["loss_before"] < 0


def test_a_theft_at_the_rate_of_all_is_no_multiplier_and_a_sound_district_none_either() -> None:
    read = Curves(SOUND.values[:20], SOUND.line)
    flat = SOUND.values[:20].sum(axis=0) + SOUND.values[:20].sum() * 0.2 / SOUND.values.shape[1]
    assert check_against_master(read, np.arange(20), flat) == []
    assert check_against_master(read, np.arange(20), SOUND.values[:20].sum(axis=0) / 0.97) == []
    assert check_against_master(read, np.arange(0), flat) == []


def test_a_sum_with_a_reading_missing_is_not_complete() -> None:
    values = np.array([[1.0, 2.0], [3.0, np.nan]])
    assert complete_sum(values, np.array([0, 1])).tolist()[0] == 4 and np.isnan(
        complete_sum(values, np.array([0, 1]))[1]
    )
    assert np.isnan(complete_sum(values, np.array([], np.int64))).all()


def test_usual_ratios_go_both_ways() -> None:
    assert usual_ratio(10.3) == 10 and usual_ratio(0.049) == pytest.approx(0.05) and usual_ratio(7.0) is None
    assert usual_ratio(0.0) is None and nearest_ratio(33.0) == 30
