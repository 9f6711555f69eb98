"""`wanjia practice` as a person uses it: what is printed, which exit code, and the steps of the tutorial."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from wanjia.cli.main import main

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "docs" / "how-to" / "simulate-a-practice"
URGENT = """  - id: urgent_answer
    regime: internal
    scope: task
    when: urgent = true
    start: ['opened:handle']
    stop: ['done:handle']
    warn: [{value: 1, unit: hours}]
    editions:
      - from: 2024-01-01
        limit: {value: 4, unit: hours}
        source: our own rule
        sure: M
    on_warn: [{notify: holder}]
    on_expire: [{escalate: 1}]
"""


def wanjia(*words: object) -> Result:
    return CliRunner().invoke(main, ["practice", *map(str, words)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert wanjia("new", "meter_test", "--in", tmp_path).exit_code == 0
    return tmp_path / "meter_test"


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("name", ["meter_test", "a", "one_two_three_four_five", "x9"])
def test_whatever_is_made_new_passes(tmp_path: Path, name: str) -> None:
    assert wanjia("new", name, "--in", tmp_path).exit_code == 0
    checked = wanjia("check", tmp_path / name, "--language", "en")
    assert checked.exit_code == 0, checked.output
    assert checked.stdout == f"{name}: passes (0.1.0, gold, 4 scenarios)\n"


def test_new_overwrites_nothing_and_takes_no_bad_name(folder: Path) -> None:
    change(folder / "README.md", "meter_test", "mine")
    assert wanjia("new", "meter_test", "--in", folder.parent).exit_code == 1
    assert "mine" in (folder / "README.md").read_text(encoding="utf-8")
    assert wanjia("new", "Meter Test", "--in", folder.parent).exit_code == 2
    assert wanjia("new", "other", "--in", folder.parent, "--prefix", "x").exit_code == 2


def test_faults_go_to_standard_error_and_json_alone_to_standard_output(folder: Path) -> None:
    change(folder / "practice.yaml", "{kind} {address}", "{knd} {address}")
    change(folder / "texts" / "en.json", '  "facts.need": "What is needed",\n', "")
    said = wanjia("check", folder, "--language", "en")
    assert (said.exit_code, said.stdout) == (1, "")
    assert said.stderr.splitlines() == [
        "meter_test: 2 faults",
        "  practice.yaml:8:title: no fact knd is declared: did you mean kind?",
        "  texts/en.json:1:facts.need: the text facts.need is missing: write it",
    ]
    found = json.loads(wanjia("check", folder, "--json").stdout)["practices"][0]
    assert found["ok"] is False
    assert [(row["file"], row["line"]) for row in found["faults"]] == [("practice.yaml", 8), ("texts/en.json", 1)]
    assert wanjia("check", folder / "nowhere").exit_code == 2


def test_two_practices_with_one_prefix(folder: Path) -> None:
    wanjia("new", "more_tools", "--in", folder.parent, "--prefix", "MT")
    said = wanjia("check", folder, folder.parent / "more_tools", "--language", "en")
    assert said.exit_code == 1
    assert "the prefix MT is taken by meter_test: choose another" in said.stderr


def test_the_tutorials_change(folder: Path) -> None:
    change(folder / "practice.yaml", "  by_silence:", "  urgent: {type: boolean, default: false}\n  by_silence:")
    change(folder / "forms/start.schema.json", '"properties": {', '"properties": {"urgent": {"$ref": "facts#/urgent"},')
    change(folder / "clocks.yaml", "  - id: silence\n", f"{URGENT}  - id: silence\n")
    missing = wanjia("check", folder, "--language", "en")
    assert missing.stderr.count("facts.urgent is missing") == missing.stderr.count("urgent_answer is missing") == 2
    for language in ("zh-Hans", "en"):
        keys = '{\n  "facts.urgent": "U",\n  "clocks.urgent_answer": "U",'
        change(folder / f"texts/{language}.json", "{", keys)
    assert wanjia("check", folder).exit_code == 0
    told = (folder / "scenarios/solved.yaml").read_text(encoding="utf-8")
    told = told.replace("kind: question", "kind: question\n      urgent: true")
    told = told.replace("answer: stopped,", "answer: stopped, urgent_answer: stopped,")
    (folder / "scenarios/urgent.yaml").write_text(told, encoding="utf-8")
    assert wanjia("check", folder).exit_code == 0
    change(folder / "scenarios/urgent.yaml", "after: 3h", "after: 5h")
    failed = wanjia("check", folder, "--language", "en").stderr
    assert "expected clocks.urgent_answer to be stopped, but it is late" in failed
    assert "expected escalations to be 0, but it is 1" in failed


def test_try_tells_who_does_what_when(folder: Path) -> None:
    told = wanjia("try", folder, "--scenario", "late_and_silent", "--language", "en")
    assert told.exit_code == 0
    for line in (
        "2026-03-05 00:00  ⏰",
        "↑ Answer +1",
        "2026-03-05 09:00  role:manager",
        "■ Dealt with",
        "as expected",
    ):
        assert line in told.stdout
    assert wanjia("try", folder, "--scenario", "nothing").exit_code == 2
    change(folder / "scenarios/solved.yaml", "{stars: 5}\n  open", "{stars: 4}\n  open")
    assert wanjia("try", folder, "--scenario", "solved").exit_code == 1


def test_list_of_a_folder() -> None:
    rows = json.loads(wanjia("list", ROOT / "practices", "--json").stdout)["practices"]
    assert {row["name"] for row in rows} >= {"behind_meter_repair", "one_window_review"}
    assert len({row["prefix"] for row in rows}) == len(rows)


def test_simulate_compares_side_by_side_with_one_after_another(tmp_path: Path) -> None:
    picture = tmp_path / "review.svg"
    words = ("simulate", ROOT / "practices/one_window_review", "--durations", EXAMPLE / "durations.yaml",
             "--variant", EXAMPLE / "serial.yaml", "--cases", 12, "--seed", 3)  # fmt: skip
    first = wanjia(*words, "--plot", picture, "--json")
    assert first.exit_code == 0, first.output
    side_by_side, in_a_row = json.loads(first.stdout)["runs"]
    assert (side_by_side["name"], in_a_row["name"]) == ("base", "serial")
    assert side_by_side["ended"] == 12
    assert in_a_row["median_days"] > 1.3 * side_by_side["median_days"]
    assert picture.read_bytes().startswith(b"<?xml")
    assert wanjia(*words, "--json").stdout == first.stdout


@pytest.mark.heavy
def test_install_and_list_the_store(folder: Path) -> None:
    home = {**os.environ, "WANJIA_HOME": str(folder.parent / "home")}
    home.pop("DATABASE_URL", None)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from wanjia.cli.main import main; main()", "practice", *words]
        return subprocess.run(command, env=home, capture_output=True, text=True, check=False, timeout=120)

    installed = run("install", str(folder), "--language", "en")
    assert installed.stdout == "installed meter_test 0.1.0\n", installed.stderr
    assert json.loads(run("list", "--json").stdout)["practices"][0]["prefix"] == "MT"
    change(folder / "texts/en.json", "New practice", "Other words")
    again = run("install", str(folder), "--language", "en")
    assert again.returncode == 1
    assert "version 0.1.0 of meter_test is installed with other content: raise the version" in again.stderr
