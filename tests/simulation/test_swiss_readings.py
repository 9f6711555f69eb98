"""The 2,526,048 real readings of 537 Swiss homes: what plain SQL says of their dirt is what the check lists."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from wanjia.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
READINGS = ROOT.parent / "shared" / "data" / "meters_swiss" / "readings.parquet"
WEEK = timedelta(days=7)
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
