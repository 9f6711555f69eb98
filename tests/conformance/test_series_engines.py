"""The engines beside each other on one folder layout: what one makes of readings the other makes, to the last bit."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from tests.support.machine import needs
from tests.support.series_engines import spark_store
from tests.support.towns import made_towns
from wanjia.adapters.grid_files.folder import write_network
from wanjia.cli.balance import command as balance
from wanjia.kernels.balance.day.bands import FOUR_AND_SIX
from wanjia.kernels.balance.day.expected import Expected, expected_of
from wanjia.kernels.balance.day.losses import REASONS
from wanjia.model.network import METER_ROLES, Network
from wanjia.series.day_states import parts_of
from wanjia.series.duckdb.store import DuckDBStore
from wanjia.series.layout_arrivals import LONG, WIDE, WIDE_SLOTS_MAX
from wanjia.series.port import DayState
from wanjia.series.register import Register, Replacement, register_of

pytestmark = [pytest.mark.heavy, needs("spark")]

ZONE, DAY = "Asia/Shanghai", date(2026, 6, 1)
BEGIN = int(datetime(2026, 5, 31, 16, tzinfo=UTC).timestamp() * 1000)
QUARTER_MS = 900_000
STOPPED = 24
"""A master meter that counts nothing all day."""


def network() -> Network:
    """Two towns; the first meter of each district is its master."""
    made = made_towns((2, 3, 3, 12), (1, 2, 3, 12))
    made.meters.role[::12] = METER_ROLES.index("master")
    return made


NETWORK = network()
IDS = NETWORK.meters.ids.tolist()


def register() -> Register:
    """Some meters behind transformers, some with registers of four digits, one replaced in the day."""
    count = len(IDS)
    multiplier = np.where(np.arange(count) % 12 == 0, 40.0, 1.0)
    digits = np.where(np.arange(count) % 3 == 0, 4, 0).astype(np.int8)
    at = datetime.fromtimestamp((BEGIN + 40 * QUARTER_MS) / 1000, UTC)
    meters = replace(NETWORK.meters, multiplier=multiplier, register_digits=digits)
    return register_of(replace(NETWORK, meters=meters), (Replacement(IDS[3], at, 9990.0, 0.0),))


def intervals(rng: np.random.Generator, count: int) -> pa.RecordBatch:
    """Interval readings in any order, again and again for the same slot, with a few that int16 does not hold and
    meters that nobody knows."""
    ids = [IDS[at + (at == STOPPED)] for at in rng.integers(0, len(IDS), count)]
    ids[:4] = ["nobody-2", "nobody-1", "nobody-2", "nobody-3"]
    energy = np.round(rng.uniform(-1.0, 5.0, count), 3)
    energy[5:9] = 1234.56789
    return _long(ids, rng.integers(1, 97, count), energy, np.full(count, np.nan), rng.integers(0, 2, count))


def registers(rng: np.random.Generator) -> pa.RecordBatch:
    """Registers of every third meter, at every fourth slot; some roll over. One tells days only."""
    ids, slots, values = [], [], []
    for at in (one for one in range(0, len(IDS), 3) if one != STOPPED):
        for slot in range(0, 97, 4):
            ids.append(IDS[at])
            slots.append(slot)
            values.append(round((9_980.0 + at % 7 + 0.5 * slot) % 10_000, 2))
    count = len(ids)
    return _long(ids, np.array(slots), np.full(count, np.nan), np.array(values), np.zeros(count))


def _long(ids: list[str], slots: Any, energy: Any, register_kwh: Any, quality: Any) -> pa.RecordBatch:
    at = pa.array(BEGIN + slots * QUARTER_MS, pa.timestamp("ms", "UTC"))
    numbers = [pa.array(column, pa.float64(), from_pandas=True) for column in (energy, register_kwh)]
    columns = [pa.array(ids), at, *numbers, pa.array(quality.astype(np.int8))]
    return pa.RecordBatch.from_arrays(columns, schema=LONG)


def whole_days(rng: np.random.Generator) -> pa.RecordBatch:
    """Days of half of the meters, a column a slot, with gaps; one master counts nothing."""
    ids = IDS[::2]
    values = np.full((len(ids), WIDE_SLOTS_MAX), np.nan)
    values[:, :96] = np.where(rng.random((len(ids), 96)) < 0.05, np.nan, np.round(rng.uniform(0, 2, (len(ids), 96)), 2))
    values[STOPPED // 2, :96] = 0
    slots = pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1), from_pandas=True), WIDE_SLOTS_MAX)
    return pa.RecordBatch.from_arrays([pa.array(ids), pa.array([DAY] * len(ids), pa.date32()), slots], schema=WIDE)


def expected(districts: Any = slice(None)) -> Expected:
    """What is expected of all districts, or of some of them."""
    meters = NETWORK.meters
    whole = expected_of(NETWORK.districts.ids, meters.district, meters.role)
    return Expected(*(column[districts] for column in vars(whole).values()))


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Any]]:
    """A store of each engine with the same arrivals, compacted twice."""
    root = tmp_path_factory.mktemp("engines")
    both = (DuckDBStore(root / "one", ZONE), spark_store(root / "many", ZONE))
    for store in both:
        rng = np.random.default_rng(7)
        for number, batch in enumerate((intervals(rng, 6000), whole_days(rng), registers(rng))):
            store.ingest([batch], f"source-{number}")
    yield both


def rows(store: Any) -> list[dict[str, Any]]:
    """All rows of the day's revision, whichever part they are in, sorted by meter."""
    found = [row for path in parts_of(store.root, DAY, unknown=True) for row in pq.read_table(path).to_pylist()]
    return sorted(found, key=lambda row: row["meter_id"])


