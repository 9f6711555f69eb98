"""A resident reports, follows by number and code, chooses, and rates; and what is refused on the way."""

import re

import pytest
from django.core.cache import cache

from tests.support.residents import FORM, finish_repair, keys, picture, report
from tests.support.world import HOME, World
from wanjia.records.cases.models import Case, Paper


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


def test_from_report_to_rating(world: World) -> None:
    client = world.client()
    number = report(client, **{"photos.files": picture()})
    received = client.get(f"/received/{number}/").content.decode()
    code = re.search(r'data-copy="code">(\d{4}) (\d{4})<', received)
    assert code and number in received
    assert "林海生" in received and "周建国" in received

    stranger = world.client()
    assert stranger.get(f"/follow/{number}/")["Location"] == f"/follow/?number={number}"
    opened = stranger.post("/follow/", {"number": number.lower(), "code": f"{code[1]} {code[2]}"})
    assert opened["Location"] == f"/follow/{number}/"
    page = stranger.get(f"/follow/{number}/").content.decode()
    assert "赵师傅" in page and "距离" in page and "上门服务费" in page

    case = Case.objects.get(number=number)
    choose = world.task(case)
    electrician = re.search(r'name="electrician" value="([^"]+)"', page)
    assert electrician
    address = f"/follow/{number}/task/{choose.key}/"
    refused = stranger.post(address, {"electrician": electrician[1]})
    assert refused.status_code == 422
    sent = stranger.post(address, {"electrician": electrician[1], "fee_agreed": "true"})
    assert sent["Location"] == f"/follow/{number}/"
    finish_repair(world, case)

    rate = world.task(case, "rate")
    page = stranger.get(f"/follow/{number}/").content.decode()
    assert f'id="task-{rate.key}"' in page
    sent = stranger.post(f"/follow/{number}/task/{rate.key}/", {"solved": "true", "stars": "5", "comment": "很快"})
    assert sent.status_code == 302
    case.refresh_from_db()
    assert (case.status, case.rating.stars) == ("ended", 5)
    assert "已办结" in stranger.get(f"/follow/{number}/").content.decode()


def test_faults_come_all_at_once_and_keep_what_was_sent(world: World) -> None:
    client = world.client(language="en")
    page = client.get("/new/behind_meter_repair/").content.decode()
    wrong = {**FORM, **keys(page), "contact_phone": "12", "fault": "", "photos.files": picture()}
    answer = client.post("/new/behind_meter_repair/", wrong)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#field-contact_phone"' in text and 'href="#field-fault"' in text
    assert "插座打火" in text and "12 " not in Case.objects.values_list("requester_phone")
    token = Paper.objects.get().token
    assert f'value="{token}" checked' in text
    assert keys(text) == keys(page)
    assert client.get(f"/papers/{token}/").status_code == 200
    assert world.client().get(f"/papers/{token}/").status_code == 404
    again = client.post("/new/behind_meter_repair/", {**FORM, **keys(text), "photos": token})
    assert again.status_code == 302
    assert Paper.objects.get().case is not None
    double = client.post("/new/behind_meter_repair/", {**FORM, **keys(text), "photos": token})
    assert double["Location"] == again["Location"] and Case.objects.count() == 1


def test_what_is_not_asked_is_not_held_against_anybody(world: World) -> None:
    """Without JavaScript every field shows; answers to questions that the others rule out are left out."""
    client = world.client()
    page = client.get("/new/one_window_review/").content.decode()
    assert "外线长度（米）" in page and '"conditions"' in page
    answers = {
        "project_name": "海棠村外线", "applicant_kind": "person", "applicant_name": "王秀英", "credit_code": "不适用",
        "contact_name": "王秀英", "contact_phone": "13800000012", "route": "海棠路至石桥路", "voltage": "lv",
        "laying": "open_cut", "length_m": "150", "width_m": "1", "road_class": "lane", "carriageway_m2": "0",
        "green_m2": "0", "starts_on": "2026-12-01", "ends_on": "2026-12-20", "commitment": "true",
        "commitment_signature": "王秀英",
    }  # fmt: skip
    place = {f"place.{key}": str(value) for key, value in HOME.items()}
    plan = {"site_plan.files": picture(), "excavation_plan.files": picture(), "planning_drawing.files": picture()}
    sent = {**answers, **place, **plan, **keys(page)}
    answer = client.post("/new/one_window_review/", sent)
    assert answer.status_code == 302, re.findall(r'class="fault"[^>]*>([^<]+)', answer.content.decode())
    facts = Case.objects.get().state["facts"]
    assert "credit_code" not in facts and facts["protected_road"] is False and facts["length_m"] == 150


def test_a_broken_answer_is_named_by_its_own_language(world: World) -> None:
    client = world.client(language="en")
    page = client.get("/new/one_window_review/").content.decode()
    answer = client.post("/new/one_window_review/", {**keys(page), "length_m": "-5", "starts_on": "soon"})
    text = answer.content.decode()
    assert answer.status_code == 422
    summary = text[text.index('id="faults"') : text.index("</ul>")]
    fields = re.findall(r'href="#field-(\w+)"', summary)
    assert fields == sorted(fields, key=lambda name: text.index(f'id="field-{name}"'))
    assert "length_m" in fields and "starts_on" in fields and not re.search(r"[\u4e00-\u9fff]", summary)
