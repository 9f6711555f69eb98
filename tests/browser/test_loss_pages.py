"""A morning with line loss in a real browser: the station's list, a district, its case, a computation, and paper."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.chromium import PHONE
from tests.support.live_site import LiveSite
from tests.support.machine import needs
from tests.support.measured import Measured, measured, own_store, wide_batch
from tests.support.visitor import Visitor
from wanjia.actions.network.collected import collected
from wanjia.actions.network.compute_day import compute_day
from wanjia.actions.network.ingest_readings import ingest_readings
from wanjia.actions.network.runs import claim_run
from wanjia.kernels.balance.made.nouns import Injections
from wanjia.model.actors import SYSTEM
from wanjia.queries.network.parts import Part
from wanjia.queries.network.station_view import station_view
from wanjia.records.network.models import MeasurementRun

pytestmark = [pytest.mark.heavy, needs("chromium"), needs("node")]
Visit = Callable[..., Visitor]
A4_WIDTH = {"width": 718, "height": 1000}


@pytest.fixture
def days(site: LiveSite, tmp_path: Path) -> Iterator[Measured]:
    """The two days before the journey, of eight districts, one of them with a dead master."""
    with own_store(tmp_path / "series") as store:
        now = site.clock.now()
        found = measured(store, now.date() - timedelta(days=2), 2, Injections(dead_masters=1, gaps=1))
        for number in range(2):
            day = found.day(number)
            batch = wide_batch(found.network, found.block(number), day)
            ingest_readings([batch], "head-end", site.world.actor("admin"), now)
            compute_day(day, collected(found.network, day), found.store, SYSTEM, now)
        yield found


def test_from_the_list_to_the_case_and_onto_paper(site: LiveSite, days: Measured, visit: Visit) -> None:
    shown = station_view(site.world.actor("company"), Part(), days.day(1), site.clock.now(), "zh-Hans")
    dead = next(line for line in shown.lines if line.band == "not_computable")
    company = visit("company", "company")
    company.open("/board/losses/")
    company.sees("海棠供电所", "石桥供电所", "线损达标率", "采集成功率")
    company.picture("stations")
    company.press(company.page.locator(f"a[href*='organisation={dead.organisation}'][href*='band=not_computable']"))
    company.sees(dead.name, "不可算")
    company.picture("station")
    company.press(company.page.locator(f"td a[href^='/board/districts/{dead.district}/']"))
    company.sees("不可算，不计为达标", "谁负责")
    charts = company.page.locator("[data-island=chart]")
    for at in range(charts.count()):
        expect(charts.nth(at)).to_have_attribute("data-island-state", "ready")
    company.picture("district")
    company.page.locator("#case-note").fill("请核对考核表通信")
    company.press(company.page.locator("#case form .button"))
    company.sees("已为")
    expect(company.page.locator(".page-head a.button--primary")).to_contain_text("查看工单")
    company.page.set_viewport_size(A4_WIDTH)
    company.page.emulate_media(media="print")
    expect(company.page.locator("#curve table")).to_be_visible()
    expect(company.page.locator(".bar")).to_be_hidden()
    company.picture("paper")
    company.page.emulate_media(media="screen")
    company.press(company.page.locator(".page-head a.button--primary"))
    company.sees("请核对考核表通信")


def test_on_a_phone_and_on_the_map(days: Measured, visit: Visit) -> None:
    chief = visit("phone", "chief", viewport=PHONE)
    for what, path in (("list", "/board/losses/"), ("district", "/board/districts/T-C111/"),
                       ("runs", "/board/losses/runs/"), ("map", "/board/losses/map/")):  # fmt: skip
        chief.open(path)
        chief.picture(what)
    expect(chief.page.locator("[data-island=map]")).to_have_attribute("data-told", "4")
    english = visit("english", "company", locale="en-GB")
    english.open("/board/losses/map/")
    expect(english.page.locator(".map-legend")).to_contain_text("Not computable")
    english.picture("map-english")


def test_a_computation_is_seen_to_move(site: LiveSite, days: Measured, visit: Visit) -> None:
    company = visit("company", "company")
    company.open("/board/losses/runs/")
    company.page.locator("#run-day").fill(days.day(0).isoformat())
    company.press(company.page.locator("main form .button--primary"))
    company.sees("等待计算")
    run = claim_run(site.clock.now())
    assert run is not None
    bar = company.page.locator("[data-live=now] progress")
    for done in (20, 80):
        site.pass_time(seconds=10)
        MeasurementRun.objects.filter(pk=run.pk).update(stage="compact", done=done, total=100)
        expect(bar).to_have_attribute("value", f"{0.05 + 0.6 * done / 100:.3f}")
    company.sees("整理读数")
    company.picture("running")
    MeasurementRun.objects.filter(pk=run.pk).update(state="done", ended_at=site.clock.now(), outcome={"districts": 8})
    expect(company.page.locator("[data-live=past]")).to_contain_text("已完成")
    expect(bar).to_have_count(0)
