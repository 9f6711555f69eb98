"""Energy advice: a load is looked at only with the customer's consent, straight from the measurement store."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from django.core.cache import cache

from tests.support.measured import ZONE, own_store
from tests.support.screens import Requester, asks, at_desk
from tests.support.world import HOME, World
from wanjia.model.jsonvalue import Facts, Json
from wanjia.records.cases.models import Case, HistoryEntry
from wanjia.series.layout_arrivals import LONG
from wanjia.series.port import MeasurementStore
from wanjia.series.register import Register

METER = "880047110815"
SLOTS_A_DAY = 96
SHOP: Facts = {
    "customer_kind": "shop", "customer_name": "海棠便利店", "contact_phone": "13800000088", "place": HOME,
    "meter_id": METER, "wishes": ["tariff", "solar"],
}  # fmt: skip
PLAN: Facts = {"measures": [{"way": "solar", "measure": "屋顶装光伏", "saved_yuan": 8900, "spent_yuan": 36000}]}
BY_HAND: list[Json] = [{"from_hour": 0, "to_hour": 24, "workday_kw": 2, "restday_kw": 2}]


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


@pytest.fixture
def store(world: World, tmp_path: Path) -> Iterator[MeasurementStore]:
    """A week of the shop's meter: 1 kW at night, 11 kW from 9 to 22, on days of rest 18 kW."""
    with own_store(tmp_path / "series") as made:
        days = [world.today - timedelta(days=back) for back in range(14, 7, -1)]
        made.ingest([_readings(days)], "test")
        register = Register(pa.array([METER]), ("d1",), *_places())
        for day in days:
            assert made.compact(day, register).readings == SLOTS_A_DAY, f"{day}: the store lost readings"
        yield made


def _places() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    none = np.zeros(1, np.int8)
    return np.zeros(1, np.int32), np.ones(1, np.int8), np.ones(1), none


def _readings(days: list[date]) -> pa.RecordBatch:
    ends, kwh = [], []
    for day in days:
        midnight = datetime.combine(day, datetime.min.time(), ZoneInfo(ZONE))
        for slot in range(96):
            is_open, is_rest = 9 <= slot // 4 < 22, day.weekday() >= 5
            ends.append(midnight + timedelta(minutes=15 * (slot + 1)))
            kwh.append((18.0 if is_rest else 11.0) / 4 if is_open else 0.25)
    count = len(ends)
    columns = [pa.array([METER] * count), pa.array(ends, LONG.field("read_at").type), pa.array(kwh)]
    rest = [pa.nulls(count, pa.float64()), pa.nulls(count, pa.int8())]
    return pa.record_batch([*columns, *rest], schema=LONG)


def _accepted(world: World) -> Requester:
    shop = asks(world, "energy_advice", SHOP)
    first, last = (world.today - timedelta(days=back) for back in (14, 8))
    given: Facts = {"accept_result": "accepted", "period_from": first.isoformat(), "period_to": last.isoformat()}
    at_desk(world, "manager", shop.number, "accept", given)
    return shop


def _facts(number: str) -> Facts:
    facts: Facts = Case.objects.get(number=number).state["facts"]
    return facts


def test_a_shop_gets_a_plan_from_its_own_load(world: World, store: MeasurementStore) -> None:
    shop = _accepted(world)
    assert _facts(shop.number).get("load_hours") is None, "nothing is read before the customer agrees"
    shop.does("consent", {"agrees": True, "load_source": "meter"})
    facts = _facts(shop.number)
    kept = store.meter_readings([METER], world.today - timedelta(days=14), world.today - timedelta(days=8))
    assert kept.num_rows == 7 * SLOTS_A_DAY, kept["read_at"].to_pylist()
    assert (facts["days_read"], facts["coverage_percent"], facts["maximum_kw"]) == (7, 100, 18)
    assert [row["workday_kw"] for row in facts["load_hours"]][8:10] == [1, 11]  # type: ignore[union-attr,index,call-overload]
    at_desk(world, "manager", shop.number, "survey", {"roof_kw": 12})
    page = world.client("manager").get(f"/desk/cases/{shop.number}/").content.decode()
    assert "建议光伏容量" in page and "按分时电价每月" in page
    facts = _facts(shop.number)
    assert (facts["solar_kw"], facts["solar_spent_yuan"]) == (12, 36000)
    at_desk(world, "manager", shop.number, "write_plan", PLAN)
    at_desk(world, "senior", shop.number, "review_plan", {"review": "agree"})
    assert shop.letter("plan").startswith(b"%PDF") and "用能方案" in shop.page()
    shop.does("answer", {"adopted": "none"})
    shop.does("rate", {"stars": 5})
    case = Case.objects.get(number=shop.number)
    assert case.end == "advised" and case.state["facts"]["load_hours"] is None
    written = str(list(HistoryEntry.objects.filter(subject=f"case:{case.pk}").values())) + str(case.state)
    assert "13800000088" not in written and METER not in written


def test_a_no_is_a_no(world: World, store: MeasurementStore) -> None:
    shop = _accepted(world)
    shop.does("consent", {"agrees": False})
    case = Case.objects.get(number=shop.number)
    assert case.end == "declined" and case.state["facts"].get("load_hours") is None
    assert case.state["facts"]["customer_name"] is None


def test_consent_can_be_taken_back_on_the_page_of_the_case(world: World, store: MeasurementStore) -> None:
    shop = _accepted(world)
    shop.does("consent", {"agrees": True, "load_source": "meter"})
    assert "收回同意" in shop.page()
    answer = shop.client.post(f"/follow/{shop.number}/send/end_consent/", {"end_reason": "unwanted", "sure": "1"})
    assert answer.status_code == 302, answer.content
    case = Case.objects.get(number=shop.number)
    assert case.end == "consent_over" and case.state["facts"]["load_hours"] is None


def test_a_meter_without_readings_is_entered_at_the_door(world: World, tmp_path: Path) -> None:
    with own_store(tmp_path / "empty"):
        shop = _accepted(world)
        shop.does("consent", {"agrees": True, "load_source": "meter"})
    at_desk(world, "manager", shop.number, "enter_load", {"load_hours": BY_HAND})
    at_desk(world, "manager", shop.number, "survey", {"roof_kw": 0})
    assert _facts(shop.number)["month_kwh"] == 1460
