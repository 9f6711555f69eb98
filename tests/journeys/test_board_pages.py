"""The outage board: who sees what, in which order, in which figures; every figure opens to its rows."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.support import dark_places as outages
from tests.support.world import World
from wanjia.records.network.models import Customer, Outage, OutageDistrict, PlannedWork, SequenceGap

PAGES = (
    "/board/", "/board/districts/", "/board/outages/", "/board/works/", "/board/reliability/",
    "/board/reliability/rows/", "/board/outages/?text=%25&status=x&begun_from=2026-99-99&page=zzz",
    "/board/?organisation=nowhere&cell=x&feeder=y&users=z", "/board/reliability/?from=9999-01-01&to=x&group=y&kind=z",
)  # fmt: skip
KEY = re.compile(r"[\s>\"](?:board|live|outages|desk|role|due|pager)\.[a-z_]+[\w.]*")
QUERIES_MAX = 30
SOUTH = ["T-C111", "T-C112"]
EAST = ["T-C211"]


def number_of(page: str, figure: str) -> str:
    """The number that stands over the words of a figure."""
    found = re.search(r"<b>([^<]*)[^>]*(?:</small>)?</b><span>" + figure, page)
    assert found, figure
    return found[1]


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_stands_with_rows_and_without(world: World, path: str, language: str) -> None:
    company = world.client("company", language)
    assert_stands(company, path)
    outages.outage(SOUTH, world.now, estimate_minutes=30, priority=2)
    outages.outage(EAST, world.now, number="TD2", lasted=20, planned=True, device="T-C211", level="district")
    outages.heard(world.now, silent=["T-C221"])
    assert_stands(company, path)


def assert_stands(client: Client, path: str) -> None:
    """It answers, in words, with a bounded number of queries."""
    with CaptureQueriesContext(connection) as asked:
        page = client.get(path)
    assert page.status_code == 200, path
    assert not KEY.findall(page.content.decode())
    assert len(asked) <= QUERIES_MAX, len(asked)


def test_nobody_sees_more_than_their_post_lets_them(world: World) -> None:
    near = outages.outage(SOUTH, world.now)
    far = outages.outage(EAST, world.now, number="TD2", level="district", device="T-C211")
    seen = {
        login: [row.number in world.client(login).get("/board/").content.decode() for row in (near, far)]
        for login in ("dispatch", "company", "chief", "chief2", "manager", "manager3")
    }
    assert seen == {
        "dispatch": [True, True], "company": [True, True], "chief": [True, False], "chief2": [False, True],
        "manager": [True, False], "manager3": [False, False],
    }  # fmt: skip
    assert world.client("chief2").get(f"/board/outages/{near.number}/").status_code == 404
    assert world.client("chief").get(f"/board/outages/{near.number}/").status_code == 200
    for path in (*PAGES[:6], "/board/live", "/board/districts.json"):
        assert world.client().get(path)["Location"].startswith("/sign-in/")
        for login in ("clerk", "resident", "electrician", "editor"):
            assert world.client(login).get(path).status_code == 403, (login, path)
    assert world.client("manager").get("/board/reliability/").status_code == 200


def test_a_manager_of_one_cell_is_told_that_the_outage_is_larger(world: World) -> None:
    row = outages.outage(SOUTH, world.now)
    page = world.client("manager").get(f"/board/outages/{row.number}/").content.decode()
    assert "您管辖范围以外" in page and "T-C111" in page and "T-C112" not in page
    assert "您管辖范围以外" not in world.client("chief").get(f"/board/outages/{row.number}/").content.decode()


def test_outages_stand_in_order_of_harm(world: World) -> None:
    wide = outages.outage(["T-C211", "T-C212", "T-C221"], world.now, number="TD1", estimate_minutes=120)
    short = outages.outage(["T-C222"], world.now, number="TD2", level="district", estimate_minutes=20)
    priority = outages.outage(["T-C111"], world.now, number="TD3", level="district", estimate_minutes=20, priority=1)
    planned = outages.outage(["T-C112"], world.now, number="TD4", level="district", planned=True, priority=3)
    late = outages.outage(["T-C121"], world.now, number="TD5", level="district", estimate_minutes=-10)
    page = world.client("dispatch").get("/board/").content.decode()
    places = [page.index(f'id="o-{row.number}"') for row in (priority, wide, short, late, planned)]
    assert places == sorted(places)
    assert "已超过预计的" in page
    assert number_of(page, "故障停电") == "4" and number_of(page, "停电户数") == "720"
    assert number_of(page, "超过预计时间") == "1" and number_of(page, "计划停电（起）") == "1"
    assert number_of(page, "生命支持") == "1"


def test_filters_stay_in_the_address_and_in_what_is_asked_live(world: World) -> None:
    outages.outage(SOUTH, world.now)
    outages.outage(EAST, world.now, number="TD2", level="district", device="T-C211")
    client = world.client("dispatch")
    for query, shown in (("organisation=station-2", ["TD2"]), ("cell=S1", ["TA1"]), ("feeder=F001", None)):
        page = client.get(f"/board/?{query}").content.decode()
        found = re.findall(r'id="o-(\w+)"', page)
        assert found == shown if shown else len(found) == 2
        assert f"/board/live?{query}" in page
    assert 'value="S1"' in client.get("/board/?cell=S1").content.decode()


def test_a_figure_opens_to_its_rows(world: World) -> None:
    outages.outage(SOUTH, world.now, minutes_ago=60, lasted=30)
    outages.outage(EAST, world.now, number="TD2", minutes_ago=90, lasted=60, level="district", planned=True)
    outages.outage(["T-C221"], world.now, number="TD3", minutes_ago=90, lasted=2, level="district")
    outages.outage(["T-C222"], world.now, number="TD4", minutes_ago=90, lasted=60, level="meter")
    day = world.today - timedelta(days=1)
    client, query = world.client("company"), f"from={day}&to={world.today}"
    page = client.get(f"/board/reliability/?{query}").content.decode()
    assert "15.00" in page and "0.3750" in page  # (2 x 30 + 60) / 8 minutes, 3 / 8 times
    households = client.get(f"/board/reliability/?{query}&users=households").content.decode()
    assert "15.06" in households  # one household's hour more
    rows = client.get(f"/board/reliability/rows/?{query}").content.decode()
    assert rows.count("<tr><td") == 3 and "TD2" in rows and "TD3" not in rows
    short = client.get(f"/board/reliability/rows/?{query}&short=1").content.decode()
    assert "TD3" in short and "TD2" not in short
    faults = client.get(f"/board/reliability/rows/?{query}&kind=fault").content.decode()
    assert "TD2" not in faults
    of_station = client.get(f"/board/reliability/rows/?{query}&group=organisation&key=station-2").content.decode()
    assert "TD2" in of_station and "TA1" not in of_station
    table = client.get(f"/board/reliability/rows/?{query}&export=csv").content.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(table)))) == 4


def test_what_was_merged_or_no_outage_counts_once_or_not(world: World) -> None:
    into = outages.outage(SOUTH, world.now, minutes_ago=60, lasted=30)
    for number, status in (("TD2", "merged"), ("TD3", "false")):
        row = outages.outage(["T-C111"], world.now, number=number, minutes_ago=60, lasted=30)
        row.status, row.merged_into = status, into if status == "merged" else None
        row.save()
    found = world.client("company").get("/api/reliability").json()
    assert (found["interruptions"], found["saidi_minutes"], found["users_served"]) == (1, 7.5, 8)


def test_coverage_opens_to_the_silent_districts(world: World) -> None:
    outages.heard(world.now, silent=["T-C221", "T-C222"], partial=["T-C111"])
    SequenceGap.objects.create(sender="head-7", first_missing=5, last_missing=9, noticed_at=world.now)
    client = world.client("dispatch")
    page = client.get("/board/").content.decode()
    assert "68.75" in page  # 5.5 of 8 districts' meters
    assert "无信号台区 2 个" in page and "采集不全台区 1 个" in page and "共缺 5 条报文" in page
    silent = client.get("/board/districts/?state=silent").content.decode()
    assert "T-C221" in silent and "T-C222" in silent and "T-C111" not in silent
    assert "T-C111" in client.get("/board/districts/?state=partial").content.decode()
    outages.outage(SOUTH, world.now)
    dark = client.get("/board/districts/?state=dark&export=csv").content.decode("utf-8-sig")
    assert [row[0] for row in list(csv.reader(io.StringIO(dark)))[1:]] == SOUTH
    assert "T-C111" not in client.get("/board/districts/?state=lit").content.decode()


def test_the_page_of_an_outage_says_everything_once(world: World) -> None:
    customer = Customer.objects.get(district="T-C111")
    Customer.objects.filter(pk=customer.pk).update(priority="life_support")
    row = outages.outage(SOUTH, world.now, estimate_minutes=30, priority=1, cause="tree", external=True)
    outages.estimated(row, world.now, 90, f"person:{world.person('dispatch').pk}", "等待备件")
    OutageDistrict.objects.filter(outage=row, district="T-C112").update(restored_at=world.now, meters_dark=3)
    client = world.client("dispatch")
    page = client.get(f"/board/outages/{row.number}/").content.decode()
    for words in (
        "树障",
        "外部原因",
        "等待备件",
        "丁晓峰",
        "3 块表仍停电",
        "生命支持",
        "王*",
        "138****0012",
        "把握 97%",
        "感知停电",
    ):
        assert words in page, words
    assert "王秀英" not in page and "13800000012" not in page
    listed = client.get(f"/board/outages/{row.number}/districts/?state=rest").content.decode()
    assert "T-C112" in listed and "T-C111" not in listed
    table = client.get(f"/board/outages/{row.number}/districts/?export=csv").content.decode("utf-8-sig")
    assert {line[0] for line in list(csv.reader(io.StringIO(table)))[1:]} == set(SOUTH)
    people = client.get(f"/board/outages/{row.number}/customers/?text={customer.number}").content.decode()
    assert customer.number in people and "王秀英" not in people
    assert client.get("/board/outages/TD9/").status_code == 404


def test_case_and_outage_lead_to_each_other(world: World) -> None:
    case = world.call("a")
    row = outages.outage(SOUTH, world.now)
    case.outage = row
    case.save()
    client = world.client("dispatch")
    assert case.number in client.get(f"/board/outages/{row.number}/").content.decode()
    assert f"/board/outages/{row.number}/" in client.get(f"/desk/cases/{case.number}/").content.decode()
    assert 'href="/board/"' in client.get("/desk/").content.decode()
    # The manager of the other cell sees the outage, but not what somebody else's customer asked.
    other = world.client("manager2").get(f"/board/outages/{row.number}/").content.decode()
    assert case.number not in other and "另有 1 件" in other


def test_search_finds_outages_by_place_cause_and_day(world: World) -> None:
    tree = outages.outage(SOUTH, world.now, lasted=20, cause="tree")
    old = outages.outage(EAST, world.now, number="TD2", minutes_ago=3 * 1440, lasted=20, level="district")
    client = world.client("company")
    for query, found in (
        ("text=T-C111", [tree]), ("text=211网格", [old]), ("cause=tree", [tree]), ("cause=none", [old]),
        (f"begun_to={world.today - timedelta(days=2)}", [old]), ("status=open", []), ("level=district", [old]),
    ):  # fmt: skip
        page = client.get(f"/board/outages/?{query}").content.decode()
        assert [row.number in page for row in (tree, old)] == [row in found for row in (tree, old)], query
    assert "没有符合条件" in client.get("/board/outages/?status=open").content.decode()


def test_planned_work_stands_by_its_day(world: World) -> None:
    for code, hours in (("JH-1", -1), ("JH-2", 30), ("JH-3", -50)):
        PlannedWork.objects.create(
            code=code, device_id="T-C111", title_zh=f"检修{code}", starts_at=world.now + timedelta(hours=hours),
            ends_at=world.now + timedelta(hours=hours + 3),
        )  # fmt: skip
    client = world.client("dispatch")
    page = client.get("/board/works/").content.decode()
    assert page.index("JH-1") < page.index("JH-2") < page.index("JH-3")
    assert "JH-2" not in client.get("/board/works/?state=running").content.decode()
    assert "检修JH-1" in client.get("/board/").content.decode()


def test_programs_read_the_same(world: World) -> None:
    row = outages.outage(SOUTH, world.now, estimate_minutes=30)
    outages.outage(["T-C121"], world.now, number="TD2", level="meter", device="T-C121")
    chief = world.client("chief")
    assert {one["number"] for one in chief.get("/api/outages?status=open").json()} == {row.number, "TD2"}
    assert chief.get(f"/api/outages/{row.number}").json()["customers"] == 240
    assert chief.get("/api/board").json()["customers"] == 241
    assert world.client("chief2").get("/api/outages").json() == []
    assert world.client("resident").get("/api/outages").status_code == 403
    assert world.client().get("/api/outages").status_code == 401
    public = world.client().get("/api/outages/public").json()
    assert [one["number"] for one in public] == [row.number] and public[0]["households"] == 240
    assert (
        world.client().get("/api/outages/at?longitude=119.92&latitude=29.93").json()["outage"]["number"] == row.number
    )
    assert world.client().get("/api/outages/at").status_code == 404
    assert Outage.objects.count() == 2