def state(store: Any) -> DayState:
    """What the store says of the day."""
    found: DayState = next(one for one in store.days() if one.day == DAY)
    return found


def test_they_make_the_same_revision(stores: tuple[Any, Any]) -> None:
    one, many = (store.compact(DAY, register()) for store in stores)
    assert vars(many) == {**vars(one), "faults": many.faults}
    assert sorted(many.faults, key=repr) == sorted(one.faults, key=repr) and len(one.faults) >= 3
    assert one.unknown_meters == 3 and one.wide_rows > 0 and one.superseded > 0 and one.estimated > 0
    assert rows(stores[0]) == rows(stores[1])
    assert len(parts_of(stores[1].root, DAY)) > len(parts_of(stores[0].root, DAY)), "not spread over workers"


def test_a_correction_changes_the_same_readings(stores: tuple[Any, Any]) -> None:
    changed = []
    for store in stores:
        store.compact(DAY, register())
        store.ingest([intervals(np.random.default_rng(11), 60)], "correction")
        assert state(store).stale
        changed.append(store.compact(DAY, register()))
        assert not state(store).stale
    one, many = changed
    assert sorted(many.changes, key=repr) == sorted(one.changes, key=repr)
    assert many.changed_slots == one.changed_slots > 0
    assert many.previous == one.previous != ""
    assert stores[1].compact(DAY, register()).is_new is False


def test_a_districts_sum_is_the_sum_of_its_parts(stores: tuple[Any, Any]) -> None:
    """Both engines, whole and by parts of the districts, to the last bit; and by hand from the rows."""
    for store in stores:
        store.compact(DAY, register())
    one, many = (store.balance(DAY, expected(), FOUR_AND_SIX) for store in stores)
    for name, column in vars(one).items():
        assert np.array_equal(column, vars(many)[name], equal_nan=column.dtype.kind == "f"), name
    assert one.reasons[NETWORK.meters.district[STOPPED]] >> REASONS.index("master_zero") & 1
    for inside in (slice(0, 7), slice(7, 20), slice(20, 24)):
        part = stores[1].balance(DAY, expected(inside), FOUR_AND_SIX)
        assert np.array_equal(part.used_kwh, one.used_kwh[inside], equal_nan=True)
        assert np.array_equal(part.supplied_kwh, one.supplied_kwh[inside], equal_nan=True)
        assert np.array_equal(part.flagged, one.flagged[inside])
    used = dict.fromkeys(NETWORK.districts.ids, 0.0)
    for row in rows(stores[1]):
        if row["district_id"] in used and METER_ROLES[row["role"]] == "customer":
            used[row["district_id"]] += _energy(row)
    assert np.nansum(one.used_kwh, axis=1) == pytest.approx(list(used.values()))


