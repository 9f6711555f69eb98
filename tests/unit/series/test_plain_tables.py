"""Plain tables of all forms say the same: long and wide, CSV and Parquet, whole and divided by day."""

import csv
from datetime import UTC, date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.series import DAY, ZONE, end_of, register, values
from wanjia.model.faults import Refused
from wanjia.series.duckdb.plain.reading import plain_batches, plain_files
from wanjia.series.duckdb.store import DuckDBStore

NEXT = DAY + timedelta(days=1)
METERS = ("0012", "C,2", '表"三', "C 4")
KNOWN = register(dict.fromkeys(METERS, ("D1", "customer")))
ANY = st.floats(-1e9, 1e9, allow_subnormal=False)
READINGS = st.dictionaries(
    st.tuples(st.sampled_from(METERS), st.sampled_from([DAY, NEXT]), st.integers(0, 95)),
    st.one_of(
        st.integers(-(10**6), 10**6).map(lambda count: count / 1000), st.floats(-1e9, 1e9, allow_subnormal=False)
    ),
    min_size=1,
    max_size=30,
)
Readings = dict[tuple[str, date, int], float]


def long_rows(readings: Readings) -> list[dict[str, object]]:
    return [
        {"extra": "x", "meter_id": meter, "read_at": end_of(slot, day), "energy_kwh": kwh}
        for (meter, day, slot), kwh in readings.items()
    ]


def wide_rows(readings: Readings, day: date) -> list[dict[str, object]]:
    meters = dict.fromkeys(meter for meter, one, _ in readings if one == day)
    return [
        {"meter_id": meter, "day": day, **{f"slot_{slot:02d}": readings.get((meter, day, slot)) for slot in range(96)}}
        for meter in meters
    ]


def write_csv(path: Path, rows: list[dict[str, object]]) -> None:
    """As a program writes them, with a mark at the beginning and quotes where they are needed."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        for row in rows:
            told = {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
            writer.writerow({name: "" if value is None else value for name, value in told.items()})


def store_of(folder: Path, *paths: Path) -> dict[tuple[str, int], float]:
    """Both days' readings, the second's slots behind the first's."""
    store = DuckDBStore(folder, ZONE)
    for day in store.ingest(plain_batches(plain_files(paths), ZONE), "test").days:
        store.compact(day, KNOWN)
    late = {(meter, slot + 96): kwh for (meter, slot), kwh in values(store, METERS, NEXT).items()}
    return {**values(store, METERS, DAY), **late}


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(readings=READINGS)
def test_all_forms_of_a_table_are_one(readings: Readings, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("plain")
    rows = long_rows(readings)
    write_csv(folder / "long.csv", rows)
    pq.write_table(pa.Table.from_pylist(rows), folder / "long.parquet")
    wide = {day: found for day in (DAY, NEXT) if (found := wide_rows(readings, day))}
    write_csv(folder / "wide.csv", [row for found in wide.values() for row in found])
    for day, found in wide.items():
        part = folder / "parts" / f"day={day}"
        part.mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(found).drop_columns(["day"]), part / "part-0.parquet")
    expected = {(meter, slot + 96 * (day == NEXT)): kwh for (meter, day, slot), kwh in readings.items()}
    for name in ("long.csv", "long.parquet", "wide.csv", "parts"):
        assert store_of(folder / f"store-{name}", folder / name) == expected, name


@pytest.mark.parametrize(
    "written",
    ["2026-06-01T08:15:00+08:00", "2026-06-01 00:15:00Z", "2026-06-01T00:15Z", "2026-06-01T08:15:00.000+0800",
     "2026-06-01T08:15+08"],
)  # fmt: skip
def test_times_with_an_offset(written: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"meter_id,read_at,energy_kwh\nM, {written},1\n".replace(", 2", ",2"), "utf-8")
    (batch,) = plain_batches(plain_files([tmp_path / "a.csv"]), ZONE)
    assert batch["read_at"][0].as_py().astimezone(UTC) == end_of(32)


@pytest.mark.parametrize(
    "written", ["2026-06-01T08:15:00", "01.06.2026 08:15", "2026-06-31T08:15:00Z", "2026-06-01T25:15:00Z", "", "now"]
)
def test_times_that_nobody_can_tell(written: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"meter_id,read_at,energy_kwh\nM,{written},1\n", "utf-8")
    with pytest.raises(Refused) as refused:
        list(plain_batches(plain_files([tmp_path / "a.csv"]), ZONE))
    assert [(fault.code, str(fault.where)) for fault in refused.value.faults] == [
        ("series.time_invalid", "a.csv:2:read_at")
    ]


def test_faults_of_parquet_have_rows_and_columns(tmp_path: Path) -> None:
    table = pa.table(
        {"meter_id": ["M", None, "M", "M"], "read_at": [end_of(0), end_of(1), None, end_of(2)],
         "energy_kwh": [1.0, 2.0, 3.0, float("inf")], "quality": ["measured", "", None, "good"]}
    )  # fmt: skip
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(Refused) as refused:
        list(plain_batches(plain_files([tmp_path / "a.parquet"]), ZONE))
    assert [(fault.code, str(fault.where)) for fault in refused.value.faults] == [
        ("series.meter_empty", "a.parquet:2:meter_id"), ("series.time_invalid", "a.parquet:3:read_at"),
        ("series.energy_range", "a.parquet:4:energy_kwh"), ("series.quality_unknown", "a.parquet:4:quality"),
    ]  # fmt: skip
    pq.write_table(pa.table({"meter_id": [1.5], "read_at": [True], "energy_kwh": [[1.0]]}), tmp_path / "b.parquet")
    with pytest.raises(Refused) as refused:
        plain_files([tmp_path / "b.parquet"])
    assert {(fault.code, fault.where.column) for fault in refused.value.faults} == {
        ("table.column_type", name) for name in ("meter_id", "read_at", "energy_kwh")
    }


def test_folders_without_tables_and_stores_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    DuckDBStore(tmp_path / "store", ZONE)
    with pytest.raises(Refused) as refused:
        plain_files([tmp_path / "empty", tmp_path / "store"])
    assert [fault.code for fault in refused.value.faults] == ["series.folder_empty", "series.is_store"]
