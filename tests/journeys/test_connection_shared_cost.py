"""A developer saves 540,000 yuan: the offer says who pays what, the government confirms, the account keeps to it."""

import pytest
from django.core.cache import cache

from tests.support.screens import SIGNATURE, Requester, asks, at_desk, at_window
from tests.support.world import HOME, World
from wanjia.model.jsonvalue import Facts, Json
from wanjia.records.cases.models import Case, Clock

HOUSING: Facts = {
    "project_name": "海棠公寓北侧商住小区", "project_kind": "mixed_housing", "developer_name": "望海宏业置业有限公司",
    "credit_code": "91330681MA2XWL3K7P", "place": HOME, "land_kind": "transferred", "land_on": "2025-06-18",
    "in_town_plan": True, "voltage": "kv10", "capacity_kva": 4000, "double_source": False,
    "land_papers": ["contract.jpg"], "red_line_drawing": ["red-line.jpg"], "contact_name": "孙凯",
    "contact_phone": "13800000012",
}  # fmt: skip
ITEMS: list[Json] = [
    {"item": "红线外电缆管沟", "side": "outside", "part": "civil", "amount_yuan": 216000},
    {"item": "10千伏电缆及环网柜", "side": "outside", "part": "electrical", "amount_yuan": 324000},
    {"item": "小区配电设备", "side": "inside", "part": "electrical", "amount_yuan": 3860000},
]
SURVEY: Facts = {
    "supply_from": "石桥线环网柜至红线", "red_line_confirmed": True, "outside_length_m": 360, "survey_photos": ["p.jpg"]
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


def test_the_offer_shows_540000_yuan_saved_and_the_account_keeps_it(world: World) -> None:
    developer = _offered(world)
    number = developer.number
    page = developer.page()
    assert "540,000" in page and "红线外电缆管沟" in page and "储备土地" not in page
    assert developer.letter("offer").startswith(b"%PDF")
    said = str(Case.objects.get(number=number).letters.get(letter="offer").content["zh-Hans"])
    assert "节省540,000元" in said and "政府承担216,000元" in said and "供电企业承担324,000元" in said

    developer.does("answer_offer", {"offer_answer": "accept", "terms_agreed": True, "developer_signature": SIGNATURE})
    assert developer.letter("agreement").startswith(b"%PDF")
    works: Facts = {
        "works_until": "2027-05-20", "built_note": "管沟、电缆、环网柜完工", "acceptance_passed": True,
        "build_photos": ["works.jpg"],
    }  # fmt: skip
    at_desk(world, "senior", number, "build", works)
    at_desk(world, "senior", number, "final_account", {"final_items": ITEMS, "account_papers": ["account.jpg"]})
    at_desk(world, "senior", number, "record_payment", {"paid_yuan": 3860000, "paid_on": "2027-05-22"})
    connect: Facts = {"meter_number": "3310229900001", "tests_passed": True, "connect_photos": ["meter.jpg"]}
    at_desk(world, "senior", number, "connect", connect)
    developer.does("rate", {"stars": 5, "comment": "红线外一分钱没花"})

    case = Case.objects.get(number=number)
    facts = case.state["facts"]
    assert (case.end, facts["final_saving_yuan"], facts["final_developer_yuan"]) == ("connected", 540000, 3860000)
    assert facts["final_government_yuan"] + facts["final_company_yuan"] == 540000
    assert Clock.objects.get(case=case, clock="whole_promise").limit_value == 22
    settlement = str(case.letters.get(letter="settlement").content["zh-Hans"])
    assert "节省540,000元" in settlement and "电力接入工程费用结算单" in developer.page()


def test_the_government_s_objection_never_falls_on_the_developer(world: World) -> None:
    developer = _reviewed(world)
    number = developer.number
    objection: Facts = {"government_answer": "object", "government_note": "可利用既有管廊"}
    at_window(world, "development_reform", number, "government_confirm", objection)
    settled: Facts = {
        "settled_on": "2026-11-20", "settled_government_yuan": 150000, "settle_record": "利用既有管廊200米"
    }  # fmt: skip
    at_desk(world, "county", number, "settle", settled)
    facts = Case.objects.get(number=number).state["facts"]
    assert (facts["government_yuan"], facts["company_yuan"]) == (150000, 390000)
    assert (facts["developer_yuan"], facts["saving_yuan"]) == (3860000, 540000)
    developer.does("answer_offer", {"offer_answer": "give_up"})
    assert Case.objects.get(number=number).end == "given_up"


def test_nobody_answers_for_the_government_but_its_own_desk(world: World) -> None:
    developer = _reviewed(world)
    case = Case.objects.get(number=developer.number)
    task = world.task(case, "government_confirm")
    assert task.organisation_id == "development_reform"
    for other in ("city_management", "property_registry"):
        client = world.client(other)
        assert client.get(f"/window/tasks/{task.pk}/").status_code == 403
        assert client.post(f"/window/tasks/{task.pk}/complete/", {"government_answer": "agree"}).status_code == 403
    page = world.client("development_reform").get(f"/window/tasks/{task.pk}/").content.decode()
    assert "540,000" in page and "13800000012" not in page


def test_land_acquired_before_the_rule_is_told_so_in_writing(world: World) -> None:
    old = asks(world, "shared_cost_connection", {**HOUSING, "land_on": "2019-05-06"})
    assert Case.objects.get(number=old.number).end == "not_covered"
    assert old.letter("not_covered").startswith(b"%PDF")


def _reviewed(world: World) -> Requester:
    developer = asks(world, "shared_cost_connection", HOUSING)
    at_desk(world, "senior", developer.number, "survey", SURVEY)
    estimate: Facts = {"cost_items": ITEMS, "estimate_basis": "电力建设工程概算定额"}
    at_desk(world, "senior", developer.number, "estimate", estimate)
    review: Facts = {"company_answer": "agree", "company_signature": SIGNATURE}
    at_desk(world, "county", developer.number, "company_review", review)
    return developer


def _offered(world: World) -> Requester:
    developer = _reviewed(world)
    confirmed: Facts = {
        "government_answer": "agree", "fund_document": "望发改〔2026〕31号", "government_signature": SIGNATURE
    }  # fmt: skip
    at_window(world, "development_reform", developer.number, "government_confirm", confirmed)
    return developer
