"""What every measurement store does, on every engine: readings in, days in order, what changed, results by year."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.support.series import (
    AUTUMN,
    BERLIN,
    DAY,
    SMALL,
    SPRING,
    ZONE,
    at,
    cells,
    end_of,
    long,
    register,
    registers,
    values,
    wide,
)
from tests.support.series_engines import ENGINES, GAPS, KINDS, expect_gap, parameters
from wanjia.kernels.balance.day.bands import FOUR_AND_SIX
from wanjia.kernels.balance.day.expected import expected_of
from wanjia.kernels.balance.day.losses import REASONS
from wanjia.model.faults import Refused
from wanjia.model.network import words
from wanjia.series.layout import CURRENT_FILE, DAYS, folder_of
from wanjia.series.port import MeasurementStore
from wanjia.series.register import Replacement


@pytest.fixture(params=parameters())
def engine(request: pytest.FixtureRequest) -> str:
    """The engine's name; a gap of the table is expected to fail."""
    expect_gap(request, request.param)
    return str(request.param)


@pytest.fixture
def store(engine: str, tmp_path: Path) -> MeasurementStore:
    """An empty store in Shanghai's days."""
    return ENGINES[engine].open(tmp_path / "store", ZONE)


def test_gaps_are_named_with_a_reason() -> None:
    for (engine, test), gap in GAPS.items():
        assert engine in ENGINES
        assert test in globals(), f"{test} is no test of this suite"
        assert gap.kind in KINDS and gap.reason


def test_readings_come_back_as_they_came(store: MeasurementStore) -> None:
    receipt = store.ingest([long([("C1", 0, 0.123), ("C1", 95, 1.5), ("C2", 7, 40.001), ("C2", 8, None)])], "a.csv")
    assert (receipt.readings, receipt.empty, receipt.days, len(receipt.arrivals)) == (3, 1, (DAY,), 1)
    made = store.compact(DAY, SMALL)
    assert (made.meters, made.readings, made.unknown_meters, made.previous) == (2, 3, 0, "")
    assert made.wide_rows == 1, "40.001 kWh in thousandths are no int16"
    assert values(store, ["C1", "C2"]) == {("C1", 0): 0.123, ("C1", 95): 1.5, ("C2", 7): 40.001}


def test_the_same_batch_again_is_no_new_arrival(store: MeasurementStore) -> None:
    rows = [("C1", slot, slot / 8) for slot in range(96)]
    store.ingest([long(rows)], "a")
    again = store.ingest([long(rows[:50]), long(rows[50:])], "b")
    assert (again.readings, again.repeated_readings, again.arrivals, len(again.repeated)) == (0, 96, (), 1)
    assert store.days()[0].arrivals == 1


def test_measured_beats_estimated_and_later_beats_earlier(store: MeasurementStore) -> None:
    store.ingest([long([("C1", 0, 1.0), ("C1", 1, 1.0, 1), ("C1", 2, 1.0), ("C1", 3, 1.0, 1)])], "a")
    store.ingest([long([("C1", 0, 2.0, 1), ("C1", 1, 2.0), ("C1", 2, 2.0), ("C1", 3, 2.0, 1)])], "b")
    made = store.compact(DAY, SMALL)
    assert made.superseded == 4
    assert cells(store, ["C1"]) == {
        ("C1", 0): (1.0, False), ("C1", 1): (2.0, False), ("C1", 2): (2.0, False), ("C1", 3): (2.0, True),
    }  # fmt: skip


def test_wide_and_long_tables_meet_in_one_day(store: MeasurementStore) -> None:
    store.ingest([wide({"C1": [0.5] * 96, "C2": [None, 0.25]})], "wide")
    store.ingest([long([("C1", 5, 0.75), ("C2", 0, 0.125)])], "long")
    assert store.compact(DAY, SMALL).readings == 98
    found = values(store, ["C1", "C2"])
    assert found["C1", 5] == 0.75 and found["C1", 6] == 0.5
    assert (found["C2", 0], found["C2", 1], ("C2", 2) in found) == (0.125, 0.25, False)


def test_a_midnight_belongs_to_the_day_it_ends(store: MeasurementStore) -> None:
    midnight = end_of(95)
    receipt = store.ingest([at("C1", midnight, 1.0), at("C1", midnight + timedelta(minutes=15), 2.0)], "a")
    assert receipt.days == (DAY, DAY + timedelta(days=1))
    for day in receipt.days:
        store.compact(day, SMALL)
    assert values(store, ["C1"]) == {("C1", 95): 1.0}
    assert values(store, ["C1"], DAY + timedelta(days=1)) == {("C1", 0): 2.0}


