"""Line loss on the board: readings of two days fed in, computed and looked at; who sees what, and what may be done."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.support import dark_places
from tests.support.measured import Measured, measured, own_store, wide_batch
from tests.support.world import World
from wanjia.actions.network.collected import collected
from wanjia.actions.network.compute_day import compute_day
from wanjia.actions.network.ingest_readings import ingest_readings
from wanjia.kernels.balance.made.nouns import Injections
from wanjia.model.actors import SYSTEM
from wanjia.model.network import METER_ROLES
from wanjia.queries.network.losses import DistrictDay
from wanjia.queries.network.parts import Part
from wanjia.queries.network.station_view import station_view
from wanjia.records.cases.models import Case, PersonalDataRead
from wanjia.records.network.models import MeasurementRun

KEY = re.compile(r"[\s>\"](?:board|losses|measurements|live|outages|desk|role|due|pager)\.[a-z_]+[\w.]*")
QUERIES_MAX = 45
PAGES = (
    "/board/losses/", "/board/losses/map/", "/board/losses/runs/", "/board/losses/bands/", "/board/districts/T-C111/",
)  # fmt: skip
ODD = (
    "/board/losses/?day=x&band=y&sort=z&cause=%25&text=%00&page=zz", "/board/losses/?day=2020-01-01",
    "/board/losses/map/?day=2020-01-01&organisation=nowhere", "/board/districts/T-C111/?day=2020-01-01",
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[object]:
    """A measurement store of the test's own, empty."""
    with own_store(tmp_path / "series") as made:
        yield made


@pytest.fixture
def days(world: World, store: object) -> Measured:
    """The two days before today: eight districts, one of them with a dead master, one with gaps, two meters swapped."""
    first = world.today - timedelta(days=2)
    found = measured(store, first, 2, Injections(dead_masters=1, gaps=1, swaps=1))  # type: ignore[arg-type]
    for number in range(2):
        day = found.day(number)
        batch = wide_batch(found.network, found.block(number), day)
        ingest_readings([batch], "head-end", world.actor("admin"), world.now)
        compute_day(day, collected(found.network, day), found.store, SYSTEM, world.now)
    return found


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return str(answer.content.decode())


def rows(client: Client, path: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(client.get(path).content.decode("utf-8-sig"))))[1:]


def lines(world: World, days: Measured) -> dict[str, DistrictDay]:
    shown = station_view(world.actor("company"), Part(), days.day(1), world.now, "zh-Hans")
    return {line.district: line for line in shown.lines}


def chart(html: str, name: str) -> dict[str, object]:
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', html)
    assert found, name
    return dict(json.loads(found[1]))


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_every_page_stands_before_anything_was_read(world: World, store: object, language: str) -> None:
    for login in ("company", "chief", "manager", "dispatch"):
        for path in (*PAGES, *ODD):
            assert not KEY.findall(page(world.client(login, language), path)), path
    assert "还没有计算过线损" in page(world.client("chief"), "/board/losses/")
    assert 'href="/board/losses/runs/"' in page(world.client("company"), "/board/losses/")
    assert page(world.client("chief"), "/board/losses/").count('href="/board/losses/runs/"') == 1  # the tab, no button


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_every_page_stands_with_figures(world: World, days: Measured, language: str) -> None:
    client = world.client("company", language)
    for path in (*PAGES, *ODD, "/board/losses/?view=districts", "/board/losses/?organisation=station-1"):
        with CaptureQueriesContext(connection) as asked:
            html = page(client, path)
        assert not KEY.findall(html), (path, KEY.findall(html))
        assert len(asked) <= QUERIES_MAX, (path, len(asked))


