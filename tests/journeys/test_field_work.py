"""What the field surface answers a phone: whose work it gives, that twice is once, and what a conflict tells."""

import json

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from tests.support.papers import photograph
from tests.support.signed_visit import signed_visit
from tests.support.world import HOME, World
from wanjia.actions.cases import complete_task as completing
from wanjia.actions.cases.field import send_task
from wanjia.actions.cases.install_practice import install_practice
from wanjia.actions.cases.pass_on import pass_on
from wanjia.actions.cases.upgrade_cases import upgrade_cases
from wanjia.actions.cases.withdraw_case import withdraw_case
from wanjia.model.actors import SYSTEM
from wanjia.records.cases.models import Case, HistoryEntry, Message, Paper, PersonalDataRead, Task
from wanjia.records.territory.models import FieldSending

ANSWERED = {"outcome": "answered", "answer_text": "已当面说明"}
PLACE = {"place.longitude": "119.91", "place.latitude": "29.91", "place.address": "海棠村20号"}
STARTED = {"line": "business", "need": "装水泵", "contact_name": "周老伯", "contact_phone": "13800000099", **PLACE}


@pytest.fixture(autouse=True)
def no_limits_left_over() -> None:
    cache.clear()


def work(client: Client) -> dict:
    return client.get("/field/work.json").json()


def send(client: Client, world: World, login: str, key: str, **fields: object) -> HttpResponse:
    sent = {"@id": key, "@person": str(world.person(login).pk), **fields}
    return client.post("/field/send/", {name.replace("__", "@", 1): value for name, value in sent.items()})


def of_task(task: dict) -> dict[str, str]:
    return {
        "@kind": "task", "@number": task["number"], "@task": task["key"], "@form": task["form_mark"],
        "@values": task["values_mark"],
    }  # fmt: skip


def test_only_ones_own_tasks_are_taken_along_and_nobody_elses_telephone(world: World) -> None:
    mine, other = (
        world.call(key="own-call-00000001"),
        world.call(key="other-call-000001", place={**HOME, "longitude": 119.96}),
    )
    client = world.client("manager")
    taken = work(client)
    assert [task["number"] for task in taken["tasks"]] == [mine.number]
    (task,) = taken["tasks"]
    assert "138****0067" in task["facts"] and "13800000067" not in json.dumps(taken)
    assert 'name="outcome"' in task["form"] and task["may"].count("complete") == 1
    assert "contact_card" in {start["practice"] for start in taken["starts"]}

    person = str(world.person("manager").pk)
    asked = {"@person": person, "number": [mine.number, other.number]}
    found = client.post("/field/contacts.json", asked).json()["contacts"]
    assert found == {mine.number: {"name": "李阿婆", "phone": "13800000067", "address": HOME["address"]}}
    client.post("/field/contacts.json", asked)
    read = PersonalDataRead.objects.get()
    assert (read.subject, read.reason) == (f"case:{mine.pk}", "离线作业：携带本人待办的联系方式")


def test_who_may_not_is_told_so(world: World) -> None:
    assert world.client().get("/field/").status_code == 302
    assert world.client().get("/field/work.json").json() == {"outcome": "sign_in"}
    assert (
        world.client("resident").get("/field/").status_code
        == world.client("resident").get("/field/work.json").status_code
        == 403
    )
    case = world.call()
    task = work(world.client("manager"))["tasks"][0]
    stranger = world.client("manager5")
    refused = send(stranger, world, "manager5", "stranger-key-0001", **of_task(task), **ANSWERED)
    assert (refused.status_code, refused.json()["kind"], refused.json()["theirs"]) == (409, "passed_on", None)
    other = send(world.client("manager"), world, "manager2", "other-person-0001", **of_task(task), **ANSWERED)
    assert (other.status_code, other.json()) == (409, {"outcome": "other_person"})
    electrician = world.client("electrician")
    begun = send(
        electrician,
        world,
        "electrician",
        "no-start-key-0001",
        **{"@kind": "case", "@practice": "contact_card"},
        **STARTED,
    )
    assert begun.status_code == 403 and work(electrician)["starts"] == []
    assert world.task(case).status == Task.Status.OPEN and not FieldSending.objects.exists()


