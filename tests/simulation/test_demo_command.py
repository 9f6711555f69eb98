"""`wanjia demo` as a newcomer runs it, and a storm played beside it: seen on the board, the desk and the portal."""

import json
import re
import subprocess
import sys
import time
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from tests.support.killing import WANJIA
from tests.support.postgres import free_port
from tests.support.stores import ROOT

pytestmark = pytest.mark.heavy

CASES, OUTAGES = 12, 3
READY_SECONDS_MAX, STORM_SECONDS_MAX = 600.0, 400.0
PASSWORD = "wanjia-demo"


def read(visitor: OpenerDirector, address: str, form: dict[str, str] | None = None) -> str:
    body = urlencode(form).encode() if form else None
    page: str = visitor.open(address, body, timeout=60).read().decode()
    return page


def signed_in(address: str, login: str) -> OpenerDirector:
    visitor = build_opener(HTTPCookieProcessor(CookieJar()))
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', read(visitor, f"{address}/sign-in/"))
    assert token
    read(visitor, f"{address}/sign-in/", {
        "csrfmiddlewaretoken": token[1], "username": login, "password": PASSWORD, "next": "/",
    })  # fmt: skip
    return visitor


def wait_until_it_answers(address: str, demo: subprocess.Popen[str], log: Path) -> None:
    until = time.monotonic() + READY_SECONDS_MAX
    while time.monotonic() < until and demo.poll() is None:
        try:
            json.loads(read(build_opener(), f"{address}/healthz"))
            return
        except URLError:
            time.sleep(1.0)
    raise AssertionError(log.read_text()[-3000:])


def test_a_storm_over_the_demo_is_seen_where_its_people_look(tmp_path: Path) -> None:
    home, port, log = tmp_path / "home", free_port(), tmp_path / "demo.log"
    address = f"http://127.0.0.1:{port}"
    with log.open("w") as out:
        demo = subprocess.Popen(
            [sys.executable, *WANJIA, "demo", "--home", str(home), "--cases", str(CASES), "--port", str(port)],
            stdout=out, stderr=out, text=True, cwd=ROOT,
        )  # fmt: skip
    try:
        wait_until_it_answers(address, demo, log)
        staff = {login: signed_in(address, login) for login in ("dispatch", "chief", "city_management")}
        for login, path in (("dispatch", "/board/"), ("chief", "/desk/"), ("city_management", "/window/")):
            assert "<h1" in read(staff[login], address + path)
        storm = subprocess.run(
            [sys.executable, *WANJIA, "demo", "storm", "--home", str(home), "--minutes", "4", "--speed", "3",
             "--outages", str(OUTAGES), "--language", "en"],
            capture_output=True, text=True, timeout=STORM_SECONDS_MAX, check=False, cwd=ROOT,
        )  # fmt: skip
        assert storm.returncode == 0, storm.stderr
        told = re.findall(r"sensed (TD\S+) at \S+: .*; case (\S+)", storm.stdout)
        assert len(told) >= OUTAGES, storm.stdout
        board = read(staff["dispatch"], f"{address}/board/outages/?period=today")
        public = read(build_opener(), f"{address}/outages/")
        for number, case in told:
            page = read(staff["dispatch"], f"{address}/board/outages/{number}/")
            assert number in page and (case == "-" or case in page)
        assert any(number in board for number, _ in told)
        assert "<h1" in public
        cases = [case for _, case in told if case != "-"]
        assert cases
        for case in cases:
            assert case in read(staff["dispatch"], f"{address}/desk/cases/{case}/")
    finally:
        demo.terminate()
        demo.wait(60)