def test_nobody_sees_more_than_their_post_lets_them(world: World, days: Measured) -> None:
    for path in PAGES:
        assert world.client().get(path)["Location"].startswith("/sign-in/")
        for login in ("clerk", "resident", "electrician", "editor"):
            page(world.client(login), path, 403)
    chief = page(world.client("chief"), "/board/losses/")
    assert "T-C111" in chief and "T-C211" not in chief
    page(world.client("chief2"), "/board/districts/T-C111/", 404)
    assert "T-C112" not in page(world.client("manager"), "/board/losses/")
    assert "export=csv" in chief and world.client("chief").get("/board/losses/?export=csv").status_code == 200
    for path in ("/board/losses/", "/board/districts/T-C111/"):
        assert "export=" not in page(world.client("manager"), path)
        page(world.client("manager"), f"{path}?export=csv", 403)


def test_a_station_is_listed_worst_first_and_what_cannot_be_computed_is_no_pass(world: World, days: Measured) -> None:
    known, client = lines(world, days), world.client("company")
    stations = page(client, "/board/losses/")
    assert "海棠供电所" in stations and "/board/losses/?view=districts" not in stations
    html = page(client, "/board/losses/?view=districts")
    places = [html.index(f'href="/board/districts/{code}/') for code in known]
    assert places == sorted(places)
    computable = [line for line in known.values() if line.loss_rate is not None]
    off = [code for code, line in known.items() if line.band in ("high", "negative", "not_computable")]
    assert len(computable) < 8 and off
    dead = next(code for code, line in known.items() if line.band == "not_computable")
    assert "不可算" in html and f"达标 {8 - len(off)} 个，应考核 8 个" in html
    assert dead in page(client, "/board/losses/?band=not_computable")
    shown = {row[0] for row in rows(client, "/board/losses/?view=districts&band=off&export=csv")}
    assert shown == set(off)
    first = rows(client, "/board/losses/?view=districts&sort=coverage&export=csv")
    assert [float(row[10]) for row in first] == sorted(float(row[10]) for row in first)
    rated = rows(client, "/board/losses/?view=districts&sort=rate&export=csv")
    assert rated[-1][6] == "" and float(rated[0][6]) == max(float(row[6]) for row in rated if row[6])
    for code, name in (("T-C111", "111网格1号台区"), ("T-C221", "T-C221")):
        assert [row[0] for row in rows(client, f"/board/losses/?text={name}&export=csv")] == [code]


def test_a_day_is_drawn_as_it_was_read(world: World, days: Measured) -> None:
    code = next(code for code, line in lines(world, days).items() if line.loss_rate is not None)
    line = lines(world, days)[code]
    html = page(world.client("company"), f"/board/districts/{code}/")
    drawn = chart(html, "day-chart")
    supplied, used = (next(one for one in drawn["series"] if one["name"] == name) for name in ("供入", "用电"))  # type: ignore[attr-defined]
    assert drawn["unit"] == "kWh" and len(drawn["edges"]) == 97 and drawn["edges"][-1] == "24:00"  # type: ignore[arg-type,index]
    assert sum(one or 0 for one in used["values"]) == pytest.approx(line.energy_out_kwh, abs=0.1)
    missing = [at for at, one in enumerate(supplied["values"]) if one is None or used["values"][at] is None]
    assert sum(last - first + 1 for first, last in drawn["gaps"]["spans"]) == len(missing)  # type: ignore[index]
    table = rows(world.client("company"), f"/board/districts/{code}/?export=day")
    assert len(table) == 24 and sum(float(row[3]) for row in table if row[3]) <= (line.energy_out_kwh or 0) + 0.1
    year = chart(html, "year-chart")
    assert year["edges"][0] == f"{days.day(0):%m-%d}"  # type: ignore[index]
    assert [one.get("from", one.get("to")) for one in year["bands"]] == [6, 4, -1]  # type: ignore[attr-defined]
    assert html.count('class="calendar__day calendar__day--') >= 2
    before = page(world.client("company"), f"/board/districts/{code}/?day={days.day(0)}")
    assert f'rel="next" href="?day={days.day(1)}"' in before and 'rel="prev"' not in before


def test_a_district_tells_its_events_works_owner_and_neighbours(world: World, days: Measured) -> None:
    outage = dark_places.outage(["T-C111"], world.now, lasted=20, cause="tree", level="district", device="T-C111")
    html = page(world.client("chief"), "/board/districts/T-C111/")
    for words in (outage.number, "树障", "林海生", "周建国", "200 kVA", "/board/districts/T-C112/"):
        assert words in html, words
    assert 'href="/board/districts/T-C111/"' in page(world.client("chief"), "/board/districts/")


