"""A day of readings from the batch to the page, on both stores: every figure is the sum of the readings behind it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tests.support.measured import Measured, measured, own_store, wide_batch
from tests.support.world import World
from wanjia.actions.network.begin_collection import begin_collection
from wanjia.actions.network.collected import collected
from wanjia.actions.network.compute_day import compute_day
from wanjia.actions.network.ingest_readings import ingest_readings
from wanjia.adapters.grid_files.folder import read_network
from wanjia.adapters.grid_files.keeping import keep_network
from wanjia.kernels.balance.made.nouns import Injections
from wanjia.model.actors import SYSTEM
from wanjia.model.faults import Denied, Refused
from wanjia.model.network import METER_ROLES
from wanjia.model.readings import MISSING
from wanjia.queries.network.district_page import district_page
from wanjia.queries.network.loss_map import loss_states
from wanjia.queries.network.losses import BANDS, OFF_BANDS
from wanjia.queries.network.parts import Part
from wanjia.queries.network.station_view import company_view, station_view
from wanjia.records.cases.models import HistoryEntry

pytestmark = pytest.mark.django_db
FIRST = date(2026, 6, 1)
MASTER, CUSTOMER, GENERATION = (METER_ROLES.index(role) for role in ("master", "customer", "generation"))


@pytest.fixture
def days(world: World, tmp_path: Path) -> Iterator[Measured]:
    """Two days fed in, of eight districts, one of them with a dead master."""
    with own_store(tmp_path / "series") as store:
        found = measured(store, FIRST, 2, Injections(dead_masters=1, gaps=1))
        for number in range(2):
            feed(world, found, number)
        yield found


def feed(world: World, found: Measured, number: int) -> None:
    batch = wide_batch(found.network, found.block(number), found.day(number))
    ingest_readings([batch], "head-end", world.actor("admin"), world.now)


def compute(world: World, found: Measured, number: int = 0) -> None:
    meters = collected(found.network, found.day(number))
    compute_day(found.day(number), meters, found.store, SYSTEM, world.now)


def by_hand(found: Measured, number: int, district: int) -> tuple[float, float, float]:
    """Energy in and out in kWh and coverage of a district, added up reading by reading."""
    block = found.block(number)
    energy = dict.fromkeys((MASTER, CUSTOMER, GENERATION), 0.0)
    present = expected = 0
    for row in np.flatnonzero(block.district == district).tolist():
        there = block.values[row] != MISSING
        energy[int(block.role[row])] += float((block.values[row][there] * block.unit_kwh[row]).sum())
        if block.role[row] == CUSTOMER:
            present, expected = present + int(there.sum()), expected + len(there)
    return energy[MASTER] + energy[GENERATION], energy[CUSTOMER], present / expected


def test_figures_are_the_sums_of_the_readings(world: World, days: Measured) -> None:
    compute(world, days)
    shown = station_view(world.actor("company"), Part(), FIRST, world.now, "zh-Hans")
    assert len(shown.lines) == 8
    codes = days.network.districts.ids.tolist()
    for line in shown.lines:
        into, out, coverage = by_hand(days, 0, codes.index(line.district))
        assert line.coverage == pytest.approx(coverage)
        if line.loss_kwh is not None:
            assert line.energy_in_kwh == pytest.approx(into)
            assert line.energy_out_kwh == pytest.approx(out)
            assert line.loss_rate == pytest.approx((into - out) / into)
    good = [line for line in shown.lines if line.loss_kwh is not None]
    assert shown.rates.energy_in_kwh == pytest.approx(sum(line.energy_in_kwh or 0 for line in good))
    assert sum(count.districts for count in shown.bands) == shown.rates.expected == 8
    assert [BANDS.index(line.band) for line in shown.lines] == sorted(BANDS.index(line.band) for line in shown.lines)


def test_a_meter_behind_transformers_counts_by_its_multiplier(world: World, days: Measured, tmp_path: Path) -> None:
    """From the network's file to the balance, the page's figures and the meter's own curve."""
    meters = days.network.meters
    ratio = np.where(meters.role == MASTER, 50.0, 1.0)
    _, folder = keep_network(tmp_path, replace(days.network, meters=replace(meters, multiplier=ratio)))
    installed = read_network(tmp_path / folder).network
    assert installed is not None and installed.meters.multiplier.tolist() == ratio.tolist()
    block = days.block(0)
    shown = wide_batch(days.network, replace(block, unit_kwh=block.unit_kwh / ratio), FIRST)
    with own_store(tmp_path / "behind") as store:
        ingest_readings([shown], "head-end", world.actor("admin"), world.now)
        compute_day(FIRST, collected(installed, FIRST), store, SYSTEM, world.now)
        view = station_view(world.actor("company"), Part(), FIRST, world.now, "zh-Hans")
        line = next(one for one in view.lines if one.loss_kwh is not None)
        district = days.network.districts.ids.tolist().index(line.district)
        master = int(np.flatnonzero((meters.district == district) & (meters.role == MASTER))[0])
        curve = store.meter_readings([str(meters.ids[master])], FIRST, FIRST)["energy_kwh"].to_pylist()
    into, out, _ = by_hand(days, 0, district)
    assert (line.energy_in_kwh, line.energy_out_kwh) == (pytest.approx(into), pytest.approx(out))
    assert sum(curve) == pytest.approx(float((block.values[master] * block.unit_kwh[master]).sum()))


