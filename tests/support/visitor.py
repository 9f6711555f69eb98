"""Somebody with a browser: signs in, fills forms, takes pictures, and notices everything that a page does wrong."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, Response, expect

from tests.support import chromium, world
from wanjia.records.territory.models import Account

TELL_REFUSALS = """
addEventListener("securitypolicyviolation",
  (event) => tellRefused(`${event.violatedDirective} ${event.blockedURI} on ${location.pathname}`));
"""
CUT_STAGES = """() => [...document.querySelectorAll(".island-stage")]
  .filter((one) => one.getBoundingClientRect().bottom > one.parentElement.getBoundingClientRect().bottom + 1).length"""
UNFINISHED_ISLANDS = "[data-island]:not([data-island-state=ready]):not([data-island-state=failed])"
TEXT_KEY = re.compile(
    r"\b(?:account|admin|card|clocks|deed|desk|due|ends|facts|follow|form|groups|letters|notices|permission|platform|"
    r"portal|regime|roles|site|tasks|unit|who|window)\.[a-z][a-z_]+(?:\.\w+)*"
)
BY_PASSWORD = "django.contrib.auth.backends.ModelBackend"
LOADED_MS_MAX = 60_000
"""A machine that builds something else at the same time is slow, not wrong."""
LOCAL_SCHEMES = ("data:", "blob:", "about:")
expect.set_options(timeout=chromium.WAIT_MS_MAX)


class Visitor:
    """One browser profile on one page. `complaints` collects what no page may do; `assert_clean` says it."""

    def __init__(self, context: BrowserContext, address: str, pictures: Path, name: str) -> None:
        self.context, self.address, self.pictures, self.name = context, address, pictures, name
        context.set_default_navigation_timeout(LOADED_MS_MAX)
        self.complaints: list[str] = []
        self.answers_allowed: set[int] = set()
        self.picture_scale: Literal["css", "device"] = "device"
        context.expose_function("tellRefused", lambda text: self.complaints.append(f"refused by the policy: {text}"))
        context.add_init_script(TELL_REFUSALS)
        context.on("request", self._on_request)
        context.on("response", self._on_response)
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        self.page: Page = context.new_page()

    def open(self, path: str) -> None:
        """Go to a path of the product and wait until the page and its islands stand."""
        self.page.goto(self.address + path)
        self.settle()

    def settle(self) -> None:
        """Wait for the page and its islands."""
        self.page.wait_for_load_state("load")
        expect(self.page.locator(UNFINISHED_ISLANDS)).to_have_count(0)
        for key in dict.fromkeys(TEXT_KEY.findall(self.page.inner_text("body"))):
            self.complaints.append(f"{self.page.url} shows the key of a text, not the text: {key}")

    def sign_in(self, login: str) -> None:
        """By mouse and keyboard on the sign-in page."""
        self.open("/sign-in/")
        self.page.locator("#in-username").fill(login)
        self.page.locator("#in-password").fill(world.PASSWORD)
        self.press(self.page.locator("main form .button--primary"))

    def come_signed_in(self, login: str) -> None:
        """As after signing in, but without its pages: where signing in is not what is tested."""
        client = Client()
        client.force_login(Account.objects.get(username=login), BY_PASSWORD)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        self.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.address}])

    def press(self, button: Locator) -> None:
        """Press a button that leads to another page, and wait for that page."""
        with self.page.expect_navigation():
            button.click()
        self.settle()

    def send(self, form: Locator) -> None:
        """Press the one primary button of a form."""
        self.press(form.locator(".button--primary"))

    def choose(self, name: str, value: str) -> None:
        """Choose a radio button by its field and value, as a finger does: on its label."""
        self.page.locator(f"label.choice:has(input[name='{name}'][value='{value}'])").click()

    def sees(self, *texts: str) -> None:
        """Every text stands on the page, visibly."""
        for text in texts:
            expect(self.page.locator("main").get_by_text(text).locator("visible=true").first).to_be_visible()

    def picture(self, what: str) -> None:
        """Keep the whole page as the next numbered picture of the journey."""
        self.pictures.mkdir(parents=True, exist_ok=True)
        number = len(list(self.pictures.glob("*.png"))) + 1
        path = self.pictures / f"{number:02d}-{what}.png"
        self.page.screenshot(path=path, full_page=True, scale=self.picture_scale)
        self.assert_fits(what)

    def assert_fits(self, what: str) -> None:
        """No page is wider than its screen, and no island higher than its frame."""
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self.complaints.append(f"{what}: {wide} px wider than the screen")
        if self.page.evaluate(CUT_STAGES):
            self.complaints.append(f"{what}: a map, drawing or chart is cut off by its frame")

    @contextmanager
    def answered(self, *statuses: int) -> Iterator[None]:
        """Within the block these refusals (403, 404, 422) are what the journey wants to see."""
        self.answers_allowed |= set(statuses)
        yield
        self.answers_allowed -= set(statuses)

    def assert_clean(self) -> None:
        """Nothing went wrong on any page of this visitor."""
        assert not self.complaints, f"{self.name}: " + "; ".join(self.complaints)

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.address, *LOCAL_SCHEMES)):
            self.complaints.append(f"asked another host: {request.url}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.answers_allowed:
            self.complaints.append(f"{response.status} for {response.request.method} {response.url}")

    def _on_console(self, message: ConsoleMessage) -> None:
        # Chromium repeats every refused answer as an error without saying more than `_on_response` already did.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"console: {message.text} on {message.page.url if message.page else '?'}")


def visitor(browser: Browser, address: str, pictures: Path, name: str, **options: Any) -> Visitor:
    """A new visitor: `viewport` (default the desktop's), `locale`, `at=(longitude, latitude)` of who may be found,
    `is_light` as of the browser's context."""
    viewport = options.get("viewport", chromium.DESKTOP)
    is_light = options.get("is_light", False)
    context = chromium.context(browser, viewport, locale=options.get("locale", "zh-CN"), is_light=is_light)
    if at := options.get("at"):
        context.grant_permissions(["geolocation"], origin=address)
        context.set_geolocation({"longitude": at[0], "latitude": at[1], "accuracy": 10})
    return Visitor(context, address, pictures, name)
