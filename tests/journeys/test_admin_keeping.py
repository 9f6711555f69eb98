"""Keeping the product: what an administrator changes, what is refused as a whole list, and who may not."""

import io
import json
import re
import zipfile
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.support.world import PRACTICES, World
from wanjia.queries.territory.who_answers import who_answers
from wanjia.records.cases.models import CalendarYear, Case, HistoryEntry, PersonalDataRead, PracticeVersion
from wanjia.records.territory.grid import cells_on, shape_of
from wanjia.records.territory.models import Account, Cell, ContactCard, Organisation, Person, Post, Tenure


@pytest.fixture(autouse=True)
def no_limits_left_over() -> None:
    cache.clear()


def test_sections_open_by_the_permission_table(world: World) -> None:
    def statuses(login: str) -> list[int]:
        paths = ("organisations", "people", "territory/import", "practices/upload", "reads", "cards")
        return [world.client(login).get(f"/admin/{path}/").status_code for path in paths]

    assert statuses("admin") == [200, 200, 200, 200, 200, 200]
    assert statuses("company") == [200, 200, 403, 200, 200, 403]
    assert statuses("manager") == [200, 200, 403, 403, 403, 200]
    assert statuses("water") == [403, 403, 403, 403, 403, 403]
    assert world.client("resident").get("/admin/").status_code == 403
    assert world.client().get("/admin/").status_code == 302


def test_organisations_are_added_and_edited_or_refused_with_every_fault(world: World) -> None:
    client = world.client("admin")
    sheet = {
        "code": "station-3",
        "kind": "station",
        "name_zh": "新所",
        "name_en": "New",
        "parent": "county",
        "phone": "",
    }
    wrong = {**sheet, "code": "No!", "kind": "moon", "name_zh": "", "parent": "nowhere", "phone": "abc"}
    refused = client.post("/admin/organisations/add/", wrong)
    assert refused.status_code == 422 and refused.content.decode().count('class="fault"') == 5
    assert client.post("/admin/organisations/add/", sheet).status_code == 302
    assert Organisation.objects.get(code="station-3").parent_id == "county"
    circle = client.post("/admin/organisations/county/", {**sheet, "parent": "station-3"})
    assert circle.status_code == 422 and Organisation.objects.get(code="county").parent_id == "city"
    county = world.client("county")
    assert county.post("/admin/organisations/station-3/", {**sheet, "name_zh": "三所"}).status_code == 302
    assert county.post("/admin/organisations/water/", {**sheet, "name_zh": "x"}).status_code == 403


def test_a_person_gets_a_login_whose_password_is_shown_once(world: World) -> None:
    client = world.client("admin")
    sheet = {"name": "新同事", "phone": "13900000001", "organisation": "station-1", "language": "zh-Hans"}
    assert client.post("/admin/people/add/", {**sheet, "organisation": "x", "name": ""}).status_code == 422
    added = client.post("/admin/people/add/", sheet)
    person = Person.objects.get(name="新同事")
    assert added.url == f"/admin/people/{person.pk}/"
    assert client.post(f"{added.url}account/open/", {"username": "Manager"}).status_code == 422
    opened = client.post(f"{added.url}account/open/", {"username": "colleague"})
    password = opened.content.decode().split('<code class="once">')[1].split("<")[0]
    assert Account.objects.get(username="colleague").check_password(password)
    assert password not in client.get(added.url).content.decode()
    client.post(f"{added.url}account/reset/")
    assert not Account.objects.get(username="colleague").check_password(password)
    own = world.person("admin")
    assert client.post(f"/admin/people/{own.pk}/account/close/").status_code == 422
    assert client.post(f"{added.url}account/close/").status_code == 302
    assert not Account.objects.get(username="colleague").is_active
    history = HistoryEntry.objects.filter(subject=f"person:{person.pk}").values_list("verb", flat=True)
    assert list(history) == ["person_added", "account_opened", "password_reset", "account_closed"]


