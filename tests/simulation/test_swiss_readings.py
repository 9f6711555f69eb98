"""The 2,526,048 real readings of 537 Swiss homes: what plain SQL says of their dirt is what the check lists, as a plain
table and out of a store; in made districts with made masters of a stated loss the balance closes to that loss."""

import csv
import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from wanjia.adapters.grid_files.metering import read_metering
from wanjia.cli._balance_report import expected_meters
from wanjia.cli._series_readings import load
from wanjia.cli.main import main
from wanjia.kernels.balance.day.bands import EDITIONS
from wanjia.kernels.balance.readings.checking_levels import check_levels
from wanjia.kernels.balance.readings.checking_shifts import check_clocks
from wanjia.kernels.balance.readings.curves import Curves
from wanjia.series.duckdb.store import DuckDBStore

ROOT = Path(__file__).resolve().parents[2]
READINGS = ROOT.parent / "shared" / "data" / "meters_swiss" / "readings.parquet"
WEEK = timedelta(days=7)
DISTRICTS, LOSS = 27, 0.03
pytestmark = pytest.mark.skipif(not READINGS.exists(), reason="needs ../shared/data/meters_swiss")


def sql(text: str) -> list[tuple[Any, ...]]:
    """Rows of a query over `readings`; times as UTC without a zone."""
    source = f"(select meter_id, epoch_ms(epoch_ms(read_at::timestamptz)) as read_at, energy_kwh from '{READINGS}')"
    return duckdb.connect().execute(text.replace("readings", f"{source} readings")).fetchall()


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """What `wanjia series check` says, with all findings."""
    result = CliRunner().invoke(main, ["series", "check", str(READINGS), "--json"])
    assert result.exit_code == 0, result.stderr
    plain: dict[str, Any] = json.loads(result.stdout)
    return plain


def findings(found: dict[str, Any], kind: str) -> list[tuple[str, datetime, datetime, float]]:
    return [
        (one["meter_id"], _moment(one["starts_at"]), _moment(one["ends_at"]), one["figure"])
        for one in found["findings"]
        if one["kind"] == kind
    ]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)


def test_every_reading_is_read(found: dict[str, Any]) -> None:
    assert (
        (found["readings"], found["meters"])
        == (2_526_048, 537)
        == sql("select count(*), count(distinct meter_id) from readings")[0]
    )
    assert (found["first_day"], found["last_day"], found["faults"]) == ("2017-10-30", "2017-12-17", [])


def test_the_15_negatives_are_listed(found: dict[str, Any]) -> None:
    true = sql("select meter_id, read_at, energy_kwh from readings where energy_kwh < 0 order by read_at")
    listed = [(meter, ends, figure) for meter, _, ends, figure in findings(found, "negative")]
    assert len(true) == 15
    assert listed == [(meter, at, pytest.approx(value, abs=1e-5)) for meter, at, value in true]


def test_the_60_home_weeks_of_zeros_are_listed(found: dict[str, Any]) -> None:
    true = sql(
        "select meter_id, date_trunc('week', read_at - interval 1 minute) as week from readings group by all "
        "having max(abs(energy_kwh)) = 0 order by all"
    )
    runs = findings(found, "zero_week")
    assert len(true) == 60
    for meter, week in true:
        monday = datetime.fromisoformat(str(week)[:10])
        assert any(meter == who and begins <= monday and monday + WEEK <= ends for who, begins, ends, _ in runs)
    assert {meter for meter, *_ in runs} == {meter for meter, _ in true}
    for meter, begins, ends, days in runs:
        (sums,) = sql(
            f"select sum(abs(energy_kwh)), count(*) from readings where meter_id = '{meter}' "
            f"and read_at > '{begins}' and read_at <= '{ends}'"
        )
        assert sums == (0, round(days * 96))


