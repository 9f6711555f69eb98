"""Tickets are printed at the desk; whoever drew one answers on a phone without signing in."""

import re

import pytest
from django.core.cache import cache

from tests.support.surveys import asked, printed
from tests.support.world import World
from wanjia.records.standing.models import SurveyCount


@pytest.mark.parametrize(("language", "thanks"), [("zh-Hans", "已收到"), ("en", "Received")])
def test_a_ticket_leads_to_the_questions_and_the_answers_are_counted(world: World, language: str, thanks: str) -> None:
    cache.clear()
    case = asked(world, field=12)
    ticket = printed(world, case, "g1")[0]
    phone = world.client(language=language)
    assert "data-from-fragment" in phone.get("/pulse/").content.decode()
    assert phone.post("/pulse/", {"ticket": "AAAA-BBBB-CCCC-DDDD"}).status_code == 422
    page = phone.post("/pulse/", {"ticket": ticket}).content.decode()
    assert page.count('type="radio"') == 12
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
    tickets = re.findall(r"<code>([A-Z2-9-]{19})</code>", slips)
    assert len(set(tickets)) == 12 and "data:image/svg" in slips
    assert desk.post(path, {"group": "g9"}).status_code == 422
    assert world.client("manager5").get(path).status_code in (403, 404)
    assert world.client("company").get(path).status_code in (403, 404)