def _energy(row: dict[str, Any]) -> float:
    if len(row["slots"]) == 2 * 96:
        counts = np.frombuffer(row["slots"], "<i2")
        return float(counts[counts != -32768].astype(np.float64).sum() * row["unit_kwh"])
    return float(np.nansum(np.frombuffer(row["slots"], "<f8")) * row["unit_kwh"])


def test_readings_and_results_come_back_alike(stores: tuple[Any, Any]) -> None:
    kept = []
    for store in stores:
        store.compact(DAY, register())
        names = NETWORK.districts.ids.tolist()
        for day, loss in ((DAY, 1.5), (date(2026, 6, 2), 2.5), (DAY, 1.75)):
            table = pa.table({"district_id": names, "loss_kwh": [loss + at for at in range(len(names))]})
            curves = pa.table({"district_id": names, "used_kwh": [[float(at)] * 3 for at in range(len(names))]})
            kept.append(vars(store.keep(day, table, curves)))
    half = len(kept) // 2
    assert kept[:half] == kept[half:] and kept[half - 1]["changed_districts"] == len(NETWORK.districts.ids)
    one, many = stores
    first, last, some = DAY, date(2026, 6, 2), NETWORK.districts.ids[:3].tolist()
    assert one.meter_readings(IDS[:5], first, last).equals(many.meter_readings(IDS[:5], first, last))
    for districts in (None, some):
        asked = [store.results(first, last, districts).to_pylist() for store in stores]
        assert asked[0] == asked[1] and len(asked[0]) == 2 * len(districts or NETWORK.districts.ids)
    assert one.curves(DAY, some).to_pylist() == many.curves(DAY, some).to_pylist() != []
    assert one.results(date(2020, 1, 1), date(2020, 1, 2)).equals(many.results(date(2020, 1, 1), date(2020, 1, 2)))


def test_the_command_gives_the_same_table(stores: tuple[Any, Any], tmp_path: Path) -> None:
    """`wanjia balance` over one store, and over a plain table with its faults, by both engines."""
    folder, root = tmp_path / "network", stores[0].root
    stores[0].compact(DAY, register())
    write_network(folder, NETWORK, ".parquet")
    for engine in ("duckdb", "spark"):
        out = str(tmp_path / f"{engine}.csv")
        asked = [str(folder), str(root), "--day", DAY.isoformat(), "--engine", engine, "-o", out]
        done = CliRunner().invoke(balance, asked)
        assert done.exit_code == 0, done.output
    assert (tmp_path / "spark.csv").read_text() == (tmp_path / "duckdb.csv").read_text()
    assert len((tmp_path / "spark.csv").read_text().splitlines()) == 1 + len(NETWORK.districts.ids)
    plain, told = tmp_path / "plain.parquet", []
    made = intervals(np.random.default_rng(7), 6000)
    pq.write_table(
        pa.table({"meter_id": made["meter_id"], "read_at": made["read_at"], "energy_kwh": made["energy_kwh"]}), plain
    )
    for engine in ("duckdb", "spark"):
        out = str(tmp_path / f"plain_{engine}.csv")
        asked = [str(folder), str(plain), "--day", DAY.isoformat(), "--timezone", ZONE, "--engine", engine, "-o", out]
        done = CliRunner().invoke(balance, asked)
        assert done.exit_code == 1 and "nobody-2" in done.output
        told.append((done.output.replace(engine, ""), Path(out).read_text()))
    assert told[0] == told[1] and ",not_computable," in told[0][1]
