"""Supply guaranteed: planned works kept out of the window, findings a case of their own, a hard date reckoned daily."""

from datetime import datetime, timedelta

import pytest
from django.core.cache import cache

from tests.support.screens import at_desk, at_window, starts_at_desk
from tests.support.world import HOME, World
from wanjia.actions.cases.complete_task import complete_task
from wanjia.actions.cases.send_message import send_message
from wanjia.actions.network.plan_work import WantedWork, cancel_planned_work, plan_work
from wanjia.cli.demo.stand_ins import StandIns
from wanjia.model.actors import SYSTEM
from wanjia.model.faults import Refused
from wanjia.model.jsonvalue import Facts, Json
from wanjia.records.cases.models import Case, RegisterRow, Task
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
    with pytest.raises(Refused) as refused:
        plan_work(_pole(begins), SYSTEM, world.now)
    assert [fault.code for fault in refused.value.faults] == ["work.guarded"]
    at_desk(world, "dispatch", number, "clear_works", {"clear_answer": "moved", "clear_note": "改到下月"})
    case = Case.objects.get(number=number)
    assert case.state["facts"]["clash_count"] == 0 and _open(number) == ["inspect"]

    send_message(number, "called_off", {"off_reason": "改为线上举行"}, world.actor("senior"), world.now)
    case.refresh_from_db()
    demand.refresh_from_db()
    assert case.end == "called_off" and demand.withdrawn_at is not None
    assert plan_work(_pole(begins), SYSTEM, world.now).districts == {DISTRICT}, "free again"


def test_findings_become_a_case_and_are_looked_at_again_before_the_day(world: World) -> None:
    number = _approved(world, world.now + timedelta(days=12))
    found: Facts = {"has_finding": True, "finding": "末级箱零线端子发热", "severity": "ordinary"}
    at_desk(world, "manager", number, "inspect", found)
    child = Case.objects.get(parent__number=number)
    assert child.number.startswith("FR") and child.state["facts"]["findings"][0]["unit"] == "主会场"
    assert _open(number) == ["recheck"]


def test_a_site_that_nobody_knows_is_corrected(world: World) -> None:
    begins = world.now + timedelta(days=12)
    number = _approved(world, begins, district="没有这个台区")
    assert _open(number) == ["mend_sites"]
    at_desk(world, "senior", number, "mend_sites", {"sites": _sites(world, "T-C112"), **_window(begins)})
    assert _open(number) == ["inspect"]


def test_an_examination_school_is_named_mended_drilled_and_guarded(world: World) -> None:
    begins = world.now + timedelta(days=60)
    number = starts_at_desk(world, "county", "exam_site", {"exam": "普通高考"})
    school: Facts = {"school_id": "1", "school": "海棠中学", "school_name": "吴老师", "school_phone": "13800000091"}
    named: Facts = {
        "exam_held": True, "exam": "普通高考", **_window(begins), "ready_on": begins.date().isoformat(),
        "report_on": (begins + timedelta(days=3)).date().isoformat(), "schools": [school],
    }  # fmt: skip
    at_window(world, "education", number, "list_schools", named)
    guard = f"person:{world.person('manager').pk}"
    at_desk(world, "county", number, "assign", {"sites": [{**school, "district": DISTRICT, "guard": guard}]})
    lacking: Facts = {"sources": "single", "switch_kind": "none", "site_result": "upgrade", "finding": "单电源供电"}
    at_desk(world, "manager", number, "inspect", lacking)
    granted: Facts = {"fund_answer": "granted", "fund_yuan": 380000, "fund_note": "列入预算"}
    at_window(world, "finance", number, "fund", granted)
    at_desk(world, "manager", number, "build", {"sources": "dual", "build_note": "第二电源投运"})
    at_desk(world, "manager", number, "recheck", {"recheck_answer": "good"})
    at_desk(world, "manager", number, "drill", {"drill_seconds": 5, "drill_ok": True, "drill_note": "周六进行"})
    _outside(world, number, "witness", {"witness_ok": True})
    facts = Case.objects.get(number=number).state["facts"]
    assert (facts["dual_count"], facts["funds_yuan"], facts["clash_count"]) == (1, 380000, 0)
    demand = SupplyDemand.objects.get(case_number=number)
    assert demand.kind == "exam" and demand.withdrawn_at is None

    later = begins + timedelta(days=30)
    send_message(number, "postponed", _window(later), world.actor("education"), world.now)
    demand.refresh_from_db()
    assert demand.from_at == later and SupplyDemand.objects.filter(case_number=number).count() == 1
    steady: Facts = {"went_dark": False, "switched": False, "guard_note": "平稳"}
    at_desk(world, "manager", number, "guard_day", steady)
    at_window(world, "education", number, "confirm", {"confirm_ok": True, "stars": 5})
    demand.refresh_from_db()
    assert Case.objects.get(number=number).end == "smooth" and demand.withdrawn_at is not None


