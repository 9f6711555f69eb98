"""Takes the pictures of README and docs from a running demo: `python tools/pictures.py http://127.0.0.1:8000`.

Each picture is taken in both languages; the Chinese one ends in `.zh-Hans.png`. PNG with a palette, below 300 kB.
"""

import io
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support import chromium  # noqa: E402  (the repository itself is not installed)

IMAGES = ROOT / "docs" / "images"
BYTES_MAX = 300_000
COLOURS = (256, 128, 64, 32)
PASSWORD = "wanjia-demo"  # of every login of the demo, printed by it
LANGUAGES = {"en": ("en-GB", ""), "zh-Hans": ("zh-CN", ".zh-Hans")}
UNFINISHED_ISLANDS = "[data-island]:not([data-island-state=ready]):not([data-island-state=failed])"


@dataclass(frozen=True)
class Picture:
    """What to show: `login` signs in, `walk` goes from where that login starts to the page."""

    name: str
    login: str
    path: str
    on_phone: bool = False
    walk: Callable[[Page], None] = lambda page: None


def first_task(page: Page) -> None:
    """Open the first task of a list."""
    page.locator("td.table__main a").first.click()


def first_review(page: Page) -> None:
    """Open the first joint review that waits for the department."""
    page.get_by_role("link", name=re.compile("^(部门审查|Department review)$")).first.click()


PICTURES = (
    Picture("station", "chief", "/desk/station/"),
    Picture("case", "manager", "/desk/", walk=first_task),
    Picture("window", "city_management", "/window/", walk=first_review),
    Picture("board", "dispatch", "/board/"),  # while `wanjia demo storm` plays
    Picture("portal-phone", "", "/", on_phone=True),
)


def main(address: str) -> None:
    """Take all pictures from the demo at this address."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with chromium.chromium() as browser:
        for picture in PICTURES:
            for language, (locale, ending) in LANGUAGES.items():
                path = IMAGES / f"{picture.name}{ending}.png"
                path.write_bytes(_small(_taken(browser, address, picture, language, locale)))
                print(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1000:.0f} kB")


def _taken(browser: Browser, address: str, picture: Picture, language: str, locale: str) -> bytes:
    viewport = chromium.PHONE if picture.on_phone else chromium.DESKTOP
    with chromium.context(browser, viewport, locale=locale) as context:
        context.add_cookies([{"name": "language", "value": language, "url": address}])
        page = context.new_page()
        if picture.login:
            _sign_in(page, address, picture.login)
        page.goto(address + picture.path)
        picture.walk(page)
        page.wait_for_load_state("networkidle")
        expect(page.locator(UNFINISHED_ISLANDS)).to_have_count(0)
        return page.screenshot()


def _sign_in(page: Page, address: str, login: str) -> None:
    page.goto(f"{address}/sign-in/")
    page.locator("#in-username").fill(login)
    page.locator("#in-password").fill(PASSWORD)
    with page.expect_navigation():
        page.locator("main form .button--primary").click()


def _small(png: bytes) -> bytes:
    """With as many colours as fit into the limit."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in COLOURS:
        made = io.BytesIO()
        image.quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(made, "PNG", optimize=True)
        if made.tell() < BYTES_MAX:
            return made.getvalue()
    raise SystemExit(f"a picture stays above {BYTES_MAX} bytes with {COLOURS[-1]} colours")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: tools/pictures.py http://127.0.0.1:8000  (where `make demo` runs)")
    main(sys.argv[1].rstrip("/"))
