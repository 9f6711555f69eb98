"""What every test can use: a PostgreSQL of its own, a browser, and marks for what a machine may lack."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page

from tests.support import chromium, earlier_run, machine, postgres

# A busy machine is no fault of the code: no deadline per example; a failing one is printed so that it can be replayed.
settings.register_profile("wanjia", deadline=None, print_blob=True)
settings.load_profile("wanjia")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--heavy", action="store_true", help="run the tests marked heavy too (always so when CI is set)")
    parser.addoption("--write-results", metavar="FILE", help="write this run's results for a later run's summary")
    parser.addoption("--add-results", metavar="FILE", help="count an earlier run's results in this run's summary")


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    if path := config.getoption("--write-results"):
        config.pluginmanager.register(earlier_run.Recorder(Path(path)))
    if path := config.getoption("--add-results"):
        config.pluginmanager.register(earlier_run.Summary(Path(path), label="PostgreSQL"))


def _runs_heavy(config: pytest.Config) -> bool:
    return bool(config.getoption("--heavy") or os.environ.get("CI") or "heavy" in config.getoption("-m"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What is heavy is left out on a laptop, visibly: the summary counts it with this reason."""
    if item.get_closest_marker("heavy") and not _runs_heavy(item.config):
        pytest.skip("heavy: left for CI; --heavy runs it here")
    for mark in item.iter_markers("needs"):
        machine.require(mark.args[0])


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a running server: DATABASE_URL's, the one that tools/run_tests.py keeps, or one started here."""
    machine.require("postgres")
    kept = os.environ.get("DATABASE_URL") or os.environ.get("WANJIA_TEST_POSTGRES_URL")
    if kept:
        yield kept
        return
    with postgres.server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str) -> Iterator[str]:
    """URL of an empty database that belongs to this test process (one per xdist worker)."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with postgres.database(postgres_server, f"wanjia_tests_{worker}_{os.getpid()}") as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium; open pages with `desktop_page`, `phone_page` or `tests.support.chromium.context`."""
    machine.require("chromium")
    with chromium.chromium() as opened:
        yield opened


@pytest.fixture
def desktop_page(browser: Browser) -> Iterator[Page]:
    """A page of 1280 x 800 with its own cookies, in Chinese."""
    with chromium.context(browser, chromium.DESKTOP) as opened:
        yield opened.new_page()


@pytest.fixture
def phone_page(browser: Browser) -> Iterator[Page]:
    """A page of 390 x 844 with touch and its own cookies, in Chinese."""
    with chromium.context(browser, chromium.PHONE) as opened:
        yield opened.new_page()
