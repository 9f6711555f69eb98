"""Golden cases of `wanjia balance`, each a folder: network, readings, what to ask, the table by hand; in every form."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc_csv
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from wanjia.cli.balance import command

HERE = Path(__file__).parent
CASES = sorted(path.parent.name for path in HERE.glob("*/parameters.json"))
NUMBERS = ("energy_in_kwh", "energy_out_kwh", "loss_kwh", "loss_rate", "coverage")


def run(case: Path, readings: Path, out: Path) -> tuple[int, dict[str, Any]]:
    """Exit status and the object of `--json`."""
    asked = json.loads((case / "parameters.json").read_text())
    words = [str(case / "network"), str(readings), "--day", asked["day"], "--timezone", asked["timezone"]]
    done = CliRunner().invoke(command, [*words, "-o", str(out), "--json", "--language", "en"])
    return done.exit_code, json.loads(done.stdout)


def rows_of(path: Path) -> list[dict[str, Any]]:
    """A table as rows of numbers and words; empty is None."""
    if path.suffix == ".parquet":
        found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
        return found
    with path.open(encoding="utf-8", newline="") as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file))
    return [
        {name: (float(value) if value else None) if name in NUMBERS else value for name, value in row.items()}
        for row in rows
    ]


def check(case: Path, out: Path) -> None:
    """Every figure within the case's tolerance, every word as it stands."""
    tolerance = json.loads((case / "parameters.json").read_text())["tolerance"]
    expected, found = rows_of(case / "expected.csv"), rows_of(out)
    assert [list(row) for row in found] == [list(row) for row in expected]
    for one, other in zip(found, expected, strict=True):
        for name, value in other.items():
            wanted = pytest.approx(value, abs=tolerance) if isinstance(value, float) else value
            assert one[name] == wanted, (name, one)


@pytest.mark.parametrize("name", CASES)
def test_golden_case(name: str, tmp_path: Path) -> None:
    case = HERE / name
    asked = json.loads((case / "parameters.json").read_text())
    code, answer = run(case, case / "readings.csv", tmp_path / "out.csv")
    check(case, tmp_path / "out.csv")
    assert code == asked["exit"]
    assert [f"{fault['code']}:{fault['row'] or ''}" for fault in answer["faults"]] == asked["faults"]
    for key, value in asked.get("total", {}).items():
        assert answer["total"][key] == (pytest.approx(value) if value is not None else None)


@pytest.mark.parametrize("name", CASES)
def test_every_form_gives_the_same(name: str, tmp_path: Path) -> None:
    """The same readings as Parquet and CSV in the folder of a day, and a wide table's as a long one."""
    case = HERE / name
    table = _typed(case)
    forms = {"dictionary": _with_dictionary(table), "plain": table}
    if "slot_00" in table.column_names:
        forms["long"] = _long(table)
    asked = json.loads((case / "parameters.json").read_text())
    for form, data in forms.items():
        folder = tmp_path / form / f"day={asked['day']}"
        folder.mkdir(parents=True)
        half = data.num_rows // 2
        pq.write_table(data.slice(0, half), folder / "a.parquet", row_group_size=max(1, half // 3))
        pc_csv.write_csv(_plain(data.slice(half)), folder / "b.csv")
        run(case, folder.parent, tmp_path / f"{form}.parquet")
        check(case, tmp_path / f"{form}.parquet")


def _typed(case: Path) -> pa.Table:
    """The readings with types; of a dirty table those whose values have any."""
    with (case / "readings.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if "slot_00" in rows[0]:
        names = [name for name in rows[0] if name.startswith("slot_")]
        slots = {name: [float(row[name]) if row[name] else None for row in rows] for name in names}
        days = pa.array([row["day"] for row in rows]).cast(pa.date32())
        return pa.table({"meter_id": [row["meter_id"] for row in rows], "day": days, **slots})
    rows = [row for row in rows if row["energy_kwh"] != "x" and row["read_at"][19:]]
    columns = {
        "meter_id": pa.array([row["meter_id"] for row in rows]),
        "read_at": pa.array([row["read_at"] for row in rows]).cast(pa.timestamp("ms", "UTC")),
        "energy_kwh": pa.array([float(row["energy_kwh"]) for row in rows]),
    }
    if "quality" in rows[0]:
        columns["quality"] = pa.array([row["quality"] for row in rows])
    return pa.table(columns)


def _with_dictionary(table: pa.Table) -> pa.Table:
    return table.set_column(0, "meter_id", table["meter_id"].combine_chunks().dictionary_encode())


def _plain(table: pa.Table) -> pa.Table:
    """As CSV has it: text for dictionaries, times with their offset."""
    columns = {}
    for name in table.column_names:
        column = table[name].combine_chunks()
        if pa.types.is_dictionary(column.type):
            column = column.cast(pa.string())
        if pa.types.is_timestamp(column.type):
            column = pa.array([at.isoformat() for at in column.to_pylist()])
        columns[name] = column
    return pa.table(columns)


def _long(table: pa.Table) -> pa.Table:
    """A wide table's readings one by one, slot after slot for all meters."""
    slots = [name for name in table.column_names if name.startswith("slot_")]
    begin = pc_day(table)
    ids, ends, values = [], [], []
    for number, name in enumerate(slots, 1):
        ids += table["meter_id"].to_pylist()
        ends += [begin + number * 900_000_000] * table.num_rows
        values += table[name].to_pylist()
    return pa.table({"meter_id": ids, "read_at": pa.array(ends, pa.timestamp("us", "UTC")), "energy_kwh": values})


def pc_day(table: pa.Table) -> int:
    """The day's 00:00 UTC in microseconds."""
    found: int = table["day"][:1].cast(pa.timestamp("us")).cast(pa.int64())[0].as_py()
    return found