def test_a_case_is_opened_from_the_list_once(world: World, days: Measured) -> None:
    code = next(code for code, line in lines(world, days).items() if line.band == "not_computable")
    chief, day = world.client("company"), days.day(1).isoformat()
    back = "/board/losses/?view=districts"
    assert f"/board/districts/{code}/case/" in page(chief, back)
    sent = {"day": day, "note": "请核对考核表", "back": back}
    answer = chief.post(f"/board/districts/{code}/case/", sent)
    assert answer.status_code == 302 and answer["Location"] == back
    case = Case.objects.latest("pk")
    html = page(chief, back)
    assert f'<a href="/desk/cases/{case.number}/">{case.number}</a>' in html  # said once, and in the row
    assert f"/board/districts/{code}/case/" not in html
    assert chief.post(f"/board/districts/{code}/case/", {"day": day, "back": "//elsewhere/"})["Location"].startswith(
        f"/board/districts/{code}/"
    )
    assert Case.objects.filter(practice__name=case.practice.name).count() == 1
    assert case.number in page(chief, f"/board/districts/{code}/")


def test_what_is_in_order_needs_no_case(world: World, days: Measured) -> None:
    fine = next(code for code, line in lines(world, days).items() if line.band in ("economic", "normal"))
    company = world.client("company")
    assert f"{fine}/case/" not in page(company, f"/board/districts/{fine}/")
    answer = company.post(f"/board/districts/{fine}/case/", {"day": days.day(1).isoformat()})
    assert answer.status_code == 422 and "没有异常" in answer.content.decode()


def test_the_map_tells_every_district_by_its_band(world: World, days: Measured) -> None:
    known = lines(world, days)
    drawn = chart(page(world.client("company"), "/board/losses/map/"), "loss-map")["districts"]
    still = world.client("company").get("/board/districts.json").json()
    assert drawn["states"]["still"] == still["mark"]  # type: ignore[index]
    states = {still["codes"][one[0]]: one for one in drawn["states"]["changed"]}  # type: ignore[index]
    tones = {one["state"]: one["tone"] for one in drawn["legend"]}  # type: ignore[index]
    assert {code: tones[one[1]] for code, one in states.items()} == {code: line.band for code, line in known.items()}
    for code, line in known.items():
        assert len(states[code]) == (3 if line.loss_rate is None else 4)
    assert len({one["glyph"] for one in drawn["legend"]}) == 5  # type: ignore[index]


def test_a_run_is_started_by_who_may_and_followed_by_all(world: World, days: Measured) -> None:
    company, chief = world.client("company"), world.client("chief")
    assert "/board/losses/runs/start/" in page(company, "/board/losses/runs/")
    assert "/board/losses/runs/start/" not in page(chief, "/board/losses/runs/")
    day = days.day(0)
    assert chief.post("/board/losses/runs/start/", {"day": day.isoformat()}).status_code == 403
    for wrong, words in (("31.12.", "不是日期"), ((world.today + timedelta(days=2)).isoformat(), "还没有到")):
        refused = company.post("/board/losses/runs/start/", {"day": wrong})
        assert refused.status_code == 422 and words in refused.content.decode()
    assert not MeasurementRun.objects.exists()
    assert company.post("/board/losses/runs/start/", {"day": day.isoformat()}).status_code == 302
    run = MeasurementRun.objects.get()
    since = re.search(r'"version": "([^"]+)"', page(chief, "/board/losses/runs/"))
    assert since
    MeasurementRun.objects.update(
        state="running", stage="compact", started_at=world.now - timedelta(seconds=60), done=50, total=100
    )
    heard = chief.get(f"/board/losses/runs/live?since={since[1]}").json()
    assert (
        "整理读数" in heard["parts"]["now"] and "<progress" in heard["parts"]["now"] and "约剩" in heard["parts"]["now"]
    )
    MeasurementRun.objects.filter(pk=run.pk).update(
        state="failed", ended_at=world.now, faults=[{"code": "measurement.no_network", "where": "", "values": {}}]
    )
    again = page(company, "/board/losses/runs/")
    assert "还没有安装电网模型" in again and "重新计算" in again


