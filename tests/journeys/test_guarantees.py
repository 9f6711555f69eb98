"""Supply guaranteed: planned works kept out of the window, findings a case of their own, a hard date reckoned daily."""

from datetime import datetime, timedelta

import pytest
from django.core.cache import cache

from tests.support.screens import at_desk, starts_at_desk
from tests.support.world import HOME, World
from wanjia.actions.cases.complete_task import complete_task
from wanjia.actions.cases.send_message import send_message
from wanjia.actions.network.plan_work import WantedWork, cancel_planned_work, plan_work
from wanjia.model.actors import SYSTEM
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case, Task
from wanjia.records.network.planning import SupplyDemand

DISTRICT = "T-C111"


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


def test_a_guarantee_keeps_planned_works_away_until_it_is_called_off(world: World) -> None:
    begins = world.now + timedelta(days=12)
    work = plan_work(
        WantedWork(DISTRICT, "换杆", begins + timedelta(hours=2), begins + timedelta(hours=6)), SYSTEM, world.now
    )
    number = _approved(world, begins)
    facts = Case.objects.get(number=number).state["facts"]
    (clash,) = facts["clashes"]
    assert (facts["clash_count"], clash["work"], clash["title"]) == (1, work.work.code, "换杆")
    demand = SupplyDemand.objects.get(case_number=number)
    assert demand.kind == "guarantee" and {row.district_id for row in demand.districts.all()} == {DISTRICT, "T-C112"}

    cancel_planned_work(work.work.code, "保电", SYSTEM, world.now)
    at_desk(world, "dispatch", number, "clear_works", {"clear_answer": "moved", "clear_note": "改到下月"})
    case = Case.objects.get(number=number)
    assert case.state["facts"]["clash_count"] == 0 and _open(number) == ["inspect"]

    send_message(number, "called_off", {"off_reason": "改为线上举行"}, world.actor("senior"), world.now)
    case.refresh_from_db()
    demand.refresh_from_db()
    assert case.end == "called_off" and demand.withdrawn_at is not None


def test_findings_become_a_case_and_are_looked_at_again_before_the_day(world: World) -> None:
    number = _approved(world, world.now + timedelta(days=12))
    found: Facts = {"has_finding": True, "finding": "末级箱零线端子发热", "severity": "ordinary"}
    at_desk(world, "manager", number, "inspect", found)
    child = Case.objects.get(parent__number=number)
    assert child.practice.name == "finding_rectification" and child.state["facts"]["findings"][0]["unit"] == "主会场"
    assert _open(number) == ["recheck"]


def test_a_site_that_nobody_knows_is_corrected(world: World) -> None:
    begins = world.now + timedelta(days=12)
    number = _approved(world, begins, district="没有这个台区")
    assert _open(number) == ["mend_sites"]
    at_desk(world, "senior", number, "mend_sites", {"sites": _sites(world, "T-C112"), **_window(begins)})
    assert _open(number) == ["inspect"]


def _approved(world: World, begins: datetime, district: str = "C112网格1号台区") -> str:
    """A guarantee of the third level whose plan has just been approved."""
    district = "T-C112" if district.startswith("C112") else district
    start: Facts = {
        "guarantee": "中秋灯会保电", "level": "third", "place": HOME, **_window(begins),
        "ready_on": (begins - timedelta(days=2)).date().isoformat(), "customer_unit": "海棠村委会",
        "customer_name": "陶主任", "customer_phone": "13800000081",
    }  # fmt: skip
    number = starts_at_desk(world, "senior", "supply_guarantee", start)
    at_desk(world, "senior", number, "pair", {"sites": _sites(world, district)})
    task = Task.objects.get(case__number=number, step="confirm_pair")
    complete_task(number, task.key, {"pair_ok": True}, SYSTEM, world.now)
    plan: Facts = {
        "main_source": "101线", "backup_source": "102线", "emergency_supply": "truck", "loads": "灯光",
        "risks": "一线故障时转二线供电", "shifts": [{
            "shift_id": "1", "shift_on": begins.date().isoformat(), "starts_at": "07:00", "ends_at": "21:00",
            "guard": f"person:{world.person('manager').pk}", "duty": "配电室",
        }],
    }  # fmt: skip
    at_desk(world, "senior", number, "plan", plan)
    at_desk(world, "county", number, "approve", {"approval": "agree"})
    return number


def _pole(begins: datetime) -> WantedWork:
    return WantedWork(DISTRICT, "换杆", begins + timedelta(hours=2), begins + timedelta(hours=6))


def _window(begins: datetime) -> Facts:
    return {"from_at": begins.isoformat(), "until_at": (begins + timedelta(hours=14)).isoformat()}


def _sites(world: World, district: str) -> list[Facts]:
    guard = f"person:{world.person('manager').pk}"
    return [{"finding_id": "1", "unit": "主会场", "district": district, "guard": guard, "customer_staff": "老姚"}]


def _open(number: str) -> list[str]:
    return sorted(Task.objects.filter(case__number=number, status="open", kind="user").values_list("step", flat=True))
