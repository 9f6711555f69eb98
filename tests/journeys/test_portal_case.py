"""The requester's page: who may open it, what can be done there, what is renewed, and what others never see."""

import io
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from PIL import Image

from tests.support.residents import FORM, finish_repair, keys, picture, report
from tests.support.world import World
from wanjia.actions.cases.complete_task import complete_task
from wanjia.actions.cases.open_case import access_code
from wanjia.actions.cases.write_message import write_message
from wanjia.records.cases.models import Case, Letter, Message, Paper, Task
from wanjia.records.network.models import Customer


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


def opened(world: World, case: Case, key: str = "k1", language: str = "zh-Hans") -> Client:
    """A browser that has shown number and code."""
    client = world.client(language=language)
    assert client.post("/follow/", {"number": case.number, "code": access_code(key)}).status_code == 302
    return client


def test_wrong_codes_are_stopped_and_tell_nothing(world: World) -> None:
    case, client = world.repair(), world.client()
    wrong = client.post("/follow/", {"number": case.number, "code": "00000000"})
    unknown = client.post("/follow/", {"number": "BM00000000000", "code": "00000000"})
    assert wrong.status_code == unknown.status_code == 422
    mask = re.compile(rf"{case.number}|BM00000000000|csrf\S+|[A-Za-z0-9]{{60,}}")
    assert mask.sub("", wrong.content.decode()) == mask.sub("", unknown.content.decode())
    for _ in range(4):
        client.post("/follow/", {"number": case.number, "code": "00000000"})
    locked = client.post("/follow/", {"number": case.number, "code": access_code("k1")})
    assert locked.status_code == 429 and locked["Retry-After"] == "900"
    assert "15 分钟" in locked.content.decode()
    elsewhere = world.client()
    right = elsewhere.post("/follow/", {"number": case.number, "code": access_code("k1")}, REMOTE_ADDR="10.0.0.9")
    assert right.status_code == 302


def test_nobody_else_gets_at_a_case(world: World) -> None:
    case = world.repair()
    task = world.task(case, "choose")
    for client in (world.client(), world.client("manager3"), world.client("resident")):
        assert client.get(f"/follow/{case.number}/").status_code == 302
        assert client.get(f"/follow/{case.number}/status/").status_code == 404
        assert client.get(f"/received/{case.number}/").status_code == 404
        assert client.post(f"/follow/{case.number}/task/{task.key}/", {}).status_code == 404
        assert client.post(f"/follow/{case.number}/message/", {"text": "x"}).status_code == 404
    assert not Message.objects.filter(case=case, text="x").exists()


def test_messages_go_both_ways_and_staff_notes_stay_inside(world: World) -> None:
    case = world.call()
    client = opened(world, case, "k2")
    assert client.post(f"/follow/{case.number}/message/", {"text": "下午在家"}).status_code == 302
    write_message(case.number, "三点到", world.actor("manager"), world.now)
    page = client.get(f"/follow/{case.number}/").content.decode()
    assert "下午在家" in page and "三点到" in page
    assert Message.objects.filter(case=case, audience="staff", notice="platform.task_opened").exists()
    assert page.count("talk__said") >= 2 and "platform." not in page
    too_long = client.post(f"/follow/{case.number}/message/", {"text": "长" * 1001})
    assert too_long.status_code == 422 and "1000" in too_long.content.decode()


def test_pressing_has_a_limit(world: World) -> None:
    case = world.call()
    client = opened(world, case, "k2")
    assert client.post(f"/follow/{case.number}/urge/", {"note": "请快一点"}).status_code == 302
    assert "可再次催办" in client.get(f"/follow/{case.number}/").content.decode()
    again = client.post(f"/follow/{case.number}/urge/", {})
    assert again.status_code == 422 and "120 分钟后可再次催办" in again.content.decode()
    assert Message.objects.filter(case=case, person=world.person("manager"), notice="case.urged").count() == 1


def test_withdrawing_asks_why_and_has_its_time(world: World) -> None:
    case = world.repair()
    client = opened(world, case)
    refused = client.post(f"/follow/{case.number}/withdraw/", {"reason": " "})
    assert refused.status_code == 422 and "请写明原因" in refused.content.decode()
    assert client.post(f"/follow/{case.number}/withdraw/", {"reason": "自己修好了"}).status_code == 302
    case.refresh_from_db()
    assert case.status == "withdrawn"
    page = client.get(f"/follow/{case.number}/").content.decode()
    assert "已于" in page and "/withdraw/" not in page and "/reopen/" not in page


