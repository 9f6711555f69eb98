"""`wanjia series check` on files: golden cases, both layouts, faults with file, row and column, exit status."""

import csv
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from wanjia.cli._series_readings import load
from wanjia.cli.main import main

CASES = Path(__file__).resolve().parents[2] / "cases/readings_check"
ZONE = "Asia/Shanghai"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["series", "check", *map(str, arguments)], env={"LC_ALL": "C.UTF-8"})


def plain(result: Result) -> dict[str, Any]:
    assert result.stdout.count("\n") == 1, "one object and nothing else"
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def told(found: dict[str, Any]) -> list[tuple[str, str, datetime, datetime, float]]:
    return [
        (
            one["meter_id"], one["kind"], datetime.fromisoformat(one["starts_at"]),
            datetime.fromisoformat(one["ends_at"]), pytest.approx(one["figure"]),
        )
        for one in found["findings"]
    ]  # fmt: skip


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_golden_cases(case: str) -> None:
    folder = CASES / case
    network = ["--network", folder / "network"] if (folder / "network").is_dir() else []
    result = run(folder / "readings.csv", *network, "--timezone", ZONE, "--json")
    assert result.exit_code == 0, result.stderr
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["findings"]
    rows = [(m, kind, datetime.fromisoformat(a), datetime.fromisoformat(b), f) for m, kind, a, b, f in expected]
    assert told(plain(result)) == rows


