"""Works in a quarter where people live: permits, a surprise underground, a resident's problem as a case of its own."""

import pytest
from django.core.cache import cache

from tests.support.screens import asks, at_desk, at_window, sent
from tests.support.world import HOME, World
from wanjia.model.jsonvalue import Facts
from wanjia.practice.stored import stored_practice
from wanjia.records.cases.models import Case, PracticeVersion, Task

PROJECT: Facts = {
    "project_name": "石门路架空线入地", "place": HOME, "length_km": 1.8, "households": 620, "plan_from": "2026-12-01",
    "plan_to": "2027-03-31", "parties": [{"party": "送变电公司", "duty": "builder"}],
    "permits": [
        {"permit_id": "1", "permit": "占用挖掘道路", "authority": "city_management"},
        {"permit_id": "2", "permit": "占路施工", "authority": "traffic_police"},
    ],
}  # fmt: skip
RAISED = {"problem_kind": "way", "problem": "轮椅出不了弄堂", "problem_name": "沈阿婆", "problem_phone": "13800000061"}
BUILT: Facts = {"built_km": 1.8, "live_work": True, "spared_districts": 4, "spared_hours": 10}


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


def test_a_project_from_permits_to_the_street_office_s_check(world: World) -> None:
    number = _building(world)
    refused = world.client("traffic_police").get(f"/window/cases/{number}/send/problem_raised/")
    assert refused.status_code == 403, "the street office's alone"
    found = f"/desk/cases/{number}/send/surprise_found/"
    _said(world, "manager", found, surprise="地下管线与图纸不符")
    coordinated: Facts = {"coordinate_note": "改走西侧，先铺钢板", "coordinated_with": "设计、施工、监理"}
    at_desk(world, "manager", number, "coordinate", coordinated)

    _said(world, "subdistrict", f"/window/cases/{number}/send/problem_raised/", **RAISED)
    problem = Case.objects.get(parent__number=number)
    assert problem.practice.name == "works_problem"
    page = world.client("manager").get(f"/desk/cases/{number}/").content.decode()
    assert problem.number in page and "13800000061" not in page, "the resident's telephone stays in the resident's case"
    at_desk(world, "senior", problem.number, "answer", {"answer_kind": "solved", "answer_note": "已铺坡道"})

    at_desk(world, "manager", number, "build", BUILT)
    at_window(world, "subdistrict", number, "check_street", {"check_result": "pass"})
    case = Case.objects.get(number=number)
    assert (case.end, case.state["facts"]["spared_district_hours"]) == ("completed", 40)


def test_a_refused_permit_is_revised_and_asked_again(world: World) -> None:
    number = _told(world)
    refusal: Facts = {"permit_result": "refused", "permit_note": "早晚高峰占路"}
    at_window(world, "traffic_police", number, "decide_permit", refusal)
    at_window(world, "city_management", number, "decide_permit", {"permit_result": "granted"})
    asked: Facts = {
        "revise_result": "again", "revise_note": "改为夜间施工",
        "permits": [{"permit_id": "2", "permit": "占路施工（夜间）", "authority": "traffic_police"}],
    }  # fmt: skip
    at_desk(world, "manager", number, "revise", asked)
    at_window(world, "traffic_police", number, "decide_permit", {"permit_result": "granted"})
    assert Task.objects.get(case__number=number, status="open").step == "build"


def test_a_resident_reports_on_the_portal_and_says_whether_it_is_right(world: World) -> None:
    told: Facts = {
        "problem_kind": "noise", "problem": "半夜切割声太响", "place": HOME, "contact_name": "周老师",
        "contact_phone": "13800000062",
    }  # fmt: skip
    resident = asks(world, "works_problem", told)
    at_desk(
        world, "senior", resident.number, "answer", {"answer_kind": "explained", "answer_note": "主干道只准夜间施工"}
    )
    assert "施工问题答复" in resident.page()
    resident.does("confirm", {"right_now": False, "remaining": "请换低噪声设备"})
    at_desk(world, "senior", resident.number, "answer", {"answer_kind": "solved", "answer_note": "已换设备"})
    resident.does("confirm", {"right_now": True, "stars": 5})
    assert Case.objects.get(number=resident.number).end == "solved"


def _building(world: World) -> str:
    number = _told(world)
    for office in ("city_management", "traffic_police"):
        at_window(world, office, number, "decide_permit", {"permit_result": "granted"})
    return number


def _told(world: World) -> str:
    row = PracticeVersion.objects.get(name="works_among_residents", active=True)
    answers: Facts = {**PROJECT, "site_engineer": f"person:{world.person('manager').pk}"}
    form = sent(stored_practice(row.digest, row.files), "start", answers)
    answer = world.client("senior").post("/desk/new/works_among_residents/", form)
    assert answer.status_code == 302, answer.content.decode()
    number = Case.objects.get(practice=row).number
    informed: Facts = {"informed_on": "2026-11-22", "informed_households": 48, "notice_photos": ["notice.jpg"]}
    at_desk(world, "manager", number, "inform", informed)
    return number


def _said(world: World, login: str, address: str, **payload: str) -> None:
    client = world.client(login)
    assert "我已核对无误" in client.get(address).content.decode()
    answer = client.post(address, {**payload, "sure": "1"})
    assert answer.status_code == 302, answer.content.decode()
