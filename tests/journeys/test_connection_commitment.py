"""Approval on commitment: conditions told, signed on the portal, permitted in the same minute, checked afterwards."""

import pytest
from django.core.cache import cache

from tests.support.screens import SIGNATURE, Requester, asks, at_window
from tests.support.world import HOME, World
from wanjia.actions.cases.change_settings import change_settings
from wanjia.model.actors import SYSTEM
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case, Task

LINE: Facts = {
    "project_name": "海湾渔具厂接入工程", "applicant_kind": "company", "applicant_name": "望海渔具有限公司",
    "credit_code": "91371002MA3XWL3K7P", "place": HOME, "route": "沿海湾路北侧人行道", "voltage": "kv10",
    "length_m": 150, "road_class": "branch", "road_m2": 45, "blocks_traffic": False, "protected_road": False,
    "green_m2": 8, "in_corridor": True, "near_water": False, "starts_on": "2027-03-05", "ends_on": "2027-03-20",
    "works_plan": ["plan.jpg"], "contact_name": "刘洋", "contact_phone": "13800000012",
}  # fmt: skip
COMMITTED: Facts = {
    "commitment_answer": "commit", "conditions_read": True, "conditions_met": True, "consequences_known": True,
    "commitment_signature": SIGNATURE,
}  # fmt: skip
DONE: Facts = {"reported": True, "done_on": "2026-11-21", "done_note": "已恢复", "done_photos": ["done.jpg"]}


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


def test_told_committed_and_permitted_at_once(world: World) -> None:
    applicant = asks(world, "approval_on_commitment", LINE)
    page = applicant.page()
    assert "完工后按标准恢复路面" in page and "按期恢复绿地" in page and "365" in _told(applicant)
    applicant.does("commit", COMMITTED)
    case = Case.objects.get(number=applicant.number)
    approved_by = set(Task.objects.filter(case=case).exclude(for_requester=True).values_list("step", flat=True))
    assert approved_by == set(), "nobody stands between commitment and permit"
    assert applicant.letter("approval").startswith(b"%PDF") and "准予许可决定书" in applicant.page()

    applicant.does("rate", {"stars": 5})
    applicant.does("report_done", DONE)
    # A first commitment is always checked: each department its own matter.
    case.refresh_from_db()
    assert case.state["facts"]["check_reason"] == "first_time"
    for body in ("city_management", "landscape"):
        found: Facts = {"check_result": "kept", "check_note": "与承诺一致", "check_photos": ["site.jpg"]}
        at_window(world, body, case.number, "check", found)
    case.refresh_from_db()
    assert (case.status, case.end, case.rating.stars) == ("ended", "kept", 5)


def test_a_breach_is_revoked_and_bars_the_next_commitment(world: World) -> None:
    applicant = asks(world, "approval_on_commitment", LINE)
    applicant.does("commit", COMMITTED)
    applicant.does("report_done", DONE)
    number = applicant.number
    breach: Facts = {"check_result": "breach", "check_note": "擅自扩大开挖且未恢复", "check_photos": ["hole.jpg"]}
    at_window(world, "city_management", number, "check", breach)
    at_window(world, "landscape", number, "check", {**breach, "check_result": "kept", "check_note": "无"})
    applicant.does("state_case", {"statement": "愿意恢复", "wants_hearing": False})
    decision: Facts = {
        "breach_decision": "revoke", "decision_reason": "超范围开挖属实", "decision_number": "望行审撤〔2026〕3号"
    }  # fmt: skip
    at_window(world, "window_chief", number, "decide", decision)
    applicant.does("rate", {"stars": 2})
    assert Case.objects.get(number=number).end == "revoked"
    revocation = str(Case.objects.get(number=number).letters.get(letter="revocation").content["zh-Hans"])
    assert "不再适用告知承诺" in revocation and "恢复道路、绿地原状" in revocation and "愿意恢复" in revocation

    again = Case.objects.get(number=asks(world, "approval_on_commitment", {**LINE, "length_m": 120}).number)
    assert (again.end, again.state["facts"]["way_reason"]) == ("ordinary", "broken_before")


def test_the_share_that_is_drawn_is_a_setting(world: World) -> None:
    _settled_before(world)
    ends = {}
    for share in (0, 100):
        change_settings("approval_on_commitment", "1.0.0", {"check_share_percent": share}, SYSTEM, world.now)
        applicant = asks(world, "approval_on_commitment", {**LINE, "length_m": 100 + share / 2})
        applicant.does("commit", COMMITTED)
        applicant.does("report_done", DONE)
        ends[share] = Case.objects.get(number=applicant.number).state["facts"]
    assert (ends[0]["must_check"], ends[0]["check_reason"]) == (False, "not_drawn")
    assert (ends[100]["must_check"], ends[100]["check_reason"]) == (True, "drawn")


def _settled_before(world: World) -> None:
    """The applicant has an earlier case, so that the next is not its first."""
    earlier = asks(world, "approval_on_commitment", {**LINE, "road_m2": 0, "green_m2": 0})
    assert Case.objects.get(number=earlier.number).end == "not_needed"


def _told(applicant: Requester) -> str:
    return str(Case.objects.get(number=applicant.number).letters.get(letter="conditions").content["zh-Hans"])
