"""The gallery: citizens read what they can ask for, staff and partners everything, and try it without a trace."""

import re
from html import unescape

import pytest
from django.http import HttpResponse

from tests.support.practice_walks.story import story_of
from tests.support.screens import sent
from tests.support.world import World
from wanjia.practice.rehearsal import MOVES_MAX, story
from wanjia.practice.stored import stored_practice
from wanjia.records.cases.models import Case, Delivery, HistoryEntry, Letter, Paper, PracticeVersion, Task
from wanjia.web.surfaces.gallery.trying import STATE_CHARACTERS_MAX

TRY = "/practices/quick_connection/try/"
LANGUAGES = ("zh-Hans", "en")
TABLES = (Case, Task, Letter, Delivery, Paper, HistoryEntry)


def test_citizens_read_what_they_can_ask_for(world: World) -> None:
    client = world.client()
    page = _read(client.get("/practices/"))
    assert "快速接电" in page or "装表接电" in page
    assert "情景" not in page and "finding_rectification" not in page
    one = _read(client.get("/practices/quick_connection/"))
    assert "/new/quick_connection/" in one and "质量分级" not in one and "/try/" not in one
    assert client.get("/practices/finding_rectification/").status_code == 404
    assert client.get(TRY).status_code == 403
    assert client.post(TRY, {"deed": "begin"}).status_code == 403
    drawing = client.get("/practices/quick_connection/process.bpmn")
    assert drawing.status_code == 200 and b"BPMNDiagram" in drawing.content


@pytest.mark.parametrize("login", ["manager", "chief", "city_management", "editor", "admin"])
def test_staff_and_partners_read_everything(world: World, login: str) -> None:
    client = world.client(login)
    page = _read(client.get("/practices/?q=S3"))
    assert page.count('class="tile tile--icon"') == 1
    one = _read(client.get("/practices/quick_connection/"))
    assert "质量分级" in one and "十项承诺" in one and TRY in one
    assert ("/admin/practices/quick_connection/" in one) is (login == "admin")
    assert "没有符合条件的做法" in _read(client.get("/practices/?q=nothing-like-it"))
    assert client.get("/practices/no_such_thing/").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_practice_is_described_and_tried_to_the_end_of_its_walk(world: World, language: str) -> None:
    client, before = world.client("chief", language), _counts()
    for row in PracticeVersion.objects.filter(active=True):
        page = _read(client.get(f"/practices/{row.name}/"))
        assert _no_keys(page) == [], row.name
        practice = stored_practice(row.digest, row.files)
        told = story_of(practice)
        if len(told.steps) > MOVES_MAX:
            continue
        address = f"/practices/{row.name}/try/"
        begun = _read(client.get(f"{address}?scenario={told.name}"))
        ended = client.post(address, {"deed": "rest", "state": _state(begun)})
        text = _read(ended)
        end = practice.text(f"ends.{told.expect['end']}", language) if "end" in told.expect else ""
        assert end in unescape(text) and _no_keys(text) == [], (row.name, told.name)
    assert _counts() == before, "a try writes no row"


def test_ones_own_way_step_by_step(world: World) -> None:
    client, before = world.client("manager"), _counts()
    page = _read(client.get(TRY))
    refused = client.post(TRY, {"deed": "start", "state": _state(page)})
    assert refused.status_code == 422 and refused.content.decode().count('href="#field-') >= 3
    row = PracticeVersion.objects.get(name="quick_connection", active=True)
    practice = stored_practice(row.digest, row.files)
    walk = next(one for one in practice.scenarios if one.walk)
    page = _read(client.post(TRY, {"deed": "start", "state": _state(page), **_answers(practice, "start", walk)}))
    key = _found(r'name="task" value="([^"]+)"', page)
    assert "现场勘查" in page
    # The same task twice, time that goes by, a step taken back.
    clock = _found(r'id="virtual-now">([^<]+)<', page)
    later = _read(client.post(TRY, {"deed": "pass", "after": "3wd", "state": _state(page)}))
    assert _found(r'id="virtual-now">([^<]+)<', later) != clock and "超期" in later
    back = _read(client.post(TRY, {"deed": "back", "state": _state(later)}))
    assert _found(r'id="virtual-now">([^<]+)<', back) == clock
    answers = _answers(practice, "survey", walk)
    done = _read(client.post(TRY, {"deed": "complete", "task": key, "state": _state(back), **answers}))
    again = client.post(TRY, {"deed": "complete", "task": key, "state": _state(done), **answers})
    assert again.status_code == 422 and "不在待办" in again.content.decode()
    withdrawn = _read(client.post(TRY, {"deed": "withdraw", "state": _state(back)}))
    assert "已撤回" in withdrawn
    assert _counts() == before


