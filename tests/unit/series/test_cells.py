"""Counts that are exact, differences of registers, and energies that come out as they were written down."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wanjia.model.readings import MISSING
from wanjia.series.cells import COUNT_MAX, NOT_EXACT, count_rows, difference
from wanjia.series.day_cells import DayCells
from wanjia.series.units import kwh_of, unit_of


def counted(row: list[float | None]) -> tuple[np.ndarray, int]:
    """Counts and exponent of one row."""
    cells = np.array([[np.nan if value is None else value for value in row]])
    marks = (~np.isnan(cells)).astype(np.uint8) * 2
    counts, exponents = np.zeros(cells.shape, np.int16), np.zeros(1, np.int8)
    count_rows(cells, marks, MISSING, counts, exponents)
    return counts[0], int(exponents[0])


@pytest.mark.parametrize(
    ("row", "counts", "exponent"),
    [
        ([0.123, None, 1.0], [123, MISSING, 1000], 3),
        ([32.767, -32.767], [32767, -32767], 3),
        ([0.0, None], [0, MISSING], 3),
        ([40_000.0, 1_000.0], [40, 1], -3),
        ([0.000001], [1], 6),
        ([2.5, 3.0], [25, 30], 1),
    ],
)
def test_the_largest_unit_that_is_exact(row: list[float | None], counts: list[int], exponent: int) -> None:
    found, scale = counted(row)
    assert (found.tolist(), scale) == (counts, exponent)


@pytest.mark.parametrize("row", [[32.768, 0.001], [1e-7], [1 / 3], [1e9, 1.0], [-32.768, 0.001]])
def test_rows_that_int16_cannot_hold(row: list[float]) -> None:
    assert counted(row)[1] == NOT_EXACT


@settings(max_examples=100)
@given(
    row=st.lists(st.integers(-COUNT_MAX, COUNT_MAX), min_size=1, max_size=10),
    exponent=st.integers(-3, 6),
    multiplier=st.sampled_from([1, 2, 30, 60, 80, 120, 1500, 3000, 22000]),
)
@example(row=[1], exponent=3, multiplier=60)
@example(row=[32767], exponent=6, multiplier=22000)
def test_energies_are_the_decimals_that_were_meant(row: list[int], exponent: int, multiplier: int) -> None:
    written = [Decimal(count).scaleb(-exponent) for count in row]
    counts, found = counted([float(value) for value in written])
    assert found != NOT_EXACT
    unit = unit_of(np.array([float(multiplier)]), np.array([float(f"1e{found}")]))
    assert kwh_of(counts[None, :], unit)[0].tolist() == [float(value * multiplier) for value in written]


@pytest.mark.parametrize(
    ("before", "after", "digits", "expected"),
    [
        (100.1, 100.35, 0, 0.25),
        (9999.99, 0.01, 4, 0.02),
        (99_999.5, 3.25, 5, 3.75),
        (5.0, 5.0, 4, 0.0),
        (0.1, 0.3, 0, 0.2),
    ],
)
def test_how_far_a_register_went(before: float, after: float, digits: int, expected: float) -> None:
    assert difference(before, after, digits) == expected


@pytest.mark.parametrize(("before", "after", "digits"), [(10.0, 9.0, 0), (10.0, 9.0, 4), (6000.0, 1001.0, 4)])
def test_a_register_that_went_back(before: float, after: float, digits: int) -> None:
    assert np.isnan(difference(before, after, digits))


def test_rows_without_readings_are_left_out() -> None:
    cells = DayCells(10, 3, 4)
    cells.values[1, 2], cells.marks[1, 2] = 7.5, 1
    cells.values[2, 0], cells.marks[2, 0] = 1 / 3, 2
    counts, exact = list(cells.counted(100))
    assert (counts.rows.tolist(), counts.values.tolist()) == ([11], [[MISSING, MISSING, 75, MISSING]])
    assert counts.estimated.tolist() == [[4]] and counts.scale.tolist() == [10.0]
    assert (exact.rows.tolist(), exact.values.dtype, exact.values[0, 0]) == ([12], np.float64, 1 / 3)
