"""An outage that is asked for, arranged with those who cannot bear it, told, permitted, and accounted for."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta

import numpy as np
import pytest
from django.core.cache import cache
from django.utils import timezone

from tests.support.outages import CODES, world_network
from tests.support.screens import at_desk, starts_at_desk
from tests.support.world import HOME, World
from wanjia.actions.cases.capabilities.outage_ways import outage_alternatives
from wanjia.actions.cases.capabilities.planned_outages import outage_scope
from wanjia.actions.cases.deliver_news import deliver_news
from wanjia.actions.cases.fire_due_clocks import fire_due_clocks
from wanjia.actions.cases.send_message import send_message
from wanjia.model.faults import Refused
from wanjia.model.jsonvalue import Facts
from wanjia.model.network import BRANCH_KINDS, Branches, Nodes, words
from wanjia.records.cases.models import Case, Delivery, News, RegisterRow, Task
from wanjia.records.network import opening
from wanjia.records.network.models import Customer, Outage, OutageDistrict, PlannedWork
from wanjia.records.network.planning import SupplyDemand, SupplyDemandDistrict

CODE = "T-C111"


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


@pytest.fixture
def careful(world: World) -> World:
    """A district with a customer who cannot bear an outage; it was dark three weeks ago."""
    Customer.objects.filter(district=CODE).update(priority="sensitive", phone="13900000011", name="三维打印厂")
    at = world.now - timedelta(days=21)
    outage = Outage.objects.create(
        number="O1", sensing_key="O1", device_id=CODE, device_level="district", starts_at=at, detected_at=at,
        ends_at=at + timedelta(hours=1), districts_dark=0, districts_touched=1, customers_dark=0,
        customers_touched=120, confidence=1.0, changed_at=at, status="restored",
    )  # fmt: skip
    ended = outage.ends_at
    OutageDistrict.objects.create(outage=outage, district_id=CODE, starts_at=at, restored_at=ended, customers=120)
    return world


@pytest.fixture
def lines() -> Iterator[None]:
    """A network is installed: a breaker, then a switch, and the road of four districts behind it."""
    flat = world_network(CODES[:4])
    network = replace(
        flat,
        nodes=Nodes(words(["source", "pole", *flat.nodes.ids[1:]]), np.insert(flat.nodes.kind, 1, 1).astype(np.int8)),
        branches=Branches(
            words(["breaker", "switch", *flat.branches.ids[1:]]),
            np.array([0, 1, *[2] * 4], np.int32), np.arange(1, 7, dtype=np.int32),
            np.insert(flat.branches.kind, 1, BRANCH_KINDS.index("switch")).astype(np.int8), np.ones(6, np.bool_),
            words([""] * 6),
        ),
        districts=replace(flat.districts, node=np.arange(3, 7, dtype=np.int32)),
    )  # fmt: skip
    before = list(opening._OPENERS)
    opening.bind(lambda: network)
    yield
    opening._OPENERS[:] = before


def begins(world: World, days: int = 10) -> datetime:
    day = world.today + timedelta(days=days)
    return datetime.combine(day, time(8), timezone.get_default_timezone())


def asked(world: World, days: int = 10, **changes: object) -> Facts:
    at = begins(world, days)
    facts: Facts = {
        "work_title": "更换变压器", "place": HOME, "device": CODE, "work_kind": "planned", "work_reason": "变压器缺陷",
        "starts_at": at.isoformat(), "ends_at": (at + timedelta(hours=4)).isoformat(),
    }  # fmt: skip
    return {**facts, **changes}  # type: ignore[dict-item]


def facts_of(number: str) -> Facts:
    return dict(Case.objects.get(number=number).state["facts"])


def published(world: World) -> tuple[str, Case]:
    """Asked for, chosen, approved, arranged with the customer, published; the case and the customer's own."""
    number = starts_at_desk(world, "chief", "planned_outage", asked(world))
    leader = f"person:{world.person('senior').pk}"
    choice: Facts = {
        "chosen_mode": "outage", "choice_reason": "发电车已派出", "repeat_reason": "上次为抢修", "work_leader": leader,
    }  # fmt: skip
    at_desk(world, "chief", number, "choose", choice)
    at_desk(world, "county", number, "approve", {"approval": "agree"})
    child = Case.objects.get(number=number).children.get()
    needs: Facts = {
        "call_result": "needs", "need_kw": 180, "need_hours": 4, "must_run": "打印机", "may_break": "seconds",
        "has_second_source": False, "has_own_source": False,
    }  # fmt: skip
    at_desk(world, "manager", child.number, "call", needs)
    plan: Facts = {
        "way": "generator", "way_reason": "没有第二电源", "source_kw": 320, "fuel_hours": 8, "refuel": False,
        "guard_leader": leader,
    }  # fmt: skip
    at_desk(world, "senior", child.number, "plan_supply", plan)
    deliver_news(world.now)
    at_desk(world, "dispatch", number, "publish", {})
    return number, child