def test_the_peaks_of_115_kwh_are_listed(found: dict[str, Any]) -> None:
    true = sql("select meter_id, max(energy_kwh), count(*) from readings where energy_kwh > 12 group by 1 order by 1")
    over = findings(found, "over_capacity")
    most = {meter: max(figure for who, *_, figure in over if who == meter) for meter in {one[0] for one in over}}
    assert most == {meter: pytest.approx(peak, abs=1e-4) for meter, peak, _ in true}
    assert round(max(most.values())) == 115
    slots = dict.fromkeys(most, 0)
    for one in found["findings"]:
        if one["kind"] == "over_capacity":
            slots[one["meter_id"]] += one["evidence"]["slots"]
    assert slots == {meter: count for meter, _, count in true}


def test_few_homes_are_suspected(found: dict[str, Any]) -> None:
    suspected = {one["meter_id"] for one in found["findings"]}
    assert len(suspected) <= 40, "a list that names every tenth home is read by nobody"
    assert found["counts"]["gap"] == 0 == sql("select count(*) - 537 * 4704 from readings")[0][0]


def district_of(home: str) -> str:
    """Homes are dealt out to districts by the rest of their number."""
    return f"d{int(home) % DISTRICTS:02d}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`net`: a network folder of the homes in districts, a master in each; `masters.parquet`; `store`: all of it."""
    made = tmp_path_factory.mktemp("swiss")
    homes = [name for (name,) in sql("select distinct meter_id from readings order by 1")]
    districts = sorted({district_of(name) for name in homes})
    write(made / "net/nodes.csv", "node_id,kind", [("s", "source"), *((f"n-{name}", "district") for name in districts)])
    lines = [(f"b-{name}", "s", f"n-{name}", "line", "true", "f1") for name in districts]
    write(made / "net/branches.csv", "branch_id,from_node,to_node,kind,closed,feeder_id", lines)
    rows = [(name, f"n-{name}", "f1", name, 10.9, 49.9, "urban", 630, 20) for name in districts]
    write(
        made / "net/districts.csv",
        "district_id,node_id,feeder_id,name,longitude,latitude,area,capacity_kva,customers",
        rows,
    )
    meters = [(f"master-{name}", name, "master") for name in districts]
    meters += [(name, district_of(name), "customer") for name in homes]
    header = "meter_id,district_id,role,phase,priority"
    write(made / "net/meters.csv", header, [(*row, "", "ordinary") for row in meters])
    sums = sql(
        f"select 'master-d' || printf('%02d', meter_id::bigint % {DISTRICTS}), read_at, "
        f"round(sum(energy_kwh::double) / {1 - LOSS}, 6) from readings group by all order by all"
    )
    ids, at, kwh = zip(*sums, strict=True)
    ends = pa.array(at, pa.timestamp("ms")).cast(pa.timestamp("ms", "UTC"))
    pq.write_table(pa.table({"meter_id": ids, "read_at": ends, "energy_kwh": kwh}), made / "masters.parquet")
    files = [str(each) for each in (made / "store", READINGS, made / "masters.parquet")]
    done = CliRunner().invoke(main, ["series", "ingest", *files, "--json"])
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["readings"] == 2_526_048 + len(sums)
    done = CliRunner().invoke(main, ["series", "compact", str(made / "store"), str(made / "net"), "--json"])
    assert done.exit_code == 0, done.stderr
    assert sum(day["readings"] for day in json.loads(done.stdout)["days"]) == 2_526_048 + len(sums)
    return made


def write(path: Path, header: str, rows: Iterable[tuple[object, ...]]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header.split(","), *rows])


@pytest.mark.heavy
def test_the_store_says_what_the_table_says(found: dict[str, Any], folder: Path) -> None:
    done = CliRunner().invoke(main, ["series", "check", str(folder / "store"), "--json"])
    assert done.exit_code == 0, done.stderr
    stored = json.loads(done.stdout)
    assert (stored["meters"], stored["readings"]) == (537 + DISTRICTS, 2_526_048 + DISTRICTS * 4704)
    kinds = ("negative", "spike", "over_capacity", "zero_run", "zero_week", "stuck", "gap")
    plain, again = (
        sorted(
            (one["meter_id"], one["kind"], one["starts_at"], one["ends_at"], round(one["figure"], 3))
            for one in each["findings"]
            if one["kind"] in kinds and not one["meter_id"].startswith("master")
        )
        for each in (found, stored)
    )
    assert plain == again
    homes = [one for one in stored["findings"] if not one["meter_id"].startswith("master")]
    assert all(one["district_id"] == district_of(one["meter_id"]) for one in homes)


