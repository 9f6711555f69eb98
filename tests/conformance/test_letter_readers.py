"""Letters reach whom they are addressed to, and texts speak the requester's language, whoever caused them."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from tests.support.world import HOME, World
from wanjia.actions.cases.open_case import Request, open_case
from wanjia.actions.territory.issue_api_token import issue_api_token
from wanjia.model.actors import Actor
from wanjia.queries.cases.case_page import case_page
from wanjia.queries.cases.follow import follow_page
from wanjia.queries.cases.letter_readers import may_read, readable_letters
from wanjia.records.cases.models import Case, Delivery, HistoryEntry, Letter, Task
from wanjia.records.network.models import Customer


@pytest.fixture
def case(world: World) -> Case:
    """A repair with one letter to each of three audiences; the electrician holds its task."""
    case = world.repair()
    Task.objects.filter(case=case, status="open").update(
        role="electrician", holder=world.person("electrician"), for_requester=False
    )
    content = {language: {"title": "告知书", "blocks": [], "signed_by": ""} for language in ("zh-Hans", "en")}
    for at, (letter, audience) in enumerate(
        (("pay_note", "requester"), ("to_electrician", "electrician"), ("to_manager", "district_manager"))
    ):
        Letter.objects.create(
            case=case, letter=letter, number=f"{case.number}-0{at + 1}", audience=audience, content=content,
            issued_at=world.now + timedelta(minutes=at),
        )  # fmt: skip
    return case


def read_by(case: Case, actor: Actor, world: World) -> list[str]:
    found = [letter.letter for letter in readable_letters(case, actor, world.today)]
    assert found == [letter.letter for letter in case.letters.all() if may_read(letter, actor, world.today)]
    return found


def test_each_reads_what_is_addressed_to_or_signed_by_them(world: World, case: Case) -> None:
    every = ["pay_note", "to_electrician", "to_manager"]
    assert read_by(case, world.requester(case), world) == ["pay_note"]
    # The practice has its pay note signed by the electrician; what goes to the manager is none of the electrician's.
    assert read_by(case, world.actor("electrician"), world) == ["pay_note", "to_electrician"]
    for answering in ("manager", "senior", "chief", "county", "company"):
        assert read_by(case, world.actor(answering), world) == every, answering
    for stranger in ("manager2", "chief2", "electrician2", "water", "clerk", "admin", "editor", "resident"):
        assert read_by(case, world.actor(stranger), world) == [], stranger
    assert read_by(case, Actor("citizen", ""), world) == []


def test_a_task_that_is_done_still_shows_its_letters_and_passing_it_on_shows_them_to_the_next(
    world: World, case: Case
) -> None:
    Task.objects.filter(case=case, holder=world.person("electrician")).update(status="done")
    assert read_by(case, world.actor("electrician"), world) == ["pay_note", "to_electrician"]
    Task.objects.create(
        case=case, key="t99", step="arrange", kind="user", role="electrician", holder=world.person("electrician2"),
        opened_at=world.now,
    )  # fmt: skip
    assert read_by(case, world.actor("electrician2"), world) == ["pay_note", "to_electrician"]


def test_pages_and_files_hold_to_it(world: World, case: Case) -> None:
    HistoryEntry.objects.filter(subject=f"case:{case.pk}", verb="letter_issued").delete()
    page = follow_page(case.number, world.requester(case), world.now, "zh-Hans")
    assert [letter.number for letter in page.letters] == [f"{case.number}-01"]
    desk = case_page(case.number, world.actor("electrician"), world.now, "zh-Hans")
    assert [letter.number for letter in desk.letters] == [f"{case.number}-01", f"{case.number}-02"]
    answers = {at: world.client("electrician").get(f"/letters/{case.number}-0{at}.pdf").status_code for at in (1, 2, 3)}
    assert answers == {1: 200, 2: 200, 3: 404}
    assert world.client("manager").get(f"/letters/{case.number}-03.pdf").status_code == 200
    assert world.client("manager2").get(f"/letters/{case.number}-03.pdf").status_code == 404


def test_a_requester_is_told_in_the_language_of_the_request(world: World) -> None:
    def language(surface: str, by: Actor, key: str) -> str:
        request = Request("contact_card", CALL, key, surface, "en")
        return str(open_case(request, by, world.now).case.language)

    assert language("card", Actor("citizen", ""), "a") == "en"
    assert language("portal", world.actor("resident"), "b") == "en"
    assert language("desk", world.actor("manager"), "c") == "zh-Hans", "the manager's page is not the caller's"
    assert language("window", world.actor("clerk"), "d") == "zh-Hans", "nor is the clerk's the customer's"


CALL = {
    "line": "business",
    "need": "想问电费怎么算",
    "place": HOME,
    "contact_name": "李阿婆",
    "contact_phone": "13800000067",
}


def test_a_program_that_speaks_another_language_does_not_choose_the_owner_s(world: World) -> None:
    person = world.person("property_registry")
    key = issue_api_token(person.pk, "registry", world.actor("property_registry"), world.now).token
    account = Customer.objects.get(district__cell_code="C111")
    place = {"longitude": account.longitude, "latitude": account.latitude, "address": account.address}
    answers = {
        "customer_number": account.number, "place": place,
        "registry_number": "BDC20260302000123", "transfer_kind": "sale", "registered_on": "2026-03-02",
        "new_name": "林小满", "new_phone": "13800000088", "previous_name": "王秀英",
        "previous_phone": "13800000077", "consent_new": True, "consent_old": True,
    }  # fmt: skip
    body = {"practice": "joint_transfer", "request_key": "BDC20260302000123", "answers": answers}
    sent = Client().post(
        "/api/cases", json.dumps({**body, "customer_number": account.number}), "application/json",
        headers={"Authorization": f"Bearer {key}", "Accept-Language": "en"},
    )  # fmt: skip
    assert sent.status_code == 201, sent.content.decode()
    told = Delivery.objects.filter(case__number=sent.json()["number"])
    assert told.exists()
    assert all("办" in one.body or "请" in one.body or "户" in one.body for one in told), [one.body for one in told]
