"""Tickets are printed at the desk; whoever drew one answers on a phone without signing in."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache

from tests.support.residents import keys
from tests.support.screens import sent
from tests.support.surveys import asked, printed
from tests.support.world import World
from wanjia.actions.cases.fire_due_clocks import fire_due_clocks
from wanjia.model.jsonvalue import Facts
from wanjia.practice.stored import stored_practice
from wanjia.records.cases.models import Case, PracticeVersion, Task
from wanjia.records.standing.models import SurveyCount


@pytest.mark.parametrize(("language", "thanks"), [("zh-Hans", "已收到"), ("en", "Received")])
def test_a_ticket_leads_to_the_questions_and_the_answers_are_counted(world: World, language: str, thanks: str) -> None:
    cache.clear()
    case = asked(world, field=12)
    ticket = printed(world, case, "g1")[0]
    phone = world.client(language=language)
    assert "data-from-fragment" in phone.get("/pulse/").content.decode()
    assert phone.post("/pulse/", {"ticket": "0000 0000 0000"}).status_code == 422
    page = phone.post("/pulse/", {"ticket": ticket}).content.decode()
    assert page.count('type="radio"') == 12
    assert page.count("完全符合" if language == "zh-Hans" else "Fully") == 2, "every choice has its words"
    half = phone.post("/pulse/", {"ticket": ticket, "answered": "1", "tools": "4"})
    assert half.status_code == 422 and 'value="4" checked' in half.content.decode()
    done = phone.post("/pulse/", {"ticket": ticket, "answered": "1", "tools": "4", "workload": "0"})
    assert done.status_code == 200 and thanks in done.content.decode()
    assert "sessionid" not in phone.cookies, "nothing is kept about this browser"
    assert phone.post("/pulse/", {"ticket": ticket, "answered": "1", "tools": "1", "workload": "1"}).status_code == 422
    assert sorted(SurveyCount.objects.values_list("question", "value", "people")) == [
        ("tools", 4, 1),
        ("workload", 0, 1),
    ]


def test_the_organiser_prints_and_nobody_else_does(world: World) -> None:
    case = asked(world, field=12, store=4)
    path, desk = f"/desk/cases/{case.number}/tickets/", world.client("manager")
    page = desk.get(path).content.decode()
    assert "field" in page and "不足十人" in page
    slips = desk.post(path, {"group": "g1"}).content.decode()
    tickets = re.findall(r"<code>([\d ]{14})</code>", slips)
    assert len(set(tickets)) == 12 and "data:image/svg" in slips
    assert desk.post(path, {"group": "g9"}).status_code == 422
    assert world.client("manager5").get(path).status_code in (403, 404)
    assert world.client("company").get(path).status_code in (403, 404)


def test_pulse_survey_is_planned_drawn_answered_posted_and_acted_on(world: World) -> None:
    cache.clear()
    office = world.client("county")
    page = office.get("/desk/new/pulse_survey/").content.decode()
    number = office.post("/desk/new/pulse_survey/", {"period": "2026-Q4", **keys(page)})["Location"].split("/")[-2]
    closes_on = world.today + timedelta(days=7)
    groups = [{"name": "外勤", "people": 12}, {"name": "内勤", "people": 11}, {"name": "仓储", "people": 3}]
    plan: Facts = {
        "questions": ["tools", "support"], "groups": groups, "closes_on": closes_on.isoformat(),
        "purpose": "找出要改的地方",
    }  # fmt: skip
    _does(world, number, "plan", plan)
    assert f"/desk/cases/{number}/tickets/" in office.get(f"/desk/cases/{number}/").content.decode()
    tickets = [_drawn(world, number, group) for group in ("g1", "g2", "g3")]
    _does(world, number, "hand_out", {"handed_on": world.today.isoformat(), "drawn_by_lot": True})
    phone = world.client()
    for drawn, value in zip(tickets, ("5", "4", "1"), strict=True):
        for ticket in drawn:
            answers = {"ticket": ticket, "answered": "1", "tools": value, "support": "3"}
            assert phone.post("/pulse/", answers).status_code == 200
    fire_due_clocks(world.now + timedelta(days=9))
    case = Case.objects.get(number=number)
    facts = case.state["facts"]
    assert (facts["answers_count"], facts["withheld_count"]) == (26, 2), "26 less 12 and 11 would tell of three people"
    assert {(row["group_name"], row["question"], row["agree_percent"]) for row in facts["results"]} == {
        ("—", "tools", 90), ("—", "support", 10), ("外勤", "tools", 90), ("外勤", "support", 10),
    }  # fmt: skip
    posted = office.get(f"/desk/cases/{number}/").content.decode()
    assert "工作状况匿名问卷结果" in posted
    measure = {
        "question": "support",
        "what": "每周现场碰头一次",
        "unit_in_charge": "运维部",
        "due_on": closes_on.isoformat(),
    }
    _does(world, number, "measures", {"measures": [measure]})
    _does(world, number, "carry_out", {"outcome": "done", "outcome_note": "已开始"})
    assert Case.objects.get(number=number).end == "followed"


def _drawn(world: World, number: str, group: str) -> list[str]:
    slips = world.client("county").post(f"/desk/cases/{number}/tickets/", {"group": group}).content.decode()
    return re.findall(r"<code>([\d ]{14})</code>", slips)


def _does(world: World, number: str, step: str, answers: Facts) -> None:
    """The county's manager does the open task of that step at the desk."""
    task = Task.objects.get(case__number=number, status="open", step=step)
    row = PracticeVersion.objects.get(name="pulse_survey", active=True)
    form = sent(stored_practice(row.digest, row.files), step, answers)
    answer = world.client("county").post(f"/desk/cases/{number}/tasks/{task.key}/complete/", form)
    assert answer.status_code == 302, answer.content.decode()[-2000:]
