"""The chart of a plan in a real browser: a bar is dragged, or moved by keyboard, and its loss is told all the while."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.support import plans
from tests.support.chromium import PHONE
from tests.support.live_site import LiveSite
from tests.support.machine import needs
from tests.support.visitor import Visitor
from wanjia.records.network.planning import MonthPlan, PlannedItem

pytestmark = [pytest.mark.heavy, needs("chromium"), needs("node")]
Visit = Callable[..., Visitor]
DAY = 86_400


@pytest.fixture
def plan(site: LiveSite) -> Iterator[MonthPlan]:
    """Two works with supply stopped, planned for a Tuesday each: the day after is a working day."""
    plans.ready(site.world)
    for at, device in enumerate(("switch-T-C111", "switch-T-C122")):
        plans.asked(site.world, device, 11 + 7 * at, modes=("outage",))
    yield plans.make_plan(site.world)


def chart_of(guest: Visitor, plan: MonthPlan) -> Locator:
    guest.open(f"/board/plans/{plan.number}/")
    chart = guest.page.locator("[data-island=gantt]")
    expect(chart).to_have_attribute("data-island-state", "ready")
    chart.scroll_into_view_if_needed()
    return chart


def test_a_bar_is_dragged_a_day_on_and_taken_back(site: LiveSite, plan: MonthPlan, visit: Visit) -> None:
    item = plan.items.order_by("starts_at").first()
    assert item is not None
    dispatcher = visit("dragging", "dispatch")
    chart = chart_of(dispatcher, plan)
    mouse, bar = dispatcher.page.mouse, chart.locator(f"[data-bar='{item.pk}']")
    bar.scroll_into_view_if_needed()
    box, day = bar.bounding_box(), chart.locator(".gantt__day").first.bounding_box()
    assert box is not None and day is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + day["width"], y, steps=5)
    expect(chart.locator(".gantt__change")).to_contain_text("停")
    expect(chart.locator("[role=status]")).to_contain_text("移到")
    dispatcher.picture("held")
    mouse.up()
    expect(chart.locator(".gantt__done")).to_contain_text("已把")
    moved = PlannedItem.objects.get(pk=item.pk)
    assert (moved.starts_at - item.starts_at).total_seconds() == DAY
    expect(dispatcher.page.locator("[data-gantt-part=moves]")).to_contain_text(item.request.number)
    chart.get_by_role("button", name="撤销上一步").click()
    expect(chart.locator(".gantt__done")).to_contain_text("已把")
    expect(chart.get_by_role("button", name="撤销上一步")).to_be_disabled()
    assert PlannedItem.objects.get(pk=item.pk).starts_at == item.starts_at


def test_a_bar_is_moved_by_keyboard_and_put_back(site: LiveSite, plan: MonthPlan, visit: Visit) -> None:
    item = plan.items.order_by("starts_at").first()
    assert item is not None
    dispatcher = visit("keys", "dispatch")
    chart = chart_of(dispatcher, plan)
    keyboard, bar = dispatcher.page.keyboard, chart.locator(f"[data-bar='{item.pk}']")
    bar.focus()
    keyboard.press("ArrowDown")
    expect(chart.locator("[role=status]")).to_contain_text("移到")
    keyboard.press("Escape")
    expect(chart.locator("[role=status]")).to_contain_text("放回原处")
    assert PlannedItem.objects.get(pk=item.pk).starts_at == item.starts_at
    keyboard.press("ArrowDown")
    expect(chart.locator("[role=status]")).to_contain_text("移到")
    keyboard.press("Enter")
    expect(chart.locator("[role=status]")).to_contain_text("已把")
    assert (PlannedItem.objects.get(pk=item.pk).starts_at - item.starts_at).total_seconds() == DAY
    expect(bar).to_be_focused()
    phone = visit("phone", "dispatch", viewport=PHONE)
    phone.open(f"/board/plans/{plan.number}/")
    expect(phone.page.locator(".gantt__frame")).to_be_hidden()
    phone.press(phone.page.locator(f".gantt-fallback a[href$='/works/{item.pk}/']"))
    phone.sees("调整这项作业")
    phone.picture("work")