def test_every_district_and_day_closes_to_the_stated_loss(folder: Path) -> None:
    store = DuckDBStore(folder / "store")
    metering, faults = read_metering(folder / "net")
    assert metering is not None and not faults
    expected = expected_meters(metering)
    true: dict[tuple[str, date], float] = {
        (name, day): kwh
        for name, day, kwh in sql(
            f"select 'd' || printf('%02d', meter_id::bigint % {DISTRICTS}), (read_at - interval 1 minute)::date, "
            "sum(energy_kwh::double) from readings group by all"
        )
    }
    names = [str(name) for name in expected.ids]
    days = [state.day for state in store.days()]
    assert len(days) == 49
    for day in days:
        result = store.balance(day, expected, EDITIONS[0])
        assert result.energy_out_kwh == pytest.approx([true[name, day] for name in names], rel=1e-6)
        assert result.loss_rate == pytest.approx(np.full(len(names), LOSS), abs=1e-6)
        assert (result.coverage == 1).all()


@pytest.mark.heavy
def test_a_forgotten_multiplier_among_real_homes_is_named(folder: Path, tmp_path: Path) -> None:
    home = "4952170"
    table = pq.read_table(READINGS)
    energy = table["energy_kwh"].to_numpy().astype(float)
    energy[np.array(table["meter_id"].to_pylist()) == home] /= 10
    spoilt = tmp_path / "readings"
    spoilt.mkdir()
    pq.write_table(table.set_column(2, "energy_kwh", pa.array(energy)), spoilt / "homes.parquet")
    pq.write_table(pq.read_table(folder / "masters.parquet"), spoilt / "masters.parquet")
    done = CliRunner().invoke(main, ["series", "check", str(spoilt), "--network", str(folder / "net"), "--json"])
    found = [one for one in json.loads(done.stdout)["findings"] if "fit" in one["evidence"]]
    assert [(one["meter_id"], one["figure"]) for one in found] == [(home, pytest.approx(0.1))]


@pytest.fixture(scope="module")
def curves() -> Curves:
    """All homes."""
    loaded, _ = load(READINGS, "UTC")
    assert loaded is not None
    return loaded.curves


def test_steps_by_a_ratio_are_found_in_most_homes_and_in_no_other(curves: Curves) -> None:
    chance = np.random.default_rng(5)
    homes = chance.choice(len(curves.values), 30, replace=False)
    values, true = curves.values.copy(), {}
    for home in homes.tolist():
        day, ratio = int(chance.integers(6, 42)), float(chance.choice([0.1, 0.2, 5, 10, 20, 30, 100]))
        values[home, day * 96 :] *= ratio
        true[home] = (day, ratio)
    before = {one.meter for one in check_levels(curves)}
    found = check_levels(Curves(values, curves.line))
    right = [
        one
        for one in found
        if one.meter in true
        and abs(one.begin / 96 - true[one.meter][0]) <= 1
        and abs(np.log(one.evidence["factor"] / true[one.meter][1])) < 0.4
    ]
    print(f"steps: {len(right)} of 30 found, {len(found) - len(right)} others named, {len(before)} before")
    assert len(right) >= 15 and {one.meter for one in found} <= before | set(true)


def test_moved_clocks_are_found_in_half_the_homes(curves: Curves) -> None:
    chance = np.random.default_rng(6)
    homes = chance.choice(len(curves.values), 30, replace=False)
    values, true = curves.values.copy(), set(homes.tolist())
    for home in true:
        day, slots = int(chance.integers(8, 40)), int(chance.choice([-32, -8, -4, 4, 8, 32, 48]))
        values[home, day * 96 :] = np.roll(values[home, day * 96 :], slots)
    before = {one.meter for one in check_clocks(curves)}
    found = {one.meter for one in check_clocks(Curves(values, curves.line))}
    print(f"clocks: {len(found & true)} of 30 found, {len(found - true)} others named, {len(before)} before")
    assert len(found & true) >= 15 and len(found - true - before) <= 1