def test_an_ended_case_can_be_reopened_from_the_page(world: World) -> None:
    case = world.repair()
    client = opened(world, case)
    choose(world, client, case)
    finish_repair(world, case)
    rate = world.task(case, "rate")
    client.post(f"/follow/{case.number}/task/{rate.key}/", {"solved": "true", "stars": "4"})
    assert client.post(f"/follow/{case.number}/reopen/", {"reason": "又坏了"}).status_code == 302
    case.refresh_from_db()
    assert case.status == "running"


def choose(world: World, client: Client, case: Case) -> None:
    """The requester takes the first electrician and agrees to the fee."""
    task = world.task(case, "choose")
    first = case.state["facts"]["electricians"][0]["id"]
    client.post(f"/follow/{case.number}/task/{task.key}/", {"electrician": first, "fee_agreed": "true"})


def test_the_page_renews_itself_only_when_something_happened(world: World) -> None:
    case = world.repair()
    client = opened(world, case)
    page = client.get(f"/follow/{case.number}/").content.decode()
    poll = re.search(r'hx-get="([^"]+)"', page)
    assert poll
    address = poll[1].replace("&amp;", "&")
    if client.get(address).status_code != 204:  # the minute turned between the two requests
        address = re.search(r'hx-get="([^"]+)"', client.get(address).content.decode())[1].replace("&amp;", "&")  # type: ignore[index]
        assert client.get(address).status_code == 204
    task = world.task(case, "choose")
    first = case.state["facts"]["electricians"][0]["id"]
    answers = {"electrician": first, "fee_agreed": True}
    complete_task(case.number, task.key, answers, world.requester(case), world.now)
    piece = client.get(address).content.decode()
    assert 'id="my-tasks"' in piece and 'id="case-now"' in piece and "赵师傅" in piece and "<html" not in piece


def test_papers_are_seen_by_those_they_are_for(world: World) -> None:
    client = world.client()
    number = report(client, **{"photos.files": picture()})
    paper = Paper.objects.get(case__number=number)
    whole = client.get(f"/papers/{paper.token}/")
    assert whole["X-Content-Type-Options"] == "nosniff" and whole["Content-Disposition"].startswith("inline")
    assert "sandbox" in whole["Content-Security-Policy"]
    small = client.get(f"/papers/{paper.token}/preview/")
    with Image.open(io.BytesIO(small.content)) as shown, Image.open(io.BytesIO(whole.content)) as original:
        assert original.getexif() and not shown.getexif() and b"camera-maker" not in small.content
    assert world.client("manager").get(f"/papers/{paper.token}/").status_code == 200
    assert world.client("manager5").get(f"/papers/{paper.token}/").status_code == 404
    assert world.client().get(f"/papers/{paper.token}/preview/").status_code == 404
    assert client.get("/papers/nothing/").status_code == 404


def test_papers_can_be_added_and_what_is_no_paper_is_refused(world: World) -> None:
    client = world.client()
    number = report(client)
    bad = io.BytesIO(b"MZ this is a program")
    bad.name = "photo.jpg"
    refused = client.post(f"/follow/{number}/paper/", {"files": bad})
    assert refused.status_code == 422 and not Paper.objects.exists()
    assert client.post(f"/follow/{number}/paper/", {}).status_code == 422
    assert client.post(f"/follow/{number}/paper/", {"files": picture()}).status_code == 302
    assert Paper.objects.get().case.number == number


def test_a_file_is_kept_while_the_form_is_filled(world: World) -> None:
    client = world.client()
    hidden = keys(client.get("/new/behind_meter_repair/").content.decode())
    sent = {"field": "photos", "upload_key": hidden["upload_key"], "photos.files": picture()}
    piece = client.post("/papers/", sent).content.decode()
    token = Paper.objects.get().token
    assert f'value="{token}" checked' in piece and 'name="photos.files"' in piece
    bad = io.BytesIO(b"%!PS")
    bad.name = "x.pdf"
    piece = client.post("/papers/", {**sent, "photos": token, "photos.files": bad}).content.decode()
    assert token in piece and 'role="alert"' in piece
    answer = client.post("/new/behind_meter_repair/", {**FORM, **hidden, "photos": token})
    assert answer.status_code == 302 and Paper.objects.get().fact == "photos"