def test_an_appointment_is_previewed_moves_open_tasks_and_can_be_undone_before_it_begins(world: World) -> None:
    case, client = world.call(), world.client("admin")
    heir = world.person("manager2")
    page = f"/admin/posts/post-manager/?to={heir.pk}&starts_on={world.today}"
    assert "1 项未办任务" in client.get(page).content.decode()
    assert world.task(case, "answer").holder == world.person("manager")

    later = world.today + timedelta(days=10)
    assert client.post("/admin/posts/post-manager/", {"to": heir.pk, "starts_on": later}).status_code == 302
    twice = client.post("/admin/posts/post-manager/", {"to": heir.pk, "starts_on": world.today})
    assert twice.status_code == 422
    planned = Tenure.objects.get(post__code="post-manager", starts_on=later)
    assert client.post(f"/admin/posts/post-manager/cancel/{planned.pk}/").status_code == 302
    assert Tenure.objects.get(post__code="post-manager").ends_on is None

    assert client.post("/admin/posts/post-manager/", {"to": "", "starts_on": "soon"}).status_code == 422
    assert client.post("/admin/posts/post-manager/", {"to": heir.pk, "starts_on": world.today}).status_code == 302
    assert world.task(case, "answer").holder == heir
    begun = Tenure.objects.get(post__code="post-manager", ends_on=None)
    assert client.post(f"/admin/posts/post-manager/cancel/{begun.pk}/").status_code == 422
    assert (
        world.client("chief2").post("/admin/posts/post-manager/", {"to": heir.pk, "starts_on": later}).status_code
        == 403
    )


def test_a_post_answers_for_one_cell_of_its_level(world: World) -> None:
    client = world.client("admin")
    sheet = {"code": "p-1", "role": "district_manager", "organisation": "station-1", "cell": "S1"}
    assert client.post("/admin/posts/add/", sheet).status_code == 422
    assert client.post("/admin/posts/add/", {**sheet, "cell": "C111"}).status_code == 422
    assert client.post("/admin/posts/add/", {**sheet, "role": "dispatcher", "cell": ""}).status_code == 302
    assert "空缺" in client.get("/admin/posts/?held=no").content.decode()


def test_the_proof_holds_and_shows_a_cell_that_nobody_answers_for(world: World) -> None:
    client = world.client("admin")
    assert "每一处都有人负责" in client.get("/admin/territory/").content.decode()
    Tenure.objects.filter(post__cell_code="C122").update(ends_on=world.today)
    page = client.get("/admin/territory/").content.decode()
    assert "不严密" in page and "C122" in page


def test_a_territory_is_imported_whole_or_not_at_all(world: World) -> None:
    client, day = world.client("admin"), world.today + timedelta(days=7)
    broken = _geojson(world.today, drop="C112")
    refused = client.post("/admin/territory/import/", {"cells": _file("cells.geojson", broken), "starts_on": day})
    body = refused.content.decode()
    assert refused.status_code == 422 and "A11" in body and "平方米" in body and "cells.geojson" in body
    assert not Cell.objects.filter(starts_on=day).exists()
    for content in (b"{", b"\xff", b"[]", b'{"type": "FeatureCollection", "features": []}'):
        sent = {"cells": _file("cells.geojson", content), "starts_on": day}
        assert client.post("/admin/territory/import/", sent).status_code == 422
    past = {"cells": _file("cells.geojson", _geojson(world.today)), "starts_on": world.today - timedelta(days=1)}
    assert client.post("/admin/territory/import/", past).status_code == 422
    assert client.post("/admin/territory/import/", {"starts_on": day}).status_code == 422

    sent = {"cells": _file("cells.geojson", _geojson(world.today)), "starts_on": day}
    assert client.post("/admin/territory/import/", sent).status_code == 302
    assert Cell.objects.filter(starts_on=day).count() == 14
    assert [row.person for row in who_answers(119.91, 29.91, day)] == ["周建国", "黄志强", "林海生"]
    assert len(cells_on(day - timedelta(days=1))) == 14


def test_posts_are_imported_when_every_cell_has_one_holder(world: World) -> None:
    client, day = world.client("admin"), world.today
    rows = _posts(day)
    case = world.call()
    swapped = rows.replace("林海生", "manager2").replace("陈月娥", "manager")
    missing = "\n".join(line for line in rows.splitlines() if "C222" not in line)
    unknown = rows.replace("林海生", "没有这个人")
    for text, hint in (
        (missing, "C222"),
        (unknown, "没有这个人"),
        ("post_id,cell_id\n1,2", "role"),
        ("\ufeff", "post_id"),
    ):
        refused = client.post(
            "/admin/territory/import/", {"posts": _file("posts.csv", text.encode()), "starts_on": day}
        )
        assert refused.status_code == 422 and hint in refused.content.decode()
    sent = {"posts": _file("posts.csv", swapped.encode()), "starts_on": day}
    assert client.post("/admin/territory/import/", sent).status_code == 302
    assert world.task(case, "answer").holder == world.person("manager2")
    assert who_answers(119.91, 29.91, day)[2].person == "陈月娥"


