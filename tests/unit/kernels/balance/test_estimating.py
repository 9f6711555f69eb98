"""Estimates: what was read stays bit by bit, every change is marked, registers close to the count, twice is once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.homes import homes, with_values
from wanjia.kernels.balance.readings.curves import SLOTS, Curves
from wanjia.kernels.balance.readings.estimating import METHODS, Estimate, Register, estimate

SOUND = homes(4, 14, seed=3)
UNIT = np.full(4, 0.001)
COLUMNS = SOUND.values.shape[1]


def lost(begin: int, end: int, row: int = 1) -> tuple[Curves, np.ndarray]:
    """Curves with a gap, and the mask of what is to be replaced."""
    values = SOUND.values.copy()
    values[row, begin:end] = np.nan
    return with_values(SOUND, values), np.isnan(values)


def methods(found: Estimate, row: int = 1) -> set[str]:
    return {METHODS[code] for code in found.method[row]} - {"as_read"}


masks = st.lists(st.tuples(st.integers(0, 3), st.integers(0, COLUMNS - 1), st.integers(1, 300)), min_size=1, max_size=6)


def masked(spans: list[tuple[int, int, int]]) -> np.ndarray:
    mask = np.zeros(SOUND.values.shape, bool)
    for row, begin, length in spans:
        mask[row, begin : begin + length] = True
    return mask


@given(masks)
@settings(max_examples=40, deadline=None)
def test_what_is_not_marked_is_what_was_read_and_all_that_was_asked_for_is_marked(
    spans: list[tuple[int, int, int]],
) -> None:
    mask = masked(spans)
    found = estimate(SOUND, mask, UNIT)
    assert (found.values[~mask].view(np.int64) == SOUND.values[~mask].view(np.int64)).all()
    assert ((found.method > 0) == mask).all() and found.before is SOUND.values
    assert (found.values[mask & (found.method < METHODS.index("not_estimated"))] >= 0).all()


@given(masks)
@settings(max_examples=30, deadline=None)
def test_estimating_again_gives_the_same(spans: list[tuple[int, int, int]]) -> None:
    mask = masked(spans)
    once = estimate(SOUND, mask, UNIT)
    again = estimate(with_values(SOUND, once.values), mask, UNIT)
    assert np.array_equal(once.values, again.values, equal_nan=True) and (once.method == again.method).all()
    nothing = estimate(with_values(SOUND, once.values), np.zeros_like(mask), UNIT)
    assert np.array_equal(once.values, nothing.values, equal_nan=True) and not nothing.method.any()


@given(st.integers(1, COLUMNS - 400), st.integers(1, 300), st.integers(0, 200_000))
@settings(max_examples=40, deadline=None)
def test_intervals_and_register_agree_to_the_count(begin: int, length: int, more: int) -> None:
    curves, mask = lost(begin, begin + length)
    known = int(np.rint(np.nansum(curves.values[1, begin - 1 : begin + length + 50]) / 0.001))
    register = Register(1, begin - 1, begin + length + 50, (known + more) / 1000)
    found = estimate(curves, mask, UNIT, [register])
    assert found.mismatches == ()
    counts = np.rint(found.values[1, begin - 1 : begin + length + 50] / 0.001).sum()
    assert counts == known + more
    assert all(name.endswith("_to_register") for name in methods(found))


def test_a_short_gap_is_bridged_and_a_long_one_takes_similar_days() -> None:
    found = estimate(*lost(500, 504), UNIT)
    assert methods(found) == {"linear"}
    before, after = SOUND.values[1, 499], SOUND.values[1, 504]
    assert found.values[1, 502] == pytest.approx(before + (after - before) * 3 / 5, abs=0.0005)
    assert methods(estimate(*lost(500, 505), UNIT)) == {"similar_days"}
    assert methods(estimate(*lost(0, 3), UNIT)) == {"similar_days"}, "nothing to the left"


def test_similar_days_are_days_of_the_same_kind_at_the_level_of_the_day() -> None:
    values = SOUND.values.copy()
    values[1, SOUND.line.rest[SOUND.line.day]] *= 5
    for day, times in ((8, 1.0), (12, 5.0)):
        begin = day * SLOTS + 40
        holed = values.copy()
        holed[1, begin : begin + 40] = np.nan
        found = estimate(with_values(SOUND, holed), np.isnan(holed), UNIT)
        assert found.values[1, begin : begin + 40].sum() == pytest.approx(
            values[1, begin : begin + 40].sum(), rel=0.25
        ), f"about {times} times a workday"


def test_where_there_is_nothing_to_go_by_nothing_is_made_up() -> None:
    found = estimate(*lost(0, COLUMNS), UNIT)
    assert methods(found) == {"not_estimated"} and np.isnan(found.values[1]).all()
    even = estimate(*lost(0, COLUMNS), UNIT, [Register(1, 0, COLUMNS, 100.0)])
    assert methods(even) == {"even_to_register"} and even.values[1].sum() == pytest.approx(100.0)


def test_a_register_that_counted_less_than_the_readings_is_named() -> None:
    curves, mask = lost(500, 520)
    one = Register(1, 490, 530, 0.001)
    found = estimate(curves, mask, UNIT, [one])
    assert [each.register for each in found.mismatches] == [one] and methods(found) == {"similar_days"}
    whole = Register(1, 0, 400, float(SOUND.values[1, :400].sum()))
    assert estimate(curves, mask, UNIT, [whole]).mismatches == ()
    wrong = Register(1, 0, 400, whole.kwh + 5)
    assert estimate(curves, mask, UNIT, [wrong]).mismatches[0].readings_kwh == pytest.approx(whole.kwh)


@pytest.mark.parametrize(
    "register", [Register(1, 5, 5, 1.0), Register(1, -1, 5, 1.0), Register(1, 0, COLUMNS + 1, 1.0)]
)
def test_a_register_outside_the_columns_is_refused(register: Register) -> None:
    with pytest.raises(ValueError, match="outside"):
        estimate(SOUND, np.zeros(SOUND.values.shape, bool), UNIT, [register])
    with pytest.raises(ValueError, match="unit"):
        estimate(SOUND, np.zeros(SOUND.values.shape, bool), np.zeros(4))
