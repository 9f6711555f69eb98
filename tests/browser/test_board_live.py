"""The board in a real browser: what is announced stands there within two seconds, and a lost connection is said."""

import time
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.support import dark_places
from tests.support.chromium import PHONE
from tests.support.live_site import LiveSite
from tests.support.machine import needs
from tests.support.visitor import Visitor
from tests.support.world import HOME

pytestmark = [pytest.mark.heavy, needs("chromium"), needs("node")]
Visit = Callable[..., Visitor]
SOUTH = ["T-C111", "T-C112"]
FRESH_SECONDS_MAX = 2.0


def test_an_announced_outage_is_seen_within_two_seconds(site: LiveSite, visit: Visit) -> None:
    dark_places.heard(timezone.now())
    dark_places.sensing(timezone.now())
    dispatch = visit("dispatch", "dispatch")
    page = dispatch.page
    dispatch.open("/board/")
    dispatch.sees("当前没有停电")
    told = page.locator("[data-island=map]")
    expect(told).to_have_attribute("data-told", "0")
    dispatch.picture("quiet")
    page.evaluate("""() => { window.seenAt = 0; new MutationObserver(() => {
        if (!window.seenAt && document.querySelector("#o-TA1")) window.seenAt = Date.now();
    }).observe(document.body, {childList: true, subtree: true}); }""")
    row = dark_places.outage(SOUTH, timezone.now(), estimate_minutes=40, priority=1)
    announced = time.time()
    expect(page.locator("#o-TA1")).to_be_visible()
    expect(told).to_have_attribute("data-told", "2")
    waited = page.evaluate("window.seenAt") / 1000 - announced
    assert waited <= FRESH_SECONDS_MAX, f"{waited:.2f} s"
    dispatch.picture("announced")

    page.locator("#o-TA1").focus()
    dark_places.estimated(row, timezone.now(), 90)
    expect(page.locator("[data-live=outages]")).to_contain_text("预计")
    dark_places.restored(row, timezone.now())
    dispatch.sees("刚恢复")
    expect(told).to_have_attribute("data-told", "0")


def test_a_lost_connection_is_said_and_found_again(site: LiveSite, visit: Visit) -> None:
    dark_places.sensing(timezone.now())
    dispatch = visit("dispatch", "dispatch")
    page = dispatch.page
    dispatch.open("/board/")
    state = page.locator("[data-island=live]")
    expect(state).to_have_attribute("data-live-kind", "now")
    page.route("**/board/live*", lambda route: route.abort())
    expect(state).to_have_attribute("data-live-kind", "lost")
    dispatch.sees("连接已断开")
    dispatch.picture("lost")
    page.unroute("**/board/live*")
    expect(state).to_have_attribute("data-live-kind", "now")


def test_a_household_asks_on_its_phone(site: LiveSite, visit: Visit) -> None:
    row = dark_places.outage(SOUTH, timezone.now(), estimate_minutes=40, cause="tree")
    guest = visit("guest", viewport=PHONE, at=(HOME["longitude"], HOME["latitude"]))
    page = guest.page
    guest.open("/outages/")
    page.locator("[data-locate]").click()
    guest.sees("您这里停电了", "树障")
    guest.picture("here")
    guest.open(f"/outages/?longitude={HOME['longitude']}&latitude={HOME['latitude']}")
    page.locator("[data-live=answer] summary").click()
    page.locator("#in-address").fill("13800000099")
    guest.press(page.locator("[data-live=answer] button.button--primary"))
    guest.sees("恢复供电时会通知您")
    dark_places.restored(row, timezone.now())
    guest.open("/outages/?area=C111")
    guest.sees("刚才的停电已于")
    guest.picture("back")


def test_the_page_of_an_outage_is_used_by_keyboard_in_english(site: LiveSite, visit: Visit) -> None:
    row = dark_places.outage(SOUTH, timezone.now(), estimate_minutes=40)
    chief = visit("chief", "chief", locale="en-US")
    page = chief.page
    chief.open(f"/board/outages/{row.number}/")
    page.locator("#estimate-reason").fill("waiting for a part")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    chief.settle()
    chief.sees("The estimate is kept", "waiting for a part")
    chief.picture("estimated")
    for path in ("/board/", "/board/outages/", "/board/districts/", "/board/works/", "/board/reliability/"):
        chief.open(path)
        chief.assert_fits(path)