def test_the_same_work_sent_again_is_the_same_work(world: World) -> None:
    install_practice(signed_visit(), {}, SYSTEM, world.now, run_scenarios=False)
    case, client = world.call(), world.client("manager")
    promised = {"outcome": "visit", "answer_text": "上门", "visit_at": "2026-03-02T15:00:00+08:00"}
    completing.complete_task(case.number, world.task(case).key, promised, world.actor("manager"), world.now)
    task = work(client)["tasks"][0]
    assert task["signatures"] == {"visit_signature": "客户签名"}

    person, key = str(world.person("manager").pk), "visit-key-00000001"
    photo = photograph()
    tokens = []
    for part in ("1", "1", "2"):
        file = SimpleUploadedFile(photo["name"], photo["buffer"], photo["mimeType"])
        sent = client.post("/field/paper/", {"@id": key, "@person": person, "@part": part, "file": file})
        tokens.append(sent.json()["token"])
    assert tokens[0] == tokens[1] != tokens[2] and Paper.objects.count() == 2

    place = {f"visit_{name}": value for name, value in PLACE.items()}
    fields = {**of_task(task), **place, "visit_done": "已查看", "visit_photos": tokens[0], "visit_signature": "李阿婆",
              "@signature:visit_signature": tokens[2]}  # fmt: skip
    first = send(client, world, "manager", key, **fields)
    told = HistoryEntry.objects.count()
    again = send(client, world, "manager", key, **fields)
    assert HistoryEntry.objects.count() == told
    assert first.json() == {"outcome": "sent", "repeated": False, "number": case.number, "status": "running"}
    assert again.json() == {**first.json(), "repeated": True}
    assert set(Paper.objects.filter(case=case).values_list("fact", flat=True)) == {"visit_photos", "visit_signature"}


def test_a_case_taken_down_twice_is_one_and_a_faulty_one_none(world: World) -> None:
    client = world.client("manager")
    start = next(one for one in work(client)["starts"] if one["practice"] == "contact_card")
    head = {"@kind": "case", "@practice": "contact_card", "@form": start["form_mark"]}
    faulty = send(client, world, "manager", "case-key-00000001", **head, line="business")
    assert faulty.status_code == 422
    assert {fault["anchor"] for fault in faulty.json()["faults"]} >= {"field-place", "field-contact_phone"}
    assert not Case.objects.exists()
    first = send(client, world, "manager", "case-key-00000001", **head, **STARTED)
    again = send(client, world, "manager", "case-key-00000001", **head, **STARTED)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["code"] == again.json()["code"] and again.json()["repeated"]
    case = Case.objects.get()
    assert (case.surface, case.requester_id, case.requester_name) == ("desk", None, "周老伯")
    reused = send(
        client, world, "manager", "case-key-00000001", **{"@kind": "note", "@number": case.number, "text": "x"}
    )
    assert reused.json()["codes"] == ["offline.key_reused"]


def test_what_another_did_is_not_written_over_and_ones_own_is_not_lost(world: World) -> None:
    case, client = world.call(), world.client("manager")
    task = work(client)["tasks"][0]
    pass_on(case.number, task["key"], f"person:{world.person('manager2').pk}", "替班", world.actor("senior"), world.now)
    key = "late-key-000000001"
    passed = send(client, world, "manager", key, **of_task(task), **ANSWERED)
    assert (passed.status_code, passed.json()["kind"], passed.json()["theirs"]["who"]) == (409, "passed_on", "陈月娥")

    theirs = {"outcome": "answered", "answer_text": "电话答复"}
    completing.complete_task(case.number, task["key"], theirs, world.actor("manager2"), world.now)
    done = send(client, world, "manager", key, **of_task(task), **ANSWERED).json()
    assert done["kind"] == "done" and ["答复内容", "电话答复"] in done["theirs"]["facts"]
    note = {"@kind": "note", "@number": case.number, "text": "离线记录：已当面说明"}
    assert send(client, world, "manager", key, **note).status_code == 200
    assert send(client, world, "manager", key, **note).json()["repeated"]
    assert Message.objects.get(case=case, text__contains="离线记录").audience == "staff"
    assert Task.objects.get(case=case, key=task["key"]).answers == theirs
    assert HistoryEntry.objects.filter(verb="field_note_added").count() == 1
    assert "附上离线作业记录" in world.client("senior").get(f"/desk/cases/{case.number}/").content.decode()


def test_a_case_that_is_over_says_how_it_ended(world: World) -> None:
    case, client = world.call(), world.client("manager")
    task = work(client)["tasks"][0]
    withdraw_case(case.number, "不用了", world.requester(case), world.now)
    told = send(client, world, "manager", "ended-key-00000001", **of_task(task), **ANSWERED).json()
    assert (told["kind"], told["theirs"]["case_status"]) == ("ended", "withdrawn")


def test_a_form_that_changed_comes_along_and_is_filled_in_anew(world: World) -> None:
    install_practice(signed_visit(), {}, SYSTEM, world.now, run_scenarios=False)
    case, client = world.call(), world.client("manager")
    promised = {"outcome": "visit", "answer_text": "上门", "visit_at": "2026-03-02T15:00:00+08:00"}
    completing.complete_task(case.number, world.task(case).key, promised, world.actor("manager"), world.now)
    task = work(client)["tasks"][0]
    install_practice(signed_visit("9.1.0", ("meter_seen",)), {}, SYSTEM, world.now, run_scenarios=False)
    upgrade_cases("contact_card", "9.0.0", SYSTEM, world.now)
    place = {f"visit_{name}": value for name, value in PLACE.items()}
    fields = {**place, "visit_done": "已查看"}
    told = send(client, world, "manager", "changed-key-000001", **of_task(task), **fields)
    assert (told.status_code, told.json()["kind"]) == (409, "form_changed")
    now = told.json()["now"]
    assert 'name="meter_seen"' in now["form"] and now["form_mark"] != task["form_mark"]
    again = {**of_task(task), **fields, "@form": now["form_mark"], "@values": now["values_mark"], "meter_seen": "正常"}
    assert send(client, world, "manager", "changed-key-000001", **again).status_code == 200
    assert Task.objects.get(case=case, step="visit").answers["meter_seen"] == "正常"