def test_an_urgent_project_opens_daily_safety_and_warns_before_the_date(world: World) -> None:
    number = starts_at_desk(world, "senior", "urgent_project", _order(world, days=3))
    person = f"person:{world.person('manager').pk}"
    team: Facts = {"team_id": "1", "team": "电缆分队", "lead": person, "people": 72, "team_duty": "line"}
    at_desk(world, "senior", number, "form_team", {"teams": [team]})
    at_desk(world, "manager", number, "muster", {"arrived_people": 72})
    shift: Facts = {"shift": "白班", "from_time": "07:00", "to_time": "19:00", "shift_lead": person, "shift_people": 72}
    plan: Facts = {"steps": _steps(), "shifts": [shift], "every_day": True}
    at_desk(world, "senior", number, "draw_up", plan)
    facts = Case.objects.get(number=number).state["facts"]
    assert (facts["days_to_spare"], facts["path"], facts["decides"]) == (1, "敷设 → 送电", "敷设")
    at_desk(world, "county", number, "approve", {"approval": "agree"})
    (milestone,) = Case.objects.get(number=number).state["facts"]["milestones"]
    assert milestone["step"] == "敷设", "a yes or no is chosen in a table's cell"
    day: Facts = {
        "unit": "station-1", "site": "北院区", "day_work": "电缆敷设", "risk": "four", "live_work": False,
        "dangers": [{"danger": "车辆", "measure": "围栏"}], "crew": [{"member": person, "duty": "作业"}],
        "daily_ban": "严禁无票作业", "daily_rule": "先验电后接地",
    }  # fmt: skip
    at_desk(world, "senior", number, "morning", day)
    safety = Case.objects.get(parent__number=number)
    assert safety.number.startswith("DS") and safety.state["facts"]["work"] == "电缆敷设"
    at_desk(world, "senior", number, "evening", {"steps": _steps(2), "people_today": 72, "day_note": "遇岩石"})
    facts = Case.objects.get(number=number).state["facts"]
    assert (facts["days_to_spare"], facts["standing"], _open(number)) == (0, "tight", ["catch_up"])
    row = RegisterRow.objects.get(case__number=number, register="days")
    assert (row.values["safety_case"], row.values["standing"]) == (safety.number, "tight")


def test_a_district_that_a_story_names_is_the_case_s_own_in_the_demo() -> None:
    told: Facts = {"with": {"sites": [{"school": "海棠中学", "district": "D0102"}]}}
    assert StandIns("", DISTRICT).row(told) == {"with": {"sites": [{"school": "海棠中学", "district": DISTRICT}]}}
    assert StandIns("").row(told) == told


def _order(world: World, days: int) -> Facts:
    """Supply must be there on the last of so many days, today included."""
    return {
        "project": "胸科医院应急病区配套", "place": HOME, "what_for": "新建箱变两台",
        "hard_on": (world.today + timedelta(days=days)).isoformat(), "owner_unit": "市胸科医院",
        "owner_name": "邹主任", "owner_phone": "13800000071",
    }  # fmt: skip


def _steps(left: int | None = None) -> list[Json]:
    laid: Facts = {"step_id": "1", "step": "敷设", "responsible": "电缆分队", "days": 2, "milestone": True}
    if left is not None:
        laid["days_left"] = left
    lit: Facts = {"step_id": "2", "step": "送电", "responsible": "电缆分队", "days": 1, "after": ["1"]}
    return [laid, lit]


def _outside(world: World, number: str, step: str, answers: Facts) -> None:
    """Whoever has the link does it."""
    task = Task.objects.get(case__number=number, step=step, status="open")
    complete_task(number, task.key, answers, SYSTEM, world.now)


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
    _outside(world, number, "confirm_pair", {"pair_ok": True})
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


def _sites(world: World, district: str) -> list[Json]:
    guard = f"person:{world.person('manager').pk}"
    return [{"finding_id": "1", "unit": "主会场", "district": district, "guard": guard, "customer_staff": "老姚"}]


def _open(number: str) -> list[str]:
    return sorted(Task.objects.filter(case__number=number, status="open", kind="user").values_list("step", flat=True))
