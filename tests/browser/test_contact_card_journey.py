"""S2: nobody answers the care line in time; it goes up a level, and one more, until somebody does."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.support.chromium import PHONE
from tests.support.live_site import LiveSite
from tests.support.machine import needs
from tests.support.visitor import Visitor

pytestmark = [needs("chromium"), needs("node")]
Visit = Callable[..., Visitor]


def test_contact_card(site: LiveSite, visit: Visit) -> None:
    wall = visit("the card on the wall")
    wall.open("/card/card-1/print/")
    wall.sees("海棠村", "林海生", "爱心直联", "Care")
    wall.picture("card-to-print")
    caller = visit("caller", viewport=PHONE)
    number = calls_the_care_line(caller)

    manager = visit("district manager", "manager")
    manager.sees(number)
    manager.picture("manager-has-the-task")

    site.pass_time(minutes=31)
    manager.open("/desk/")
    expect(manager.page.locator("main")).not_to_contain_text(number)
    senior = visit("senior manager", "senior")
    senior.sees(number, "已提级")
    senior.picture("escalated-to-senior-manager")
    caller.open(f"/follow/{number}/")
    caller.sees("黄志强", "已提级办理")
    caller.picture("caller-sees-the-senior-manager")

    site.pass_time(minutes=31)
    senior.open("/desk/")
    expect(senior.page.locator("main")).not_to_contain_text(number)
    chief = visit("station chief", "chief")
    answers(chief, number)

    site.pass_time(hours=2)
    confirms(caller, number)
    chief.open(f"/desk/cases/{number}/")
    chief.sees("已解决（来电人确认）")
    expect(chief.page.locator("#clocks")).to_contain_text("超期")
    chief.picture("case-with-late-clocks")


def calls_the_care_line(caller: Visitor) -> str:
    page = caller.page
    caller.open("/card/card-1/")
    caller.sees("海棠村", "林海生")
    caller.picture("card")
    caller.press(page.get_by_role("link", name="爱心直联"))
    expect(page.locator("input[name=line][value=care]")).to_be_checked()
    expect(page.locator("#in-place-address")).to_have_value("海棠村")
    caller.choose("care_for", "elderly")
    page.locator("#in-need").fill("独居老人家中没有电，够不着闸刀")
    page.locator("#in-contact_name").fill("李阿婆")
    page.locator("#in-contact_phone").fill("13800000067")
    caller.picture("what-is-needed")
    caller.send(page.locator("main form"))
    caller.sees("已受理", "林海生")
    caller.picture("received")
    return page.locator("[data-copy=number]").inner_text()


def answers(chief: Visitor, number: str) -> None:
    page = chief.page
    chief.sees(number)
    chief.picture("escalated-to-station-chief")
    chief.press(page.get_by_role("link", name="联系答复"))
    chief.choose("outcome", "answered")
    page.locator("#in-answer_text").fill("已到家合闸并更换保险，留下所长电话")
    chief.picture("chief-answers")
    chief.send(page.locator("#task form"))


def confirms(caller: Visitor, number: str) -> None:
    page = caller.page
    caller.open(f"/follow/{number}/")
    caller.sees("确认是否解决", "已到家合闸")
    caller.choose("confirmation", "solved")
    page.locator("label[for=in-stars-4]").click()
    caller.picture("confirms")
    caller.send(page.locator(".sheet--mine form"))
    caller.sees("已解决（来电人确认）")
    caller.picture("solved")