def test_a_calendar_year_is_entered_or_refused_line_by_line(world: World) -> None:
    client, year = world.client("admin"), world.today.year + 3
    wrong = f"{year}-01-01 休 元旦\n{year}-01-01 休\nspring\n{year}-02-31 休"
    refused = client.post(f"/admin/calendars/{year}/", {"days": wrong, "source": "notice"})
    assert refused.status_code == 422 and refused.content.decode().count("<li>") >= 3
    elsewhere = client.post(f"/admin/calendars/{year}/", {"days": "2020-01-01 休", "source": ""})
    assert elsewhere.status_code == 422 and not CalendarYear.objects.filter(year=year).exists()
    weekday = next(date(year, 3, day) for day in range(1, 8) if date(year, 3, day).weekday() == 2)
    assert client.post(f"/admin/calendars/{year}/", {"days": f"{weekday} 班", "source": "notice"}).status_code == 422
    good = {"days": f"{year}-01-01 休 元旦", "source": "国办发明电"}
    assert client.post(f"/admin/calendars/{year}/", good).status_code == 302
    assert CalendarYear.objects.get(year=year).source == "国办发明电"
    assert world.client("company").post(f"/admin/calendars/{year}/", good).status_code == 403


def test_settings_are_typed_and_bounded(world: World) -> None:
    client, page = world.client("company"), "/admin/practices/one_window_review/"
    for wrong in ("many", "99999"):
        refused = client.post(page, {"exempt_length_m": wrong})
        assert refused.status_code == 422 and wrong in refused.content.decode()
    assert client.post(page, {"exempt_length_m": "150"}).status_code == 302
    assert PracticeVersion.objects.get(name="one_window_review").settings == {"exempt_length_m": 150}
    assert world.client("admin").post(page, {"exempt_length_m": ""}).status_code == 302
    assert PracticeVersion.objects.get(name="one_window_review").settings == {}
    assert world.client("editor").post(page, {"exempt_length_m": "10"}).status_code == 403


def test_a_packed_practice_is_installed_upgraded_or_refused(world: World) -> None:
    client, case = world.client("admin"), world.call()
    files = _practice("contact_card")
    old, new = PracticeVersion.objects.get(name="contact_card").version, "9.0.0"
    texts = files["texts/en.json"].replace(b"with three direct lines", b"with three lines")
    changed = {**files, "texts/en.json": texts}
    same_version = client.post("/admin/practices/upload/", {"file": _zip(changed)})
    assert same_version.status_code == 422 and old in same_version.content.decode(), _listed(same_version)
    newer = {**changed, "practice.yaml": files["practice.yaml"].replace(f"version: {old}".encode(), b"version: 9.0.0")}
    newer["CHANGELOG.md"] = files["CHANGELOG.md"] + b"\n## 9.0.0\n\n- Three lines.\n"
    newer["upgrades.yaml"] = f"upgrades:\n  - {{from: {old}, steps: {{}}}}\n".encode()
    installed = client.post("/admin/practices/upload/", {"file": _zip(newer, "contact_card/")})
    assert installed.status_code == 302, _listed(installed)
    assert PracticeVersion.objects.get(name="contact_card", active=True).version == new
    assert Case.objects.get(pk=case.pk).practice.version == old
    client.post("/admin/practices/contact_card/upgrade/", {"version": old})
    assert Case.objects.get(pk=case.pk).practice.version == new
    client.post("/admin/practices/contact_card/activate/", {"version": old})
    assert PracticeVersion.objects.get(name="contact_card", active=True).version == old


@pytest.mark.parametrize("name", ["../evil.yaml", "/etc/evil", "a/../../b", "c:\\evil", "a\\b"])
def test_a_zip_never_leads_out_of_its_folder(world: World, name: str) -> None:
    refused = world.client("admin").post(
        "/admin/practices/upload/", {"file": _zip({name: b"x", "practice.yaml": b"a: 1"})}
    )
    assert refused.status_code == 422 and "不在做法文件夹内" in refused.content.decode()


