"""What looks wrong in readings: every injected fault is found where it lies, sound homes are left alone."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.homes import homes, with_values
from wanjia.kernels.balance.readings.checking import KINDS, Finding, Limits, check_values, replaceable
from wanjia.kernels.balance.readings.curves import SLOTS, Curves, Grid

DAYS = 14
SOUND = homes(12, DAYS)
CAPACITY = np.full(12, 11.0)
ORDINARY = np.zeros(12, bool)


def found(values: Grid, capacity: Grid = CAPACITY, signed: np.ndarray = ORDINARY) -> list[Finding]:
    return check_values(with_values(SOUND, values), capacity, signed, Limits())


def spoilt(change: Callable[[Grid], None]) -> Grid:
    """Row 3 of the sound homes with something done to it."""
    values = SOUND.values.copy()
    change(values[3])
    return values


def _set(begin: int, end: int, value: float) -> Callable[[Grid], None]:
    def change(row: Grid) -> None:
        row[begin:end] = value

    return change


def test_sound_homes_show_nothing() -> None:
    assert found(SOUND.values) == []


@pytest.mark.parametrize(
    ("kind", "change", "begin", "end", "figure"),
    [
        ("gap", _set(100, 107, np.nan), 100, 107, 7),
        ("negative", _set(200, 202, -1.5), 200, 202, -1.5),
        ("spike", _set(300, 301, 10.9), 300, 301, 10.9),
        ("over_capacity", _set(300, 301, 11.1), 300, 301, 11.1),
        ("zero_run", _set(96, 96 + SLOTS, 0.0), 96, 192, 1),
        ("zero_week", _set(96, 96 + 7 * SLOTS, 0.0), 96, 768, 7),
        ("stuck", _set(400, 440, 0.777), 400, 440, 40),
    ],
)  # fmt: skip
def test_every_fault_is_found_where_it_lies(
    kind: str, change: Callable[[Grid], None], begin: int, end: int, figure: float
) -> None:
    (one,) = found(spoilt(change))
    assert (one.meter, one.begin, one.end, one.kind, one.figure) == (3, begin, end, kind, pytest.approx(figure))


@pytest.mark.parametrize(
    "change",
    [_set(96, 95 + SLOTS, 0.0), _set(400, 410, 0.777), _set(300, 400, 2.0 * float(SOUND.values[3].max()))],
)
def test_what_may_well_be_is_left_alone(change: Callable[[Grid], None]) -> None:
    assert not {one.kind for one in found(spoilt(change))} & {"zero_run", "zero_week", "spike", "over_capacity"}


def test_a_master_that_feeds_back_may_be_negative_but_not_beyond_its_connection() -> None:
    signed = np.arange(12) == 3
    assert found(spoilt(_set(200, 202, -1.5)), signed=signed) == []
    (one,) = found(spoilt(_set(200, 202, -12.0)), signed=signed)
    assert (one.kind, one.figure, one.evidence["slots"]) == ("over_capacity", 12.0, 2)


def test_loads_above_the_connection_within_a_day_are_one_finding() -> None:
    values = spoilt(_set(300, 301, 12.0))
    values[3, 350], values[3, 700] = 13.0, 14.0
    over = [(one.begin, one.end, one.figure) for one in found(values) if one.kind == "over_capacity"]
    assert over == [(300, 351, 13.0), (700, 701, 14.0)]


def test_without_a_known_connection_nothing_is_above_it() -> None:
    kinds = {one.kind for one in found(spoilt(_set(300, 301, 5000.0)), np.full(12, np.inf))}
    assert kinds == {"spike"}


def test_only_gaps_negatives_and_spikes_may_be_replaced() -> None:
    values = spoilt(_set(100, 107, np.nan))
    values[5, 200:400] = 0.0
    values[7, 50] = -0.2
    mask = replaceable(with_values(SOUND, values), found(values))
    assert sorted(zip(*np.nonzero(mask), strict=True)) == [*((3, at) for at in range(100, 107)), (7, 50)]


@given(st.permutations(range(12)), st.sampled_from([0.1, 0.5, 2.0, 40.0]))
@settings(max_examples=15, deadline=None)
def test_order_and_units_change_nothing(order: list[int], times: float) -> None:
    values = spoilt(_set(200, 202, -1.5))
    values[5, 96:300], values[7, 10], values[9, 20:30] = 0.0, 9.0, np.nan
    limits = Limits(spike_kwh=0.0)
    plain = check_values(with_values(SOUND, values), CAPACITY, ORDINARY, limits)
    moved = check_values(Curves(values[order] * times, SOUND.line), CAPACITY * times, ORDINARY, limits)
    where = {(one.meter, one.begin, one.end, one.kind) for one in plain}
    assert {(order[one.meter], one.begin, one.end, one.kind) for one in moved} == where and len(where) == 4


def test_kinds_are_told_once() -> None:
    assert len(set(KINDS)) == len(KINDS)
