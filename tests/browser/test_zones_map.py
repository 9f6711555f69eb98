"""Protection zones in a real browser: drawn at their true width, with the hazard as a point that leads to its case."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.chromium import PHONE
from tests.support.live_site import LiveSite
from tests.support.machine import needs
from tests.support.visitor import Visitor
from tests.support.world import HOME
from wanjia.actions.cases.open_case import Request, open_case
from wanjia.model.actors import Actor

pytestmark = [pytest.mark.heavy, needs("chromium"), needs("node")]
Visit = Callable[..., Visitor]
REPORT = {
    "place": HOME, "hazard_kind": "crane", "danger_now": "soon", "description": "工地吊车在高压线下吊装钢管",
    "contact_name": "许阿强", "contact_phone": "13800000012",
}  # fmt: skip


def test_a_hazard_lies_in_a_zone_on_the_map(site: LiveSite, visit: Visit) -> None:
    opened = open_case(Request("line_hazard", REPORT, "zones-1", "portal"), Actor("citizen", ""), site.clock.now())
    chief = visit("chief", "chief")
    chief.open("/desk/zones/")
    shown = chief.page.locator("[data-island=map]")
    expect(shown).to_have_attribute("data-zones", "1")
    expect(shown.locator(".map-legend")).to_contain_text("10 千伏及以下，每侧 5 米")
    chief.sees("海棠101线", "保护区内")
    chief.picture("zones")
    chief.press(chief.page.locator(f"a[href='/desk/cases/{opened.case.number}/']"))
    chief.sees("工地吊车在高压线下吊装钢管")
    on_phone = visit("phone", "manager", viewport=PHONE)
    on_phone.open("/desk/zones/")
    expect(on_phone.page.locator("[data-island=map]")).to_have_attribute("data-zones", "1")
    on_phone.picture("phone")
