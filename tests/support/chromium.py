"""Debian's Chromium, headless, driven by Playwright; it can reach this machine only."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ViewportSize, sync_playwright

from tests.support.machine import chromium_path

DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
SCREENSHOTS = Path("build/screenshots")
WAIT_MS_MAX = 30_000
"""A machine that does other work beside is slow, not wrong; only what never comes waits that long."""
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    # The product must work without internet: every other host is unknown to this browser.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser process for a whole test session."""
    # Playwright's own event loop runs in this thread, which Django would take for an asynchronous view.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
        yield browser
        browser.close()


def context(
    browser: Browser, viewport: ViewportSize, *, locale: str = "zh-CN", is_light: bool = False
) -> BrowserContext:
    """A fresh browser profile (own cookies) as somebody in the company's zone would have it.

    `is_light`: an older telephone's sharpness and nothing that moves, which a software renderer draws in a fraction of
    the time; for tests of what pages do.
    """
    is_phone = viewport["width"] < 600
    opened = browser.new_context(
        viewport=viewport,
        locale=locale,
        timezone_id="Asia/Shanghai",
        has_touch=is_phone,
        is_mobile=is_phone,
        device_scale_factor=2 if is_phone and not is_light else 1,
        reduced_motion="reduce" if is_light else None,
    )
    opened.set_default_timeout(WAIT_MS_MAX)
    return opened


def screenshot_path(name: str) -> Path:
    """Where the picture `name` of this run goes; kept as build output."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS / f"{name}.png"