def lead(days: Measured, code: str) -> str:
    """Keep the last day again with a lead on the first customer meter of the district; the meter's number."""
    day, network = days.day(1), days.network
    at = network.districts.ids.tolist().index(code)
    meters = [
        str(name)
        for name, district, role in zip(network.meters.ids, network.meters.district, network.meters.role, strict=True)
        if district == at and METER_ROLES[role] == "customer"
    ]
    values = {"since": days.day(0).isoformat(), "kwh_a_day": 12.345}
    found = {"meter": meters[0], "role": "customer", "code": "abnormal_use", "values": values, "points": 80.0}
    table = days.store.results(day, day).drop_columns(["day"])
    texts = [json.dumps([found]) if one == code else "[]" for one in table["district_id"].to_pylist()]
    column = table.schema.get_field_index("findings")
    codes = table["district_id"].to_pylist()
    days.store.keep(day, table.set_column(column, "findings", pa.array(texts)), days.store.curves(day, codes))
    return meters[0]


def test_a_meter_is_shown_for_a_reason_that_is_kept(world: World, days: Measured) -> None:
    number, chief, path = lead(days, "T-C111"), world.client("chief"), "/board/districts/T-C111/"
    html = page(chief, path)
    assert f"****{number[-4:]}" in html and number not in html
    assert "12.3 kWh" in html and "不是对任何用户的结论" in html
    sent = {"finding": "0", "day": days.day(1).isoformat(), "reason": ""}
    refused = chief.post(f"{path}meter/", sent)
    assert refused.status_code == 422 and "<details" in refused.content.decode()
    assert chief.post(f"{path}meter/", {**sent, "finding": "9", "reason": "核查用电"}).status_code == 404
    assert not PersonalDataRead.objects.exists()
    shown = chief.post(f"{path}meter/", {**sent, "reason": "核查用电异常线索"})
    html = shown.content.decode()
    assert shown.status_code == 200 and shown["Cache-Control"].count("no-store") and number in html
    drawn = chart(html, "meter-chart")
    assert len(drawn["edges"]) == 97 and html.count('<th scope="row">') == 96  # type: ignore[arg-type]
    assert PersonalDataRead.objects.get().reason == "核查用电异常线索"


def test_bands_are_set_from_a_day_on_by_who_may(world: World, days: Measured) -> None:
    company, path = world.client("company"), "/board/losses/bands/"
    assert "随系统提供" in page(company, path) and "现行" in page(company, path)
    assert 'name="starts_on"' not in page(world.client("chief"), path)
    sent = {
        "starts_on": days.day(1).isoformat(), "negative_to_percent": "0", "negative_begins_below": "yes",
        "economic_from_percent": "0", "economic_to_percent": "7", "high_from_percent": "10",
        "high_begins_above": "yes", "coverage_least_percent": "98", "source": "望供电〔2026〕12号",
    }  # fmt: skip
    assert world.client("chief").post(path, sent).status_code == 403
    wrong = company.post(path, {**sent, "high_from_percent": "ten", "source": ""})
    assert wrong.status_code == 422 and "不是数字" in wrong.content.decode()
    wrong = company.post(path, {**sent, "high_from_percent": "5", "source": ""}).content.decode()
    assert "应满足" in wrong and "请写明依据" in wrong and 'value="7"' in wrong
    assert company.post(path, sent).status_code == 302
    html = page(company, path)
    assert "望供电〔2026〕12号" in html and "&gt; 10" in html and "&lt; 0" in html
    year = chart(page(company, "/board/districts/T-C111/"), "year-chart")
    assert [one.get("from", one.get("to")) for one in year["bands"]] == [10, 7, 0]  # type: ignore[attr-defined]