def test_without_map_an_area_or_the_customer_number_will_do(world: World) -> None:
    client = world.client()
    bare = {name: value for name, value in FORM.items() if "tude" not in name}
    hidden = keys(client.get("/new/behind_meter_repair/").content.decode())
    refused = client.post("/new/behind_meter_repair/", {**bare, **hidden})
    assert refused.status_code == 422 and 'href="#field-place"' in refused.content.decode()
    assert client.post("/new/behind_meter_repair/", {**bare, **hidden, "place.area": "C212"}).status_code == 302
    case = Case.objects.get()
    assert (case.cell_code, case.address) == ("C212", "海棠村12号")
    number = Customer.objects.get(district__cell_code="C221").number
    assert report(client, **{"place.longitude": "", "place.latitude": "", "customer_number": number})
    case = Case.objects.exclude(pk=case.pk).get()
    assert case.cell_code == "C221" and "号" in case.address and "网格" not in case.address


def test_a_key_made_by_somebody_else_opens_nothing(world: World) -> None:
    """Two browsers with the same key would meet in one case; only keys of this server count."""
    first, second = world.client(), world.client()
    forged = {"upload_key": "0123456789abcdef0123", "seal": "0" * 64}
    one = first.post("/new/behind_meter_repair/", {**FORM, **forged})
    two = second.post("/new/behind_meter_repair/", {**FORM, **forged})
    assert one["Location"] != two["Location"] and Case.objects.count() == 2


def test_new_requests_have_a_limit(world: World) -> None:
    client = world.client(language="en")
    for _ in range(20):
        report(client)
    page = client.get("/new/behind_meter_repair/").content.decode()
    answer = client.post("/new/behind_meter_repair/", {**FORM, **keys(page)})
    assert answer.status_code == 429 and "Too many tries" in answer.content.decode()
    assert Case.objects.count() == 20


def test_somebody_signed_in_finds_their_requests(world: World) -> None:
    client = world.client("resident")
    form = client.get("/new/behind_meter_repair/").content.decode()
    assert 'value="林小满"' in form
    number = report(client, contact_name="林小满", contact_phone="13000000000")
    again = world.client("resident")
    page = again.get("/my/").content.decode()
    assert number in page and "等您办理" in page
    assert number in again.get(f"/my/?q={number}").content.decode()
    assert number not in again.get("/my/?q=nothing").content.decode()
    assert again.get(f"/follow/{number}/").status_code == 200
    assert number not in world.client("manager").get("/my/").content.decode()


def test_letters_are_pdf_for_those_who_may_read_them(world: World) -> None:
    client = world.client()
    number = report(client)
    case = Case.objects.get(number=number)
    choose(world, client, case)
    finish_repair(world, case)
    letter = Letter.objects.get(case=case, letter="pay_note")
    page = client.get(f"/follow/{number}/").content.decode()
    assert f"/letters/{letter.number}.pdf" in page
    chinese = client.get(f"/letters/{letter.number}.pdf")
    english = client.get(f"/letters/{letter.number}.pdf?language=en")
    assert chinese.content.startswith(b"%PDF-1.") and b"pdfaid" in chinese.content
    assert chinese.content != english.content
    assert chinese.content == client.get(f"/letters/{letter.number}.pdf?language=zh-Hans").content
    assert world.client("chief").get(f"/letters/{letter.number}.pdf").status_code == 200
    for stranger in (world.client(), world.client("chief2"), world.client("water")):
        assert stranger.get(f"/letters/{letter.number}.pdf").status_code == 404
    assert Task.objects.filter(case=case, step="rate", status="open").exists()


def test_time_is_told_in_words(world: World) -> None:
    case = world.call(at=world.now - timedelta(minutes=5))
    page = opened(world, case, "k2", "en").get(f"/follow/{case.number}/").content.decode()
    assert "林海生 has it" in page and "left" in page and "What happened so far" in page
