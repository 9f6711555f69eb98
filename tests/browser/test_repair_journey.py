"""F2 on telephones: a resident reports a fault behind the meter, chooses who comes, and rates the repair."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.support.chromium import PHONE
from tests.support.live_site import LiveSite
from tests.support.machine import needs
from tests.support.papers import photograph
from tests.support.visitor import Visitor
from tests.support.world import HOME

pytestmark = [pytest.mark.heavy, needs("chromium"), needs("node")]
Visit = Callable[..., Visitor]


CALL_FEE, PARTS = 30, 18 + 4  # yuan: the fee by day as installed; socket and tape


def test_repair(site: LiveSite, visit: Visit) -> None:
    resident = visit("resident", viewport=PHONE)
    number = reports_a_broken_socket(resident)
    chooses_the_nearest(resident, number)

    site.pass_time(minutes=6)
    electrician = visit("electrician", "electrician", viewport=PHONE, at=(HOME["longitude"], HOME["latitude"]))
    accepts(electrician, number)
    site.pass_time(minutes=40)
    arrives(electrician)
    site.pass_time(minutes=30)
    repairs(electrician)
    notes_the_payment(electrician)

    site.pass_time(hours=1)
    rates(resident, number)
    manager = visit("district manager", "manager")
    sees_the_whole_story(manager, number)


def reports_a_broken_socket(resident: Visitor) -> str:
    page = resident.page
    resident.open("/")
    resident.picture("portal")
    resident.press(page.get_by_role("link", name="表后用电报修"))
    with resident.answered(422):
        resident.send(page.locator("main form"))
    expect(page.locator("#faults li")).to_have_count(6)
    resident.picture("everything-that-is-missing")
    resident.choose("fault", "socket")
    resident.choose("extent", "one_spot")
    page.locator("#in-description").fill("厨房插座打火，有焦味，已拉闸")
    with page.expect_response("**/papers/"):
        page.locator("#in-photos").set_input_files([photograph("厨房插座")])
    expect(page.locator(".thumbs img")).to_be_visible()
    page.locator("#in-place-address").fill(HOME["address"])
    tap_the_south_west(page.locator(".island--map canvas"))
    expect(page.locator("[data-who]")).to_contain_text("林海生")
    resident.choose("period", "day")
    page.locator("#in-contact_name").fill("王秀英")
    page.locator("#in-contact_phone").fill("13800000012")
    resident.picture("report-filled-in")
    resident.send(page.locator("main form"))
    resident.sees("已受理", "查询码", "林海生")
    resident.picture("received")
    return page.locator("[data-copy=number]").inner_text()


def tap_the_south_west(canvas: Locator) -> None:
    """The map shows both stations; cell C111 is their south-western corner."""
    box = canvas.bounding_box()
    assert box is not None
    canvas.tap(position={"x": box["width"] * 0.16, "y": box["height"] * 0.7})


def chooses_the_nearest(resident: Visitor, number: str) -> None:
    page = resident.page
    resident.press(page.locator("a.button--primary"))
    resident.sees("查看收费并选择村电工", "上门服务费（元）", "赵师傅", "钱师傅")
    expect(page.locator("label.choice", has_text="赵师傅")).to_contain_text(re.compile(r"\d公里|\d 公里|km"))
    resident.picture("offers-and-fee")
    page.locator("label.choice", has_text="赵师傅").click()
    page.locator("label.choice:has(input[name=fee_agreed])").click()
    resident.send(page.locator(".sheet--mine form"))
    resident.sees("赵师傅")
    resident.picture("chosen")


def accepts(electrician: Visitor, number: str) -> None:
    page = electrician.page
    electrician.sees(number)
    electrician.picture("electrician-tasks")
    electrician.press(page.get_by_role("link", name="接单"))
    electrician.choose("accepted", "true")
    electrician.picture("electrician-accepts")
    electrician.send(page.locator("#task form"))
    electrician.sees("到场签到")


def arrives(electrician: Visitor) -> None:
    page = electrician.page
    page.reload()
    electrician.settle()
    page.locator("[data-locate]").click()
    expect(page.locator("[data-lon]")).to_have_value(re.compile(r"^119\.91"))
    electrician.picture("electrician-signs-in-on-site")
    electrician.send(page.locator("#task form"))
    electrician.sees("处理故障")


def repairs(electrician: Visitor) -> None:
    page = electrician.page
    page.reload()
    electrician.settle()
    electrician.choose("outcome", "fixed")
    page.locator("#in-work_done").fill("更换烧蚀插座，紧固接线，通电测试正常")
    with page.expect_response("**/papers/"):
        page.locator("#in-work_photos").set_input_files([photograph("新插座")])
    for at, (name, quantity, price) in enumerate((("五孔插座", 1, 18), ("绝缘胶带", 1, 4))):
        if at:
            page.locator("[data-add-row=parts]").click()
        row = {"name": name, "quantity": quantity, "unit_price_yuan": price, "amount_yuan": quantity * price}
        for key, value in row.items():
            page.locator(f"[name='parts.{at}.{key}']").fill(str(value))
    electrician.choose("hazard", "none")
    electrician.picture("electrician-repairs")
    electrician.send(page.locator("#task form"))
    electrician.sees("登记收款")


def notes_the_payment(electrician: Visitor) -> None:
    page = electrician.page
    electrician.choose("paid_by", "wechat")
    due = page.locator("#task dt", has_text="应收合计").locator("+ dd").inner_text()
    assert float(due.split()[0]) >= CALL_FEE + PARTS, due
    page.locator("#in-paid_yuan").fill(due.split()[0])
    electrician.picture("electrician-notes-payment")
    electrician.send(page.locator("#task form"))


def rates(resident: Visitor, number: str) -> None:
    page = resident.page
    resident.open(f"/follow/{number}/")
    resident.sees("确认并评价", "更换烧蚀插座")
    resident.choose("solved", "true")
    page.locator("label[for=in-stars-5]").click()
    page.locator("#in-comment").fill("来得快，收费清楚")
    resident.picture("rating")
    resident.send(page.locator(".sheet--mine form"))
    resident.sees("已办结")
    resident.picture("ended")


def sees_the_whole_story(manager: Visitor, number: str) -> None:
    manager.open(f"/desk/cases/{number}/")
    manager.sees("表后故障已修复", "赵师傅", "来得快，收费清楚", "更换烧蚀插座")
    expect(manager.page.locator("#history li")).not_to_have_count(0)
    assert "13800000012" not in manager.page.content()
    manager.picture("desk-case-with-history")
