"""Lists of the desk: tasks by deadline, hand-over, search, load, indicators, notices, requests taken for others."""

import csv
import html
import io
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlparse

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support.world import World
from wanjia.actions.cases.complete_task import complete_task
from wanjia.queries.cases.load import load_of
from wanjia.queries.standing.indicators import Scope, practice_figures
from wanjia.records.cases.models import Case, Message, Task

LIST_PAGES = (
    "/desk/", "/desk/?scope=all", "/desk/cases/", "/desk/station/", "/desk/company/", "/desk/indicators/", "/desk/new/",
    "/desk/notices/", "/desk/cases/?text=%25&late=yes&opened_from=2026-99-99&page=zzz&sort=nothing",
)  # fmt: skip
QUERIES_MAX = 30
KEY = re.compile(r"[\s>\"](?:desk|deed|platform|role|form|tasks|facts|clocks|due|indicators)\.[a-z_]+[\w.]*")
"""A text's key between tags, which nobody should ever read."""


def solved(world: World, key: str, stars: int, hours_ago: int = 2) -> Case:
    """A call that was answered and rated."""
    case = world.call(key, at=world.now - timedelta(hours=hours_ago))
    answer = world.task(case, "answer")
    later = world.now - timedelta(hours=hours_ago) + timedelta(minutes=5)
    answers = {"outcome": "answered", "answer_text": "已说明"}
    complete_task(case.number, answer.key, answers, world.actor("manager"), later)  # type: ignore[arg-type]
    confirm = world.task(case, "confirm")
    complete_task(case.number, confirm.key, {"confirmation": "solved", "stars": stars}, world.requester(case), later)
    return Case.objects.get(pk=case.pk)


def test_tasks_stand_by_their_deadline_and_filters_stay_in_the_address(world: World) -> None:
    late, fresh = world.call("a", at=world.now - timedelta(days=3)), world.call("b")
    manager = world.client("manager")
    page = manager.get("/desk/").content.decode()
    assert page.index("已超期") < page.index(late.number) < page.index(fresh.number)
    overdue = manager.get("/desk/?due=overdue").content.decode()
    assert late.number in overdue and fresh.number not in overdue
    assert fresh.number in manager.get(f"/desk/?text={fresh.number}&cell=C111").content.decode()
    assert "没有符合条件的待办" in manager.get("/desk/?cell=C999").content.decode()
    assert 'value="C999"' in manager.get("/desk/?cell=C999").content.decode()


def test_hand_over_moves_the_chosen_tasks_or_none(world: World) -> None:
    cases = [world.call(key) for key in ("a", "b", "c")]
    tasks = [world.task(case, "answer") for case in cases]
    senior, manager = world.client("senior"), world.client("manager")
    to = f"person:{world.person('manager2').pk}"
    chosen = [task.pk for task in tasks[:2]]

    assert manager.post("/desk/hand-over/", {"task": chosen, "to": to}).status_code == 403
    refused = senior.post("/desk/hand-over/", {})
    assert refused.status_code == 422
    assert "没有选任务" in refused.content.decode() and "没有选接手人" in refused.content.decode()
    assert senior.post("/desk/hand-over/", {"task": chosen, "to": "person:999999"}).status_code == 422
    assert set(Task.objects.filter(pk__in=chosen).values_list("holder", flat=True)) == {world.person("manager").pk}

    assert senior.post("/desk/hand-over/", {"task": chosen, "to": to}).status_code == 302
    assert Task.objects.get(pk=chosen[0]).holder == world.person("manager2")
    assert Task.objects.get(pk=tasks[2].pk).holder == world.person("manager")
    back = {"tasks": ",".join(map(str, chosen)), "to": f"person:{world.person('manager').pk}"}
    assert senior.post("/desk/hand-back/", back).status_code == 302
    assert Task.objects.get(pk=chosen[0]).holder == world.person("manager")


def test_search_finds_what_one_may_see_and_nothing_else(world: World) -> None:
    near = world.call("a")
    far = world.call("b", place={"longitude": 120.05, "latitude": 30.05, "address": "石桥村3号"}, contact_name="周某")
    chief, other, company = world.client("chief"), world.client("chief2"), world.client("company")
    assert near.number in chief.get("/desk/cases/").content.decode()
    assert far.number not in chief.get("/desk/cases/").content.decode()
    assert far.number in other.get("/desk/cases/?text=石桥村").content.decode()
    both = company.get("/desk/cases/").content.decode()
    assert near.number in both and far.number in both and "周某" not in both
    assert far.number in company.get("/desk/cases/?text=周某").content.decode()
    assert far.number not in company.get("/desk/cases/?text=周").content.decode(), "names only whole"
    assert far.number not in company.get("/desk/cases/?organisation=station-1").content.decode()
    assert far.number in company.get("/desk/cases/?organisation=county").content.decode()


