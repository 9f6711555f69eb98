"""A community's waste processor is connected: applied for on the phone, surveyed, agreed, fitted, within four days."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from tests.support.screens import SIGNATURE, asks, at_desk
from tests.support.world import HOME, World
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case, Clock, Message

COMMUNITY: Facts = {
    "applicant_kind": "community", "applicant_name": "海棠四村居民委员会", "credit_code": "54330600ME1234567X",
    "place": HOME, "use_for": "community_facility", "load_kw": 7.5, "three_phase": True,
    "equipment_note": "垃圾分类处理器一台", "identity_papers": ["licence.jpg"], "place_papers": ["consent.jpg"],
    "contact_name": "蒋晓", "contact_phone": "13800000012",
}  # fmt: skip
SURVEY: Facts = {
    "survey_result": "feasible", "supply_point": "neighbour_box", "supply_point_note": "邻近6号楼楼道配电箱",
    "distance_m": 26, "works_needed": True, "external_line": False, "customer_works": False,
    "survey_photos": ["box.jpg"],
}  # fmt: skip
SCHEME: Facts = {
    "scheme_note": "沿外墙2.5米以上敷设，不影响道路通行", "supply_kw": 7.5, "protection": "breaker_rcd",
    "safe_clearance": True, "road_kept": True, "consent_given": True, "connect_on": "2026-12-01",
}  # fmt: skip
METER: Facts = {
    "meter_result": "connected", "meter_number": "3310220001234", "meter_reading_kwh": 0, "seal_number": "F0021",
    "tests_passed": True, "meter_photos": ["meter.jpg"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


def test_from_the_neighbouring_stairwell_within_four_days(world: World) -> None:
    community = asks(world, "quick_connection", COMMUNITY)
    number = community.number
    assert "现场勘查" in community.page()

    at_desk(world, "manager", number, "survey", SURVEY)
    at_desk(world, "manager", number, "draft_scheme", SCHEME)
    at_desk(world, "senior", number, "review_scheme", {"scheme_review": "pass"})
    page = community.page()
    assert "居民合表" in page and "供电方案答复单" in page
    community.does("confirm_scheme", {"scheme_answer": "agree", "terms_agreed": True, "contract_signature": SIGNATURE})
    at_desk(world, "manager", number, "build", {"built_note": "表箱就位", "build_photos": ["works.jpg"]})
    at_desk(world, "manager", number, "meter_on", METER)
    assert community.letter("connection_note").startswith(b"%PDF")
    community.does("rate", {"supply_ok": True, "stars": 5, "comment": "没想到这么快"})

    case = Case.objects.get(number=number)
    facts = case.state["facts"]
    assert (case.status, case.end, case.rating.stars) == ("ended", "connected", 5)
    assert facts["tariff_class"] == "residential_shared" and facts["meter_kind"] == "three_phase_direct"
    clocks = {clock.clock: clock for clock in Clock.objects.filter(case=case)}
    assert {"four_days", "whole_promise", "line_promise", "plan_reply"} <= clocks.keys()
    assert all(clock.status == "stopped" for clock in clocks.values())
    assert clocks["four_days"].limit_value == 4 and clocks["four_days"].stopped_at - case.opened_at < timedelta(days=4)
    assert "已办结" in community.page()


def test_what_is_not_fit_is_refused_field_by_field(world: World) -> None:
    client = world.client()
    wrong = client.post("/new/quick_connection/", {"applicant_kind": "community", "load_kw": "-3"})
    text = wrong.content.decode()
    assert wrong.status_code == 422
    said = {part.split('"')[0] for part in text.split('href="#')[1:]}
    assert {"field-credit_code", "field-load_kw", "field-identity_papers", "field-place"} <= said


def test_a_refusal_is_looked_at_by_somebody_else(world: World) -> None:
    community = asks(world, "quick_connection", COMMUNITY)
    refusal: Facts = {
        "survey_result": "not_feasible", "obstacle": "transformer_full", "obstacle_note": "配变满载",
        "survey_photos": ["full.jpg"],
    }  # fmt: skip
    at_desk(world, "manager", community.number, "survey", refusal)
    case = Case.objects.get(number=community.number)
    assert world.task(case, "review_refusal").holder == world.person("senior")
    at_desk(world, "senior", case.number, "review_refusal", {"refusal_review": "confirm", "refusal_note": "已列入增容"})
    case.refresh_from_db()
    assert (case.status, case.end) == ("ended", "not_feasible")
    assert community.letter("not_feasible").startswith(b"%PDF") and "暂缓接电告知书" in community.page()


def test_a_request_that_is_too_large_is_referred_at_once(world: World) -> None:
    mill = asks(world, "quick_connection", {**COMMUNITY, "use_for": "workshop", "load_kw": 400})
    case = Case.objects.get(number=mill.number)
    assert (case.status, case.end) == ("ended", "referred") and not Message.objects.filter(person__isnull=False)
    assert mill.letter("referral").startswith(b"%PDF") and "转高压业扩" in mill.page()
