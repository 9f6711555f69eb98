"""`wanjia balance` on whatever READINGS is: the same table from all of it, and every fault with its place."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from wanjia.adapters.grid_files.folder import read_network
from wanjia.adapters.grid_files.metering import read_metering
from wanjia.cli import _balance_long
from wanjia.cli.main import main
from wanjia.series.duckdb.store import DuckDBStore
from wanjia.series.layout_arrivals import LONG
from wanjia.series.register import register_of

GOLDEN = Path(__file__).parents[2] / "cases/balance"
NETWORK = GOLDEN / "closed/network"
DAY = "2026-06-01"
METERS = ("m1", "a", "b", "m2", "c")


def run(readings: Path, out: Path, *more: str, network: Path = NETWORK) -> Result:
    words = ["balance", str(network), str(readings), "--day", DAY, "-o", str(out), "--language", "en", *more]
    return CliRunner().invoke(main, words)


def codes(result: Result) -> list[str]:
    return [fault["code"] for fault in json.loads(result.stdout)["faults"]]


def long_table(seed: int = 0) -> pa.Table:
    """A day of the golden network, in an order of its own."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(96 * len(METERS))
    begin = datetime.fromisoformat(DAY).replace(tzinfo=UTC)
    ends = [begin + timedelta(minutes=15 * (slot + 1)) for slot in range(96)]
    rows = [
        (name, ends[slot], round(0.5 + (slot % 7) / 10 + at, 2)) for slot in range(96) for at, name in enumerate(METERS)
    ]
    ids, moments, values = zip(*(rows[row] for row in order), strict=True)
    kind = pa.timestamp("ms", "UTC")
    return pa.table({"meter_id": list(ids), "read_at": pa.array(moments, kind), "energy_kwh": list(values)})


def stored(folder: Path, table: pa.Table) -> Path:
    store = DuckDBStore(folder, "UTC")
    count = table.num_rows
    columns = [table["meter_id"], table["read_at"], table["energy_kwh"], pa.nulls(count, pa.float64()),
               pa.array(np.zeros(count, np.int8))]  # fmt: skip
    store.ingest(pa.Table.from_arrays(columns, schema=LONG).to_batches(), "test")
    network = read_network(NETWORK).network
    assert network is not None
    store.compact(date.fromisoformat(DAY), register_of(network))
    return folder


def test_a_store_and_every_table_give_the_same(tmp_path: Path) -> None:
    table = long_table()
    pq.write_table(table, tmp_path / "one.parquet")
    pq.write_table(table, tmp_path / "small.parquet", row_group_size=7)
    pq.write_table(table, tmp_path / "plain.parquet", use_dictionary=False, row_group_size=100)
    readings = [tmp_path / name for name in ("one.parquet", "small.parquet", "plain.parquet")]
    readings.append(stored(tmp_path / "store", table))
    found = []
    for number, path in enumerate(readings):
        result = run(path, tmp_path / f"{number}-out.parquet")
        assert result.exit_code == 0, result.stderr
        found.append(pq.read_table(tmp_path / f"{number}-out.parquet"))
    assert found[0]["energy_in_kwh"].to_pylist()[0] > 0
    assert all(each.equals(found[0]) for each in found)


def test_of_two_readings_the_later_row_counts_whoever_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Row groups are read by two threads; the table's order decides all the same."""
    monkeypatch.setattr(_balance_long, "GROUP_ROWS_MAX", 50)
    first, second = long_table(1), long_table(2)
    other = second.set_column(2, "energy_kwh", pa.array(np.asarray(second["energy_kwh"]) + 1))
    alone, both = tmp_path / "alone.parquet", tmp_path / "both.parquet"
    pq.write_table(other, alone)
    pq.write_table(pa.concat_tables([first, other]), both, row_group_size=64)
    run(alone, tmp_path / "alone-out.parquet")
    expected = pq.read_table(tmp_path / "alone-out.parquet")
    for attempt in range(5):
        result = run(both, tmp_path / "out.parquet", "--json")
        assert result.exit_code == 1
        answer = json.loads(result.stdout)
        assert answer["readings"]["differing"] == 480 and answer["readings"]["taken"] == 480, attempt
        assert codes(result) == ["balance.reading_twice"] * 100 + ["balance.more_faults"]
        assert pq.read_table(tmp_path / "out.parquet").equals(expected)


