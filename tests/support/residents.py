"""What a resident does on the portal, for journeys: the form's fields, a photograph, sending it, the repair itself."""

import io
import re

from django.test import Client
from PIL import Image

from tests.support.world import HOME, World
from wanjia.actions.cases.complete_task import complete_task
from wanjia.records.cases.models import Case, Task

FORM = {
    "fault": "socket", "extent": "one_spot", "description": "插座打火", "period": "day", "contact_name": "王秀英",
    "contact_phone": "13800000012", "place.longitude": "119.91", "place.latitude": "29.91",
    "place.address": "海棠村12号",
}  # fmt: skip


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


def finish_repair(world: World, case: Case) -> None:
    """The electrician's part, through the actions."""
    answers = {
        "accept": {"accepted": True},
        "arrive": {"arrive_place": HOME},
        "repair": {"outcome": "fixed", "work_done": "更换插座", "hazard": "none"},
        "pay": {"paid_by": "cash", "paid_yuan": 30},
    }
    for step, answer in answers.items():
        task = Task.objects.get(case=case, step=step, status="open")
        actor = world.requester(case) if task.for_requester else world.actor("electrician")
        complete_task(case.number, task.key, answer, actor, world.now)
