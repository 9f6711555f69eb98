"""Laws of every measurement store: how readings were cut into batches, ordered or doubled leaves no trace in a day."""

from collections.abc import Callable
from decimal import Decimal
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.series import DAY, SMALL, ZONE, cells, long, register, registers, values, wide
from tests.support.series_engines import ENGINES, expect_gap, parameters
from wanjia.kernels.balance.day.bands import FOUR_AND_SIX
from wanjia.kernels.balance.day.expected import expected_of
from wanjia.model.network import words
from wanjia.series.port import MeasurementStore

METERS = ("M1", "C1", "C2", "M2", "C3", "G1", "unknown")
FEW = settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
CELLS = st.tuples(st.sampled_from(METERS), st.integers(0, 95))
DECIMALS = st.decimals(-(10**6), 10**6, allow_nan=False, allow_infinity=False, places=9).map(float)
ROUGH = st.floats(-1e9, 1e9, allow_nan=False, allow_subnormal=False)


@pytest.fixture(params=parameters())
def engine(request: pytest.FixtureRequest) -> str:
    """The engine's name."""
    expect_gap(request, request.param)
    return str(request.param)


Fresh = Callable[..., MeasurementStore]


@pytest.fixture
def fresh(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    """Makes an empty store, one for each example."""

    def opened(memory_bytes: int = 0) -> MeasurementStore:
        store = ENGINES[engine].open(tmp_path_factory.mktemp("series") / "store", ZONE)
        if memory_bytes:
            store.memory_bytes = memory_bytes  # type: ignore[attr-defined]
        return store

    return opened


@FEW
@given(
    readings=st.dictionaries(CELLS, st.one_of(DECIMALS, ROUGH), min_size=1, max_size=60),
    shuffled=st.randoms(use_true_random=False),
    memory_bytes=st.sampled_from([0, 1_000, 100_000]),
)
def test_order_duplication_and_batches_leave_no_trace(
    fresh: Fresh, readings: dict[tuple[str, int], float], shuffled: Random, memory_bytes: int
) -> None:
    rows = [(meter, slot, value) for (meter, slot), value in readings.items()]
    plain = fresh()
    plain.ingest([long(rows)], "whole")
    made = plain.compact(DAY, SMALL)
    mixed = fresh(memory_bytes)
    doubled = rows + rows[: len(rows) // 2]
    shuffled.shuffle(doubled)
    cut = len(doubled) // 3
    for part in (doubled[:cut], doubled[cut:], doubled[: 2 * cut]):
        if part:
            mixed.ingest([long(part[: len(part) // 2]), long(part[len(part) // 2 :])], "part")
    again = mixed.compact(DAY, SMALL)
    assert cells(plain, METERS) == cells(mixed, METERS) == {cell: (kwh, False) for cell, kwh in readings.items()}
    assert (made.meters, made.readings, made.wide_rows) == (again.meters, again.readings, again.wide_rows)
    assert all(made.readings >= one for one in (made.meters, made.unknown_meters))


@FEW
@given(data=st.data(), decimals=st.integers(0, 9))
def test_what_was_written_down_comes_back_to_the_last_digit(fresh: Fresh, data: st.DataObject, decimals: int) -> None:
    numbers = st.integers(-(10**7), 10**7).map(lambda count: float(Decimal(count).scaleb(-decimals)))
    rows = {name: data.draw(st.lists(st.one_of(st.none(), numbers), min_size=96, max_size=96)) for name in METERS[:3]}
    store = fresh()
    receipt = store.ingest([wide(rows)], "wide")
    if receipt.days:
        store.compact(DAY, SMALL)
    expected = {(name, slot): kwh for name, row in rows.items() for slot, kwh in enumerate(row) if kwh is not None}
    assert values(store, METERS) == expected


@FEW
@given(
    counts=st.lists(st.integers(0, 3000), min_size=96, max_size=96),
    scale=st.sampled_from([0.001, 0.01, 0.1, 10.0, 60.0, 1000.0]),
)
def test_scaling_units_changes_nothing(fresh: Fresh, counts: list[int], scale: float) -> None:
    """A meter that counts in other units, with the multiplier that makes up for it, is the same meter."""
    found = []
    for unit in (1.0, scale):
        known = register({"M1": ("D1", "master"), "C1": ("D1", "customer")}, multiplier={"M1": unit, "C1": unit})
        store = fresh()
        shown = [float(Decimal(count) / 100 / Decimal(str(unit))) for count in counts]
        store.ingest([wide({"M1": [kwh * 1 for kwh in shown], "C1": shown})], "wide")
        store.compact(DAY, known)
        day = store.balance(DAY, expected_of(words(["D1"]), known.district, known.role), FOUR_AND_SIX)
        found.append((day.energy_in_kwh[0], day.energy_out_kwh[0]))
    # A reading such as 1/60 kWh has no exact decimal, so that the last digit of a sum may differ.
    np.testing.assert_allclose(found[0], found[1], rtol=1e-12)
    assert found[0][0] == sum(counts) / 100


@FEW
@given(
    steps=st.lists(st.integers(0, 5000), min_size=2, max_size=40),
    begin=st.integers(0, 10**6),
    gaps=st.data(),
)
def test_registers_lose_no_energy(fresh: Fresh, steps: list[int], begin: int, gaps: st.DataObject) -> None:
    slots = sorted(gaps.draw(st.sets(st.integers(-1, 95), min_size=len(steps), max_size=len(steps))))
    counted = np.cumsum([begin, *steps[1:]])
    rows = [("C1", slot, float(Decimal(int(count)).scaleb(-2))) for slot, count in zip(slots, counted, strict=True)]
    gaps.draw(st.randoms(use_true_random=False)).shuffle(rows)
    store = fresh()
    for part in (rows[:3], rows[3:]):
        if part:
            store.ingest([registers(part)], "registers")
    store.compact(DAY, SMALL)
    found = values(store, ["C1"])
    assert set(found) == {("C1", slot) for slot in range(slots[0] + 1, slots[-1] + 1)}
    assert round(sum(found.values()), 6) == round(sum(steps[1:]) / 100, 6)
