"""Hazards beside lines, and forest and line: through the pages of resident, staff and the two offices."""

import json

import pytest
from django.core.cache import cache

from tests.support.screens import SIGNATURE, asks, at_desk, at_window, starts_at_desk
from tests.support.world import HOME, World
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case, Delivery, Task

OWNER_PHONE = "13800000066"
REPORT: Facts = {
    "place": HOME, "hazard_kind": "crane", "danger_now": "soon", "description": "工地吊车在高压线下吊装钢管",
    "found_photos": ["crane.jpg"], "contact_name": "许阿强", "contact_phone": "13800000012",
}  # fmt: skip
SURVEY: Facts = {
    "confirmed": True, "survey_note": "吊车臂距导线约3米", "measured_m": 3.0, "people_at_risk": False,
    "contact_possible": False, "works_going_on": True, "owner_kind": "firm", "owner_name": "宏达建材有限公司",
    "owner_phone": OWNER_PHONE, "demand": "停止线下吊装，划定作业边界", "survey_photos": ["survey.jpg"],
}  # fmt: skip
DONE: Facts = {"rectify_answer": "done", "rectify_note": "吊装点外移，已设限高架", "rectify_photos": ["after.jpg"]}
VERIFIED: Facts = {"hazard_gone": True, "verify_note": "净距12米", "verify_photos": ["verified.jpg"]}


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


def test_a_hazard_inside_a_zone_is_notified_put_right_and_closed(world: World) -> None:
    finder = asks(world, "line_hazard", REPORT)
    case = Case.objects.get(number=finder.number)
    facts = case.state["facts"]
    assert (facts["in_zone"], facts["line"], facts["clearance_needed_m"]) == (True, "海棠101线", 5.0)
    at_desk(world, "manager", finder.number, "survey", SURVEY)
    told = Delivery.objects.get(case=case, channel="sms", address=OWNER_PHONE)
    assert "停止线下吊装" in told.body
    notice = str(case.letters.get(letter="rectification_notice").content["zh-Hans"])
    assert "海棠101线" in notice and "保护区内" in notice and "重大" in notice
    at_desk(world, "manager", finder.number, "rectify", DONE)
    at_desk(world, "chief", finder.number, "verify", VERIFIED)
    assert finder.letter("closing").startswith(b"%PDF")
    finder.does("rate", {"stars": 5})
    assert Case.objects.get(number=finder.number).end == "closed"


def test_who_refuses_is_reported_to_the_emergency_office(world: World) -> None:
    finder = asks(world, "line_hazard", {**REPORT, "hazard_kind": "building"})
    at_desk(world, "manager", finder.number, "survey", SURVEY)
    at_desk(world, "manager", finder.number, "rectify", {"rectify_answer": "refused", "rectify_note": "业主拒绝"})
    task = Task.objects.get(case__number=finder.number, step="supervise", status=Task.Status.OPEN)
    assert task.organisation_id == "emergency_management"
    ordered: Facts = {"supervision": "order", "order_note": "责令停工", "rectify_by": "2099-01-01"}
    at_window(world, "emergency_management", finder.number, "supervise", ordered)
    at_desk(world, "manager", finder.number, "rectify", DONE)


def test_zones_and_open_hazards_stand_on_the_map(world: World) -> None:
    inside = asks(world, "line_hazard", REPORT).number
    far = {**HOME, "latitude": 29.95}
    outside = asks(world, "line_hazard", {**REPORT, "place": far, "hazard_kind": "fishing"}).number
    other = world.repair()
    client = world.client("chief")
    page = client.get("/desk/zones/").content.decode()
    assert inside in page and outside in page and other.number not in page, "only what asks for zones"
    only = client.get("/desk/zones/?shown=inside").content.decode()
    assert inside in only and outside not in only
    drawn = client.get("/desk/zones.json").json()
    assert [(one["properties"]["name"], one["properties"]["width_m"]) for one in drawn["features"]] == [
        ("海棠101线", 5)
    ]
    data = json.loads(page.split('id="zones-map" type="application/json">')[1].split("</script>")[0])
    points = {one["properties"]["id"]: one["properties"]["tone"] for one in data["points"]["features"]}
    assert points == {inside: "overdue", outside: "due"}
    rows = client.get("/desk/zones/?export=csv").content.decode("utf-8-sig").splitlines()
    assert len(rows) == 3 and rows[1].split(",")[0] == inside, "what lies inside a zone comes first"
    elsewhere = world.client("chief2").get("/desk/zones/").content.decode()
    assert inside not in elsewhere, "another station's hazards are its own"
    assert world.client("clerk").get("/desk/zones/").status_code == 403
    english = world.client("chief", "en").get("/desk/zones/").content.decode()
    assert "Zones and hazards" in english and "Haitang line 101" in english


def test_a_span_is_cleared_and_replanted(world: World) -> None:
    span: Facts = {"place": HOME, "span": "101线23—24号杆", "village": "竹坪村", "trees": ["fir"]}
    number = starts_at_desk(world, "manager", "forest_and_line", {**span, "round_photos": ["r.jpg"]})
    measured: Facts = {
        "voltage_kv": 10, "tree_position": "below", "vertical_m": 0.8, "conductor_height_m": 8.5,
        "yearly_growth_m": 1.2, "may_fall": False, "tree_count": 86, "measure_photos": ["m.jpg"],
    }  # fmt: skip
    at_desk(world, "manager", number, "measure", measured)
    plan: Facts = {"method": "fell", "plan_area_mu": 12, "plan_note": "停电半天，专业队采伐"}
    plan |= {"forest_owner": "竹坪村合作社", "owner_phone": OWNER_PHONE}
    at_desk(world, "chief", number, "plan", plan)
    agreed: Facts = {"consent_answer": "agree", "compensation_yuan": 6800, "consent_signature": SIGNATURE}
    at_desk(world, "manager", number, "consent", agreed)
    granted: Facts = {"permit_answer": "grant", "permit_number": "林采2026第0312号", "permit_until": "2026-12-31"}
    at_window(world, "forestry", number, "permit", granted)
    cut: Facts = {"trees_cut": 86, "area_mu": 12, "after_m": 7.5, "supply_cut": True, "cut_photos": ["c.jpg"]}
    at_desk(world, "manager", number, "cut", cut)
    verified: Facts = {"cleared_enough": True, "verify_note": "7.5米", "verify_photos": ["v.jpg"]}
    at_desk(world, "chief", number, "verify", verified)
    planted: Facts = {
        "crop": "camellia", "mature_height_m": 3, "planted_mu": 12, "planted_on": "2026-11-01",
        "keeper": "竹坪村合作社", "expected_yuan": 150000,
    }  # fmt: skip
    at_desk(world, "manager", number, "replant", planted)
    case = Case.objects.get(number=number)
    assert case.state["facts"]["outages_before"] == 0, "counted from the records"
    assert "林电共建协议" in str(case.letters.get(letter="agreement").content["zh-Hans"])
