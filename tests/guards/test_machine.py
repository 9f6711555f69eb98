"""The optional parts of the machine really start; where one is missing this says so."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Page

from tests.support.machine import PARTS, needs


@needs("postgres")
def test_postgres_answers_and_is_ours_alone(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        version, tables = connection.execute(
            "SELECT current_setting('server_version_num')::int,"
            " (SELECT count(*) FROM pg_tables WHERE schemaname = 'public')"
        ).fetchone()
    assert version >= 150000
    assert tables == 0


def test_browser_shows_chinese_and_reaches_no_other_host(desktop_page: Page) -> None:
    desktop_page.set_content("<h1>万家灯火</h1>")
    assert desktop_page.inner_text("h1") == "万家灯火"
    assert desktop_page.evaluate("navigator.language") == "zh-CN"
    refused = desktop_page.evaluate("fetch('https://example.org').then(() => false, () => true)")
    assert refused


def test_phone_is_as_wide_as_a_phone(phone_page: Page) -> None:
    phone_page.set_content("<meta name=viewport content='width=device-width'>")
    assert phone_page.evaluate("[innerWidth, navigator.maxTouchPoints > 0]") == [390, True]


@pytest.mark.parametrize(("ci", "outcome"), [("", "1 skipped"), ("1", "1 error")])
def test_missing_part_is_skipped_on_a_laptop_and_fails_in_ci(tmp_path: Path, ci: str, outcome: str) -> None:
    sample = tmp_path / "test_sample.py"
    sample.write_text(
        "from tests.support import machine\n"
        "machine.PARTS['telescope'] = (lambda: False, 'buy one')\n"
        "@machine.needs('telescope')\n"
        "def test_stars(): pass\n"
    )
    options = ["-p", "tests.conftest", "-p", "no:cacheprovider", "-c", "pyproject.toml"]
    command = [sys.executable, "-m", "pytest", *options, str(sample)]
    done = subprocess.run(command, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "CI": ci}, check=False)
    assert outcome in done.stdout.splitlines()[-1], done.stdout + done.stderr
    assert "needs telescope: buy one" in done.stdout


def test_unknown_part_is_a_mistake_of_the_test() -> None:
    with pytest.raises(ValueError, match="unknown part 'posgres'"):
        needs("posgres")
    assert set(PARTS) == {"postgres", "chromium", "node", "mosquitto", "spark", "readers"}
