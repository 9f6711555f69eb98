"""Repeated events in any run of days, and falls held against chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanjia.kernels.balance.diagnosis.repeats import fall, most_within

EVENTS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 400)), max_size=60)


@given(events=EVENTS, window=st.integers(1, 90), seed=st.randoms())
def test_the_most_in_a_window_is_what_counting_every_window_finds(events, window, seed) -> None:
    seed.shuffle(events)
    where, day = (np.array([event[axis] for event in events], dtype=np.int64) for axis in (0, 1))
    found = most_within(where.astype(np.int32), day, 5, window)
    for district in range(5):
        mine = [when for place, when in events if place == district]
        assert found[district] == max(
            (sum(first <= when < first + window for when in mine) for first in mine), default=0
        )


def test_a_turn_of_the_month_hides_nothing() -> None:
    days = np.array([59, 60, 61, 130], dtype=np.int64)
    where = np.zeros(4, dtype=np.int32)
    assert most_within(where, days, 2, 60).tolist() == [3, 0]
    with pytest.raises(ValueError, match="a window"):
        most_within(where, days, 2, 0)


def test_a_fall_by_hand() -> None:
    """5 in 60 days, then 1 in 60: of 6 events at most one in the later half, 7 of 64 ways."""
    found = fall(5, 60, 1, 60)
    assert (found.before_a_month, found.after_a_month, found.fall_share) == (2.5, 0.5, pytest.approx(0.8))
    assert found.chance == pytest.approx(7 / 64)
    assert fall(8, 60, 0, 60).chance == pytest.approx(1 / 256)
    assert fall(0, 60, 2, 30).fall_share is None
    assert fall(2, 60, 2, 30).fall_share == pytest.approx(-1)


@given(before=st.integers(0, 300), after=st.integers(0, 300), days=st.floats(1, 1000), other=st.floats(1, 1000))
def test_the_chance_is_a_probability_and_grows_with_what_came_after(before, after, days, other) -> None:
    found = fall(before, days, after, other)
    assert 0 <= found.chance <= 1
    same = fall(before + after, days, 0, other)
    assert same.chance <= found.chance + 1e-12
    scaled = fall(before, 2 * days, after, 2 * other)
    assert scaled.chance == pytest.approx(found.chance) and scaled.fall_share == pytest.approx(found.fall_share)


@pytest.mark.parametrize("wrong", [(-1, 1, 0, 1), (0, 0, 0, 1), (0, 1, 0, -1), (200_000, 1, 0, 1)])
def test_what_is_no_comparison_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match="counts of events"):
        fall(*wrong)
