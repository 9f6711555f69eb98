"""A company looks at its own past: `wanjia history audit` as a person runs it."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
REAL_LOG = ROOT.parent / "shared" / "data" / "permit_log" / "receipt.csv"
REAL_MAP = ROOT / "src" / "wanjia" / "adapters" / "event_log" / "fixtures" / "permit_log.yaml"
MINI = ROOT / "tests" / "cases" / "history" / "two_departments"
SECONDS_MAX = 15
"""Far above the second or two that it takes: a machine that tests shares is slow at times."""

needs_real_log = pytest.mark.skipif(not REAL_LOG.exists(), reason="the permit log is not beside the project")

CLOCKS = """
clocks:
  - id: opinion
    regime: internal
    scope: case
    start: ['opened:ask']
    stop: ['done:ask']
    limit_by: area
    editions:
      - {from: 2020-01-01, limits: {urban: {value: 30, unit: days}}, source: old, sure: M}
      - from: 2023-01-01
        limits: {urban: {value: 2, unit: days}, rural: {value: 60, unit: days}}
        source: new
        sure: M
  - id: whole
    regime: company_promise
    scope: case
    start: [case_started]
    stop: [case_ended]
    pause: ['opened:supplement']
    resume: ['done:supplement']
    editions: [{from: 2023-01-01, limit: {value: 5, unit: working_days}, source: promise, sure: M}]
  - id: elsewhere
    regime: internal
    scope: task
    start: ['opened:x']
    stop: ['done:x']
    editions: [{from: 2023-01-01, limit: {value: 1, unit: days}, source: none, sure: M}]
