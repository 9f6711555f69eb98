"""What a program does over the JSON API, and everything that it is refused, as a list."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.support.world import CALL, HOME, REPAIR, World
from wanjia.actions.territory.issue_api_token import issue_api_token, revoke_api_token
from wanjia.records.cases.models import Case, HistoryEntry, Task
from wanjia.records.territory.models import Account
from wanjia.web.api.access import JSON_BYTES_MAX
from wanjia.web.limits import Limit

KEY = "0123456789abcdef-one"


@pytest.fixture(autouse=True)
def no_limits_left_over() -> None:
    cache.clear()


def token(world: World, login: str) -> str:
    return issue_api_token(world.person(login).pk, "sync", world.actor(login), world.now).token


def call(client: Client, method: str, path: str, body: Any = None, bearer: str = "", **headers: str):  # type: ignore[no-untyped-def]
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    content = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    return getattr(client, method)(f"/api{path}", headers={"Accept-Language": "en", **headers}, **content)


def codes(response) -> list[tuple[str, str]]:  # type: ignore[no-untyped-def]
    return sorted((fault["code"], fault["where"]) for fault in response.json()["faults"])


def test_a_request_is_opened_once_and_followed_with_its_code(world: World) -> None:
    client = Client()
    body = {"practice": "contact_card", "answers": CALL, "request_key": KEY}
    first, again = call(client, "post", "/cases", body), call(client, "post", "/cases", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["number"] == again.json()["number"]
    assert Case.objects.filter(surface="api").count() == 1
    number, code = first.json()["number"], first.json()["access_code"]

    assert call(client, "get", f"/cases/{number}").status_code == 403
    wrong = call(client, "get", f"/cases/{number}", **{"X-Case-Code": "00000000"})
    seen = call(client, "get", f"/cases/{number}", **{"X-Case-Code": code})
    assert (wrong.status_code, seen.status_code) == (403, 200)
    assert seen.json()["facts"] == [] and seen.json()["history"] == []
    urged = call(client, "post", f"/cases/{number}/urge", {"note": "please"}, **{"X-Case-Code": code})
    assert urged.status_code == 200
    assert HistoryEntry.objects.filter(verb="urged").count() == 1
    other = call(client, "post", "/cases", {**body, "practice": "behind_meter_repair", "answers": REPAIR})
    assert (other.status_code, codes(other)) == (409, [("api.key_reused", "request_key")])


def test_another_caller_cannot_fetch_a_case_with_the_same_key(world: World) -> None:
    body = {"practice": "contact_card", "answers": CALL, "request_key": KEY}
    mine = call(Client(), "post", "/cases", body, token(world, "manager")).json()
    theirs = call(Client(), "post", "/cases", body).json()
    assert mine["number"] != theirs["number"]


def test_a_person_works_with_a_key_until_it_is_revoked(world: World) -> None:
    case, client = world.call(), Client()
    issued = issue_api_token(world.person("manager").pk, "sync", world.actor("manager"), world.now)
    key = issued.token
    tasks = call(client, "get", "/tasks", bearer=key).json()
    assert [(row["number"], row["step"]) for row in tasks] == [(case.number, "answer")]
    task = f"/cases/{case.number}/tasks/{tasks[0]['key']}"
    assert "complete" in call(client, "get", task, bearer=key).json()["verbs"]

    faulty = call(client, "post", f"{task}/complete", {"answers": {}}, key)
    assert faulty.status_code == 422 and len(codes(faulty)) >= 1
    assert Task.objects.get(case=case, key=tasks[0]["key"]).status == Task.Status.OPEN
    colleague = world.person("manager2")
    asked = call(client, "post", f"{task}/ask-opinion", {"to": f"person:{colleague.pk}", "question": "Seen it?"}, key)
    assert asked.status_code == 200
    opinion = Task.objects.get(case=case, kind="opinion")
    given = call(
        client, "post", f"/cases/{case.number}/tasks/{opinion.key}/give-opinion", {"answer": "Yes"},
        token(world, "manager2"),
    )  # fmt: skip
    assert given.status_code == 200
    delegated = call(client, "post", f"{task}/delegate", {"to": f"person:{colleague.pk}"}, key)
    passed = call(client, "post", f"{task}/pass-on", {"to": f"person:{colleague.pk}", "reason": "holiday"}, key)
    assert (delegated.status_code, passed.status_code) == (200, 200)
    assert Task.objects.get(case=case, key=tasks[0]["key"]).holder == colleague
    stolen = call(client, "post", f"{task}/pass-on", {"to": f"person:{colleague.pk}", "reason": "again"}, key)
    assert stolen.status_code == 403

    assert call(client, "get", "/me", bearer=key).json()["name"] == "林海生"
    revoke_api_token(issued.row.pk, world.actor("manager"), world.now)
    assert codes(call(client, "get", "/me", bearer=key)) == [("api.wrong_key", "")]


def test_a_closed_account_takes_its_keys_along(world: World) -> None:
    key = token(world, "manager")
    Account.objects.filter(username="manager").update(is_active=False)
    assert call(Client(), "get", "/me", bearer=key).status_code == 401


def test_a_done_task_is_a_conflict_not_an_error_of_the_input(world: World) -> None:
    case, key = world.call(), token(world, "manager")
    task = world.task(case, "answer")
    Task.objects.filter(pk=task.pk).update(status=Task.Status.DONE)
    response = call(Client(), "post", f"/cases/{case.number}/tasks/{task.key}/complete", {"answers": {}}, key)
    assert (response.status_code, codes(response)) == (409, [("task.not_open", "")])


def test_whatever_is_wrong_with_a_body_is_listed_at_once(world: World) -> None:
    wrong = call(Client(), "post", "/cases", {"practice": 7, "request_key": "short", "colour": "red"})
    assert wrong.status_code == 422
    assert codes(wrong) == [
        ("api.missing", "body.answers"), ("api.too_short", "body.request_key"), ("api.type", "body.practice"),
        ("api.unknown_field", "body.colour"),
    ]  # fmt: skip
    assert all(fault["sentence"] for fault in wrong.json()["faults"])
    answers = {**CALL, "line": "sideways", "need": 7, "extra": 1}
    faulty = call(Client(), "post", "/cases", {"practice": "contact_card", "answers": answers, "request_key": KEY})
    assert faulty.status_code == 422 and len(codes(faulty)) == 3
    assert not Case.objects.filter(surface="api").exists()


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        ("{broken", "application/json", 400, "api.not_json"),
        ('{"practice": NaN}', "application/json", 400, "api.not_json"),
        ("[" * 100_000, "application/json", 400, "api.not_json"),
        ("[1]", "application/json", 422, "api.type"),
        ("practice=x", "text/plain", 415, "api.media_type"),
        (" " * (JSON_BYTES_MAX + 1), "application/json", 413, "api.too_large"),
    ],
)
def test_bodies_that_cannot_be_read(world: World, content: str, media_type: str, status: int, code: str) -> None:
    response = Client().post("/api/cases", content, content_type=media_type)
    assert (response.status_code, response.json()["faults"][0]["code"]) == (status, code)


def test_addresses_are_checked_like_bodies(world: World) -> None:
    assert codes(call(Client(), "get", "/who-answers?longitude=200&latitude=x")) == [
        ("api.out_of_range", "query.longitude"), ("api.type", "query.latitude"),
    ]  # fmt: skip
    where = f"/who-answers?longitude={HOME['longitude']}&latitude={HOME['latitude']}"
    assert [row["person"] for row in call(Client(), "get", where).json()] == ["周建国", "黄志强", "林海生"]
    assert call(Client(), "get", "/cells?level=2").json()["type"] == "FeatureCollection"
    assert call(Client(), "get", "/nothing").status_code == 404


def test_who_is_not_known_and_who_may_not(world: World) -> None:
    anonymous = call(Client(), "get", "/tasks")
    assert (anonymous.status_code, codes(anonymous)) == (401, [("api.sign_in", "")])
    assert call(Client(), "get", "/practices", bearer="wanjia_nonsense").status_code == 401
    case = world.call()
    assert (
        call(Client(), "post", f"/cases/{case.number}/hold", {"reason": "why"}, token(world, "water")).status_code
        == 403
    )
    assert call(Client(), "get", f"/cases/{case.number}", bearer=token(world, "manager5")).status_code == 403
    assert call(Client(), "get", "/cases/XX000", bearer=token(world, "manager")).status_code == 404
    assert call(Client(), "get", "/indicators", bearer=token(world, "water")).status_code == 403
    assert call(Client(), "get", "/indicators", bearer=token(world, "chief")).status_code == 200


def test_a_session_needs_its_csrf_header_to_change_something(world: World) -> None:
    case = world.call()
    client = Client(enforce_csrf_checks=True)
    client.force_login(Account.objects.get(username="chief"), "django.contrib.auth.backends.ModelBackend")
    assert call(client, "get", f"/cases/{case.number}").status_code == 200
    bare = call(client, "post", f"/cases/{case.number}/hold", {"reason": "waiting"})
    assert (bare.status_code, codes(bare)) == (403, [("api.csrf", "")])
    client.get("/sign-in/")
    mark = client.cookies["csrftoken"].value
    held = call(client, "post", f"/cases/{case.number}/hold", {"reason": "waiting"}, **{"X-CSRFToken": mark})
    released = call(client, "post", f"/cases/{case.number}/release", {}, **{"X-CSRFToken": mark})
    assert (held.status_code, released.status_code) == (200, 200)


def test_papers_come_before_the_form_and_are_looked_at(world: World) -> None:
    client, key = Client(), token(world, "manager")
    picture = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
    bearer = {"Authorization": f"Bearer {key}"}
    case = world.call()
    papers = (("plan.pdf", b"%PDF-1.4\n%%EOF", 201), ("plan.pdf", b"MZ program", 422), ("a.svg", picture, 422))
    for name, content, status in papers:
        sent = {"file": SimpleUploadedFile(name, content), "fact": ""}
        found = client.post(f"/api/cases/{case.number}/papers", sent, headers=bearer)
        assert found.status_code == status, found.content
    kept = client.post(
        "/api/papers", {"file": SimpleUploadedFile("x.pdf", b"%PDF-1.4\n%%EOF"), "request_key": KEY}, headers=bearer
    )
    assert kept.status_code == 201 and kept.json()["token"]


def test_too_many_calls_are_told_when_to_come_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wanjia.web.api.access.CALLS_OF_ADDRESS", Limit("api_address", 2, 5))
    answers = [call(Client(), "get", "/practices") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "300"


def test_the_description_lists_every_call_and_the_page_needs_no_foreign_server(world: World) -> None:
    schema = call(Client(), "get", "/openapi.json").json()
    for path in (
        "/api/cases",
        "/api/cases/{number}/merge",
        "/api/cases/{number}/tasks/{key}/complete",
        "/api/indicators",
    ):
        assert path in schema["paths"]
    assert "422" in schema["paths"]["/api/cases"]["post"]["responses"]
    page = Client().get("/api/").content.decode()
    assert "/api/cases/{number}/merge" in page and "cdn" not in page and "https://" not in page