def test_a_month_is_no_fault_but_the_wrong_folder_and_the_wrong_day_are(tmp_path: Path) -> None:
    table = long_table()
    month = [table.set_column(1, "read_at", pa.array([at + timedelta(days=days) for at in table["read_at"].to_pylist()],
                                                     pa.timestamp("ms", "UTC"))) for days in (-1, 0, 1)]  # fmt: skip
    (tmp_path / "month").mkdir()
    for number, each in enumerate(month):
        pq.write_table(each, tmp_path / "month" / f"{number}.parquet")
    pq.write_table(pa.concat_tables(month), tmp_path / "month.parquet")
    whole = run(tmp_path / "month.parquet", tmp_path / "out.csv", "--json")
    assert whole.exit_code == 0 and json.loads(whole.stdout)["readings"]["other_days"] == 960
    assert codes(run(tmp_path / "month/0.parquet", tmp_path / "out.csv", "--json")) == ["balance.no_reading_of_day"]
    folder = tmp_path / "days" / f"day={DAY}"
    folder.mkdir(parents=True)
    pq.write_table(pa.concat_tables(month), folder / "all.parquet")
    wrong = run(folder.parent, tmp_path / "out.csv", "--json")
    assert codes(wrong) == ["balance.other_day"] and "960" in wrong.stderr


def test_what_cannot_be_read_leaves_no_result(tmp_path: Path) -> None:
    bad = {
        "empty.csv": b"",
        "short.csv": b"meter_id,read_at\nm1,2026-06-01T00:15:00Z\n",
        "gbk.csv": "meter_id,read_at,energy_kwh\n表,2026-06-01T00:15:00Z,1\n".encode("gbk"),
        "broken.parquet": b"PAR1 no more",
    }
    expected = ["table.empty", "table.column_missing", "table.not_utf8", "table.broken_parquet"]
    for (name, data), code in zip(bad.items(), expected, strict=True):
        (tmp_path / name).write_bytes(data)
        result = run(tmp_path / name, tmp_path / "out.csv")
        assert result.exit_code == 1 and "was not written" in result.stdout
        assert f"{name}" in result.stderr and not (tmp_path / "out.csv").exists(), code
    assert run(tmp_path / "none.csv", tmp_path / "out.csv").exit_code == 2
    assert run(tmp_path / "gbk.csv", tmp_path / "out.txt").exit_code == 2
    assert run(tmp_path / "gbk.csv", tmp_path / "out.csv", "--timezone", "Moon/Sea").exit_code == 2


def test_rows_of_the_wrong_width_are_named_by_their_line(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("meter_id,read_at,energy_kwh\n"
                    "m1,2026-06-01T00:15:00Z,1\nm1,2026-06-01T00:30:00Z\nm1,2026-06-01T00:45:00Z,x\n")  # fmt: skip
    result = run(path, tmp_path / "out.csv", "--json")
    faults = [(fault["code"], fault["row"]) for fault in json.loads(result.stdout)["faults"]]
    assert faults == [("table.row_width", 3), ("balance.value_invalid", 4)]


def test_a_store_says_what_it_lacks(tmp_path: Path) -> None:
    store = stored(tmp_path / "store", long_table())
    other = ["--timezone", "Asia/Shanghai"]
    assert run(store, tmp_path / "out.csv", *other).exit_code == 1
    words = ["balance", str(NETWORK), str(store), "--day", "2026-06-05", "-o", str(tmp_path / "out.csv")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 1 and "2026-06-05" in result.stderr and not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_meters_by_their_dictionaries_are_the_meters_of_the_whole_folder(tmp_path: Path, form: str) -> None:
    network = read_network(GOLDEN / "incomplete_master/network").network
    assert network is not None
    for name in ("districts", "meters"):
        source = GOLDEN / f"incomplete_master/network/{name}.csv"
        table = pa.csv.read_csv(source) if form == "parquet" else None
        if table is None:
            (tmp_path / f"{name}.csv").write_bytes(source.read_bytes())
        else:
            pq.write_table(table, tmp_path / f"{name}.parquet")
    metering, faults = read_metering(tmp_path)
    assert metering is not None and not faults
    assert metering.meters.ids.to_pylist() == network.meters.ids.tolist()
    assert metering.meters.district.tolist() == network.meters.district.tolist()
    assert metering.meters.role.tolist() == network.meters.role.tolist()


def test_faults_of_meters_are_those_of_the_folder(tmp_path: Path) -> None:
    def meters(rows: list[dict[str, Any]]) -> list[str]:
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / "meters.parquet")
        return [fault.code for fault in read_metering(tmp_path)[1]]

    (tmp_path / "districts.csv").write_bytes((NETWORK / "districts.csv").read_bytes())
    good = {"meter_id": "x", "district_id": "d1", "role": "customer"}
    assert meters([good]) == []
    assert meters([good, good]) == ["network.id_twice"]
    assert meters([{**good, "district_id": "d9"}]) == ["network.reference_unknown"]
    assert meters([{**good, "role": "boss", "meter_id": ""}]) == ["network.id_missing", "network.unknown_word"]
