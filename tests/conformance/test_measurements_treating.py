"""From a district that is off to the case that treats it, from a lead to a household's curve, and the bands between."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tests.support.measured import Measured, measured, own_store, wide_batch
from tests.support.world import World
from wanjia.actions.network.collected import collected
from wanjia.actions.network.compute_day import compute_day
from wanjia.actions.network.ingest_readings import ingest_readings
from wanjia.actions.network.open_district_case import open_district_case
from wanjia.actions.network.reveal_meter_curve import reveal_meter_curve
from wanjia.actions.network.set_loss_bands import WantedBands, set_loss_bands
from wanjia.kernels.balance.made.nouns import Injections
from wanjia.model.actors import SYSTEM
from wanjia.model.faults import Denied, Refused
from wanjia.model.network import CUSTOMER_METER
from wanjia.model.readings import MISSING
from wanjia.queries.network.district_page import district_page
from wanjia.queries.network.parts import Part
from wanjia.queries.network.station_view import station_view
from wanjia.records.cases.models import Case, PersonalDataRead
from wanjia.records.network.models import DistrictCase

pytestmark = pytest.mark.django_db
FIRST = date(2026, 6, 1)


@pytest.fixture
def computed(world: World, tmp_path: Path) -> Iterator[Measured]:
    """A day with a dead master, fed in and computed."""
    with own_store(tmp_path / "series") as store:
        found = measured(store, FIRST, 1, Injections(dead_masters=1))
        batch = wide_batch(found.network, found.block(0), FIRST)
        ingest_readings([batch], "head-end", world.actor("admin"), world.now)
        compute(world, found)
        yield found


def compute(world: World, found: Measured) -> None:
    compute_day(FIRST, collected(found.network, FIRST), found.store, SYSTEM, world.now)


def off_district(found: Measured) -> str:
    return str(found.network.districts.ids[found.city.truth.dead[0].district])


def chief_of(world: World, code: str) -> str:
    return "chief" if code.startswith("T-C1") else "chief2"


def test_a_second_click_shows_the_open_case(world: World, computed: Measured) -> None:
    code = off_district(computed)
    chief = world.actor(chief_of(world, code))
    number = open_district_case(code, FIRST, "请先看考核表", chief, world.now)
    assert open_district_case(code, FIRST, "", chief, world.now) == number
    case = Case.objects.select_related("practice").get(number=number)
    assert case.practice.name == "district_treatment" and case.district_id == code
    facts = case.state["facts"]
    assert facts["finding"] in ("not_computable", "negative_loss") and "请先看考核表" in facts["finding_note"]
    page = district_page(code, FIRST, chief, world.now, "zh-Hans")
    assert [one.number for one in page.cases] == [number] and page.line is not None
    assert page.line.case_number == number
    listed = station_view(chief, Part(), FIRST, world.now, "zh-Hans").lines
    assert {line.district: line.case_number for line in listed}[code] == number


def test_a_case_needs_a_district_that_is_off_and_the_right(world: World, computed: Measured) -> None:
    code = off_district(computed)
    shown = station_view(world.actor("company"), Part(), FIRST, world.now, "zh-Hans")
    fine = next(line for line in shown.lines if line.band == "economic")
    with pytest.raises(Refused, match="measurement.not_off"):
        open_district_case(fine.district, FIRST, "", world.actor(chief_of(world, fine.district)), world.now)
    with pytest.raises(Refused, match="measurement.not_computed"):
        open_district_case(code, date(2026, 7, 1), "", world.actor(chief_of(world, code)), world.now)
    other = "chief2" if chief_of(world, code) == "chief" else "chief"
    for login in (other, "clerk", "electrician"):
        with pytest.raises(Denied):
            open_district_case(code, FIRST, "", world.actor(login), world.now)
    assert not DistrictCase.objects.exists()


def test_a_households_curve_needs_a_reason_and_is_written_down(world: World, computed: Measured) -> None:
    at = computed.network.districts.ids.tolist().index("T-C111")
    rows = (computed.network.meters.district == at) & (computed.network.meters.role == CUSTOMER_METER)
    row = int(np.flatnonzero(rows)[0])
    meter, block = str(computed.network.meters.ids[row]), computed.block(0)
    with pytest.raises(Refused, match="reveal.reason_missing"):
        reveal_meter_curve(meter, FIRST, FIRST, " ", world.actor("manager"), world.now)
    for login in ("manager5", "company", "clerk"):
        with pytest.raises(Refused):
            reveal_meter_curve(meter, FIRST, FIRST, "核查用电", world.actor(login), world.now)
    assert not PersonalDataRead.objects.exists()
    shown = reveal_meter_curve(meter, FIRST, FIRST, "核查用电", world.actor("manager"), world.now)
    there = block.values[row] != MISSING
    assert shown.district == "T-C111" and len(shown.energy_kwh) == int(there.sum())
    assert shown.energy_kwh == pytest.approx((block.values[row][there] * block.unit_kwh[row]).tolist())
    assert PersonalDataRead.objects.get().subject == f"meter:{meter}"


def test_the_companys_bands_decide_from_their_day_on(world: World, computed: Measured) -> None:
    before = station_view(world.actor("company"), Part(), FIRST, world.now, "zh-Hans")
    rate = min(line.loss_rate or 0 for line in before.lines if line.band == "economic")
    strict = WantedBands(-1.0, 100 * rate / 2, 100 * rate / 2, -2.0)
    with pytest.raises(Denied):
        set_loss_bands("2026-06-01", strict, "公司文件", world.actor("chief"), world.now)
    wrong = WantedBands(5.0, 4.0, 3.0, -1.0)
    with pytest.raises(Refused) as refused:
        set_loss_bands("2026-13-01", wrong, "", world.actor("company"), world.now)
    assert {fault.code.split(".")[1] for fault in refused.value.faults} == {"bands_day", "bands_order", "bands_source"}
    set_loss_bands("2026-06-01", strict, "公司文件", world.actor("company"), world.now)
    compute(world, computed)
    after = station_view(world.actor("company"), Part(), FIRST, world.now, "zh-Hans")
    good = sum(line.loss_rate is not None and line.loss_rate > rate / 2 for line in before.lines)
    assert sum(line.band == "high" for line in after.lines) == good
    assert after.rates.energy_in_kwh == before.rates.energy_in_kwh
