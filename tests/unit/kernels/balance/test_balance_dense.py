"""Readings put in their places: in whatever order and form, what stands there is what a plain dictionary says."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wanjia.kernels.balance.day.dense import DenseDay, dense_day, new_tally, span_of
from wanjia.kernels.balance.day.dense_loops import NO_TIME

SLOTS, METERS = 96, 6
BEGIN = 1_780_272_000
SPAN = span_of(BEGIN, BEGIN + 86_400, 1)
NONE = np.empty(0, np.uint8)
FEW = settings(max_examples=40, deadline=None)


def values_of(day: DenseDay) -> np.ndarray:
    """kWh of every meter and slot, NaN where there is none."""
    found = np.full((METERS, SLOTS), np.nan)
    district, role = np.arange(METERS, dtype=np.int32), np.ones(METERS, np.int8)
    for block in day.blocks(district, role):
        for row, at in enumerate(block.district.tolist()):
            if at >= 0:
                counts = block.values[row].astype(np.float64)
                counts[block.values[row] == -32768] = np.nan
                found[at] = counts * block.unit_kwh[row]
    return found


def put(day: DenseDay, meter: np.ndarray, at: np.ndarray, kwh: np.ndarray, guessed: np.ndarray = NONE, lane: int = 0,
        ) -> dict[str, int]:  # fmt: skip
    tally = new_tally()
    every = np.append(np.arange(METERS, dtype=np.int32), np.int32(-1))
    day.put(meter.astype(np.int32), every, at, kwh, guessed, SPAN, tally, 0, np.zeros(METERS + 1, np.int64), lane)
    names = ("taken", "empty", "other_days", "repeated", "unknown")
    kinds = {kind: tally.faults(kind)[0] for kind in ("differing", "bad_value", "bad_time")}
    return {**{name: getattr(tally, name) for name in names}, **kinds}


@st.composite
def rows(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Readings in order of meters, of slots, or none; small values, large ones and ones of many digits; doubles."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(1, METERS * SLOTS))
    cells = rng.choice(METERS * SLOTS, count, replace=draw(st.booleans()))
    order = draw(st.sampled_from(["meter", "slot", "none"]))
    cells = np.sort(cells) if order == "meter" else cells
    cells = cells[np.argsort(cells % SLOTS, kind="stable")] if order == "slot" else cells
    scale = draw(st.sampled_from([1.0, 50.0]))
    kwh = np.round(rng.normal(0.5, 1, count) * scale, draw(st.sampled_from([2, 3, 12])))
    kwh[rng.random(count) < draw(st.sampled_from([0.0, 0.1]))] = np.nan
    at = BEGIN + 900 * (cells % SLOTS + 1) - rng.integers(0, 2, count) * draw(st.sampled_from([0, 1, 899]))
    return cells // SLOTS, at, kwh


@FEW
@given(rows())
def test_places_are_those_of_a_plain_dictionary(given_rows: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    meter, at, kwh = given_rows
    day = dense_day(METERS, SLOTS)
    told = put(day, meter, at, kwh)
    expected, doubles, differing = np.full((METERS, SLOTS), np.nan), 0, 0
    for row, moment, value in zip(meter.tolist(), at.tolist(), kwh.tolist(), strict=True):
        slot = -(-(moment - BEGIN) // 900) - 1
        if value == value:
            doubles += expected[row, slot] == expected[row, slot]
            differing += expected[row, slot] == expected[row, slot] and expected[row, slot] != value
            expected[row, slot] = value
    np.testing.assert_allclose(values_of(day), expected, rtol=1e-12, atol=0)
    assert told["empty"] == int(np.isnan(kwh).sum()) and told["differing"] == differing
    assert told["repeated"] == doubles - differing
    assert told["taken"] == int((~np.isnan(expected)).sum())


@FEW
@given(rows(), st.integers(0, 600))
def test_two_lanes_do_not_meet(given_rows: tuple[np.ndarray, np.ndarray, np.ndarray], cut: int) -> None:
    """Meters divided among two lanes hold what one lane would have made of them."""
    meter, at, kwh = given_rows
    one, two = dense_day(METERS, SLOTS), dense_day(METERS, SLOTS)
    put(one, meter, at, kwh)
    for lane, mine in enumerate((meter < cut % METERS, meter >= cut % METERS)):
        put(two, meter[mine], at[mine], kwh[mine], lane=lane)
    np.testing.assert_array_equal(values_of(one), values_of(two))


@FEW
@given(rows())
def test_whole_rows_are_the_same_as_readings(given_rows: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    meter, at, kwh = given_rows
    long, wide = dense_day(METERS, SLOTS), dense_day(METERS, SLOTS)
    table = np.full((SLOTS, METERS), np.nan)
    table[-(-(at - BEGIN) // 900) - 1, meter] = kwh
    slot, row = np.nonzero(~np.isnan(table))
    put(long, row, BEGIN + 900 * (slot + 1), table[slot, row])
    wide.put_days(np.arange(METERS, dtype=np.int32), 0, table, new_tally(), 0)
    np.testing.assert_array_equal(values_of(long), values_of(wide))


def test_what_is_no_reading_of_the_day_is_counted_apart() -> None:
    day = dense_day(METERS, SLOTS)
    at = np.array([BEGIN, BEGIN + 1, BEGIN + 86_400, BEGIN + 86_401, NO_TIME, BEGIN + 900, BEGIN + 900, BEGIN + 1800])
    meter = np.array([0, 0, 0, 0, 0, METERS, 1, 1])
    kwh = np.array([1.0, 2, 3, 4, 5, 6, np.inf, np.nan])
    told = put(day, meter, at, kwh)
    assert told == {"taken": 2, "empty": 1, "other_days": 2, "repeated": 0, "unknown": 1, "differing": 0,
                    "bad_value": 1, "bad_time": 1}  # fmt: skip
    assert values_of(day)[0, [0, 95]].tolist() == [2, 3] and np.isnan(values_of(day)).sum() == METERS * SLOTS - 2


def test_measured_beats_estimated_whichever_comes_first() -> None:
    day = dense_day(1, SLOTS)
    at = np.array([BEGIN + 900, BEGIN + 900, BEGIN + 1800, BEGIN + 1800, BEGIN + 2700])
    guessed = np.array([1, 0, 0, 1, 1], np.uint8)
    tally = new_tally()
    day.put(np.zeros(5, np.int32), np.zeros(1, np.int32), at, np.array([9.0, 1, 2, 9, 3]), guessed, SPAN, tally, 0,
            np.zeros(1, np.int64))  # fmt: skip
    (block,) = day.blocks(np.zeros(1, np.int32), np.zeros(1, np.int8))
    assert block.values[0, :3].tolist() == [1000, 2000, 3000] and tally.faults("differing")[0] == 0
    assert block.estimated is not None and block.estimated[0, 0] == 0b100