def test_a_dead_master_is_named_and_never_a_pass(world: World, days: Measured) -> None:
    compute(world, days, 1)
    fault = days.city.truth.dead[0]
    assert fault.from_day <= 1, "the made day must show it"
    dead = days.network.districts.ids[fault.district]
    shown = station_view(world.actor("company"), Part(), days.day(1), world.now, "zh-Hans")
    line = next(one for one in shown.lines if one.district == dead)
    assert line.band in OFF_BANDS
    assert line.cause in ("master_silent", "master_zero") and line.action == "mend_master"
    assert shown.rates.qualified < 8 and shown.rates.compliance == pytest.approx(shown.rates.qualified / 8)


def test_the_page_opens_down_to_the_curve(world: World, days: Measured) -> None:
    compute(world, days, 0)
    compute(world, days, 1)
    page = district_page("T-C111", FIRST, world.actor("manager"), world.now, "en")
    assert page.line is not None and page.curve is not None
    assert len(page.curve.ends_at) == 96 and page.first_day == FIRST and page.last_day == days.day(1)
    assert sum(one or 0 for one in page.curve.used_kwh) == pytest.approx(page.line.energy_out_kwh)
    into = sum(one or 0 for one in (*page.curve.supplied_kwh, *page.curve.generated_kwh))
    if page.line.energy_in_kwh is not None:
        assert into == pytest.approx(page.line.energy_in_kwh)
    assert [point.day for point in page.year] == [FIRST]
    of_station = district_page("T-C111", FIRST, world.actor("chief"), world.now, "en")
    assert {one.code for one in of_station.neighbours} == {"T-C112", "T-C121", "T-C122"}
    assert page.neighbours == () and page.owners[-1].person == "林海生"


def test_each_sees_the_own_area_only(world: World, days: Measured) -> None:
    compute(world, days)
    mine = station_view(world.actor("manager"), Part(), FIRST, world.now, "zh-Hans")
    station = station_view(world.actor("chief"), Part(), FIRST, world.now, "zh-Hans")
    assert {line.district for line in mine.lines} == {"T-C111"}
    assert {line.organisation for line in station.lines} == {"station-1"}
    with pytest.raises(Denied):
        station_view(world.actor("clerk"), Part(), FIRST, world.now, "zh-Hans")
    with pytest.raises(Refused):
        district_page("T-C211", FIRST, world.actor("manager"), world.now, "zh-Hans")


def test_pages_ask_the_store_of_rows_a_few_times(
    world: World, days: Measured, django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    compute(world, days)
    company = world.actor("company")
    with django_assert_max_num_queries(8):
        station_view(company, Part(), FIRST, world.now, "zh-Hans")
    with django_assert_max_num_queries(10):
        company_view(company, Part(), FIRST, world.now, "zh-Hans")
    with django_assert_max_num_queries(32):
        district_page("T-C111", FIRST, company, world.now, "zh-Hans")


def test_stations_stand_beside_each_other_and_on_the_map(world: World, days: Measured) -> None:
    begin_collection("station-1", FIRST, world.actor("admin"), world.now)
    compute(world, days)
    found = company_view(world.actor("company"), Part(), FIRST, world.now, "zh-Hans")
    assert [(one.code, one.rates.expected) for one in found.stations] == [("station-1", 4), ("station-2", 0)]
    drawn = loss_states(world.actor("company"), Part(), FIRST, world.now, "zh-Hans")
    assert len(drawn["values"]) == 4 and {BANDS[band] for _, band, _ in drawn["values"]} <= set(BANDS)


def test_a_corrected_reading_changes_the_day_and_says_what(world: World, days: Measured) -> None:
    compute(world, days)
    before = district_page("T-C112", FIRST, world.actor("chief"), world.now, "zh-Hans")
    block = days.block(0)
    at = days.network.districts.ids.tolist().index("T-C112")
    row = int(np.flatnonzero((block.district == at) & (block.role == CUSTOMER))[0])
    values = block.values.copy()
    values[row, 40] = 500
    other = type(block)(values, block.unit_kwh, block.district, block.role)
    ingest_readings([wide_batch(days.network, other, FIRST)], "correction", world.actor("admin"), world.now)
    compute(world, days)
    after = district_page("T-C112", FIRST, world.actor("chief"), world.now, "zh-Hans")
    assert before.line is not None and after.line is not None
    added = (500 - max(int(block.values[row, 40]), 0)) * block.unit_kwh[row]
    assert (after.line.energy_out_kwh or 0) - (before.line.energy_out_kwh or 0) == pytest.approx(added)
    assert {one.column for one in after.changes} >= {"energy_out_kwh", "loss_kwh", "loss_rate"}
    others = district_page("T-C121", FIRST, world.actor("chief"), world.now, "zh-Hans")
    assert others.changes == ()


def test_the_same_batch_again_is_no_arrival_and_no_history(world: World, days: Measured) -> None:
    before = HistoryEntry.objects.filter(subject="measurement:arrivals").count()
    feed(world, days, 0)
    assert HistoryEntry.objects.filter(subject="measurement:arrivals").count() == before == 2
    assert {one.arrivals for one in days.store.days()} == {1}


def test_who_may_not_feed_in_leaves_no_trace(world: World, tmp_path: Path) -> None:
    with own_store(tmp_path / "series") as store:
        found = measured(store, FIRST, 1)
        batch = wide_batch(found.network, found.block(0), FIRST)
        for login in ("chief", "clerk", "manager"):
            with pytest.raises(Denied):
                ingest_readings([batch], "head-end", world.actor(login), world.now)
        with pytest.raises(Refused):
            ingest_readings([batch], " ", world.actor("admin"), world.now)
        assert store.days() == ()
