"""What is settled close to home: a matter of the team, and a need that is led to one of four roles."""

import pytest
from django.core.cache import cache

from tests.support.screens import asks, at_desk, sent
from tests.support.world import HOME, World
from wanjia.actions.cases.deliver_news import deliver_news
from wanjia.model.jsonvalue import Facts
from wanjia.practice.stored import stored_practice
from wanjia.records.cases.models import Case, PracticeVersion, Task

OTHER = "13800000077"
MATTER: Facts = {
    "matter_title": "值班室屋顶漏水", "kind": "living", "story": "夜班没法休息", "urgency": "ordinary", "danger": False,
    "touches": "nobody",
}  # fmt: skip
NEED: Facts = {
    "requester_kind": "firm", "need": "dispute", "story": "房东按更高的电价收电费", "place": HOME,
    "requester_name": "望海恒丰塑料厂", "contact_name": "赵刚", "contact_phone": "13800000088",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


def test_a_matter_is_solved_in_the_team_and_a_late_one_is_not(world: World) -> None:
    number = _raised(world, "manager", "senior")
    assert number not in world.client("chief").get("/desk/").content.decode(), "the station is not asked first"
    at_desk(world, "senior", number, "team_solve", {"team_result": "solved", "solution": "当天补漏"})
    at_desk(world, "manager", number, "confirm", {"solved": False, "remaining": "又漏了"})
    at_desk(world, "chief", number, "station_solve", {"station_result": "solved", "solution": "重做防水"})
    at_desk(world, "manager", number, "confirm", {"solved": True, "stars": 5})
    case = Case.objects.get(number=number)
    assert (case.end, case.state["facts"]["raised"]) == ("solved_in_station", 1)


def test_what_concerns_the_head_of_the_station_begins_in_the_county(world: World) -> None:
    number = _raised(world, "manager", "senior", touches="station")
    task = Task.objects.get(case__number=number)
    assert (task.step, task.holder) == ("company_solve", world.person("county"))


def test_a_dispute_told_to_the_four_roles_becomes_a_mediation_and_comes_back(world: World) -> None:
    firm = asks(world, "role_team_service", NEED)
    handed: Facts = {
        "outcome": "hand_on", "service_note": "需要查表核账", "party_kind": "tenant", "dispute_kind": "price",
        "other_name": "陈建国", "other_phone": OTHER,
    }  # fmt: skip
    at_desk(world, "manager", firm.number, "hear", handed)
    child = Case.objects.get(parent__number=firm.number)
    assert child.number.startswith("EM") and child.number in firm.page()
    declined: Facts = {"accept_result": "not_ours", "decline_reason": "in_court", "accept_note": "法院已受理"}
    at_desk(world, "manager", child.number, "accept", declined)
    assert deliver_news(world.now) == 1
    firm.does("rate", {"need_met": False, "right_one": True, "stars": 3})
    parent = Case.objects.get(number=firm.number)
    assert (parent.end, parent.state["facts"]["child_end"]) == ("handed_on", "not_accepted")


def test_the_wrong_role_passes_it_on_and_the_requester_hears_who_it_is(world: World) -> None:
    asked = asks(world, "role_team_service", {**NEED, "requester_kind": "resident", "need": "other"})
    passed: Facts = {"outcome": "wrong_team", "other_team": "steward", "service_note": "属于企业节能"}
    at_desk(world, "manager", asked.number, "look_after", passed)
    assert "电管家" in asked.page()
    at_desk(world, "senior", asked.number, "manage", {"outcome": "served", "service_note": "已给出节能建议"})
    assert asked.letter("result").startswith(b"%PDF")


def _raised(world: World, login: str, lead: str, **changes: object) -> str:
    """Somebody on the staff raises a matter at the desk; its number."""
    client = world.client(login)
    assert "小事不出班组" in client.get("/desk/new/").content.decode()
    row = PracticeVersion.objects.get(name="lowest_level_first", active=True)
    answers: Facts = {**MATTER, "lead": f"person:{world.person(lead).pk}", **changes}  # type: ignore[dict-item]
    form = sent(stored_practice(row.digest, row.files), "start", answers)
    answer = client.post("/desk/new/lowest_level_first/", form)
    assert answer.status_code == 302, answer.content.decode()
    return Case.objects.get(practice=row).number
