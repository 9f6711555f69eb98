"""`wanjia series ingest` and `compact` on files: what comes in, faults with file, row and column, exit status."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from tests.support.feeders import feeders
from tests.support.series import DAY, end_of
from wanjia.adapters.grid_files.folder import write_network
from wanjia.cli._series_progress import Progress
from wanjia.cli.main import main

ZONE = ("--timezone", "Asia/Shanghai")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A network folder `net` in the working folder; the shell speaks English."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net").mkdir()
    write_network(tmp_path / "net", feeders("village, 20 meters"), ".csv")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["series", *arguments])


def plain(result: Result) -> dict[str, Any]:
    assert result.stdout.count("\n") == 1, "one object and nothing else"
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def ids(folder: Path) -> list[str]:
    """The network's meters."""
    lines = (folder / "net" / "meters.csv").read_text("utf-8").splitlines()
    at = lines[0].split(",").index("meter_id")
    return [line.split(",")[at] for line in lines[1:]]


def long_csv(name: str, rows: list[tuple[str, int, str]]) -> None:
    """Meter, slot, value as text."""
    lines = [f"{meter},{end_of(slot).isoformat()},{value}" for meter, slot, value in rows]
    Path(name).write_text("\n".join(["meter_id,read_at,energy_kwh", *lines, ""]), "utf-8")


def network_column(folder: Path, name: str, value: dict[str, str]) -> None:
    """Adds a column to the network's table of meters."""
    path = folder / "net" / "meters.csv"
    lines = path.read_text("utf-8").splitlines()
    at = lines[0].split(",").index("meter_id")
    rows = [f"{line},{value.get(line.split(',')[at], '')}" for line in lines[1:]]
    path.write_text("\n".join([f"{lines[0]},{name}", *rows, ""]), "utf-8")


