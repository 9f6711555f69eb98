"""Pages that need no request: the first page, who answers, cards, components, and what goes wrong."""

import json
import re

import pytest
from django.core.cache import cache
from django.test import Client

from tests.support.world import World
from wanjia.records.network.models import Customer
from wanjia.records.territory.models import ContactCard
from wanjia.texts import LANGUAGES, table

KEYS = re.compile(r">\s*[a-z_]+(\.[a-z_0-9]+){1,3}\s*<")
"""A text key where a sentence should stand."""


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_speaks_both_languages(world: World, language: str) -> None:
    client = world.client(language=language)
    for address in (
        "/", "/components/", "/follow/", "/who/", "/my/", "/card/card-1/", "/card/card-1/print/",
        "/new/behind_meter_repair/", "/new/one_window_review/", "/new/contact_card/?card=card-1",
    ):  # fmt: skip
        answer = client.get(address)
        page = answer.content.decode()
        assert answer.status_code == 200, address
        assert not KEYS.search(page), (address, KEYS.search(page))
        assert table(language)["site.sign_in"] in page
        assert "style-src" in answer["Content-Security-Policy"] and "onclick" not in page


def test_home_offers_what_everybody_may_begin(world: World) -> None:
    page = world.client().get("/").content.decode()
    assert "/new/behind_meter_repair/" in page and "/new/one_window_review/" in page
    assert "/new/finding_rectification/" not in page
    assert world.client().get("/new/finding_rectification/").status_code == 404
    assert world.client().get("/new/nothing/").status_code == 404


def test_who_answers_by_point_cell_and_customer_number(world: World) -> None:
    client = world.client()
    piece = client.get("/who/?longitude=119.91&latitude=29.91", headers={"hx-request": "true"}).content.decode()
    assert [name in piece for name in ("林海生", "黄志强", "周建国", "<html")] == [True, True, True, False]
    assert piece.index("林海生") < piece.index("周建国")
    customer = Customer.objects.filter(district__cell_code="C212")[0]
    page = client.get(f"/who/?number={customer.number}").content.decode()
    assert "许秀兰" in page and customer.name not in page and customer.address not in page
    assert "何大勇" in client.get("/who/?area=C211").content.decode()
    for nowhere in (
        "longitude=0&latitude=0",
        "number=nothing",
        "area=X",
        "longitude=x&latitude=y",
        "longitude=nan&latitude=1",
    ):
        assert "不在服务范围" in client.get(f"/who/?{nowhere}").content.decode(), nowhere


def test_who_answers_is_not_a_list_of_customers(world: World) -> None:
    client = world.client()
    statuses = [client.get(f"/who/?number={at}").status_code for at in range(61)]
    assert statuses.count(200) == 60 and statuses[-1] == 429


def test_cells_are_sent_once(world: World) -> None:
    client = world.client()
    answer = client.get("/map/cells.json?level=3")
    assert len(json.loads(answer.content)["features"]) == 8
    again = client.get("/map/cells.json?level=3", headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    packed = client.get("/map/cells.json", headers={"accept-encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip" and len(packed.content) < len(answer.content)
    assert len(json.loads(client.get("/map/cells.json?level=2&within=S1").content)["features"]) == 2
    assert client.get("/map/cells.json?level=9").status_code == 404


def test_a_card_leads_to_its_manager_and_its_lines(world: World) -> None:
    client = world.client()
    page = client.get("/card/card-1/").content.decode()
    assert "海棠村" in page and "林海生" in page
    lines = re.findall(r'href="(/new/contact_card/[^"]+)"', page)
    assert len(lines) == 3
    form = client.get(lines[2].replace("&amp;", "&")).content.decode()
    assert 'value="119.91"' in form and re.search(r'value="emergency" checked', form)
    printed = client.get("/card/card-1/print/").content.decode()
    assert "Haitang Village" in printed and "data:image/svg+xml" in printed and "应急直联" in printed
    ContactCard.objects.filter(code="card-1").update(revoked_on=world.today)
    assert client.get("/card/card-1/").status_code == 404


def test_errors_are_pages_in_words(world: World) -> None:
    chinese, english = world.client(), world.client(language="en")
    assert "没有找到" in chinese.get("/nothing/").content.decode()
    assert "Not found" in english.get("/nothing/").content.decode()
    strict = Client(enforce_csrf_checks=True)
    refused = strict.post("/follow/", {"number": "x", "code": "y"})
    assert refused.status_code == 403 and "页面已过期" in refused.content.decode()


def test_a_broken_page_says_so_without_the_store(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr("wanjia.web.surfaces.portal.home.active_practices", fails)
    client = world.client(language="en")
    client.raise_request_exception = False
    answer = client.get("/")
    assert answer.status_code == 500 and "Something went wrong" in answer.content.decode()
    assert "out of order" not in answer.content.decode()


def test_too_many_wrong_passwords_are_answered_in_words(world: World) -> None:
    client = world.client(language="en")
    for _ in range(8):
        answer = client.post("/sign-in/", {"username": "manager", "password": "wrong"})
    assert answer.status_code == 429 and "Too many tries" in answer.content.decode()
