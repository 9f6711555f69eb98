"""A resident reports, follows by number and code, chooses, and rates; and what is refused on the way."""

import io
import re

import pytest
from django.core.cache import cache
from django.test import Client
from PIL import Image

from tests.support.world import HOME, World
from wanjia.actions.cases.complete_task import complete_task
from wanjia.records.cases.models import Case, Paper, Task

FORM = {
    "fault": "socket", "extent": "one_spot", "description": "插座打火", "period": "day", "contact_name": "王秀英",
    "contact_phone": "13800000012", "place.longitude": "119.91", "place.latitude": "29.91",
    "place.address": "海棠村12号",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


def keys(page: str) -> dict[str, str]:
    """The hidden fields that join a form with its uploads."""
    return {
        name: found[1]
        for name in ("upload_key", "seal")
        if (found := re.search(rf'name="{name}" value="([^"]+)"', page))
    }


def picture() -> io.BytesIO:
    """A small photograph that says where it was taken."""
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "camera-maker"
    Image.new("RGB", (60, 40), "#804020").save(made, "JPEG", exif=exif)
    made.seek(0)
    made.name = "socket.jpg"
    return made


def report(client: Client, **fields: object) -> str:
    """Send the form and return the number of the case."""
    page = client.get("/new/behind_meter_repair/").content.decode()
    answer = client.post("/new/behind_meter_repair/", {**FORM, **keys(page), **fields})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"].split("/")[2]


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


def finish_repair(world: World, case: Case) -> None:
    """The electrician's part, through the actions."""
    answers = {
        "accept": {"accepted": True},
        "arrive": {"arrive_place": HOME, "distance_km": 1.0},
        "repair": {"outcome": "fixed", "work_done": "更换插座", "hazard": "none", "parts_yuan": 0},
        "pay": {"paid_by": "cash", "paid_yuan": 30},
    }
    for step, answer in answers.items():
        task = Task.objects.get(case=case, step=step, status="open")
        actor = world.requester(case) if task.for_requester else world.actor("electrician")
        complete_task(case.number, task.key, answer, actor, world.now)


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