def test_nothing_is_switched_off_before_the_supply_is_tested(careful: World) -> None:
    world, at = careful, begins(careful)
    number, child = published(world)
    facts = facts_of(number)
    assert (facts["charge"], facts["dark_count"], facts["dark_repeated_count"]) == ("county_manager", 1, 1)
    assert (facts["naive_district_hours"], facts["least_mode"], facts["sensitive_count"]) == (4, "generator", 1)
    assert [row["arrangement"] for row in facts["sensitive"]] == ["arranged"]  # type: ignore[union-attr, index, call-overload]
    work = PlannedWork.objects.get(code=facts["plan_code"])
    assert (work.device_id, work.starts_at, list(work.districts.values_list("district_id", flat=True))) == (
        CODE, at, [CODE],
    )  # fmt: skip
    assert facts["told_count"] == facts["sensitive_told"] == 1 and facts["notice_hours"] > 168  # type: ignore[operator]
    told = Delivery.objects.get(idempotency_key__startswith=f"plan:{work.code}:planned:")
    assert told.address == "13900000011"
    case = Case.objects.get(number=number)
    assert case.letters.get().letter == "notice" and "3300" not in world.client("dispatch").get(
        f"/desk/cases/{number}/"
    ).content.decode().replace(number, "")
    assert not case.tasks.filter(status=Task.Status.OPEN).exists(), "the permit waits for the supply"
    connected: Facts = {
        "set_up_result": "connected", "source_id": "发电车03", "source_kw": 320, "fuel_hours": 8, "refuel": False,
        "connected_at": (at - timedelta(hours=2)).isoformat(), "set_up_photos": ["a.jpg"],
    }  # fmt: skip
    at_desk(world, "senior", child.number, "set_up", connected)
    tested: Facts = {"test_result": "passed", "test_kw": 170, "break_seconds": 6}
    at_desk(world, "manager", child.number, "test", tested)
    assert not case.tasks.filter(status=Task.Status.OPEN).exists()
    deliver_news(world.now)
    permit: Facts = {"permitted_at": at.isoformat(), "supplies_tested": True, "measures_taken": True}
    at_desk(world, "dispatch", number, "permit", permit)
    done = (at + timedelta(hours=3)).isoformat()
    at_desk(world, "senior", number, "work", {"finished_at": done, "work_note": "已更换"})
    at_desk(world, "dispatch", number, "restore", {"restored_at": done})
    facts = facts_of(number)
    assert Case.objects.get(number=number).end == "done"
    assert (facts["actual_district_hours"], facts["saved_district_hours"]) == (3, 1)
    assert facts["notice_kept"] is True and facts["overran"] is False
    assert RegisterRow.objects.get(case__number=number).values["saved_district_hours"] == 1


def test_an_overrun_is_told_with_the_new_end(careful: World) -> None:
    world, at = careful, begins(careful)
    number, child = published(world)
    News.objects.create(
        case=Case.objects.get(number=number), about=child, name="child_told", branch=child.parent_branch,
        payload={"child_number": child.number, "child_said": "ready"}, created_at=world.now,
    )  # fmt: skip
    deliver_news(world.now)
    permit: Facts = {"permitted_at": at.isoformat(), "supplies_tested": True, "measures_taken": True}
    at_desk(world, "dispatch", number, "permit", permit)
    fire_due_clocks(at + timedelta(hours=3, minutes=59))
    assert not Task.objects.filter(case__number=number, step="say_new_end").exists()
    fire_due_clocks(at + timedelta(hours=4))
    new_end = at + timedelta(hours=6)
    late: Facts = {"new_end_at": new_end.isoformat(), "overrun_reason": "吊车没到"}
    at_desk(world, "dispatch", number, "say_new_end", late)
    work = PlannedWork.objects.get(code=facts_of(number)["plan_code"])
    assert work.ends_at == new_end and facts_of(number)["overrun_told"] == 1
    assert Delivery.objects.filter(idempotency_key__startswith=f"plan:{work.code}:plan_extended").count() == 1