@pytest.mark.parametrize(("day", "slots"), [(SPRING, 92), (AUTUMN, 100)])
def test_days_on_which_the_clocks_change(engine: str, tmp_path: Path, day: date, slots: int) -> None:
    store = ENGINES[engine].open(tmp_path / "store", BERLIN)
    store.ingest([wide({"C1": list(np.arange(slots) / 4)}, day)], "wide")
    store.ingest([long([("C2", slots - 1, 7.0)], day, BERLIN)], "long")
    assert store.compact(day, SMALL).readings == slots + 1
    assert values(store, ["C2"], day) == {("C2", slots - 1): 7.0}
    assert values(store, ["C1"], day)["C1", slots - 1] == (slots - 1) / 4
    assert all(block.values.shape[1] == slots for block in store.blocks(day))
    with pytest.raises(Refused) as refused:
        store.ingest([wide({"C1": [1.0] * 97}, SPRING), wide({"C1": [1.0] * 100}, AUTUMN - timedelta(days=7))], "x")
    assert len(refused.value.faults) == 2
    assert {fault.code for fault in refused.value.faults} == {"series.slot_beyond_day"}


def test_registers_give_their_differences(store: MeasurementStore) -> None:
    store.ingest([registers([("C1", -1, 100.1), ("C1", 0, 100.35), ("C1", 1, 101.0), ("C2", 5, 7.0)])], "a")
    made = store.compact(DAY, SMALL)
    assert (made.readings, made.estimated) == (2, 0)
    assert values(store, ["C1", "C2"]) == {("C1", 0): 0.25, ("C1", 1): 0.65}


def test_a_gap_between_registers_is_shared_out_and_marked(store: MeasurementStore) -> None:
    store.ingest([registers([("C1", 3, 10.0), ("C1", 7, 11.003), ("C1", 99, 20.0)])], "a")
    made = store.compact(DAY, SMALL)
    assert (made.readings, made.estimated) == (92, 92)
    found = cells(store, ["C1"])
    assert all(estimated for _, estimated in found.values())
    assert round(sum(found["C1", slot][0] for slot in range(4, 8)), 9) == 1.003
    next_day = DAY + timedelta(days=1)
    assert store.compact(next_day, SMALL).readings == 4
    whole = [*found.items(), *cells(store, ["C1"], next_day).items()]
    assert round(sum(kwh for _, (kwh, _) in whole), 9) == 10.0, "no energy is lost between two days"


def test_registers_roll_over_and_meters_are_replaced(store: MeasurementStore) -> None:
    known = register(
        {"C1": ("D1", "customer"), "C2": ("D1", "customer"), "C3": ("D1", "customer")},
        digits={"C1": 4, "C3": 4},
        replacements=[Replacement("C2", end_of(10) - timedelta(minutes=5), 505.5, 3.0)],
    )
    rolling, replaced = [("C1", 0, 9999.8), ("C1", 1, 0.3)], [("C2", 9, 505.0), ("C2", 10, 3.25)]
    store.ingest([registers([*rolling, *replaced, ("C3", 0, 50.0), ("C3", 1, 49.0)])], "a")
    made = store.compact(DAY, known)
    assert values(store, ["C1", "C2", "C3"]) == {("C1", 1): 0.5, ("C2", 10): 0.75}
    assert [(fault.code, fault.where.column) for fault in made.faults] == [("series.register_backwards", "C3")]


def test_a_late_register_makes_its_neighbour_stale(store: MeasurementStore) -> None:
    store.ingest([registers([("C1", 0, 10.5)])], "a")
    assert store.compact(DAY, SMALL).readings == 0
    store.ingest([registers([("C1", -1, 10.0)])], "late")  # the midnight before: the day before's
    state = {state.day: state for state in store.days()}[DAY]
    assert state.stale
    made = store.compact(DAY, SMALL)
    assert values(store, ["C1"]) == {("C1", 0): 0.5}
    assert (made.changed_meters, made.changed_slots) == (1, 1)