def long_rows() -> list[tuple[str, datetime, float | None]]:
    """The dirty fortnight, a row a reading."""
    rows = []
    with (CASES / "dirty_fortnight/readings.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            midnight = datetime.combine(date.fromisoformat(row["day"]), datetime.min.time(), UTC) - timedelta(hours=8)
            for at in range(96):
                value = row[f"slot_{at:02d}"]
                ends = midnight + timedelta(minutes=15 * (at + 1))
                rows.append((row["meter_id"], ends, float(value) if value else None))
    return rows


@pytest.mark.parametrize("layout", ["long csv", "long parquet", "wide parquet", "folder of days"])
def test_every_layout_says_the_same(layout: str, tmp_path: Path) -> None:
    rows = long_rows()
    ids, at, kwh = ([row[column] for row in rows] for column in range(3))
    path = tmp_path / ("readings.csv" if layout == "long csv" else "readings.parquet")
    table = pa.table({"meter_id": ids, "read_at": pa.array(at, pa.timestamp("us", "UTC")), "energy_kwh": kwh})
    if layout == "long csv":
        lines = [f"{i},{t.isoformat()},{'' if v is None else v}" for i, t, v in rows]
        path.write_text("meter_id,read_at,energy_kwh\n" + "\n".join(lines) + "\n", encoding="utf-8")
    elif layout == "wide parquet":
        wide = list(csv.DictReader((CASES / "dirty_fortnight/readings.csv").open(encoding="utf-8", newline="")))
        columns: dict[str, Any] = {"meter_id": [r["meter_id"] for r in wide]}
        columns["day"] = pa.array([date.fromisoformat(r["day"]) for r in wide])
        for slot in (name for name in wide[0] if name.startswith("slot_")):
            columns[slot] = [float(r[slot]) if r[slot] else None for r in wide]
        pq.write_table(pa.table(columns), path)
    elif layout == "long parquet":
        pq.write_table(table, path)
    else:
        path = tmp_path / "days"
        day = np.array([(t + timedelta(hours=8) - timedelta(minutes=15)).date().isoformat() for t in at])
        for name in np.unique(day):
            (path / f"day={name}").mkdir(parents=True)
            pq.write_table(table.filter(pa.array(day == name)), path / f"day={name}/part.parquet")
    result = run(path, "--timezone", ZONE, "--json")
    assert result.exit_code == 0, result.stderr
    expected = run(CASES / "dirty_fortnight/readings.csv", "--timezone", ZONE, "--json")
    assert plain(result) == plain(expected)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_findings_are_written_as_a_table(ending: str, tmp_path: Path) -> None:
    out = tmp_path / f"found{ending}"
    result = run(CASES / "dirty_fortnight/readings.csv", "--timezone", ZONE, "-o", out)
    assert result.exit_code == 0 and "6 findings" in result.stdout and "h5  2026-03-06 00:00" in result.stdout
    if ending == ".csv":
        rows = list(csv.DictReader(out.open(encoding="utf-8", newline="")))
        assert [row["kind"] for row in rows][:2] == ["gap", "negative"] and rows[1]["figure"] == "-4.25"
        assert json.loads(rows[2]["evidence"])["limit_kwh"] > 1
    else:
        table = pq.read_table(out)
        assert table.num_rows == 6 and str(table["starts_at"].type) == "timestamp[ms, tz=UTC]"


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_estimates_are_a_table_of_the_changed_values_only(ending: str, tmp_path: Path) -> None:
    out = tmp_path / f"estimates{ending}"
    readings = CASES / "dirty_fortnight/readings.csv"
    found = plain(run(readings, "--timezone", ZONE, "--estimates", out, "--json"))
    assert found["estimates"] == {"linear": 2, "similar_days": 7}
    rows = list(csv.DictReader(out.open(encoding="utf-8", newline=""))) if ending == ".csv" else None
    rows = rows or [{name: str(value) for name, value in row.items()} for row in pq.read_table(out).to_pylist()]
    assert [(row["meter_id"], row["method"]) for row in rows] == [
        *[("h1", "similar_days")] * 7, ("h2", "linear"), ("h3", "linear"),
    ]  # fmt: skip
    assert [row["before_kwh"] for row in rows[6:]] == ["" if ending == ".csv" else "None", "-4.25", "9.5"]
    assert {row["quality"] for row in rows} == {"estimated"} and 0 < float(rows[7]["energy_kwh"]) < 0.3
    assert datetime.fromisoformat(rows[7]["read_at"]) == datetime.fromisoformat("2026-03-07T07:45+08:00")


def test_the_connection_can_be_stated() -> None:
    found = plain(run(CASES / "dirty_fortnight/readings.csv", "--timezone", ZONE, "--connection-kw", "30", "--json"))
    assert [one["meter_id"] for one in found["findings"] if one["kind"] == "over_capacity"] == ["h3", "h4"]


def test_it_speaks_chinese() -> None:
    result = run(CASES / "moved_and_multiplied/readings.csv", "--timezone", ZONE, "--language", "zh-Hans")
    assert "疑似倍率错误：20倍" in result.stdout and "时钟偏移：4个点" in result.stdout


DIRTY = """meter_id,read_at,energy_kwh,quality
a,2026-03-02T00:15:00+08:00,0.1,measured
a,2026-03-02T00:30:00,0.2,measured
a,2026-03-02T00:45:00+08:00,much,measured
a,2026-03-02T01:00:00+08:00,0.4,measured
a,2026-03-02T01:00:00+08:00,0.5,measured
a,2026-03-02T01:15:00+08:00,0.6,measured
a,2026-03-02T01:15:00+08:00,0.7,estimated
a,2026-03-02T01:30:00+08:00,,measured
a,2026-03-02T01:45:00+08:00,0.8,measured
a,2026-03-02T01:45:00+08:00,0.8,measured
"""


def test_rows_that_cannot_be_read_are_listed_and_left_out(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(DIRTY, encoding="utf-8")
    result = run(path, "--timezone", ZONE, "--json")
    assert result.exit_code == 1
    found = plain(result)
    faults = [(one["code"], one["row"], one["column"]) for one in found["faults"]]
    assert faults == [
        ("series.time_invalid", 3, "read_at"), ("series.energy_invalid", 4, "energy_kwh"),
        ("series.reading_twice", 5, "energy_kwh"),
    ]  # fmt: skip
    assert (found["readings"], found["estimated"]) == (4, 0)
    loaded, _ = load(path, ZONE)
    assert loaded is not None
    held = loaded.curves.values[0, :8]
    assert held[[0, 3, 4, 6]].tolist() == [0.1, 0.5, 0.6, 0.8] and np.isnan(held[[1, 2, 5, 7]]).all()


def test_a_measured_reading_of_a_later_file_replaces_an_estimated_one_silently(tmp_path: Path) -> None:
    head = "meter_id,read_at,energy_kwh,quality\n"
    (tmp_path / "1.csv").write_text(head + "a,2026-03-02T00:15:00+08:00,0.1,estimated\n", encoding="utf-8")
    (tmp_path / "2.csv").write_text(head + "a,2026-03-02T00:15:00+08:00,0.3,measured\n", encoding="utf-8")
    (tmp_path / "3.csv").write_text(head + "a,2026-03-02T00:15:00+08:00,0.2,estimated\n", encoding="utf-8")
    loaded, faults = load(tmp_path, ZONE)
    assert loaded is not None and faults == [] and loaded.curves.values[0, 0] == 0.3
    (tmp_path / "4.csv").write_text(head + "a,2026-03-02T00:15:00+08:00,0.4,measured\n", encoding="utf-8")
    loaded, faults = load(tmp_path, ZONE)
    assert [fault.code for fault in faults] == ["series.reading_twice"]
    assert loaded is not None and loaded.curves.values[0, 0] == 0.4


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("meter_id,read_at\na,2026-03-02T00:15:00+08:00\n", "table.column_missing"),
        ("meter_id,read_at,energy_kwh\n", "series.no_table"),
        ("meter_id,day,slot_00\na,2026-02-30,1.0\n", "series.day_invalid"),
    ],
)
def test_tables_without_any_reading_are_told(text: str, code: str, tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(text, encoding="utf-8")
    loaded, faults = load(path, ZONE)
    assert loaded is None and code in {fault.code for fault in faults}
    assert run(path).exit_code == 1
    assert run(path, "--timezone", "Nowhere/There").exit_code == 2


def test_a_day_of_92_intervals_has_no_93rd(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    slots = ",".join(f"slot_{at:02d}" for at in range(96))
    path.write_text(f"meter_id,day,{slots}\na,2026-03-29,{','.join(['0.5'] * 96)}\n", encoding="utf-8")
    loaded, faults = load(path, "Europe/Zurich")
    assert loaded is not None and not faults and loaded.curves.values.shape == (1, 92) and loaded.readings == 92
