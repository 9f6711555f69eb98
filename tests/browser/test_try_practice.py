"""Somebody thinks of taking a practice over: reads about it in the gallery, and tries it on a virtual clock."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.chromium import PHONE
from tests.support.live_site import LiveSite
from tests.support.machine import needs
from tests.support.visitor import Visitor
from wanjia.records.cases.models import Case

pytestmark = [pytest.mark.heavy, needs("chromium"), needs("node")]
Visit = Callable[..., Visitor]


def test_try_practice(site: LiveSite, visit: Visit) -> None:
    chief = visit("chief", "chief")
    reads_about_it(chief)
    follows_a_story(chief)
    goes_an_own_way(chief)
    on_a_phone_in_english(visit("manager", "manager", viewport=PHONE, locale="en-GB"))
    a_citizen_reads_the_plain_description(visit("citizen", viewport=PHONE))
    assert not Case.objects.exists(), "a try leaves nothing behind"


def reads_about_it(chief: Visitor) -> None:
    chief.open("/practices/")
    chief.sees("做法库", "快速接电")
    chief.picture("gallery")
    chief.page.locator("#q").fill("S3")
    chief.press(chief.page.locator("form.filters .button").first)
    chief.press(chief.page.locator("a.tile[href='/practices/quick_connection/']"))
    chief.sees("谁做什么", "时限", "质量分级", "情景")
    expect(chief.page.locator("#drawing svg").first).to_be_visible()
    chief.picture("practice")


def follows_a_story(chief: Visitor) -> None:
    page = chief.page
    chief.press(page.locator("#scenarios a[href$='scenario=home_next_day']"))
    chief.sees("还没有受理", "情景的下一步")
    chief.press(page.locator("button[value=next]"))
    chief.sees("现场勘查", "计时中")
    expect(page.locator("#drawing svg").first).to_be_visible()
    chief.picture("following-a-story")
    chief.press(page.locator("button[value=rest]"))
    chief.sees("已走完")
    expect(page.locator("#journal li")).not_to_have_count(0)
    chief.picture("the-story-is-told")


def goes_an_own_way(chief: Visitor) -> None:
    page = chief.page
    page.locator("#scenario").select_option("")
    chief.press(page.locator("button[value=begin]"))
    chief.press(page.locator("#answers button[value=start]"))
    chief.sees("待办环节")
    before = page.locator("#virtual-now").inner_text()
    chief.press(page.locator("#time button[value='3wd']"))
    expect(page.locator("#virtual-now")).not_to_have_text(before)
    chief.sees("超期")
    chief.picture("three-working-days-later")
    chief.press(page.locator("button[value=back]"))
    expect(page.locator("#virtual-now")).to_have_text(before)


def on_a_phone_in_english(manager: Visitor) -> None:
    page = manager.page
    manager.open("/practices/contact_card/")
    manager.sees("Who does what", "Time limits")
    manager.picture("practice-on-a-phone")
    manager.press(page.get_by_role("link", name="Try it"))
    manager.press(page.locator("#answers button[value=start]"))
    manager.sees("Open steps", "Let time pass")
    manager.picture("trying-on-a-phone")


def a_citizen_reads_the_plain_description(citizen: Visitor) -> None:
    citizen.open("/practices/")
    citizen.press(citizen.page.locator("a.tile[href='/practices/behind_meter_repair/']"))
    citizen.sees("我要办理", "时限")
    expect(citizen.page.get_by_text("质量分级")).to_have_count(0)
    citizen.picture("for-citizens")
