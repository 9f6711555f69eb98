"""A lift in an old building: schemes side by side with their critical paths, the residents choose, a third faster."""

import re

import pytest
from django.core.cache import cache

from tests.support.screens import SIGNATURE, Requester, asks, at_desk, at_window
from tests.support.world import HOME, World
from wanjia.model.jsonvalue import Facts, Json
from wanjia.records.cases.models import Case, Task

LIFT: Facts = {
    "applicant_kind": "residents", "applicant_name": "梧桐新村39号居民代表", "place": HOME, "building": "梧桐新村39号",
    "storeys": 6, "households": 18, "lift_kw": 11, "consent_papers": ["consent.jpg"], "shaft_drawing": ["shaft.jpg"],
    "contact_name": "周阿姨", "contact_phone": "13800000012",
}  # fmt: skip
SURVEY: Facts = {
    "survey_result": "feasible", "sources_note": "本楼栋总表箱有余量", "pole_in_way": True, "pole_protectable": True,
    "pole_note": "电杆绝缘保护并与脚手架隔离", "survey_photos": ["pole.jpg"],
}  # fmt: skip
SCHEMES: list[Json] = [
    {"id": "A", "name": "从本楼栋表箱增容取电", "way": "own_box", "resident_yuan": 0},
    {"id": "B", "name": "新增配变专线取电", "way": "new_transformer", "resident_yuan": 36000},
]


def _step(scheme: str, number: str, name: str, days: int, least: int | str, after: list[str]) -> Json:
    row: Facts = {"scheme_id": scheme, "step_id": number, "step": name, "responsible": "项目团队", "days": days}
    return row | ({"days_least": least} if least else {}) | ({"after": list(after)} if after else {})


STEPS: list[Json] = [
    _step("A", "1", "勘测设计", 8, 5, []),
    _step("A", "2", "占掘路审批", 10, 5, ["1"]),
    _step("A", "3", "备料", 12, 8, ["1"]),
    _step("A", "4", "施工", 9, 7, ["2", "3"]),
    _step("B", "1", "设计", 12, 10, []),
    _step("B", "2", "配变采购", 30, 25, ["1"]),
]


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


def test_residents_see_which_step_decides_and_take_the_faster_plan(world: World) -> None:
    residents = _compared(world, STEPS)
    number = residents.number
    at_window(world, "subdistrict", number, "hear_street", {"street_opinion": "support", "street_note": "协助协调"})
    page = residents.page()
    assert "勘测设计 → 备料 → 施工" in page and "配变采购" in page and "不移杆" in page
    assert re.search(r"常规工期 29 个工作日", page) and "居民承担 36,000 元" in page
    assert residents.letter("comparison").startswith(b"%PDF")

    chosen: Facts = {"choice": "chosen", "chosen": "A", "shortened": True, "choice_signature": SIGNATURE}
    residents.does("choose", chosen)
    facts = Case.objects.get(number=number).state["facts"]
    # 30 % off 29 days leaves 20: whatever is taken off the material, the permit beside it must not be the longer then.
    assert (facts["usual_days"], facts["plan_days"], facts["chosen_yuan"]) == (29, 20, 0)
    planned = {row["step"]: row["days"] for row in facts["plan"]}
    assert (
        sum(planned[name] for name in ("勘测设计", "备料", "施工")) == 20 and planned["占掘路审批"] <= planned["备料"]
    )
    assert residents.letter("plan").startswith(b"%PDF")

    while Task.objects.filter(case__number=number, step="carry_out", status="open").exists():
        at_desk(world, "senior", number, "carry_out", {"done_on": "2026-11-23", "step_note": "完成"})
    connect: Facts = {"meter_number": "3310220007777", "tests_passed": True, "connect_photos": ["meter.jpg"]}
    at_desk(world, "manager", number, "connect", connect)
    residents.does("rate", {"supply_ok": True, "stars": 5})
    case = Case.objects.get(number=number)
    assert (case.end, case.rating.stars) == ("connected", 5)
    assert case.state["facts"]["saved_percent"] > 30


def test_steps_that_wait_for_each_other_come_back_named(world: World) -> None:
    circle = [*STEPS[:4], _step("B", "1", "设计", 12, 10, ["2"]), _step("B", "2", "配变采购", 30, 25, ["1"])]
    residents = _compared(world, circle)
    case = Case.objects.get(number=residents.number)
    assert world.task(case, "draw_up").holder == world.person("senior")
    page = world.client("senior").get(f"/desk/cases/{case.number}/").content.decode()
    assert "前序互相等待" in page
    assert not case.letters.exists()


def test_only_a_scheme_on_offer_can_be_chosen(world: World) -> None:
    residents = _compared(world, STEPS)
    at_window(world, "subdistrict", residents.number, "hear_street", {"street_opinion": "concern", "street_note": "无"})
    key = world.task(Case.objects.get(number=residents.number), "choose").key
    address = f"/follow/{residents.number}/task/{key}/"
    form = {"choice": "chosen", "chosen": "Z", "shortened": "true", "choice_signature": SIGNATURE}
    answer = residents.client.post(address, form)
    assert answer.status_code == 422 and 'href="#field-chosen"' in answer.content.decode()


def _compared(world: World, steps: list[Json]) -> Requester:
    residents = asks(world, "lift_retrofit", LIFT)
    at_desk(world, "manager", residents.number, "survey", SURVEY)
    at_desk(world, "senior", residents.number, "draw_up", {"schemes": SCHEMES, "scheme_steps": steps})
    return residents
