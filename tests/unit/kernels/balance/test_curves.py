"""Columns of curves: days of 92, 96 and 100 intervals, runs of true values, quantiles without what is missing."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from wanjia.kernels.balance.readings.curves import Curves, joined, quantiles, runs, timeline


def test_a_day_has_its_own_number_of_intervals_where_the_clocks_change() -> None:
    line = timeline(date(2026, 3, 28), 3, "Europe/Zurich")
    assert np.bincount(line.day).tolist() == [96, 92, 96]
    assert line.slot[96:104].tolist() == list(range(8)), "until two o'clock as always"
    assert line.slot[104] == 12, "then it is three"
    assert np.bincount(timeline(date(2026, 10, 25), 1, "Europe/Zurich").day).tolist() == [100]


def test_a_column_ends_when_its_reading_is_taken() -> None:
    line = timeline(date(2026, 3, 2), 2, "Asia/Shanghai")
    assert line.ends_at(0) == datetime(2026, 3, 1, 16, 15, tzinfo=UTC)
    assert line.ends_at(95) == datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
    assert line.rest.tolist() == [False, False]
    assert timeline(date(2026, 3, 6), 3, "UTC").rest.tolist() == [False, True, True]
    assert timeline(date(2026, 3, 6), 2, "UTC", frozenset({date(2026, 3, 6)})).rest.tolist() == [True, False]


def test_by_day_leaves_out_times_that_the_day_has_not() -> None:
    line = timeline(date(2026, 3, 29), 1, "Europe/Zurich")
    by_day = Curves(np.arange(92.0)[None], line).by_day()[0, 0]
    assert np.isnan(by_day[8:12]).all() and by_day[12] == 8 and by_day[95] == 91


def test_no_day_is_no_timeline() -> None:
    with pytest.raises(ValueError, match="no day"):
        timeline(date(2026, 3, 2), 0, "UTC")


@given(arrays(np.bool_, (3, 17)))
@settings(max_examples=60)
def test_runs_are_the_mask_again(mask: np.ndarray) -> None:
    again = np.zeros_like(mask)
    for row, begin, end in zip(*runs(mask), strict=True):
        assert begin < end and not again[row, begin:end].any()
        assert (begin == 0 or not mask[row, begin - 1]) and (end == mask.shape[1] or not mask[row, end])
        again[row, begin:end] = True
    assert (again == mask).all()


@given(arrays(np.bool_, (3, 17)), st.integers(0, 5))
@settings(max_examples=60)
def test_joined_runs_lie_further_apart(mask: np.ndarray, apart: int) -> None:
    rows, begins, ends = joined(runs(mask), apart)
    near = (rows[1:] == rows[:-1]) & (begins[1:] - ends[:-1] <= apart)
    assert not near.any()
    assert (
        sum(int(mask[row, begin:end].sum()) for row, begin, end in zip(rows, begins, ends, strict=True)) == mask.sum()
    )


def test_quantiles_count_only_what_is_asked_for() -> None:
    values = np.array([[np.nan, 1.0, 2.0, 3.0, 4.0], [np.nan, np.nan, 7.0, np.nan, np.nan]])
    assert quantiles(values, 0.5, ~np.isnan(values), 1).tolist() == [2.0, 7.0]
    assert np.isnan(quantiles(values, 0.5, ~np.isnan(values), 2)[1])