def test_what_is_not_ours_too_large_or_too_far_is_refused(world: World) -> None:
    client = world.client("chief")
    page = _read(client.get(TRY))
    state = _state(page)
    for wrong in ("", "x" * 100, state[:-1] + ("A" if state[-1] != "A" else "B"), "x" * (STATE_CHARACTERS_MAX + 1)):
        answer = client.post(TRY, {"deed": "next", "state": wrong})
        assert answer.status_code == 422 and "已失效" in answer.content.decode()
    other = client.post("/practices/contact_card/try/", {"deed": "next", "state": state})
    assert other.status_code == 422 and "已失效" in other.content.decode()
    page = _read(
        client.post(TRY, {"deed": "next", "state": _state(_read(client.get(TRY + "?scenario=home_next_day")))})
    )
    for _ in range(60):  # ten working days at a time: two years are over long before
        answer = client.post(TRY, {"deed": "pass", "after": "10wd", "state": _state(page)})
        page = answer.content.decode()
        if answer.status_code == 422:
            break
    assert answer.status_code == 422 and re.search("两年多|工作日历里没有", page)


def test_a_story_is_left_and_cannot_be_forged(world: World) -> None:
    client = world.client("chief")
    row = PracticeVersion.objects.get(name="contact_card", active=True)
    followed = story(stored_practice(row.digest, row.files), "business_solved")
    assert followed is not None
    address = "/practices/contact_card/try/"
    page = _read(client.get(f"{address}?scenario=business_solved"))
    page = _read(client.post(address, {"deed": "next", "state": _state(page)}))
    assert f"第 1 / {len(followed.steps)} 步" in page
    left = _read(client.post(address, {"deed": "withdraw", "state": _state(page)}))
    assert "已离开情景" in left and 'value="next"' not in left
    assert client.post(address, {"deed": "message", "message": "no_such:", "state": _state(page)}).status_code == 422


def test_what_happens_outside_comes_when_the_case_waits_for_it(world: World) -> None:
    client, address = world.client("dispatch"), "/practices/outage_restoration/try/"
    page = _read(client.get(f"{address}?scenario=district_repaired"))
    assert 'name="message"' not in page
    page = _read(client.post(address, {"deed": "next", "state": _state(page)}))
    assert 'value="supply_back:"' in page
    ended = _read(client.post(address, {"deed": "message", "message": "supply_back:", "state": _state(page)}))
    assert "瞬时" in ended or "复电" in ended
    assert Case.objects.count() == 0


def _answers(practice, step, scenario):  # type: ignore[no-untyped-def]
    row = next(row for row in scenario.steps if row.get("task") == step or row["do"] == step)
    fields = practice.forms[step].fields
    given = {name: value for name, value in row["with"].items() if name in fields}
    form = sent(practice, step, given)
    papers = [name for name in given if practice.facts[name].get("format") == "papers"]
    return {name: value for name, value in form.items() if not name.endswith(".files")} | dict.fromkeys(
        papers, "paper-1"
    )


def _state(page: str) -> str:
    return unescape(_found(r'name="state" value="([^"]+)"', page))


def _found(pattern: str, page: str) -> str:
    found = re.search(pattern, page)
    assert found is not None, pattern
    return found[1]


def _no_keys(page: str) -> list[str]:
    """Keys of texts that stand where words should."""
    body = re.sub(r"<script.*?</script>|<[^>]+>", " ", page, flags=re.S)
    found = re.findall(
        r"\b(?:gallery|desk|admin|facts|tasks|roles|clocks|letters|notices|ends|unit)\.[a-z][\w.]+", body
    )
    return [key for key in found if not key.endswith(".yaml")]


def _counts() -> tuple[int, ...]:
    return tuple(table.objects.count() for table in TABLES)


def _read(answer: HttpResponse) -> str:
    assert answer.status_code == 200, (answer.status_code, re.findall(r'id="said">([^<]+)', answer.content.decode()))
    return answer.content.decode()
