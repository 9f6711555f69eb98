"""What holds on every page: it can be used by keyboard alone, speaks one language, and asks no other host."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support import world
from tests.support.chromium import PHONE
from tests.support.live_site import LiveSite
from tests.support.machine import needs
from tests.support.visitor import Visitor

pytestmark = [pytest.mark.heavy, needs("chromium"), needs("node")]
Visit = Callable[..., Visitor]

TABS_MAX = 80
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
# Data keeps its language: names of people, the team that was offered, and what a resident wrote.
DATA = [name for _, name, *_ in world.PEOPLE] + [
    "海棠村12号",
    "插座打火",
    "想问电费怎么算",
    "望海表后用电服务队",
    "王*",
    "李*",
]
# Quoted as it is: the provision that a limit or an indicator comes from.
QUOTED = "[lang^=zh], .clock details, table .source"
TEXTS = """(quoted) => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (parent.closest(`script, style, template, ${quoted}`)) continue;
    found.push(walker.currentNode.textContent);
  }
  for (const one of document.querySelectorAll("[aria-label], [title], [placeholder], img[alt]")) {
    if (!one.closest(quoted))
      found.push(...["aria-label", "title", "placeholder", "alt"].map((name) => one.getAttribute(name) ?? ""));
  }
  return [...found, document.title].map((text) => text.trim()).filter(Boolean);
}"""
PORTAL = (
    "/",
    "/new/behind_meter_repair/",
    "/new/one_window_review/",
    "/follow/",
    "/who/",
    "/card/card-1/",
    "/sign-in/",
)
DESK = ("/desk/", "/desk/cases/", "/desk/new/", "/desk/station/", "/desk/company/", "/desk/indicators/",
        "/desk/notices/", "/account/")  # fmt: skip


def test_keyboard_alone(site: LiveSite, visit: Visit) -> None:
    """Sign in, find the task, fill its form and send it, without a mouse; where the focus is can always be seen."""
    case = site.world.call()
    manager = visit("manager")
    page = manager.page
    manager.open("/desk/")
    expect(page).to_have_url(re.compile("/sign-in/"))
    expect(page.locator("#in-username")).to_be_focused()
    page.keyboard.type("manager")
    page.keyboard.press("Tab")
    page.keyboard.type(world.PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    manager.settle()
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    manager.picture("skip-link")
    page.keyboard.press("Enter")
    tab_to(page, "a[href*='/cases/'][href*='task=']")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    manager.settle()
    tab_to(page, "input[name=outcome]")
    page.keyboard.press("Space")
    expect(page.locator("input[name=outcome][value=answered]")).to_be_checked()
    manager.picture("focus-on-a-choice")
    tab_to(page, "#in-answer_text")
    page.keyboard.type("已电话说明电费组成")
    tab_to(page, "#task .button--primary")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    manager.settle()
    manager.sees("已电话说明电费组成")
    assert site.world.task(case).step == "confirm"
    manager.picture("done")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus, and see a mark around it or around its label."""
    for _ in range(TABS_MAX):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            break
    else:
        raise AssertionError(f"{TABS_MAX} times Tab do not lead to {selector}")
    assert page.evaluate(
        """() => [document.activeElement, document.activeElement.closest("label")].some((one) => {
          const style = one && getComputedStyle(one);
          return style && (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
        })"""
    ), f"{selector} has the focus, but nothing shows it"


def test_english(site: LiveSite, visit: Visit) -> None:
    """One press turns everything but people's own words into English, practices included, and it stays so."""
    repair = site.world.repair()
    call = site.world.call()
    resident = visit("resident", viewport=PHONE)
    speaks_english(resident, PORTAL)
    resident.open("/new/behind_meter_repair/")
    expect(resident.page.locator("h1")).to_have_text(re.compile("repair", re.IGNORECASE))
    resident.picture("report-in-english")
    chief = visit("chief", "chief")
    speaks_english(chief, (*DESK, f"/desk/cases/{repair.number}/", f"/desk/cases/{call.number}/"))
    chief.open(f"/desk/cases/{call.number}/")
    chief.picture("case-in-english")


def speaks_english(visitor: Visitor, paths: tuple[str, ...]) -> None:
    page = visitor.page
    visitor.open(paths[0])
    visitor.press(page.get_by_role("button", name="English"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    left: list[str] = []
    for path in paths:
        visitor.open(path)
        found = [text for text in page.evaluate(TEXTS, QUOTED) if CHINESE.search(without_data(text))]
        visitor.assert_fits(path)
        if found:
            left.append(f"{path}: {' | '.join(dict.fromkeys(found))}")
    assert not left, "\n".join(left)


def without_data(text: str) -> str:
    for known in DATA:
        text = text.replace(known, "")
    return text


def test_every_page_in_chinese_fits_and_is_quiet(site: LiveSite, visit: Visit) -> None:
    """No page is wider than a telephone, breaks the content policy, complains, or asks another host."""
    case = site.world.repair()
    resident = visit("resident", viewport=PHONE)
    for path in (*PORTAL, "/card/card-1/print/", "/components/"):
        resident.open(path)
        resident.assert_fits(path)
    chief = visit("chief", "chief", viewport=PHONE)
    for path in (*DESK, f"/desk/cases/{case.number}/"):
        chief.open(path)
        chief.assert_fits(path)
    chief.open("/desk/station/")
    chief.picture("station-on-a-telephone")
    clerk = visit("clerk", "clerk", viewport=PHONE)
    for path in ("/window/", "/window/cases/", "/window/new/", "/window/new/one_window_review/"):
        clerk.open(path)
        clerk.assert_fits(path)
    administrator = visit("administrator", "admin")
    administrator.open("/admin/")
    administrator.picture("admin")
