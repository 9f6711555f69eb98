"""A station is held to the published standard by its own score, another station's review and the company's decision."""

import pytest
from django.core.cache import cache

from tests.support.screens import SIGNATURE, at_desk, starts_at_desk
from tests.support.world import World
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case, RegisterRow, Task

PERIOD: Facts = {"period": "2026", "period_starts_on": "2026-01-01", "period_ends_on": "2026-12-31"}


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


def test_a_station_scores_itself_another_reviews_it_and_the_company_certifies(world: World) -> None:
    number = starts_at_desk(world, "chief", "station_standard", PERIOD)
    days = {name: PERIOD[name] for name in ("period_starts_on", "period_ends_on")}
    at_desk(world, "chief", number, "apply", {"station_name": "海棠供电所", **days})
    at_desk(world, "county", number, "assign", {"reviewer_body": "station-2", "sample_wanted": 5})
    for points in _points(number, "self_score"):
        at_desk(world, "chief", number, "self_score", {"self_score": points, "self_note": "已做到，佐证见材料"})
    at_desk(world, "chief", number, "submit_self", {"station_signature": SIGNATURE})
    for points in _points(number, "review_clause"):
        at_desk(world, "chief2", number, "review_clause", {"review_score": points - 1})
    at_desk(world, "chief2", number, "conclude", {"review_words": "达到标准要求"})
    assert "复评意见书" in world.client("chief").get(f"/desk/cases/{number}/").content.decode()
    at_desk(world, "chief", number, "respond", {"response": "accept"})
    granted: Facts = {"verdict": "grant", "verdict_reason": "各方面达到标准", "company_signature": SIGNATURE}
    at_desk(world, "company", number, "decide", granted)
    case = Case.objects.get(number=number)
    facts = case.state["facts"]
    assert (case.end, facts["self_total"], facts["review_total"], facts["proposal"]) == ("certified", 100, 88, "grant")
    row = RegisterRow.objects.get(case=case, register="certificates")
    assert row.until_on is not None and (row.until_on - world.today).days == 365


def _points(number: str, step: str) -> list[int]:
    """The points of the clauses whose tasks stand open, in the order in which they are done."""
    tasks = Task.objects.filter(case__number=number, step=step, status=Task.Status.OPEN).order_by("pk")
    return [int((task.item or {})["points"]) for task in tasks]