"""


def run(*words: object, language: str = "C.UTF-8") -> "subprocess.CompletedProcess[str]":
    command = [str(Path(sys.executable).with_name("wanjia")), "history", "audit", *map(str, words)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    environment |= {"LANG": language, "PYTHONUTF8": "1"}
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, check=False)


def found(*words: object) -> Any:
    done = run(*words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@needs_real_log
def test_the_real_permit_log_gives_its_known_figures() -> None:
    began = time.monotonic()
    plain = found(REAL_LOG)
    assert time.monotonic() - began < SECONDS_MAX
    assert (plain["cases"], plain["events"], plain["ended"], plain["late"]) == (1434, 8577, 1329, 377)
    assert plain["open_overdue"] == 39
    assert len(plain["deadline"]["broken"]) == 377 + 39
    assert [row["name"] for row in plain["departments"]] == ["General", "Experts", "Customer contact"]
    assert sum(row["late"] for row in plain["departments"]) == 377
    assert sum(row["steps"] for row in plain["groups"]) == sum(row["steps"] for row in plain["activities"]) == 8577
    assert not plain["working_separable"]


@needs_real_log
def test_the_real_log_proposes_its_two_strands_and_compares_them() -> None:
    parallel = found(REAL_LOG)["parallel"]
    assert parallel["source"] == "proposed"
    strands = {tuple(name[:3] for name in branch["activities"]) for branch in parallel["branches"]}
    assert strands == {("T02", "T04", "T05"), ("T06", "T10")}
    assert 0 < parallel["saved_days"] <= parallel["saved_best_days"] < parallel["logged_days"]
    assert len(parallel["assumptions"]) >= 6


@needs_real_log
def test_the_map_that_is_shipped_names_the_advice_and_a_clock() -> None:
    plain = found(REAL_LOG, "--map", REAL_MAP)
    assert plain["parallel"]["cases_compared"] == 17
    assert plain["parallel"]["cases_one_branch"] == 43
    assert len(plain["parallel"]["alternatives"]) == 1
    assert "EMPTY" not in {row["name"] for row in plain["groups"]}
    assert plain["clocks"][0]["clock"] == "confirm_receipt"
    assert plain["late"] == 377


def test_the_report_speaks_the_language_of_the_shell_or_the_one_asked_for() -> None:
    words = (MINI / "log.csv", "--map", MINI / "map.yaml")
    english, chinese = run(*words).stdout, run(*words, language="zh_CN.UTF-8").stdout
    assert "ended after their deadline" in english and "Measured and assumed" in english
    assert "超时限办结" in chinese and "实测与假设" in chinese
    assert "5 working days" in english and "5 个工作日" in chinese
    assert run(*words, "--language", "zh-Hans").stdout == chinese
    assert "history." not in english + chinese


def test_a_picture_is_drawn_in_both_formats_and_the_same_twice(tmp_path: Path) -> None:
    words = (MINI / "log.csv", "--map", MINI / "map.yaml", "--json")
    for name in ("a.png", "b.svg", "c.svg"):
        assert run(*words, "--plot", tmp_path / name, "--language", "zh-Hans").returncode == 0
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.width > 1500
        assert len(picture.convert("RGB").getcolors(maxcolors=1_000_000) or []) > 20
    assert (tmp_path / "b.svg").read_bytes().startswith(b"<?xml")
    assert (tmp_path / "b.svg").read_bytes() == (tmp_path / "c.svg").read_bytes()


def test_a_practice_says_what_its_clocks_would_have_said(tmp_path: Path) -> None:
    practice = tmp_path / "practice"
    (practice / "texts").mkdir(parents=True)
    (practice / "practice.yaml").write_text("domain: opinions\nversion: 1.2.0\n", encoding="utf-8")
    (practice / "clocks.yaml").write_text(CLOCKS, encoding="utf-8")
    (practice / "texts" / "en.json").write_text('{"clocks.opinion": "Opinion of the roads office"}', encoding="utf-8")
    column_map = tmp_path / "map.yaml"
    placed = "  opinion: {start: Receive, stop: Ask roads, limit_of: urban}\n"
    column_map.write_text((MINI / "map.yaml").read_text(encoding="utf-8") + placed, encoding="utf-8")
    replayed = found(MINI / "log.csv", "--map", column_map, "--practice", practice, "--language", "en")["practice"]
    clocks = {clock["clock"]: clock for clock in replayed["clocks"]}
    assert (replayed["practice"], replayed["version"]) == ("opinions", "1.2.0")
    # Received on Friday 03-01: 2 days end with Sunday 03-03, which moves to the end of Monday 03-04. Roads answered
    # K1 on the 3rd, K2 on the 7th, K3 on the 2nd, K4 on the 5th.
    opinion = clocks["opinion"]
    assert (opinion["limit"], opinion["source"], opinion["name"]) == ("2 days", "new", "Opinion of the roads office")
    assert [run["case"] for run in opinion["broken"]] == ["K2", "K4"]
    # Start to end in 5 working days: by the end of 03-08. K2 ended on the 10th; K4 is open on the 9th.
    assert (clocks["whole"]["late"], clocks["whole"]["open_overdue"]) == (1, 1)
    assert any("pause" in note for note in clocks["whole"]["assumptions"])
    assert [skipped["clock"] for skipped in replayed["not_replayed"]] == ["elsewhere"]


def test_a_broken_log_is_refused_with_the_whole_list_and_nothing_is_written(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("case:concept:name,concept:name,time:timestamp\n,A,yesterday\nk,,\n", encoding="utf-8")
    picture = tmp_path / "picture.png"
    done = run(log, "--json", "--plot", picture)
    assert (done.returncode, done.stdout) == (1, "")
    assert [line.split(": ")[0] for line in done.stderr.splitlines()] == [
        "log.csv:2:case:concept:name", "log.csv:2:time:timestamp",
        "log.csv:3:concept:name", "log.csv:3:time:timestamp",
    ]  # fmt: skip
    assert list(tmp_path.iterdir()) == [log]


def test_control_characters_of_a_log_do_not_reach_the_terminal(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    head = "case:concept:name,concept:name,time:timestamp\n"
    log.write_text(head + "k,A,2024-01-01T00:00:00Z\nk,\x1b[2Jwipe,2024-01-02T00:00:00Z\n", encoding="utf-8")
    shown = run(log).stdout
    assert "wipe" in shown and "\x1b" not in shown
    log.write_text(head + "k,A,\x1b]0;x\x07\n", encoding="utf-8")
    told = run(log).stderr
    assert "log.csv:2" in told and "\x1b" not in told


def test_a_year_without_a_calendar_and_a_clock_without_a_limit_are_refused(tmp_path: Path) -> None:
    log, column_map = tmp_path / "log.csv", tmp_path / "map.yaml"
    log.write_text("case:concept:name,concept:name,time:timestamp\nk,A,1999-01-01T00:00:00Z\n", encoding="utf-8")
    column_map.write_text("clocks: {a: {stop: B, limit: {value: 3, unit: working_days}}}", encoding="utf-8")
    assert "1999" in run(log, "--map", column_map).stderr
    column_map.write_text("clocks: {a: {stop: B}, b: {stop: B}}", encoding="utf-8")
    done = run(log, "--map", column_map)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 2)
    done = run(log, "--practice", tmp_path)
    assert done.returncode == 1 and "clocks.yaml" in done.stderr


@pytest.mark.parametrize(
    "words",
    [("missing.csv",), (MINI / "log.csv", "--plot", "picture.gif"), (MINI / "log.csv", "--plot", "no/such/p.png"),
     (MINI / "log.csv", "--language", "fr"), (MINI / "log.csv", "--map", "missing.yaml"), ()],
    ids=["no log", "picture format", "picture folder", "language", "no map", "no words"],
)  # fmt: skip
def test_wrong_use_is_told_apart_from_a_broken_log(words: tuple[object, ...]) -> None:
    assert run(*words).returncode == 2