def test_answers_that_changed_meanwhile_are_shown_and_chosen_between(world: World) -> None:
    case, client = world.call(), world.client("manager")
    task = work(client)["tasks"][0]
    Case.objects.filter(pk=case.pk).update(
        state={**case.state, "facts": {**case.state["facts"], "answer_text": "别人写的"}}
    )
    told = send(client, world, "manager", "values-key-0000001", **of_task(task), **ANSWERED).json()
    assert told["kind"] == "values_changed" and ["答复内容", "别人写的"] in told["theirs"]["facts"]
    mine = {**of_task(task), "@values": told["now"]["values_mark"], **ANSWERED}
    assert send(client, world, "manager", "values-key-0000001", **mine).status_code == 200
    assert Task.objects.get(case=case, key=task["key"]).answers["answer_text"] == "已当面说明"


def test_the_step_after_is_done_ahead_and_sent_behind(world: World) -> None:
    case, client = world.call(), world.client("manager")
    task = work(client)["tasks"][0]
    (ahead,) = task["next"]
    assert (ahead["step"], 'name="visit_done"' in ahead["form"]) == ("visit", True)
    place = {f"visit_{name}": value for name, value in PLACE.items()}
    head = {"@kind": "task", "@number": case.number, "@task": "", "@step": "visit", "@form": ahead["form_mark"],
            "@values": ahead["values_mark"]}  # fmt: skip
    visit = {**head, **place, "visit_done": "已查看"}
    early = send(client, world, "manager", "ahead-key-00000001", **visit)
    assert (early.status_code, early.json()["kind"]) == (409, "not_reached")
    first = {**of_task(task), "outcome": "visit", "answer_text": "上门", "visit_at": "2026-03-02T15:00:00+08:00"}
    assert send(client, world, "manager", "first-key-00000001", **first).status_code == 200
    faulty = send(client, world, "manager", "ahead-key-00000001", **head, **place)
    assert faulty.status_code == 422 and faulty.json()["faults"][0]["anchor"] == "field-visit_done"
    assert send(client, world, "manager", "ahead-key-00000001", **visit).json()["outcome"] == "sent"
    assert send(client, world, "manager", "ahead-key-00000001", **visit).json()["repeated"]
    assert Task.objects.get(case=case, step="visit").answers["visit_done"] == "已查看"


def test_a_stop_between_the_row_and_the_work_leaves_neither(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case, client = world.call(), world.client("manager", "zh-Hans")
    task = work(client)["tasks"][0]
    client.raise_request_exception = False
    whole = send_task.complete_task

    def cut_off(*given: object) -> Case:
        whole(*given)  # type: ignore[arg-type]
        raise RuntimeError("the process is gone")

    monkeypatch.setattr(send_task, "complete_task", cut_off)
    assert send(client, world, "manager", "cut-off-key-000001", **of_task(task), **ANSWERED).status_code == 500
    assert world.task(case).key == task["key"] and not FieldSending.objects.exists()
    monkeypatch.undo()
    assert send(client, world, "manager", "cut-off-key-000001", **of_task(task), **ANSWERED).status_code == 200
    assert FieldSending.objects.get().result["number"] == case.number


def test_photographs_that_waited_too_long_are_taken_in_anew(world: World) -> None:
    world.call()
    client, person = world.client("manager"), str(world.person("manager").pk)

    def sent() -> str:
        photo = photograph()
        file = SimpleUploadedFile(photo["name"], photo["buffer"], photo["mimeType"])
        fields = {"@id": "paper-key-00000001", "@person": person, "@part": "1", "file": file}
        return client.post("/field/paper/", fields).json()["token"]

    first = sent()
    Paper.objects.all().delete()  # what nobody claims is thrown away after a day
    assert sent() != first and Paper.objects.count() == 1


def test_the_frame_holds_nobody_and_the_worker_knows_its_files(world: World) -> None:
    client = world.client("manager")
    frame = client.get("/field/")
    assert "林海生" not in frame.content.decode() and 'rel="manifest"' in frame.content.decode()
    assert "'unsafe-inline'" not in frame.headers["Content-Security-Policy"].split("script-src")[1].split(";")[0]
    installed = client.get("/field/manifest.webmanifest").json()
    assert installed["scope"] == installed["start_url"] == "/field/"
    worker = client.get("/field/worker.js")
    told = json.loads(worker.content.decode().split("self.WANJIA = ")[1].split(";\n")[0])
    assert worker.headers["Content-Type"].startswith("text/javascript") and told["shell"] == "/field/"
    assert all(client.get(address).status_code == 200 for address in told["files"])
    assert {icon["sizes"] for icon in installed["icons"]} == {"192x192", "512x512"}
