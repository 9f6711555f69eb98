"""Districts that fail again and again: found month by month, treated, watched, verified by what followed."""

from datetime import datetime, timedelta

import pytest
from django.core.cache import cache

from tests.support.screens import at_desk, starts_at_desk
from tests.support.world import World
from wanjia.actions.cases.capabilities.problem_districts import outages_of_district, repeated_outages
from wanjia.actions.cases.fire_due_clocks import fire_due_clocks
from wanjia.model.faults import Refused
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case, RegisterRow
from wanjia.records.network.models import Outage, OutageDistrict

CODE = "T-C111"


def dark(number: str, at: datetime, code: str = CODE, minutes: int = 30, **changes: object) -> None:
    """An outage of that district, over unless told otherwise."""
    ends = at + timedelta(minutes=minutes)
    told = {"status": "restored", "planned": False, **changes}
    outage = Outage.objects.create(
        number=number, sensing_key=number, device_id=code, device_level="district", starts_at=at, detected_at=at,
        ends_at=ends, districts_dark=0, districts_touched=1, customers_dark=0, customers_touched=120, confidence=1.0,
        changed_at=ends, **told,
    )  # fmt: skip
    OutageDistrict.objects.create(outage=outage, district_id=code, starts_at=at, restored_at=ends, customers=120)


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


@pytest.fixture
def failing(world: World) -> World:
    """One district with five outages in two months, besides a planned one and a false one; its neighbour has two."""
    for at, days in enumerate((3, 20, 33, 50, 58)):
        dark(f"O{at}", world.now - timedelta(days=days))
    dark("P1", world.now - timedelta(days=10), planned=True)
    dark("F1", world.now - timedelta(days=11), status="false")
    dark("N1", world.now - timedelta(days=4), "T-C112")
    dark("N2", world.now - timedelta(days=70), "T-C112")
    return world


def test_outages_of_a_district_are_counted_by_the_companys_days(failing: World) -> None:
    until = failing.today.isoformat()
    asked: Facts = {"district": CODE, "until": until, "days": 60}
    assert outages_of_district(asked, Case(), failing.now) == {"outages": 5, "outage_minutes": 150}
    assert outages_of_district({**asked, "days": 25}, Case(), failing.now)["outages"] == 2
    assert outages_of_district({**asked, "district": "T-C999"}, Case(), failing.now)["outages"] == 0
    for wrong in ({"until": "soon"}, {"days": 0}):
        with pytest.raises(Refused):
            outages_of_district({**asked, **wrong}, Case(), failing.now)


def test_a_month_is_screened_and_what_it_finds_is_treated_once(failing: World) -> None:
    number = starts_at_desk(failing, "chief", "district_screening", {"period": "2026-03"})
    case = Case.objects.get(number=number)
    (found,) = case.state["facts"]["found"]
    assert (found["district"], found["outages"], found["most"]) == (CODE, 5, 5)
    at_desk(failing, "chief", number, "decide", {"treat": True, "treat_note": "两个月停电5次，多为竹木碰线"})
    case.refresh_from_db()
    assert (case.end, case.state["facts"]["treated_count"]) == ("screened", 1)
    child = case.children.get()
    assert (child.practice.name, child.district_id) == ("district_treatment", CODE)
    again = starts_at_desk(failing, "chief", "district_screening", {"period": "2026-04"})
    assert Case.objects.get(number=again).end == "none_found", "what is under treatment is not found twice"
    asked: Facts = {"until": failing.today.isoformat(), "days": 90, "window_days": 60, "least": 2}
    assert repeated_outages(asked, Case(organisation_id="S2", practice=case.practice), failing.now)["districts"] == []


def test_a_treatment_is_verified_by_what_came_before_and_after(failing: World) -> None:
    start: Facts = {
        "place": {"longitude": 119.91, "latitude": 29.91, "address": "海棠1号台区"}, "finding": "repeated_outages",
        "finding_note": "两个月停电5次",
    }  # fmt: skip
    number = starts_at_desk(failing, "senior", "district_treatment", start)
    facts = Case.objects.get(number=number).state["facts"]
    assert (facts["outages_before"], facts["minutes_before"]) == (5, 150)
    cause: Facts = {"confirmed": True, "examine_note": "毛竹碰线", "cause": "tree", "examine_photos": ["a.jpg"]}
    at_desk(failing, "manager", number, "examine", cause)
    measures: Facts = {"measures": [{"measure": "清理通道", "by_whom": "配电班"}], "needs_project": False}
    at_desk(failing, "senior", number, "plan", {**measures, "treat_by": "2099-01-01"})
    at_desk(failing, "chief", number, "approve", {"approval": "treat"})
    at_desk(failing, "manager", number, "treat", {"treat_note": "通道已清理", "treat_photos": ["b.jpg"]})
    over = datetime.fromisoformat(f"{Case.objects.get(number=number).state['facts']['watch_until']}T12:00:00+08:00")
    fire_due_clocks(over + timedelta(days=1))
    facts = Case.objects.get(number=number).state["facts"]
    assert facts["outages_after"] == 0 and facts["fall_percent"] == 100 and facts["more_than_chance"] is True
    at_desk(failing, "chief", number, "verify", {"verdict": "cured", "verify_note": "没有再停"})
    assert Case.objects.get(number=number).end == "cured"
    row = RegisterRow.objects.get(case__number=number)
    assert (row.values["outages_before"], row.values["outages_after"]) == (5, 0)
