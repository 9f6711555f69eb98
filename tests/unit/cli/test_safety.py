"""`wanjia safety check`: spells above the thresholds that ship, on a plain file; tables of monitors."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from wanjia.cli._safety_monitors import read_monitors
from wanjia.cli.main import main

CASE = Path(__file__).parents[2] / "cases/safety/stairwell_leak"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(tmp_path)


def test_the_golden_stairwell() -> None:
    result = CliRunner().invoke(main, ["safety", "check", str(CASE / "readings.jsonl"), "--json"])
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["spells"] == json.loads((CASE / "expected.json").read_text(encoding="utf-8"))
    said = CliRunner().invoke(main, ["safety", "check", str(CASE / "readings.jsonl"), "--language", "zh-Hans"]).stdout
    assert "剩余电流报警" in said and "仍未恢复" in said


def test_lines_with_faults_are_listed_and_the_others_count() -> None:
    at = datetime.fromisoformat("2026-11-20T08:00:00+08:00")
    readings = [
        {"monitor": "A", "quantity": "temperature_c", "at": (at + timedelta(minutes=2 * n)).isoformat(), "value": 90}
        for n in range(3)
    ]
    lines = [json.dumps({"gateway": "GW-1", "readings": readings}), "nonsense"]
    Path("r.jsonl").write_text("\n".join(lines), encoding="utf-8")
    result = CliRunner().invoke(main, ["safety", "check", "r.jsonl", "--json"])
    found = json.loads(result.stdout)
    assert result.exit_code == 1 and len(found["spells"]) == 1 and found["spells"][0]["ends_at"] is None
    assert [fault["code"] for fault in found["faults"]] == ["safety.not_json"] and "r.jsonl:2" in result.stderr
    assert CliRunner().invoke(main, ["safety", "check", "r.jsonl", "--timezone", "Moon"]).exit_code == 2


def test_a_table_of_monitors() -> None:
    Path("m.csv").write_text(
        "code,gateway,scene,name_zh,district,address,longitude,latitude,contact_phone\n"
        "LD-1,GW-0001,stairwell,一单元,T-1,一单元,119.9,29.9,13700000001\n"
        "LD-2,GW-0001,stairwell,二单元,T-1,二单元,east,29.9,\n", encoding="utf-8",
    )  # fmt: skip
    entries, faults = read_monitors(Path("m.csv"))
    assert (entries[0].code, entries[0].longitude, entries[0].contact_phone) == ("LD-1", 119.9, "13700000001")
    assert [(fault.code, str(fault.where)) for fault in faults] == [("safety.number", "m.csv:3:longitude")]
