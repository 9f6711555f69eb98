"""`wanjia sense` and `wanjia events make` on files: results, faults with file, row and column, exit status."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from tests.support.feeders import feeders
from wanjia.adapters.grid_files.folder import write_network
from wanjia.cli.main import main

COLUMNS = [
    "outage_id", "device_id", "level", "starts_at", "detected_at", "ends_at", "districts", "customers", "cause_hint",
    "planned", "confidence",
]  # fmt: skip
HEADER = "device_id,kind,occurred_at,received_at\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A network folder `net` in the working folder; the shell speaks English."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net").mkdir()
    write_network(tmp_path / "net", feeders("village, 20 meters"), ".csv")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def rows(name: str) -> list[dict[str, str]]:
    with open(name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def plain(result: Result) -> dict[str, Any]:
    assert result.stdout.count("\n") == 1, "one object and nothing else"
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def make(ending: str) -> dict[str, Any]:
    result = run("events", "make", "net", "--storm", "3", "--planned", "1", "--seed", "4", "-o", f"e{ending}", "--json")
    assert result.exit_code == 0, result.stderr
    return plain(result)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_a_made_storm_is_sensed_at_its_true_devices(folder: Path, ending: str) -> None:
    made = make(ending)
    assert (made["outages"], made["planned"]) == (3, 1)
    result = run("sense", "net", f"e{ending}", "--planned", f"e_planned{ending}", "-o", f"out{ending}", "--json")
    assert result.exit_code == 0, result.stderr
    found = plain(result)
    assert found["events"] == made["events"]
    if ending == ".csv":
        told, truth = rows("out.csv"), rows("e_truth.csv")
        assert list(told[0]) == COLUMNS
        assert {one["planned"] for one in told} == {"true", "false"}
    else:
        told, truth = (pq.read_table(name).to_pylist() for name in ("out.parquet", "e_truth.parquet"))
        assert str(pq.read_schema("out.parquet").field("districts").type).startswith("list")
    devices = [sorted((one["device_id"], str(one["planned"]).lower()) for one in table) for table in (told, truth)]
    assert devices[0] == devices[1]
    first = found["outages"][0]
    assert first["history"][0]["what"] == "announced"
    assert first["evidence"]["gasped"] > 1
    assert first["districts"]


def test_the_same_seed_makes_the_same_storm(folder: Path) -> None:
    make(".csv")
    first = Path("e.csv").read_bytes()
    make(".csv")
    assert Path("e.csv").read_bytes() == first


def test_every_faulty_row_is_listed_and_the_others_count(folder: Path) -> None:
    good = [f"m{i},last_gasp,2026-06-01T00:00:{i:02d}+00:00,2026-06-01T08:00:{i + 5:02d}+08:00\n" for i in range(20)]
    bad = [
        "nobody,last_gasp,2026-06-01T00:00:00Z,2026-06-01T00:00:01Z\n",
        "m1,sneeze,2026-06-01T00:00:00Z,2026-06-01T00:00:01Z\n",
        "m1,restored,2026-06-01T00:00:00,2026-02-31T00:00:01Z\n",
    ]
    Path("e.csv").write_text(HEADER + "".join([*good, *bad]), encoding="utf-8")
    Path("p.csv").write_text(
        "branch_id,district_id,starts_at,ends_at\n"
        "nothing,,2026-06-01T00:00:00Z,2026-06-01T01:00:00Z\n"
        "breaker0.0,t0.0.0,2026-06-01T00:00:00Z,2026-06-01T01:00:00Z\n"
        ",t0.0.0,2026-06-01T02:00:00Z,2026-06-01T01:00:00Z\n",
        encoding="utf-8",
    )
    result = run("sense", "net", "e.csv", "--planned", "p.csv", "-o", "out.csv")
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    places = [line.split(": ")[0] for line in lines]
    assert places == [
        "e.csv:22:device_id", "e.csv:23:kind", "e.csv:24:occurred_at", "e.csv:24:received_at",
        "p.csv:2:branch_id", "p.csv:3:branch_id", "p.csv:4:ends_at",
    ]  # fmt: skip
    assert "“nobody”" in lines[0]
    assert [(one["device_id"], one["level"], one["ends_at"]) for one in rows("out.csv")] == [("t0.0.0", "district", "")]


def test_one_meters_gasp_is_an_empty_list(folder: Path) -> None:
    Path("e.csv").write_text(f"{HEADER}m1,last_gasp,2026-06-01T00:00:00Z,2026-06-01T00:00:09Z\n", encoding="utf-8")
    assert run("sense", "net", "e.csv", "-o", "out.csv").exit_code == 0
    assert Path("out.csv").read_text(encoding="utf-8") == ",".join(COLUMNS) + "\n"


def test_missing_columns_and_wrong_use(folder: Path) -> None:
    Path("e.csv").write_text("device_id,kind,occurred_at\nm1,last_gasp,2026-06-01T00:00:00Z\n", encoding="utf-8")
    result = run("sense", "net", "e.csv", "-o", "out.csv")
    assert result.exit_code == 1
    assert result.stderr.startswith("e.csv:1:received_at: ")
    assert not Path("out.csv").exists()
    assert run("sense", "net", "e.csv", "-o", "out.txt").exit_code == 2
    assert run("sense", "net", "none.csv", "-o", "out.csv").exit_code == 2
    assert run("events", "make", "net", "-o", "x.csv").exit_code == 2