def test_a_cancelled_outage_is_corrected_and_the_site_stands_down(careful: World) -> None:
    world = careful
    number, child = published(world)
    reason: Facts = {"cancel_reason": "暴雨红色预警"}
    send_message(number, "cancel_asked", reason, world.actor("chief"), world.now)
    Delivery.objects.update(status="sent")
    at_desk(world, "dispatch", number, "take_back", {"take_back_way": "cancel", "take_back_reason": "暴雨"})
    assert Case.objects.get(number=number).end == "cancelled"
    work = PlannedWork.objects.get(code=facts_of(number)["plan_code"])
    assert work.cancelled_at is not None
    assert Delivery.objects.filter(idempotency_key__startswith=f"plan:{work.code}:plan_cancelled").count() == 1
    deliver_news(world.now)
    at_desk(world, "manager", child.number, "stand_down", {"was_stood_down": True})
    child.refresh_from_db()
    assert child.end == "stood_down" and child.state["facts"]["contact_phone"] is None


def test_a_window_that_must_stay_lit_leads_back(careful: World) -> None:
    world, at = careful, begins(careful)
    demand = SupplyDemand.objects.create(
        number="SD1", kind="exam", reason="高考考点", from_at=at, until_at=at + timedelta(days=2), set_by="person:1",
        set_at=world.now,
    )  # fmt: skip
    SupplyDemandDistrict.objects.create(demand=demand, district_id=CODE)
    number = starts_at_desk(world, "chief", "planned_outage", asked(world))
    leader = f"person:{world.person('senior').pk}"
    choice: Facts = {"chosen_mode": "outage", "choice_reason": "只能停电", "work_leader": leader}
    at_desk(world, "chief", number, "choose", {**choice, "repeat_reason": "上次为抢修"})
    assert facts_of(number)["judgement"] == "kept_lit"
    at_desk(world, "chief", number, "correct", {"give_up": True})
    assert Case.objects.get(number=number).end == "given_up"


def test_a_road_of_four_districts_for_ten_hours_is_spared_forty_district_hours(world: World, lines: None) -> None:
    case, at = Case(organisation_id="station-1"), begins(world)
    asked_for: Facts = {
        "device": "switch", "starts_at": at.isoformat(), "ends_at": (at + timedelta(hours=10)).isoformat(), "days": 60,
    }  # fmt: skip
    scope = outage_scope(asked_for, case, world.now)
    assert (scope["district_count"], scope["district_hours"], scope["mode_hours"]) == (4, 40, 10)
    ways = outage_alternatives(asked_for, case, world.now)
    rows = {str(row["mode"]): row for row in ways["alternatives"]}  # type: ignore[union-attr, index, call-overload]
    assert rows["outage"]["district_hours"] == 40 == ways["naive_district_hours"]
    assert rows["bypass"]["saved_district_hours"] == 40 and rows["bypass"]["bypass_sets"] == 1
    for row in rows.values():
        same = outage_scope({**asked_for, "mode": row["mode"]}, case, world.now)
        assert (same["district_hours"], same["district_count"]) == (row["district_hours"], row["dark_count"])
    whole = outage_scope({**asked_for, "device": "breaker"}, case, world.now)
    assert whole["district_hours"] == 40, "a device at the source darkens all below it"
    for wrong, code in (({"device": "nothing"}, "device_unknown"), ({"mode": "by_magic"}, "unavailable")):
        with pytest.raises(Refused) as refused:
            outage_scope({**asked_for, **wrong}, case, world.now)
        assert refused.value.faults[0].code == code


def test_without_a_network_only_districts_are_known(world: World) -> None:
    at = begins(world)
    until = at + timedelta(hours=1)
    asked_for: Facts = {"device": "switch", "starts_at": at.isoformat(), "ends_at": until.isoformat()}
    with pytest.raises(Refused) as refused:
        outage_alternatives(asked_for, Case(), world.now)
    assert refused.value.faults[0].code == "no_network"
