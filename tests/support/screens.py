"""People who do their part of a case through their own screens: forms filled as a browser sends them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from tests.support.residents import keys, picture
from tests.support.world import World
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.nouns import Practice
from wanjia.practice.stored import stored_practice
from wanjia.records.cases.models import Case, PracticeVersion, Task

SIGNATURE = "张三签名"


@dataclass(frozen=True)
class Requester:
    """Whoever asked, with the portal open and the case's code shown to it."""

    world: World
    client: Client
    number: str

    def page(self) -> str:
        """The requester's page of the case."""
        return _read(self.client.get(f"/follow/{self.number}/"))

    def does(self, step: str, answers: Facts | None = None) -> None:
        """Do the open task of that step; every fault is shown when it is refused."""
        case = _case(self.number)
        address = f"/follow/{self.number}/task/{_task(case, step).key}/"
        _accepted(self.client.post(address, sent(_practice(case), step, answers or {})))

    def letter(self, kind: str) -> bytes:
        """The newest letter of that kind, as the PDF that the portal hands out."""
        row = _case(self.number).letters.filter(letter=kind).latest("issued_at")
        answer = self.client.get(f"/letters/{row.number}.pdf")
        assert answer.status_code == 200, answer.content
        return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]


def asks(world: World, practice: str, answers: Facts) -> Requester:
    """Somebody applies on the portal, keeps number and code, and follows the case."""
    client = world.client()
    page = _read(client.get(f"/new/{practice}/"))
    row = PracticeVersion.objects.get(name=practice, active=True)
    form = {**sent(stored_practice(row.digest, row.files), "start", answers), **keys(page)}
    answer = client.post(f"/new/{practice}/", form)
    _accepted(answer)
    number = answer["Location"].split("/")[2]
    received = _read(client.get(answer["Location"]))
    assert number in received and re.search(r'data-copy="code">(\d{4}) (\d{4})<', received)
    return Requester(world, client, number)


def starts_at_desk(world: World, login: str, practice: str, answers: Facts) -> str:
    """Somebody opens a case at the desk; its number."""
    client, address = world.client(login), f"/desk/new/{practice}/"
    page = _read(client.get(address))
    row = PracticeVersion.objects.get(name=practice, active=True)
    form = {**sent(stored_practice(row.digest, row.files), "start", answers), **keys(page)}
    answer = client.post(address, form)
    _accepted(answer)
    return str(answer["Location"].rstrip("/").rsplit("/", 1)[-1])


def at_desk(world: World, login: str, number: str, step: str, answers: Facts | None = None) -> None:
    """The holder of the step does it at the desk."""
    case = _case(number)
    task = _task(case, step)
    client = world.client(login)
    assert number in _read(client.get("/desk/")), f"{login} has {number} not on the desk but {task.holder} has"
    address = f"/desk/cases/{number}/tasks/{task.key}/complete/"
    _accepted(client.post(address, sent(_practice(case), step, answers or {})))


def at_window(world: World, login: str, number: str, step: str, answers: Facts | None = None) -> None:
    """The partner body of the step does it at the window."""
    case = _case(number)
    task = _task(case, step, world.person(login).organisation_id)
    client = world.client(login)
    assert f"/window/tasks/{task.pk}/" in _read(client.get("/window/"))
    form = sent(_practice(case), step, answers or {})
    _accepted(client.post(f"/window/tasks/{task.pk}/complete/", form))


def sent(practice: Practice, step: str, answers: Mapping[str, Json]) -> dict[str, object]:
    """Answers as the page's fields: places and tables in parts, papers as files, yes and no as words."""
    form: dict[str, object] = {}
    for name, value in answers.items():
        rule = practice.facts[name]
        if rule.get("format") == "place" and isinstance(value, dict):
            form |= {f"{name}.{part}": str(each) for part, each in value.items()}
        elif rule.get("format") == "papers" and isinstance(value, list):
            form[f"{name}.files"] = [_file(str(each)) for each in value]
        elif rule.get("type") == "array" and isinstance(value, list) and value and isinstance(value[0], dict):
            form |= _table(name, value)
        elif isinstance(value, bool):
            form[name] = "true" if value else "false"
        else:
            form[name] = [str(each) for each in value] if isinstance(value, list) else str(value)
    return form


def _table(name: str, rows: list[Json]) -> dict[str, object]:
    cells: dict[str, object] = {}
    for at, row in enumerate(rows):
        for column, value in row.items() if isinstance(row, dict) else ():
            cells[f"{name}.{at}.{column}"] = _cell(value)
    return cells


def _cell(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _file(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture().read(), "image/jpeg")


def _accepted(answer: HttpResponse) -> None:
    text = answer.content.decode()
    faults = re.findall(r'class="fault[^>]*>(.*?)</', text) or re.findall(r'href="#field-[^"]+">([^<]+)', text)
    assert answer.status_code == 302, (answer.status_code, faults or text[:2000])


def _read(answer: HttpResponse) -> str:
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def _case(number: str) -> Case:
    return Case.objects.select_related("practice").get(number=number)


def _practice(case: Case) -> Practice:
    return stored_practice(case.practice.digest, case.practice.files)


def _task(case: Case, step: str, organisation: str | None = None) -> Task:
    open_now = Task.objects.filter(case=case, status=Task.Status.OPEN)
    found = (
        open_now.filter(step=step, **({"organisation": organisation} if organisation else {})).order_by("pk").first()
    )
    assert found is not None, f"{step} is not open, but {list(open_now.values_list('step', flat=True))}"
    return found
