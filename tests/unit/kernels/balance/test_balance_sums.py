"""The sums of a day: additive in any partition, deaf to units and to the order of rows, and nothing where missing."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wanjia.kernels.balance.day.expected import Expected, expected_of
from wanjia.kernels.balance.day.losses import DistrictDay, finish
from wanjia.kernels.balance.day.passing import MeterDays, add
from wanjia.kernels.balance.day.sums import Sums, begin, include, total
from wanjia.model.network import METER_ROLES, words
from wanjia.model.readings import MISSING, Block

SLOTS = 96
FEW = settings(max_examples=40, deadline=None)


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    """Some meter-days of a few districts, with gaps, negatives, zeros and several units."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows, districts = draw(st.integers(1, 40)), draw(st.integers(1, 5))
    values = rng.integers(-5, draw(st.sampled_from([3, 200, 30_000])), (rows, SLOTS)).astype(np.int16)
    values[rng.random((rows, SLOTS)) < draw(st.sampled_from([0.0, 0.02, 0.5]))] = MISSING
    values[rng.random(rows) < 0.1] = MISSING
    values[rng.random(rows) < 0.1] = 0
    unit = rng.choice([1.0, 0.1, 0.01, 0.001, 1e-6], rows)
    district = np.sort(rng.integers(0, districts, rows)).astype(np.int32)
    bits = rng.integers(0, 256, (rows, SLOTS // 8)).astype(np.uint8) if draw(st.booleans()) else None
    return Block(values, unit, district, rng.integers(0, 3, rows).astype(np.int8), bits)


def expected(block: Block) -> Expected:
    """The network in which every row of the block is a meter."""
    return expected_of(words([f"d{at}" for at in range(int(block.district.max()) + 1)]), block.district, block.role)


def rows_of(block: Block, rows: np.ndarray) -> Block:
    """Some rows."""
    marks = None if block.estimated is None else block.estimated[rows]
    return Block(block.values[rows], block.unit_kwh[rows], block.district[rows], block.role[rows], marks)


def summed(block: Block, held: Expected) -> tuple[Sums, MeterDays]:
    """The sums of one block alone."""
    sums = begin(len(held.ids), SLOTS)
    return sums, add(sums, block, held)


def same(one: object, other: object) -> bool:
    """Every array to the bit."""
    return all(
        np.array_equal(a, b, equal_nan=True) for a, b in zip(vars(one).values(), vars(other).values(), strict=True)
    )


@FEW
@given(blocks(), st.integers(0, 2**32 - 1))
def test_any_partition_in_any_order_adds_up_to_the_same_bits(block: Block, seed: int) -> None:
    held, rng = expected(block), np.random.default_rng(seed)
    whole, _ = summed(block, held)
    order = rng.permutation(len(block.role))
    parts = [summed(rows_of(block, rows), held)[0] for rows in np.array_split(order, rng.integers(1, 6))]
    assert same(total(parts), whole)


@FEW
@given(blocks(), st.sampled_from([10.0, 0.1, 1000.0]))
def test_another_unit_changes_nothing(block: Block, factor: float) -> None:
    held = expected(block)
    kwh = np.where(block.values == MISSING, np.nan, block.values.astype(np.float64))
    scaled = replace(block, values=kwh * factor, unit_kwh=block.unit_kwh / factor)
    (one, days), (other, days_scaled) = summed(block, held), summed(scaled, held)
    assert same(one, other) and np.array_equal(days.energy_kwh, days_scaled.energy_kwh)
    assert np.array_equal(days.flags, days_scaled.flags) and np.array_equal(days.present, days_scaled.present)


@FEW
@given(blocks())
def test_float64_says_what_int16_says(block: Block) -> None:
    held = expected(block)
    wide = replace(block, values=np.where(block.values == MISSING, np.nan, block.values.astype(np.float64)))
    (one, days), (other, days_wide) = summed(block, held), summed(wide, held)
    assert same(one, other) and same(days, days_wide)


@FEW
@given(blocks())
def test_sums_are_those_of_a_plain_loop(block: Block) -> None:
    held = expected(block)
    sums, days = summed(block, held)
    for role in range(len(METER_ROLES)):
        for at in range(len(held.ids)):
            rows = (block.district == at) & (block.role == role)
            there = block.values[rows] != MISSING
            kwh = np.where(there, block.values[rows] * block.unit_kwh[rows, None], 0).sum(axis=0)
            assert np.allclose(sums.energy[role, at] / 1e9, kwh, rtol=1e-12, atol=1e-9)
            assert (sums.present[role, at] == there.sum(axis=0)).all()
            assert sums.reporting[role, at] == there.any(axis=1).sum()
    assert (days.present == (block.values != MISSING).sum(axis=1)).all()


@FEW
@given(blocks(), st.integers(0, 2**32 - 1))
def test_a_missing_reading_is_no_zero(block: Block, seed: int) -> None:
    """Taking readings away takes their energy away and lowers the coverage; writing zeros there does not."""
    held, rng = expected(block), np.random.default_rng(seed)
    gone = rng.random(block.values.shape) < 0.1
    less, _ = summed(replace(block, values=np.where(gone, np.int16(MISSING), block.values)), held)
    zero, _ = summed(replace(block, values=np.where(gone & (block.values != MISSING), np.int16(0), block.values)), held)
    full, _ = summed(block, held)
    assert np.array_equal(less.energy, zero.energy)
    assert np.array_equal(zero.present, full.present)
    assert less.present.sum() == full.present.sum() - (gone & (block.values != MISSING)).sum()


@FEW
@given(blocks())
def test_parts_of_districts_are_put_in_their_place(block: Block) -> None:
    held = expected(block)
    whole, _ = summed(block, held)
    put = begin(len(held.ids), SLOTS)
    for at in range(len(held.ids)):
        rows = np.flatnonzero(block.district == at)
        alone = replace(rows_of(block, rows), district=np.zeros(len(rows), np.int32))
        part = begin(1, SLOTS)
        one = [array[at : at + 1] for array in (held.ids, held.masters, held.customers, held.generation)]
        add(part, alone, Expected(*one, held.capacity_kva[at : at + 1]))
        include(put, part, np.array([at], np.int32))
    assert same(put, whole)


@FEW
@given(blocks())
def test_the_balance_is_of_each_district_alone(block: Block) -> None:
    """A district's figures do not change when the others leave the network."""
    held = expected(block)
    every = finish(summed(block, held)[0], held)
    for at in range(len(held.ids)):
        rows = np.flatnonzero(block.district == at)
        alone = rows_of(block, rows)
        day = finish(summed(alone, held)[0], held)
        assert all(np.array_equal(a[at], b[at], equal_nan=True) for a, b in _pairs(day, every))


def _pairs(one: DistrictDay, other: DistrictDay) -> list[tuple[np.ndarray, np.ndarray]]:
    return list(zip(vars(one).values(), vars(other).values(), strict=True))


def test_rows_of_no_district_are_added_nowhere() -> None:
    values = np.full((1, SLOTS), 5, np.int16)
    held = expected_of(words(["d0"]), np.array([0], np.int32), np.array([1], np.int8))
    sums, days = summed(Block(values, np.ones(1), np.array([-1], np.int32), np.array([1], np.int8)), held)
    assert not sums.energy.any() and not sums.present.any() and days.energy_kwh[0] == 480