def test_a_very_long_list_is_paged_with_its_filters_and_exported_whole(world: World) -> None:
    task, manager = world.task(world.call("a")), world.client("manager")
    many = 620
    for number in range(many):
        task.pk, task.key, task.due_at = None, f"more-{number}", world.now + timedelta(days=number % 3 - 1, hours=1)
        task.save()
    first = manager.get("/desk/?practice=contact_card").content.decode()
    assert f'<span class="muted">{many + 1}</span>' in first and first.count("?task=") == 100
    overdue = manager.get("/desk/?practice=contact_card&due=overdue").content.decode()
    assert f'<span class="muted">{(many + 2) // 3}</span>' in overdue
    seen: list[str] = []
    address = "/desk/?practice=contact_card"
    while address:
        page = manager.get(address).content.decode()
        seen += re.findall(r"\?task=([\w-]+)", page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = html.unescape(found[1]) if found else ""
        assert not address or "practice=contact_card" in address
    assert len(seen) == len(set(seen)) == many + 1
    rows = list(csv.reader(io.StringIO(manager.get("/desk/?export=csv&page=3").content.decode("utf-8-sig"))))
    assert len(rows) == many + 2
    listed = manager.get("/api/tasks?size=200&page=4", headers={"Accept": "application/json"})
    assert listed.status_code == 200 and len(listed.json()) == many + 1 - 600


def test_a_refused_hand_over_keeps_the_filters_and_can_find_anybody(world: World) -> None:
    world.call("a")
    chief = world.client("chief")
    address = "/desk/hand-over/?scope=all&practice=contact_card"
    refused = chief.post(address, {"to": ""})
    page = refused.content.decode()
    assert refused.status_code == 422 and 'hx-get="/desk/people/"' in page
    assert 'name="scope" value="all"' in page and '<option value="contact_card" selected>' in page
    assert 'action="/desk/"' in page, "the filters lead back to the list, not to the hand-over"


def test_export_carries_no_formula_and_no_name(world: World) -> None:
    world.call("a")
    finding = {"finding_id": "W1", "finding": "村里不知道该找谁", "unit": "海棠供电所", "severity": "ordinary"}
    round_of = {
        "round_title": "=HYPERLINK(1)",
        "round_source": "self_check",
        "round_on": "2026-01-05",
        "findings": [finding],
    }
    world.open("finding_rectification", round_of, "f", "desk", by=world.actor("county"))  # type: ignore[arg-type]
    county, manager = world.client("county"), world.client("manager")
    text = county.get("/desk/cases/?export=csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 3 and "'=HYPERLINK(1)" in [row[1] for row in rows]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert "李阿婆" not in text and "李*" in text
    assert manager.get("/desk/cases/?export=csv")["Content-Type"].startswith("text/html"), "may not export"


def test_load_counts_what_its_links_open_to(world: World) -> None:
    world.call("a", at=world.now - timedelta(days=3))
    world.call("b")
    solved(world, "c", 4)
    chief = world.client("chief")
    load = load_of(world.actor("chief"), "station-1", world.now, "zh-Hans")
    assert load is not None
    assert (load.figures.open, load.figures.overdue, load.figures.stars) == (2, 1, 4.0)
    row = load.places[0]
    assert (row.key, row.open, row.overdue) == ("C111", 2, 1)

    page = chief.get("/desk/station/")
    assert page.status_code == 200
    drawn = chief.get("/desk/load.json?organisation=station-1&figure=overdue").json()
    marked = {one["properties"]["id"]: one["properties"] for one in drawn["features"]}
    assert len(marked) == 4 and marked["C111"]["value"] == 1 and marked["C112"]["value"] == 0
    opened = chief.get(marked["C111"]["href"])
    assert parse_qs(urlparse(marked["C111"]["href"]).query)["due"] == ["overdue"]
    assert opened.context["page"].total == 1
    assert load_of(world.actor("chief2"), "station-1", world.now, "zh-Hans").figures.open == 0  # type: ignore[union-attr]
    assert world.client("electrician").get("/desk/station/").status_code == 403
    assert chief.get("/desk/station/?organisation=no-such").status_code == 404


def test_indicators_come_from_cases_and_open_to_them(world: World) -> None:
    cases = [solved(world, "a", 5), solved(world, "b", 3)]
    world.call("c")
    scope = Scope(world.today - timedelta(days=5), world.today)
    (found,) = practice_figures(world.actor("chief"), scope, world.now, "zh-Hans", "contact_card", by_cell=True)
    figures = {figure.id: figure for figure in found.figures}
    assert (figures["calls"].value, figures["calls"].cases) == (3.0, 3)
    assert figures["stars_mean"].value == 4.0
    assert figures["minutes_to_answer"].value == pytest.approx(5.0)
    assert figures["answer_share"].value == pytest.approx(100 * 2 / 3)
    assert figures["answered_in_time"].value == 100.0
    assert {row.number for row in figures["stars_mean"].rows} == {case.number for case in cases}
    assert figures["stars_mean"].by_place == (("C111", 4.0, 2),)

    chief = world.client("chief")
    rows = chief.get("/desk/indicators/contact_card/stars_mean/?place=C111&organisation=station-1")
    assert rows.status_code == 200 and rows.context["page"].total == 2
    assert chief.get("/desk/indicators/contact_card/nothing/").status_code == 404
    assert world.client("chief2").get("/desk/indicators/contact_card/stars_mean/").context["page"].total == 0


def test_a_request_is_taken_for_somebody_else(world: World) -> None:
    manager, electrician = world.client("manager"), world.client("electrician")
    assert electrician.get("/desk/new/").status_code == 403
    url = "/desk/new/contact_card/"
    sent = {
        "line": "business", "need": "问电费", "contact_name": "张奶奶", "contact_phone": "13800000099",
        "place.longitude": "119.91", "place.latitude": "29.91", "place.address": "海棠村1号", "upload_key": "k" * 32,
    }  # fmt: skip
    refused = manager.post(url, {**sent, "contact_phone": "12"})
    assert refused.status_code == 422 and "张奶奶" in refused.content.decode()
    assert Case.objects.count() == 0
    done = manager.post(url, sent)
    assert done.status_code == 302
    case = Case.objects.get()
    assert (case.requester_name, case.surface, case.requester) == ("张奶奶", "desk", None)
    assert manager.post(url, sent).status_code == 302 and Case.objects.count() == 1, "sent twice is one case"
    assert manager.get("/desk/new/no_such/").status_code == 404


def test_what_one_began_at_the_desk_comes_back_to_ones_tasks(world: World) -> None:
    finding = {"finding_id": "W1", "finding": "村里不知道该找谁", "unit": "海棠供电所", "severity": "ordinary"}
    round_of = {
        "round_title": "第一轮检视",
        "round_source": "self_check",
        "round_on": "2026-01-05",
        "findings": [finding],
    }
    number = world.open("finding_rectification", round_of, "f", "desk", by=world.actor("county")).case.number  # type: ignore[arg-type]
    county = world.client("county")
    assert number in county.get("/desk/").content.decode()
    page = county.get(f"/desk/cases/{number}/").content.decode()
    assert "tasks/t" in page and "/complete/" in page and "余志远" in page
    assert number not in world.client("chief").get("/desk/").content.decode()


def test_notices_are_mine_and_can_be_read(world: World) -> None:
    case = world.call()
    manager, other = world.client("manager"), world.client("manager2")
    assert case.number in manager.get("/desk/notices/").content.decode()
    assert case.number not in other.get("/desk/notices/").content.decode()
    unread = Message.objects.filter(person=world.person("manager"), read_at=None)
    assert unread.exists()
    other.post("/desk/notices/read/")
    assert unread.exists()
    assert manager.post("/desk/notices/read/").status_code == 302
    assert not unread.exists()


def test_pages_ask_the_store_a_bounded_number_of_times(world: World) -> None:
    few = {}
    company = world.client("company")
    for number in range(12):
        world.call(f"k{number}", at=world.now - timedelta(hours=number * 6))
        if number in (1, 11):
            for url in LIST_PAGES:
                with CaptureQueriesContext(connection) as asked:
                    assert company.get(url).status_code == 200, url
                few.setdefault(url, len(asked))
                assert len(asked) <= max(few[url], 4) + 2, f"{url} asks more with more rows"
                assert len(asked) <= QUERIES_MAX, url


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_no_page_shows_a_key_instead_of_words(world: World, language: str) -> None:
    case = world.call()
    client = world.client("chief", language)
    for url in (
        *LIST_PAGES,
        f"/desk/cases/{case.number}/",
        "/desk/new/contact_card/",
        "/desk/indicators/?practice=contact_card",
    ):
        page = client.get(url).content.decode()
        for prefix in ("desk.", "deed.", "platform.", "role.", "form.", "tasks.", "facts.", "clocks.", "due."):
            words = [
                word
                for word in page.replace(">", " ").replace("<", " ").replace('"', " ").split()
                if word.startswith(prefix) and word != prefix
            ]
            assert not words, (url, words[:5])
