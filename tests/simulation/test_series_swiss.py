"""The 2,526,048 real readings of 537 Swiss homes through the store: every one comes back, as plain SQL has it."""

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from tests.support.series import register
from wanjia.cli.main import main
from wanjia.series.duckdb.store import DuckDBStore

ROOT = Path(__file__).resolve().parents[2]
READINGS = ROOT.parent / "shared" / "data" / "meters_swiss" / "readings.parquet"
ROWS, METERS, ZONE = 2_526_048, 537, "Europe/Zurich"
SHOWN = "CAST(CAST(energy_kwh AS VARCHAR) AS DOUBLE)"
"""They lie as short floats; what these show is what the meter showed."""
pytestmark = [pytest.mark.skipif(not READINGS.exists(), reason="needs ../shared/data/meters_swiss"), pytest.mark.heavy]


def by_day() -> dict[date, tuple[int, float]]:
    """Readings and kWh of each day of the zone, by SQL alone."""
    query = f"""
        SELECT CAST(timezone($zone, read_at::TIMESTAMPTZ - INTERVAL 1 SECOND) AS DATE), count(*), fsum({SHOWN})
        FROM read_parquet($path) WHERE NOT isnan(energy_kwh) GROUP BY 1
    """
    with duckdb.connect() as connection:
        rows = connection.execute(query, {"zone": ZONE, "path": str(READINGS)}).fetchall()
    return {day: (count, kwh) for day, count, kwh in rows}


def test_every_reading_comes_back(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        main, ["series", "ingest", str(tmp_path / "store"), str(READINGS), "--timezone", ZONE, "--json"]
    )
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    expected = by_day()
    assert told["readings"] + told["empty"] == ROWS
    assert told["days"] == [day.isoformat() for day in sorted(expected)]
    with duckdb.connect() as connection:
        names = [row[0] for row in connection.execute(f"SELECT DISTINCT meter_id FROM '{READINGS}'").fetchall()]
    assert len(names) == METERS
    homes = register({str(name): (f"D{at % 5}", "customer") for at, name in enumerate(sorted(names))})
    store = DuckDBStore(tmp_path / "store", ZONE)
    doubled = 0
    for day, (count, kwh) in sorted(expected.items()):
        made = store.compact(day, homes)
        assert made.readings + made.superseded == count
        doubled += made.superseded
        found = store.meter_readings(homes.meter_ids.to_pylist(), day, day)
        assert found.num_rows == made.readings
        if not made.superseded:
            assert sum(found["energy_kwh"].to_pylist()) == pytest.approx(kwh, rel=1e-12)
    assert doubled == 0
    sample = names[7]
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"SELECT {SHOWN} FROM '{READINGS}' WHERE meter_id = ? ORDER BY read_at", [sample]
        ).fetchall()
    days = sorted(expected)
    assert store.meter_readings([str(sample)], days[0], days[-1])["energy_kwh"].to_pylist() == [row[0] for row in rows]