def test_readings_come_in_once_and_are_put_in_order(folder: Path) -> None:
    one, two, *_ = ids(folder)
    long_csv("a.csv", [(one, 0, "0.25"), (one, 1, ""), (two, 95, "1.5")])
    result = run("ingest", "store", "a.csv", *ZONE, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    found = plain(result)
    assert (found["readings"], found["empty"], found["days"], found["faults"]) == (2, 1, ["2026-06-01"], [])
    again = plain(run("ingest", "store", "a.csv", "--json"))
    assert (again["readings"], again["repeated_readings"], again["arrivals"]) == (0, 2, [])
    made = plain(run("compact", "store", "net", "--json"))["days"]
    assert [(one["day"], one["meters"], one["readings"], one["new"]) for one in made] == [("2026-06-01", 2, 2, True)]
    result = run("compact", "store", "net")
    assert (result.exit_code, result.stdout) == (0, "No day has new readings; nothing to do.\n")


def test_a_recomputed_day_says_what_changed(folder: Path) -> None:
    one, two, *_ = ids(folder)
    long_csv("a.csv", [(one, 0, "0.25"), (two, 0, "1")])
    long_csv("late.csv", [(one, 0, "0.75"), (two, 1, "2")])
    run("ingest", "store", "a.csv", *ZONE)
    run("compact", "store", "net")
    run("ingest", "store", "late.csv")
    result = run("compact", "store", "net", "--day", "2026-06-01")
    assert result.exit_code == 0
    assert "Changed against the revision before: 2 readings of 2 meters." in result.stdout
    assert f"{one} slot_00: 0.25 -> 0.75" in result.stdout and f"{two} slot_01: - -> 2" in result.stdout
    same = plain(run("compact", "store", "net", "--day", "2026-06-01", "--json"))["days"][0]
    assert (same["new"], same["revision"]) == (False, "000002")


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_wide_tables_and_folders_by_day(folder: Path, ending: str) -> None:
    one, *_ = ids(folder)
    table = pa.table({"meter_id": [one], **{f"slot_{slot:02d}": [slot / 10 if slot else None] for slot in range(96)}})
    Path("in/day=2026-06-01").mkdir(parents=True)
    if ending == ".parquet":
        pq.write_table(table, "in/day=2026-06-01/part.parquet")
    else:
        values = ",".join("" if slot == 0 else str(slot / 10) for slot in range(96))
        text = f"{','.join(table.column_names)}\n{one},{values}\n"
        Path("in/day=2026-06-01/part.csv").write_text(text, "utf-8")
    found = plain(run("ingest", "store", "in", *ZONE, "--json"))
    assert (found["readings"], found["empty"], found["days"]) == (95, 1, ["2026-06-01"])
    made = plain(run("compact", "store", "net", "--json"))["days"][0]
    assert (made["readings"], made["wide_rows"]) == (95, 0)


def test_parquet_of_short_floats_and_times_without_zone(folder: Path) -> None:
    one, *_ = ids(folder)
    moment = end_of(0).replace(tzinfo=None)
    table = pa.table(
        {"meter_id": pa.array([one]).dictionary_encode(), "read_at": pa.array([moment], pa.timestamp("us")),
         "energy_kwh": pa.array([0.1], pa.float32()), "quality": ["estimated"]}
    )  # fmt: skip
    pq.write_table(table, "a.parquet")
    assert plain(run("ingest", "store", "a.parquet", *ZONE, "--json"))["readings"] == 1
    made = plain(run("compact", "store", "net", "--json"))["days"][0]
    assert (made["estimated"], made["wide_rows"]) == (1, 0), "0.1 as a short float is a tenth"


BAD = """meter_id,read_at,energy_kwh,register_kwh,quality

,2026-06-01T08:00:00,x,,guess
M,2026-06-01T08:00:00Z,1
"M",1970-01-01T08:00:00Z,1e12,,
M,2026-06-01T08:00:00Z,1,2,measured
M,2026-02-30T08:00:00Z,nan,,
"""


def test_every_fault_is_listed_with_its_place_and_nothing_comes_in(folder: Path) -> None:
    Path("bad.csv").write_text(BAD, "utf-8")
    long_csv("good.csv", [(ids(folder)[0], 0, "1")])
    result = run("ingest", "store", "good.csv", "bad.csv", "--json", *ZONE)
    assert result.exit_code == 1
    found = {(fault["row"], fault["column"], fault["code"]) for fault in plain(result)["faults"]}
    assert found == {
        (3, "meter_id", "series.meter_empty"), (3, "read_at", "series.time_invalid"),
        (3, "energy_kwh", "series.energy_invalid"), (3, "quality", "series.quality_unknown"),
        (4, None, "table.row_width"), (5, "read_at", "series.time_range"), (5, "energy_kwh", "series.energy_range"),
        (6, "register_kwh", "series.two_values"), (7, "read_at", "series.time_invalid"),
        (7, "energy_kwh", "series.energy_invalid"),
    }  # fmt: skip
    assert result.stderr.count("bad.csv:") == len(found)
    assert not (folder / "store").exists(), "nothing rejected leaves a trace"


def test_a_flood_of_faults_is_told_in_full_number(folder: Path) -> None:
    long_csv("bad.csv", [("M", 0, "?")] * 5000)
    result = run("ingest", "store", "bad.csv", *ZONE)
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert len(lines) == 101
    assert lines[-1] == "100 of 5000 faults are shown. Correct these and try again."


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", "", "table.empty"),
        ("a.csv", "meter_id,read_at\nM,2026-06-01T08:00:00Z\n", "table.column_missing"),
        ("a.csv", "meter_id,slot_00\nM,1\n", "table.column_missing"),
        ("a.csv", "meter_id,meter_id,read_at,energy_kwh\n", "table.column_twice"),
        ("a.csv", b"meter_id,read_at,energy_kwh\n\xd6\xd0,2026-06-01T08:00:00Z,1\n", "table.not_utf8"),
        ("a.parquet", "no Parquet", "table.broken_parquet"),
        ("a.txt", "meter_id", "series.ending"),
        ("a.csv", "meter_id,day,slot_00\nM,yesterday,1\n", "series.day_invalid"),
    ],
)
def test_files_that_cannot_be_read(folder: Path, name: str, content: str | bytes, code: str) -> None:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    result = run("ingest", "store", name, "--json")
    assert result.exit_code == 1
    assert [fault["code"] for fault in plain(result)["faults"]] == [code]
    assert result.stderr.startswith(name)


def test_slots_that_a_day_does_not_have(folder: Path) -> None:
    header = ",".join(["meter_id", "day", *(f"slot_{slot:02d}" for slot in range(100))])
    rows = [("2026-03-29", 92), ("2026-03-29", 93), ("2026-06-01", 96), ("2026-06-01", 98), ("2026-10-25", 100)]
    lines = [",".join(["M", day, *["1"] * count, *[""] * (100 - count)]) for day, count in rows]
    Path("w.csv").write_text("\n".join([header, *lines, ""]), "utf-8")
    result = run("ingest", "store", "w.csv", "--timezone", "Europe/Berlin", "--json")
    found = [(fault["row"], fault["column"], fault["code"]) for fault in plain(result)["faults"]]
    assert found == [(3, "slot_92", "series.slot_beyond_day")] + [
        (5, f"slot_{slot}", "series.slot_beyond_day") for slot in (96, 97)
    ]
    Path("w.csv").write_text("\n".join([header, lines[0], lines[2], lines[4], ""]), "utf-8")
    result = run("ingest", "store", "w.csv", "--timezone", "Europe/Berlin", "--json")
    assert plain(result)["readings"] == 92 + 96 + 100, result.stderr


