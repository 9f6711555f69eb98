"""A home that is unusually still is noticed, an ordinary night or a quiet Sunday is not, and no figure comes out."""

from dataclasses import fields

import numpy as np
import pytest

from wanjia.kernels.balance.safety.inactivity import DAYS_MIN, Floats, Stillness, stillness

DAYS = 28


def _weeks(seed: int = 1, days: int = DAYS) -> Floats:
    """A retired person's hours: a refrigerator, breakfast at 6 to 8, lunch, television and a lamp until 22."""
    chance = np.random.default_rng(seed)
    hours = 0.05 + 0.02 * chance.random((days, 24))
    for first, last, size in ((6, 8, 0.3), (11, 13, 0.5), (17, 22, 0.2)):
        hours[:, first:last] += size * (0.5 + chance.random((days, last - first)))
    return hours.reshape(-1)


def _then(still_hours: int, begins: int = 22) -> Floats:
    """An ordinary month up to `begins` o'clock, then nothing but the refrigerator."""
    month = _weeks(days=DAYS + 1)[: DAYS * 24 + begins]
    return np.concatenate((month, np.full(still_hours, 0.06)))


@pytest.mark.parametrize(("still", "unusual"), [(3, False), (8, False), (10, True), (14, True), (30, True)])
def test_a_night_is_usual_and_a_morning_without_breakfast_is_not(still: int, unusual: bool) -> None:
    """From 22:00 on: at 6:00 it has been still for 8 hours, as every night; from 8:00 on never before."""
    found = stillness(_then(still))
    assert (found.is_known, found.is_unusual, found.is_lively) == (True, unusual, False)


def test_life_ends_it() -> None:
    found = stillness(np.append(_then(14), 0.6))
    assert found == Stillness(True, False, True)


def test_every_hour_of_an_ordinary_week_raises_nothing() -> None:
    month = _weeks(seed=5, days=DAYS + 7)
    assert not any(stillness(month[:end]).is_unusual for end in range(DAYS * 24, len(month)))


def test_who_is_often_away_is_not_rung_up() -> None:
    month = _weeks(days=DAYS + 1).reshape(-1, 24)
    month[::7] = 0.06
    month[-1] = 0.06
    assert not stillness(month.reshape(-1)[:-6]).is_unusual


def test_what_cannot_be_known() -> None:
    short, flat, dead = _weeks(days=DAYS_MIN - 1), np.full(DAYS * 24, 0.06), _then(14)
    dead[-1] = np.nan
    assert [stillness(one).is_known for one in (short, flat, dead)] == [False, False, False]
    hole = _then(14)
    hole[-3] = np.nan
    assert stillness(hole) == Stillness(True)


def test_units_change_nothing_but_the_least_that_is_life() -> None:
    assert stillness(_then(14) * 8) == stillness(_then(14))


def test_nothing_but_yes_or_no_comes_out() -> None:
    assert all(one.type in (bool, "bool") for one in fields(Stillness))