def test_multipliers_make_energies(store: MeasurementStore) -> None:
    known = register({"M1": ("D1", "master"), "C1": ("D1", "customer")}, multiplier={"M1": 60.0})
    store.ingest([long([("M1", 0, 1.234), ("C1", 0, 1.234)]), registers([("M1", 4, 7.001), ("M1", 5, 7.003)])], "a")
    store.compact(DAY, known)
    assert values(store, ["M1", "C1"]) == {("M1", 0): 74.04, ("M1", 5): 0.12, ("C1", 0): 1.234}


def test_meters_that_nobody_knows_are_kept_and_named(store: MeasurementStore) -> None:
    store.ingest([long([("X", 0, 1.0), ("C1", 0, 2.0)])], "a")
    made = store.compact(DAY, SMALL)
    assert made.unknown_meters == 1
    assert [(fault.code, fault.where.column) for fault in made.faults] == [("series.meter_unknown", "X")]
    assert values(store, ["X"]) == {("X", 0): 1.0}
    assert store.districts(DAY) == ("D1",)
    assert sum(len(block.role) for block in store.blocks(DAY)) == 1
    known = register({"C1": ("D1", "customer"), "X": ("D9", "customer")})
    made = store.compact(DAY, known)
    assert [(move.meter_id, move.before_district, move.after_district) for move in made.moves] == [("X", "", "D9")]
    assert made.changed_slots == 0


def test_a_recomputed_day_says_what_changed(store: MeasurementStore) -> None:
    store.ingest([long([("C1", 0, 1.0), ("C1", 1, 1.0), ("C2", 0, 5.0)])], "a")
    first = store.compact(DAY, SMALL)
    same = store.compact(DAY, SMALL)
    assert (same.is_new, same.revision) == (False, first.revision)
    store.ingest([long([("C1", 1, 1.25), ("C3", 4, 2.0)])], "late")
    assert [state.stale for state in store.days()] == [True]
    made = store.compact(DAY, SMALL)
    assert (made.previous, made.changed_meters, made.changed_slots) == (first.revision, 2, 2)
    assert {(one.meter_id, one.slot, one.before_kwh, one.after_kwh) for one in made.changes} == {
        ("C1", 1, 1.0, 1.25), ("C3", 4, None, 2.0),
    }  # fmt: skip
    moved = register({"C1": ("D1", "customer"), "C2": ("D2", "customer"), "C3": ("D2", "customer")}, {"C3": 2.0})
    made = store.compact(DAY, moved)
    assert [(move.meter_id, move.after_district) for move in made.moves] == [("C2", "D2")]
    assert [(one.meter_id, one.before_kwh, one.after_kwh) for one in made.changes] == [("C3", 2.0, 4.0)]


def test_one_revision_is_kept_beside_the_current(store: MeasurementStore, tmp_path: Path) -> None:
    for step in range(4):
        store.ingest([long([("C1", step, 1.0)])], "a")
        store.compact(DAY, SMALL)
    names = sorted(path.name for path in folder_of(tmp_path / "store", DAYS, DAY).iterdir())
    assert names == ["000003", "000004", CURRENT_FILE]


def test_a_fault_refuses_all_and_leaves_nothing(store: MeasurementStore, tmp_path: Path) -> None:
    def files() -> list[str]:
        return sorted(str(path) for path in (tmp_path / "store" / "arrivals").rglob("*"))

    store.ingest([long([("C1", 0, 1.0)])], "a")
    before = files()
    bad = long([("", 0, 1.0), ("C1", 1, 2e9), ("C1", 2, 3.0, 7), ("x" * 65, 3, 1.0)])
    with pytest.raises(Refused) as refused:
        store.ingest([long([("C1", 5, 1.0)]), bad], "b.csv")
    found = {(fault.code, str(fault.where)) for fault in refused.value.faults}
    assert found == {
        ("series.meter_empty", "b.csv:2:meter_id"), ("series.energy_range", "b.csv:3:energy_kwh"),
        ("series.quality_unknown", "b.csv:4:quality"), ("series.meter_long", "b.csv:5:meter_id"),
    }  # fmt: skip
    assert files() == before
    with pytest.raises(Refused) as refused:
        store.compact(DAY + timedelta(days=30), SMALL)
    assert [fault.code for fault in refused.value.faults] == ["series.no_arrivals"]


def test_another_zone_is_refused(engine: str, tmp_path: Path) -> None:
    ENGINES[engine].open(tmp_path / "store", ZONE)
    with pytest.raises(Refused) as refused:
        ENGINES[engine].open(tmp_path / "store", BERLIN)
    assert [fault.code for fault in refused.value.faults] == ["series.other_zone"]
    assert ENGINES[engine].open(tmp_path / "store", ZONE).zone == ZONE