def test_wrong_use(folder: Path) -> None:
    assert run("ingest", "store", "nothing.csv").exit_code == 2
    assert run("ingest", "store").exit_code == 2
    assert run("compact", "store", "net").exit_code == 2, "no such folder"
    long_csv("good.csv", [(ids(folder)[0], 0, "1")])
    result = run("ingest", "good.csv/store", "good.csv")
    assert (result.exit_code, result.stderr.count("Error: store: ")) == (2, 1), "a place that cannot be written to"
    assert run("compact", "net", "net", "--day", "today").exit_code == 2
    result = run("compact", "net", "net")
    assert (result.exit_code, "holds no store of readings" in result.stderr) == (1, True)
    Path("a.csv").write_text("meter_id,read_at,energy_kwh\nM,2026-06-01T08:00:00Z,1\n", "utf-8")
    result = run("ingest", "store", "a.csv", "--timezone", "Nowhere/Land")
    assert (result.exit_code, "Nowhere/Land" in result.stderr) == (1, True)
    run("ingest", "store", "a.csv", *ZONE)
    assert run("ingest", "store", "store").exit_code == 1, "a store is no table"
    assert "Asia/Shanghai" in run("ingest", "store", "a.csv", "--timezone", "UTC").stderr


def test_multipliers_digits_and_replacements_of_the_network(folder: Path) -> None:
    one, two, *_ = ids(folder)
    network_column(folder, "multiplier", {one: "60"})
    network_column(folder, "register_digits", {two: "4"})
    replaced = f"meter_id,replaced_at,final_register_kwh,initial_register_kwh\n{one},{end_of(8).isoformat()},12,5\n"
    (folder / "net" / "replacements.csv").write_text(replaced, "utf-8")
    rows = [(one, 7, "11.5"), (one, 8, "5.25"), (two, 0, "9999.5"), (two, 1, "0.25")]
    lines = [f"{meter},{end_of(slot).isoformat()},{value}" for meter, slot, value in rows]
    Path("r.csv").write_text("\n".join(["meter_id,read_at,register_kwh", *lines, ""]), "utf-8")
    assert run("ingest", "store", "r.csv", *ZONE).exit_code == 0
    result = run("compact", "store", "net", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    (folder / "net" / "replacements.csv").unlink()
    made = plain(run("compact", "store", "net", "--day", "2026-06-01", "--json"))
    assert [fault["code"] for fault in made["faults"]] == ["series.register_backwards"]
    assert [(change["meter_id"], change["slot"], change["before_kwh"]) for change in made["days"][0]["changes"]] == [
        (one, 8, 45.0)
    ]


def test_faults_of_the_network_are_listed(folder: Path) -> None:
    one, *_ = ids(folder)
    long_csv("a.csv", [(one, 0, "1"), ("stranger", 0, "1")])
    run("ingest", "store", "a.csv", *ZONE)
    result = run("compact", "store", "net")
    assert result.exit_code == 1
    assert result.stderr.startswith("stranger: The network lacks this meter, which has readings on 2026-06-01.")
    meters = folder / "net" / "meters.csv"
    sound = meters.read_text("utf-8")
    network_column(folder, "multiplier", {one: "-1"})
    (folder / "net" / "replacements.csv").write_text(
        "meter_id,replaced_at,final_register_kwh,initial_register_kwh\nstranger,yesterday,x,0\n", "utf-8"
    )
    result = run("compact", "store", "net", "--json", "--day", DAY.isoformat())
    assert result.exit_code == 1
    found = [line.split(" ", 1)[0] for line in result.stderr.splitlines()]
    assert found == ["meters.csv:2:multiplier:"]
    meters.write_text(sound, "utf-8")
    result = run("compact", "store", "net", "--json", "--day", DAY.isoformat())
    found = [line.split(" ", 1)[0] for line in result.stderr.splitlines()]
    assert found == [
        "replacements.csv:2:final_register_kwh:", "replacements.csv:2:meter_id:",
        "replacements.csv:2:replaced_at:",
    ]  # fmt: skip


def test_both_languages(folder: Path) -> None:
    Path("bad.csv").write_text("meter_id,read_at,energy_kwh\nM,8 o'clock,1\n", "utf-8")
    result = run("ingest", "store", "bad.csv", "--language", "zh-Hans")
    assert result.stderr.startswith("bad.csv:2:read_at: “8 o'clock”不是带时区偏移的时间。")
    assert result.stdout == "未导入任何数据。\n"


class Terminal(StringIO):
    """Standard error of somebody who sits before it."""

    def isatty(self) -> bool:
        return True


def test_long_runs_tell_the_time_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, now = Terminal(), iter([0.0, 1.0, 10.0, 10.1, 20.0])
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr("time.monotonic", lambda: next(now))
    progress = Progress("en", "2026-06-01")
    for done in (1, 10, 11, 20):
        progress(done, 40)
    progress.end()
    shown = terminal.getvalue().split("\r\x1b[K")
    assert shown == ["", "2026-06-01: 25 %, 0:30 left", "2026-06-01: 50 %, 0:20 left", ""]
