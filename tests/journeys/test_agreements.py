"""Agreements between bodies, and two chiefs who are appointed in each other's work."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from tests.support.screens import SIGNATURE, at_desk, at_window, starts_at_desk
from tests.support.world import HOME, World
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
