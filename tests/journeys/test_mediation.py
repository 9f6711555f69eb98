"""A dispute over sub-meters: facts first, proposals, an agreement signed by each where they are, promises kept."""

import pytest
from django.core.cache import cache

from tests.support.outsiders import code, link
from tests.support.screens import SIGNATURE, Requester, asks, at_desk
from tests.support.world import HOME, World
from wanjia.model.jsonvalue import Facts, Json
from wanjia.records.cases.models import Case, Delivery

OTHER = "13800000077"
DISPUTE: Facts = {
    "applicant_kind": "tenant", "applicant_name": "望海晨光五金厂", "contact_phone": "13800000088", "place": HOME,
    "dispute_kind": "submeter_gap", "story": "三家分表加起来比总表少了200多千瓦时", "other_name": "陈建国",
    "other_phone": OTHER,
}  # fmt: skip
FOUND: Facts = {
    "found_facts": "货运电梯、楼道灯接在分表之前", "has_meters": True, "has_price": True, "agreed_price_yuan": 0.6,
    "charged_price_yuan": 0.8, "priced_kwh": 4000,
}  # fmt: skip
MONTH: Facts = {"from_on": "2026-05-01", "to_on": "2026-06-01"}
MAIN: list[Json] = [
    {"meter_id": "Z", "meter": "总表", "from_kwh": 30214, "to_kwh": 30535, **MONTH, "multiplier": 40},
]
SUBS: list[Json] = [
    {"meter_id": "A", "meter": "房东自用", "from_kwh": 20100, "to_kwh": 26220, **MONTH},
    {"meter_id": "B", "meter": "晨光五金厂", "from_kwh": 15020, "to_kwh": 18925.5, **MONTH},
    {"meter_id": "C", "meter": "恒丰塑料厂", "from_kwh": 10032, "to_kwh": 12630.5, **MONTH},
]
POINTS: list[Json] = [{"point_id": "1", "point": "货运电梯", "kw": 3, "hours": 22, "used_by": ["B", "C"]}]
AGREED: Facts = {
    "agreement_text": "电梯装分电表，差额按用量分摊", "committee": True, "signing_way": "on_spot",
    "applicant_signature": SIGNATURE, "other_signature": SIGNATURE, "mediator_signature": SIGNATURE,
    "promises": [{"promise_id": "1", "promise": "电梯装分电表", "who": "房东", "due_on": "2027-01-15"}],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


def test_three_firms_find_their_kilowatt_hours_and_sign(world: World) -> None:
    firm = _until_the_meeting(world)
    case = Case.objects.get(number=firm.number)
    told = Delivery.objects.get(case=case, address=OTHER)
    assert "调解自愿、免费" in told.body and "晨光" not in told.body, "the other side is not told who asked"
    facts = case.state["facts"]
    assert (facts["gap_kwh"], facts["points_kwh"], facts["loss_kwh"], facts["left_kwh"]) == (216, 66, 150, 0)
    assert sum(row["extra_kwh"] for row in facts["shares"]) == 216 and facts["overcharge_yuan"] == 800
    page = world.client("manager").get(f"/desk/cases/{firm.number}/").content.decode()
    for words in ("差额的构成", "未装表用电", "货运电梯 66", "线路损耗", "按人数"):
        assert words in page, words
    assert "查明事实和调解建议书" in firm.page() and firm.letter("facts_sheet").startswith(b"%PDF")

    at_desk(world, "manager", firm.number, "mediate", {"outcome": "agreed", "mediate_note": "三方同意"})
    at_desk(world, "manager", firm.number, "sign", AGREED)
    assert firm.letter("agreement").startswith(b"%PDF")
    page = firm.page()
    assert "司法确认" in page
    firm.does("confirm", {"confirm_answer": "applied"})
    at_desk(world, "manager", firm.number, "follow_up", {"kept": "broken", "kept_note": "未装"})
    at_desk(world, "chief", firm.number, "review_broken", {"urged": "kept_now", "urged_note": "当天装好"})
    firm.does("rate", {"settled": True, "stars": 5})
    case.refresh_from_db()
    assert (case.end, case.rating.stars) == ("settled", 5)


def test_the_other_party_signs_on_a_phone_without_an_account(world: World) -> None:
    firm = _until_the_meeting(world)
    at_desk(world, "manager", firm.number, "mediate", {"outcome": "agreed", "mediate_note": "三方同意"})
    drawn = {name: value for name, value in AGREED.items() if name not in ("applicant_signature", "other_signature")}
    at_desk(world, "manager", firm.number, "sign", {**drawn, "signing_way": "online"})
    firm.does("sign_applicant", {"applicant_answer": "sign", "applicant_signature": SIGNATURE})
    case = Case.objects.get(number=firm.number)
    phone, path = world.client(), link(case)
    phone.post(f"{path}code/")
    assert phone.post(path, {"code": code(case)}).status_code == 302
    page = phone.get(path).content.decode()
    assert "电梯装分电表" in page and "13800000088" not in page and "200多千瓦时" not in page
    task = world.task(case, "sign_other")
    signed = {"other_answer": "sign", "other_signature": SIGNATURE}
    assert phone.post(f"{path}{task.key}/", signed).status_code == 302
    case.refresh_from_db()
    assert case.state["facts"]["effective_on"] and case.letters.filter(letter="agreement_other").exists()
    assert "电力纠纷调解协议书" in phone.get(path).content.decode()


def test_readings_the_wrong_way_round_come_back_to_the_mediator(world: World) -> None:
    firm = _until_the_readings(world)
    wrong: list[Json] = [{**SUBS[0], "to_kwh": 20000}, *SUBS[1:]]  # type: ignore[dict-item]
    rows: Facts = {"main_meter": MAIN, "sub_meters": wrong, "price_yuan": 0.6}
    at_desk(world, "manager", firm.number, "read_meters", rows)
    page = world.client("manager").get(f"/desk/cases/{firm.number}/").content.decode()
    assert "止数小于起数" in page and not Case.objects.get(number=firm.number).letters.exists()


def _until_the_readings(world: World) -> Requester:
    firm = asks(world, "electricity_mediation", DISPUTE)
    at_desk(world, "manager", firm.number, "accept", {"accept_result": "accepted"})
    at_desk(world, "manager", firm.number, "ask_parties", {"parties_answer": "agree", "visit_on": "2026-12-01"})
    at_desk(world, "manager", firm.number, "gather", FOUND)
    return firm


def _until_the_meeting(world: World) -> Requester:
    firm = _until_the_readings(world)
    rows: Facts = {"main_meter": MAIN, "sub_meters": SUBS, "points": POINTS, "price_yuan": 0.6}
    at_desk(world, "manager", firm.number, "read_meters", rows)
    at_desk(world, "manager", firm.number, "propose", {"proposal": "电梯装分电表，差额按用量分摊"})
    return firm
