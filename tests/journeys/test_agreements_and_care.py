"""Agreements between bodies, chiefs appointed in each other's work, and care at home that rests on a consent."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from tests.support.outsiders import code, link
from tests.support.screens import SIGNATURE, asks, at_desk, at_window, starts_at_desk
from tests.support.world import HOME, World
from wanjia.actions.cases.reveal_personal_data import reveal_personal_data
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case, RegisterRow, Task
from wanjia.records.territory.models import Tenure

AGREEMENT: Facts = {
    "agreement_title": "全面服务重点工程共建", "mode": "horizontal", "purpose": "占用挖掘道路审批要跑多个窗口",
    "parties": [
        {"party": "city", "party_name": "市供电公司"}, {"party": "development_reform", "party_name": "市发改委"},
    ],
    "agreed_from": "2026-11-22", "agreed_until": "2027-10-31",
}  # fmt: skip
KINDS = ("learning", "business", "integrity", "duty", "platform")
COMMITMENTS: Facts = {
    "commitments": [
        {
            "commitment_id": f"C{at}", "kind": kind, "commitment": f"共建事项{at}", "due_on": "2026-12-31",
            "owner": "city" if at % 2 else "development_reform", "proof_wanted": "办结材料",
            "witness": "development_reform" if at % 2 else "city",
        }
        for at, kind in enumerate(KINDS, start=1)
    ]
}  # fmt: skip
CONSENT: Facts = {
    "place": HOME, "resident_name": "王秀英", "resident_phone": "13800000012", "situation": "lone_elderly",
    "purposes": ["inactivity_care"], "devices": ["gateway", "inactivity"], "consent_term": "half_year",
    "helper_name": "李建国", "helper_phone": "13900000034", "consent_given": True, "resident_signature": SIGNATURE,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


def test_two_bodies_sign_five_kinds_of_commitments_and_each_is_checked_by_the_other(world: World) -> None:
    number = starts_at_desk(world, "senior", "joint_agreement", AGREEMENT)
    at_desk(world, "senior", number, "draft", COMMITMENTS)
    at_window(world, "development_reform", number, "review", {"opinion": "agree"})
    at_desk(world, "company", number, "review", {"opinion": "agree"})
    signs: Facts = {"sign_agreed": True, "party_signature": SIGNATURE}
    at_window(world, "development_reform", number, "sign", signs)
    at_desk(world, "company", number, "sign", signs)
    # Both see the whole text with every commitment: the body at its window, the company at its desk.
    kept: Facts = {"outcome": "kept", "result_on": "2026-11-22", "proof": "papers", "what_was_done": "已按协议办成"}
    case = Case.objects.get(number=number)
    assert Task.objects.filter(case=case, step="report", status="open").count() == 5
    at_window(world, "development_reform", number, "report", {**kept, "proof_papers": ["proof.jpg"]})
    assert "共建事项2" in world.client("company").get(f"/desk/cases/{number}/").content.decode()
    at_desk(world, "company", number, "check", {"check_result": "true_report"})
    row = RegisterRow.objects.get(case=case, register="commitments")
    assert (row.values["commitment_id"], row.values["status"]) == ("C2", "kept")
    assert RegisterRow.objects.filter(case=case, register="agreements").count() == 1
    letter = case.letters.get(letter="agreement")
    pdf = world.client("development_reform").get(f"/letters/{letter.number}.pdf")
    assert pdf.status_code == 200
    # Whoever proposed it may end it early while it waits for its year; another may not.
    assert world.client("chief2").get(f"/desk/cases/{number}/send/end_early/").status_code in (403, 404)


def test_two_chiefs_are_appointed_in_each_other_s_work_and_see_the_same_cell(world: World) -> None:
    manager, leader = world.person("manager"), world.person("subdistrict")
    started = world.today.isoformat()
    proposed: Facts = {
        "place": HOME, "village_name": "海棠村", "village_body_code": "subdistrict", "model_village": "province",
        "cell_manager": f"person:{manager.pk}", "group_leader": f"person:{leader.pk}", "term_from": started,
        "term_until": (world.today + timedelta(days=30)).isoformat(), "help_duties": "收集需求，指导线上办电",
    }  # fmt: skip
    number = starts_at_desk(world, "senior", "two_chiefs", proposed)
    at_window(world, "subdistrict", number, "agree", {"agreement_answer": "agree", "village_signature": SIGNATURE})
    before = world.client("subdistrict").get("/desk/cases/")
    assert before.status_code == 403, "a reviewer of a partner body has no desk"
    at_desk(world, "chief", number, "appoint_both", {"chief_signature": SIGNATURE})
    helpers = Tenure.objects.filter(post__role="cell_helper").select_related("post")
    assert {(row.person_id, row.post.organisation_id) for row in helpers} == {
        (manager.pk, "subdistrict"), (leader.pk, "station-1"),
    }  # fmt: skip
    assert {row.post.cell_code for row in helpers} == {"C111"}
    # The group leader sees the cell's cases now, without anybody's name or telephone.
    repair = world.repair("in the cell")
    listed = world.client("subdistrict").get("/desk/cases/").content.decode()
    assert repair.number in listed
    page = world.client("subdistrict").get(f"/desk/cases/{repair.number}/").content.decode()
    assert "王秀英" not in page and "13800000012" not in page
    # A round is entered by the cell manager from the case's own page.
    walked = {
        "round_on": started, "households": "46", "needs": "9", "solved_on_site": "5", "round_note": "挨户走访",
        "sure": "1",
    }  # fmt: skip
    assert world.client("manager").post(f"/desk/cases/{number}/send/round_done/", walked).status_code == 302
    assert RegisterRow.objects.get(case__number=number, register="rounds").values["households"] == 46
    # Ended early by the chief: both posts end the same day.
    over = {"end_reason": "村组合并", "sure": "1"}
    assert world.client("chief").post(f"/desk/cases/{number}/send/end_early/", over).status_code == 302
    assert Case.objects.get(number=number).end == "ended_early"
    assert {row.ends_on for row in Tenure.objects.filter(post__role="cell_helper")} == {world.today}


def test_a_consent_is_the_resident_s_from_the_first_page_to_the_end(world: World) -> None:
    resident = asks(world, "care_consent", CONSENT)
    number = resident.number
    _helper_agrees(world, Case.objects.get(number=number))
    fitted: Facts = {"gateway_number": "GW-0053", "monitor_count": 4, "alarm_tested": True, "shown_to_resident": True}
    at_desk(world, "manager", number, "install", fitted)
    assert resident.letter("consent")[:4] == b"%PDF"
    assert RegisterRow.objects.get(case__number=number, register="consents").until_on is not None
    # The resident sees who looked, and why.
    assert "还没有人查看过" in resident.page()
    reveal_personal_data(number, "上门核对装置", world.actor("manager"), world.now)
    page = resident.page()
    assert "上门核对装置" in page and "林海生" in page and f"/follow/{number}/send/end_consent/" in page
    # While it is in force the manager may enter an alarm: a case of its own, for the same resident.
    alarm = {
        "scene": "lone_elder", "alarm_value": "14", "alarm_note": "14小时无用电", "alarmed_at": f"{world.today}T08:00",
        "sure": "1",
    }  # fmt: skip
    entered = world.client("manager").post(f"/desk/cases/{number}/send/alarm_reported/", alarm)
    assert entered.status_code == 302, entered.content.decode()
    raised = Case.objects.get(parent__number=number)
    assert raised.practice.name == "care_alarm" and raised.state["facts"]["grade"] == "urgent"
    at_desk(world, "manager", raised.number, "call_resident", {"call_result": "well"})
    assert Case.objects.get(pk=raised.pk).end == "all_well"
    # It ends when the resident says so, and for nobody else.
    over = {"end_reason": "搬到儿子家", "sure": "1"}
    assert world.client().post(f"/follow/{number}/send/end_consent/", over).status_code == 404
    assert world.client("manager").post(f"/desk/cases/{number}/send/end_consent/", over).status_code == 403
    assert resident.client.post(f"/follow/{number}/send/end_consent/", over).status_code == 302
    assert world.client("manager").get(f"/desk/cases/{number}/send/alarm_reported/").status_code == 403
    at_desk(world, "manager", number, "remove", {"removed_on": world.today.isoformat(), "stopped_collecting": True})
    assert Case.objects.get(number=number).end == "ended_by_resident"
    assert not RegisterRow.objects.filter(case__number=number, register="consents", struck_at=None).exists()


def _helper_agrees(world: World, case: Case) -> None:
    """The helper follows the link in the message, enters the code that is sent, and answers; no account is needed."""
    phone, path = world.client(), link(case)
    phone.post(f"{path}code/")
    assert phone.post(path, {"code": code(case)}).status_code == 302
    page = phone.get(path).content.decode()
    assert "13800000012" not in page, "the resident's telephone is not the helper's yet"
    task = world.task(case, "helper_confirm")
    assert phone.post(f"{path}{task.key}/", {"helper_answer": "agree"}).status_code == 302