def test_zips_that_burst_lie_or_link_are_refused(world: World) -> None:
    client = world.client("admin")
    bomb = _zip({"practice.yaml": b"a" * 30_000_000})
    many = _zip({f"scenarios/{at}.yaml": b"a: 1" for at in range(400)})
    link = zipfile.ZipInfo("practice.yaml")
    link.external_attr = 0o120777 << 16
    linked = io.BytesIO()
    with zipfile.ZipFile(linked, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    for file in (
        bomb,
        many,
        _file("x.zip", linked.getvalue()),
        _file("x.zip", b"PK\x03\x04broken"),
        _file("x.zip", b""),
    ):
        assert client.post("/admin/practices/upload/", {"file": file}).status_code == 422
    faulty = client.post("/admin/practices/upload/", {"file": _zip({"practice.yaml": b"domain: x"})})
    assert faulty.status_code == 422 and faulty.content.decode().count("<li>") > 3


def test_cards_are_issued_in_ones_own_cells_and_revoked(world: World) -> None:
    client = world.client("manager")
    sheet = {"village_zh": "新村", "village_en": "", "longitude": "119.91", "latitude": "29.91"}
    assert client.post("/admin/cards/", {**sheet, "village_zh": "", "longitude": "x"}).status_code == 422
    assert client.post("/admin/cards/", {**sheet, "longitude": "10"}).status_code == 422
    assert client.post("/admin/cards/", {**sheet, "longitude": "120.05"}).status_code == 403
    assert client.post("/admin/cards/", sheet).status_code == 302
    card = ContactCard.objects.get(village_zh="新村")
    assert f"/card/{card.code}/print/" in client.get("/admin/cards/").content.decode()
    assert world.client("manager5").post(f"/admin/cards/{card.code}/revoke/").status_code == 403
    assert client.post(f"/admin/cards/{card.code}/revoke/").status_code == 302
    assert client.post(f"/admin/cards/{card.code}/revoke/").status_code == 422


def test_reads_stuck_cases_and_broken_chains_are_seen(world: World) -> None:
    case, client = world.call(), world.client("admin")
    account = Account.objects.get(username="manager")
    PersonalDataRead.objects.create(
        account=account, subject=f"case:{case.pk}", fields="name,phone", reason="上门前联系", at=world.now
    )
    assert "上门前联系" in client.get(f"/admin/reads/?text={case.number}").content.decode()
    assert "没有卡住" in client.get("/admin/stuck/").content.decode()
    Case.objects.filter(pk=case.pk).update(stuck="engine.wrong_status")
    assert case.number in client.get("/admin/stuck/").content.decode()
    page = f"/admin/history/case:{case.pk}/"
    assert "首尾相连" in client.get(page).content.decode()
    HistoryEntry.objects.filter(subject=f"case:{case.pk}", sequence=1).update(data={"forged": True})
    assert "封存码不符" in client.get(page).content.decode()


def test_ones_own_key_is_shown_once_and_revoked(world: World) -> None:
    client = world.client("manager")
    assert client.post("/admin/keys/", {"name": ""}).status_code == 422
    shown = client.post("/admin/keys/", {"name": "同步"}).content.decode()
    key = shown.split('<code class="once">')[1].split("<")[0]
    assert key.startswith("wanjia_") and key not in client.get("/admin/keys/").content.decode()
    token = world.person("manager").api_tokens.get()
    assert world.client("manager2").post(f"/admin/keys/{token.pk}/revoke/").status_code == 403
    assert client.post(f"/admin/keys/{token.pk}/revoke/").status_code == 302


def _geojson(on: date, drop: str = "") -> bytes:
    features = []
    for row in cells_on(on):
        if row.code == drop:
            continue
        shape = shape_of(row).geometry
        properties = {"cell_id": row.code, "level": row.level, "parent_id": row.parent_code, "name": row.name_zh}
        features.append({"type": "Feature", "properties": properties, "geometry": shape.__geo_interface__})
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _posts(on: date) -> str:
    lines = ["post_id,cell_id,role,holder,starts_on,ends_on"]
    for post in Post.objects.exclude(cell_code=""):
        name = post.tenures.get().person.name
        lines.append(f"{post.code},{post.cell_code},{post.role},{name},{on},")
    return "\n".join(lines)


def _practice(name: str) -> dict[str, bytes]:
    folder = PRACTICES / name
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _zip(files: dict[str, bytes], folder: str = "") -> SimpleUploadedFile:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(f"{folder}{path}", content)
    return _file("practice.zip", made.getvalue())


def _file(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def _listed(response) -> list[str]:  # type: ignore[no-untyped-def]
    """The faults that a page lists."""
    return re.findall(r"<li>(.*?)</li>", response.content.decode(), re.DOTALL)
