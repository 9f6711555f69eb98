"""A case that opened others, on the pages of those who work on it and of who asked."""

import re

import pytest

from tests.support.linked import FOUND, ROUND, end, linked, looked
from tests.support.practices import files_in
from tests.support.world import World
from wanjia.actions.cases.complete_task import complete_task
from wanjia.actions.cases.deliver_news import deliver_news
from wanjia.actions.cases.install_practice import install_practice
from wanjia.actions.cases.open_case import access_code
from wanjia.model.actors import SYSTEM
from wanjia.records.cases.models import Case, PracticeVersion

__all__ = ["linked"]


def test_both_pages_lead_to_each_other_and_tell_how_it_ended(linked: World) -> None:
    parent = looked(linked, FOUND)
    first, second = parent.children.order_by("pk")
    desk = linked.client("manager")
    page = desk.get(f"/desk/cases/{parent.number}/").content.decode()
    assert f'href="/desk/cases/{first.number}/"' in page and f'href="/desk/cases/{second.number}/"' in page
    assert "开立了工单 " + first.number in page
    below = desk.get(f"/desk/cases/{first.number}/").content.decode()
    assert f'href="/desk/cases/{parent.number}/"' in below and "由工单" in below
    end(linked, first)
    deliver_news(linked.now)
    page = desk.get(f"/desk/cases/{parent.number}/").content.decode()
    assert re.search(rf"{first.number}.*?不予办理", page, re.DOTALL)


def test_who_asked_reaches_what_was_opened_in_their_name_without_another_code(linked: World) -> None:
    opened = linked.open("area_round", {
        "reason": "例行巡视", "place": {"longitude": 119.91, "latitude": 29.91, "address": "海棠村12号"},
        "contact_name": "林晓", "contact_phone": "13800000000",
    }, "anonymous")  # fmt: skip
    task = linked.task(opened.case, "look")
    complete_task(opened.case.number, task.key, {"follow_up": True}, linked.actor("manager"), linked.now)
    child = Case.objects.get(parent=opened.case)
    phone, stranger = linked.client(), linked.client()
    assert stranger.get(f"/follow/{child.number}/").status_code == 302
    phone.post("/follow/", {"number": opened.case.number, "code": access_code("anonymous")})
    page = phone.get(f"/follow/{opened.case.number}/").content.decode()
    assert f'href="/follow/{child.number}/"' in page
    answer = phone.get(f"/follow/{child.number}/", follow=True)
    assert answer.status_code == 200 and child.number in answer.content.decode()
    assert opened.case.number in answer.content.decode()


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_the_administrator_sees_which_practice_is_missing(linked: World, language: str) -> None:
    page = linked.client("admin", language).get("/admin/practices/area_round/").content.decode()
    assert "note--due" not in page
    PracticeVersion.objects.filter(name="meter_test").update(active=False)
    page = linked.client("admin", language).get("/admin/practices/area_round/").content.decode()
    assert "calls.open_finding" in page and "meter_test" in page


def test_installing_in_either_order_is_allowed(world: World) -> None:
    install_practice(files_in(ROUND), {}, SYSTEM, world.now)
    assert PracticeVersion.objects.filter(name="area_round", active=True).exists()
