"""`wanjia reconcile` on files: the golden cases, curves that name a wrong meter, all faults at once."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from wanjia.cli.main import main

GOLDEN = Path(__file__).parents[2] / "cases/reconcile"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(tmp_path)


def answer(case: Path | dict[str, Any], *arguments: str, status: int = 0) -> dict[str, Any]:
    if isinstance(case, dict):
        Path("case.json").write_text(json.dumps(case), encoding="utf-8")
        case = Path("case.json")
    result = CliRunner().invoke(main, ["reconcile", str(case), "--json", *arguments])
    assert result.exit_code == status, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_three_firms_of_the_article() -> None:
    wanted = json.loads((GOLDEN / "three_firms/expected.json").read_text(encoding="utf-8"))
    found = answer(GOLDEN / "three_firms/case.json")
    assert (found["gap_kwh"], found["gap_yuan"]) == (wanted["gap_kwh"], wanted["gap_yuan"])
    assert {one["part"]: one["kwh"] for one in found["parts"]} == wanted["parts"]
    for one in found["proposals"]:
        assert {row["meter_id"]: row["extra_yuan"] for row in one["rows"]} == wanted["extra_yuan"].get(one["rule"], {})
        assert one["unknown"] == wanted["unknown"].get(one["rule"], [])
        assert not one["possible"] or round(sum(row["extra_yuan"] for row in one["rows"]), 2) == wanted["gap_yuan"]


def test_two_tenants_under_one_roof() -> None:
    wanted = json.loads((GOLDEN / "roof_two_tenants/expected.json").read_text(encoding="utf-8"))
    found = answer(GOLDEN / "roof_two_tenants/case.json")["solar"]
    tenants = wanted.pop("tenants")
    assert {name: found[name] for name in wanted} == wanted
    for row in found["tenants"]:
        assert {name: row[name] for name in tenants[row["tenant_id"]]} == tenants[row["tenant_id"]]


def _curve(begins: str, values: list[float]) -> dict[str, Any]:
    return {"begins_at": begins, "minutes": 60, "kwh": values}


def _house(measured: float = 2 / 3) -> dict[str, Any]:
    """A week by hour: a works from 8 to 18, b from 14 to 23 and is counted in part, a pump of 0.2 kW runs always."""
    hours = range(7 * 24)
    one = [round(4 + at % 5 * 0.5, 1) if 8 <= at % 24 < 18 else 0 for at in hours]
    two = [round(3 + at % 7 * 0.5, 1) if 14 <= at % 24 < 23 else 0 for at in hours]
    total = [round(a + b + 0.2, 3) for a, b in zip(one, two, strict=True)]
    begins = "2026-05-04"
    return {
        "price_yuan": 0.6, "main_meter": {"id": "m", "series": _curve(begins, total)},
        "sub_meters": [
            {"id": "a", "series": _curve(begins, one)},
            {"id": "b", "name": "bakery", "series": _curve(begins, [round(each * measured, 4) for each in two])},
        ],
        "points": [{"id": "pump", "kw": 0.2, "schedule": [{"from": "00:00", "to": "24:00"}]}],
    }  # fmt: skip


def test_curves_name_the_meter_with_a_phase_that_is_not_measured() -> None:
    found = answer(_house())
    (lead,) = found["suspects"]
    assert (lead["meter_id"], lead["kind"], lead["ratio"]) == ("b", "phase_missing", 1.5)
    left = next(one["kwh"] for one in found["parts"] if one["part"] == "left")
    assert lead["kwh"] == pytest.approx(left, rel=0.02)
    assert found["when"]["night_kw"] == pytest.approx(0.0) and found["when"]["from_hour"] == 14
    assert [hint["kind"] for hint in found["hints"]] == ["could_be_phase_missing"]
    said = CliRunner().invoke(main, ["reconcile", "case.json", "--language", "zh-Hans"]).stdout
    assert "bakery的用电曲线一致" in said and "三相中有一相未计量" in said
    sound = answer(_house(1.0))
    assert sound["suspects"] == [] and sound["gap_kwh"] == pytest.approx(0.2 * 168)


def test_loss_is_taken_off_the_curve_before_the_night_is_read() -> None:
    case = _house(1.0)
    main = case["main_meter"]["series"]
    main["kwh"] = [round(each * 1.02, 4) for each in main["kwh"]]
    case["points"] = []
    lossy = answer(case)
    found = answer({**case, "loss_percent": 100 * 0.02 / 1.02})
    assert lossy["when"]["night_kw"] - found["when"]["night_kw"] == pytest.approx(0.004, abs=0.0005)
    assert lossy["when"]["window_kwh"] > found["when"]["window_kwh"] + 5


def test_a_curve_is_cut_to_the_main_meter_s_days_and_its_gaps_are_time() -> None:
    case = _house(1.0)
    values: list[float | None] = [1.0] * 24 * 14
    values[24 * 5] = None
    case["sub_meters"] = [{"id": "a", "series": {"begins_at": "2026-05-01T00:00", "minutes": 60, "kwh": values}}]
    found = answer(case)
    timing = next(one for one in found["parts"] if one["part"] == "timing")
    assert found["sub_kwh"] == 167 and timing["kwh"] == 1.0
    assert {"kind": "intervals_missing", "meter_id": "a", "meter": "a", "count": 1} in found["hints"]


def test_wires_and_a_register_that_passed_its_end() -> None:
    until = "2026-06-01"
    case = {
        "main_meter": {"id": "m", "readings": [{"at": "2026-05-01", "kwh": 0}, {"at": until, "kwh": 1000}]},
        "sub_meters": [
            {"id": "a", "digits": 5, "readings": [{"at": "2026-05-01", "kwh": 99900}, {"at": until, "kwh": 750}]},
        ],
        "wires": [{"id": "riser", "length_m": 50, "section_mm2": 16, "current_a": 30, "hours": 744}],
    }  # fmt: skip
    found = answer(case)
    parts = {one["part"]: one["kwh"] for one in found["parts"]}
    assert parts == {"timing": 0, "points": 0, "loss": 72.16, "left": 77.84}
    assert found["hints"][0]["kind"] == "rolled_over"


def test_tenants_by_their_sub_meters_and_prices_by_the_hour() -> None:
    case = _house(1.0)
    case["solar"] = {
        "begins_at": "2026-05-04", "minutes": 60, "generation_kwh": [2] * 168, "rule": "fixed_then_use",
        "grid_prices": [{"from": "08:00", "to": "22:00", "yuan": 1.0}, {"from": "22:00", "to": "08:00", "yuan": 0.3}],
        "tenants": [
            {"id": "x", "meter": "a", "price_yuan": 0.5, "share": 0.5},
            {"id": "y", "meter": "b", "price_yuan": 0.5, "share": 0.5},
        ],
    }  # fmt: skip
    found = answer(case, "-o", "out.csv")["solar"]
    assert found["on_spot_kwh"] + found["fed_in_kwh"] == found["generation_kwh"] == 336
    assert sum(row["use_kwh"] for row in found["tenants"]) == pytest.approx(found["on_spot_kwh"] + found["grid_kwh"])
    rows = list(csv.reader(Path("out.csv").read_text(encoding="utf-8").splitlines()))
    assert rows[0][0] == "rule" and ["fixed_then_use", "x"] in [row[:2] for row in rows]


def test_all_faults_at_once_and_no_figure() -> None:
    case = {
        "price_yuan": "0.6", "timezone": "Moon/Base", "sharing": ["by_mood"],
        "main_meter": {"id": "m", "readings": [{"at": "tomorrow", "kwh": 1}, {"at": "2026-06-01", "kwh": -5}]},
        "sub_meters": [{"id": "a", "multiplier": True, "readings": []}],
        "points": [{"id": "lamp", "kw": 1, "schedule": [{"from": "25:00", "to": "05:00", "weekdays": [8]}]}],
        "wires": [{"id": "w", "length_m": 1, "section_mm2": 1, "phases": 2}],
        "solar": {"begins_at": "2026-05-01", "generation_kwh": [1, 2], "tenants": [
            {"id": "x", "price_yuan": 1, "kwh": [1]}, {"id": "x", "price_yuan": 1, "kwh": [1, 1], "share": 2},
        ]},
    }  # fmt: skip
    found = answer(case, status=1)
    codes = {fault["code"].removeprefix("reconcile.") for fault in found["faults"]}
    assert codes >= {
        "not_a_number", "zone", "choice", "instant", "range", "readings_few", "clock", "weekdays", "series_lengths",
        "missing",
    }  # fmt: skip
    assert set(found) == {"faults"} and all("{" not in fault["message"] for fault in found["faults"])
    assert {fault["column"] for fault in found["faults"]} >= {"price_yuan", "main_meter.readings[0].at"}


@pytest.mark.parametrize(
    ("text", "code"), [("{", "not_json"), ("[]", "shape"), ("{}", "nothing"), ('{"price_yuan": NaN}', "not_json")]
)
def test_files_that_are_no_case(text: str, code: str) -> None:
    Path("case.json").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["reconcile", "case.json", "--json"])
    assert result.exit_code == 1 and json.loads(result.stdout)["faults"][0]["code"] == f"reconcile.{code}"


def test_wrong_use() -> None:
    Path("case.json").write_text("{}", encoding="utf-8")
    assert CliRunner().invoke(main, ["reconcile", "case.json", "-o", "out.txt"]).exit_code == 2
    assert CliRunner().invoke(main, ["reconcile", "missing.json"]).exit_code == 2


@pytest.mark.parametrize("figure", ["1e400000000", "-1e400000000", "1" * 60])
def test_numbers_that_would_fill_the_memory_are_out_of_range(figure: str) -> None:
    Path("case.json").write_text(f'{{"price_yuan": {figure}, "main_meter": {{"id": "m"}}}}', encoding="utf-8")
    result = CliRunner().invoke(main, ["reconcile", "case.json", "--json"])
    assert "reconcile.range" in {fault["code"] for fault in json.loads(result.stdout)["faults"]}