def test_blocks_hold_the_districts_asked_for(store: MeasurementStore) -> None:
    store.ingest([long([(name, 0, 1.0) for name in ("M1", "C1", "C2", "M2", "C3", "G1")])], "a")
    store.compact(DAY, SMALL)
    assert store.districts(DAY) == ("D1", "D2")
    found = sorted(
        (int(district), int(role)) for block in store.blocks(DAY, ["D9", "D2"]) for district, role in
        zip(block.district, block.role, strict=True)
    )  # fmt: skip
    assert found == [(1, 0), (1, 1), (1, 2)]


def test_the_balance_of_a_day(store: MeasurementStore) -> None:
    supplied = {"M1": [10.5] * 96, "C1": [4.0] * 96, "C2": [6.0] * 96}
    store.ingest([wide({**supplied, "C3": [1.0] * 96})], "a")
    store.compact(DAY, SMALL)
    expected = expected_of(words(["D1", "D2"]), SMALL.district, SMALL.role)
    told: list[tuple[int, int]] = []
    day = store.balance(DAY, expected, FOUR_AND_SIX, lambda done, total: told.append((done, total)))
    assert (day.energy_in_kwh[0], day.energy_out_kwh[0], day.loss_kwh[0]) == (1008.0, 960.0, 48.0)
    assert day.loss_rate[0] == pytest.approx(48 / 1008)
    assert day.reasons[1] & 1 << REASONS.index("master_silent")
    assert told and told[-1][0] == told[-1][1]


def test_results_of_a_year(store: MeasurementStore) -> None:
    days = [date(2026, 1, 1) + timedelta(days=at) for at in range(0, 360, 30)]
    for number, day in enumerate(days):
        table = pa.table({"district_id": ["D2", "D1"], "loss_kwh": [1.0 + number, None], "band": ["high", "normal"]})
        curves = pa.table({"district_id": ["D2", "D1"], "supplied_kwh": [[1.0, 2.0], [3.0, None]]})
        assert store.keep(day, table, curves).previous == ""
    found = store.results(days[3], days[5])
    assert found.column_names == ["day", "district_id", "loss_kwh", "band"]
    assert [(row["day"], row["district_id"]) for row in found.to_pylist()] == [
        (day, name) for day in days[3:6] for name in ("D1", "D2")
    ]
    assert store.results(days[0], days[-1], ["D2"])["loss_kwh"].to_pylist() == [1.0 + at for at in range(12)]
    assert store.results(date(2020, 1, 1), date(2020, 2, 1)).num_rows == 0
    assert store.curves(days[0], ["D1"]).to_pylist() == [{"district_id": "D1", "supplied_kwh": [3.0, None]}]
    assert store.curves(date(2020, 1, 1), ["D1"]).num_rows == 0


def test_kept_results_say_which_figures_changed(store: MeasurementStore) -> None:
    store.keep(DAY, pa.table({"district_id": ["D1", "D2"], "loss_kwh": [1.0, 2.0]}))
    kept = store.keep(DAY, pa.table({"district_id": ["D2", "D1", "D3"], "loss_kwh": [2.5, 1.0, 3.0]}))
    assert kept.changed_districts == 2
    assert {(one.district_id, one.column, one.before, one.after) for one in kept.changes} == {
        ("D2", "loss_kwh", 2.0, 2.5), ("D3", "loss_kwh", None, 3.0),
    }  # fmt: skip
    assert store.results(DAY, DAY)["loss_kwh"].to_pylist() == [1.0, 2.5, 3.0]


def test_readings_of_meters_between_days(store: MeasurementStore) -> None:
    for offset in range(3):
        day = DAY + timedelta(days=offset)
        store.ingest([long([("C1", 3, 1.0 + offset), ("C2", 3, 9.0)], day)], "a")
        store.compact(day, SMALL)
    table = store.meter_readings(["C1"], DAY, DAY + timedelta(days=1))
    assert table.column_names == ["meter_id", "read_at", "energy_kwh", "quality", "district_id"]
    assert [(row["read_at"], row["energy_kwh"], row["district_id"]) for row in table.to_pylist()] == [
        (end_of(3, DAY + timedelta(days=at)), 1.0 + at, "D1") for at in range(2)
    ]
    assert store.meter_readings(["nobody"], DAY, DAY).num_rows == 0
