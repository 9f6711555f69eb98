"""`wanjia reliability` on tables: the golden example to the printed digits, faults, zones, major event days, groups."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc_csv
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from wanjia.cli.main import main

GOLDEN = Path(__file__).parents[2] / "cases/reliability/two_thousand_customers"
YEAR = ("--from", "2025-01-01", "--to", "2026-01-01")
KEYS = {
    "saifi", "saidi_minutes", "caidi_minutes", "ctaidi_minutes", "caifi", "asai", "maifi", "customers", "interruptions",
    "major_event_days", "without_major_events",
}  # fmt: skip


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(tmp_path)


def run(table: Path | str, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["reliability", str(table), *arguments])


def answer(table: Path | str, *arguments: str, status: int = 0) -> dict[str, Any]:
    result = run(table, *arguments, "--json")
    assert result.exit_code == status, result.stderr
    assert result.stdout.count("\n") == 1
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def write(text: str) -> str:
    Path("t.csv").write_text(text, encoding="utf-8")
    return "t.csv"


def test_the_worked_example_to_the_printed_digits() -> None:
    asked = json.loads((GOLDEN / "parameters.json").read_text(encoding="utf-8"))
    numbers = ("--customers", str(asked["customers"]), "--distinct", str(asked["distinct"]))
    found = answer(GOLDEN / "interruptions.csv", *numbers, "--from", asked["from"], "--to", asked["to"])
    assert set(found) >= KEYS
    for name, printed in json.loads((GOLDEN / "expected.json").read_text(encoding="utf-8")).items():
        assert f"{found[name]:.{len(printed.split('.')[1])}f}" == printed, name
    assert (found["customers"], found["interruptions"], found["maifi"]) == (2000, 7, 0)


def test_what_the_table_does_not_tell_is_null() -> None:
    found = answer(GOLDEN / "interruptions.csv", "--customers", "2000", *YEAR)
    for name in ("ctaidi_minutes", "caifi", "asifi", "asidi_minutes", "major_event_days"):
        assert found[name] is None
    assert set(found["without_major_events"]) >= {"saifi", "saidi_minutes", "asai"}
    assert set(found["without_major_events"].values()) == {None}


def test_parquet_in_utc_is_the_same_table() -> None:
    data = pc_csv.read_csv(GOLDEN / "interruptions.csv")
    assert pa.types.is_timestamp(data["starts_at"].type)
    pq.write_table(data, "t.parquet")
    numbers = ("--customers", "2000", *YEAR)
    assert answer("t.parquet", *numbers) == answer(GOLDEN / "interruptions.csv", *numbers)


def test_districts_as_users_are_named_and_counted_by_id() -> None:
    table = write(
        "starts_at,ends_at,customers,district_ids,planned,external\n"
        "2025-03-01T08:00:00+08:00,2025-03-01T10:00:00+08:00,300,D1 D2 D1,true,false\n"
        "2025-04-01T08:00:00Z,2025-04-01T09:00:00Z,100,D1,false,true\n"
    )
    found = answer(table, "--customers", "10", "--users", "districts", *YEAR, "--cemi", "2")
    assert (found["users"], found["saifi"], found["saidi_minutes"]) == ("districts", 0.3, 30)
    assert (found["caifi"], found["ctaidi_minutes"]) == (1.5, 150)
    assert found["cemi"] == {"2": 0.1}
    assert found["dlt_836"]["1"]["user_hours"] == 5
    assert found["dlt_836"]["2"]["user_hours"] == 4
    assert (found["dlt_836"]["planned"]["user_hours"], found["dlt_836"]["3"]) == (4, None)
    assert "10 transformer districts" in run(table, "--customers", "10", "--users", "districts", *YEAR).stdout
    households = answer(table, "--customers", "1000", *YEAR)
    assert (households["users"], households["saifi"]) == ("households", 0.4)


def test_every_fault_is_listed_and_the_other_rows_count() -> None:
    table = write(
        "outage_id,starts_at,ends_at,customers,planned\n"
        "a,2025-01-02T00:00:00Z,2025-01-02T01:00:00Z,10,\n"
        "b,yesterday,2025-01-02T01:00:00Z,10,\n"
        "c,2025-01-02T00:00:00,2025-01-02T01:00:00Z,10,\n"
        "d,,2025-01-02T01:00:00Z,10,\n"
        "e,2025-01-02T02:00:00Z,2025-01-02T01:00:00Z,10,\n"
        "f,2025-01-02T00:00:00Z,2025-01-02T01:00:00Z,ten,\n"
        "g,2025-01-02T00:00:00Z,2025-01-02T01:00:00Z,101,perhaps\n"
    )
    found = answer(table, "--customers", "100", *YEAR, "--outages", status=1)
    assert [(fault["code"], fault["row"], fault["column"]) for fault in found["faults"]] == [
        ("reliability.time_invalid", 3, "starts_at"),
        ("reliability.offset_missing", 4, "starts_at"),
        ("reliability.time_missing", 5, "starts_at"),
        ("reliability.ends_before_starts", 6, "ends_at"),
        ("reliability.customers_invalid", 7, "customers"),
        ("reliability.more_than_served", 8, "customers"),
        ("reliability.not_a_truth_value", 8, "planned"),
    ]
    assert found["saifi"] == 0.1
    assert found["outages"] == {"sustained": ["a"], "momentary": []}
    lines = run(table, "--customers", "100", *YEAR, "--language", "zh-Hans").stderr.splitlines()
    assert len(lines) == 7 and all("{" not in line for line in lines)


def test_an_interruption_still_open_counts_to_the_end_of_the_period() -> None:
    table = write("starts_at,ends_at,customers\n2025-12-31T22:00:00Z,,10\n")
    assert answer(table, "--customers", "10", *YEAR)["saidi_minutes"] == 120


def test_days_are_those_of_the_zone() -> None:
    table = write("starts_at,ends_at,customers\n2025-01-31T17:00:00Z,2025-01-31T18:00:00Z,10\n")
    period = ("--from", "2025-02-01", "--to", "2025-03-01")
    assert answer(table, "--customers", "10", *period)["saifi"] == 0
    found = answer(table, "--customers", "10", *period, "--timezone", "Asia/Shanghai", "--by", "month")
    assert found["saifi"] == 1
    assert list(found["by"]["month"]) == ["2025-02"]
    march = ("--from", "2025-03-30", "--to", "2025-03-31", "--timezone", "Europe/Berlin")
    long = write("starts_at,ends_at,customers\n2025-03-30T00:00:00+01:00,2025-03-31T00:00:00+02:00,10\n")
    assert answer(long, "--customers", "10", *march)["asai"] == 0


def storms() -> str:
    """Sixty days a year with some interruption from 2020 to 2025, and a storm in 2025."""
    lines = ["outage_id,starts_at,ends_at,customers,cause,planned"]
    for year in range(2020, 2026):
        for n in range(60):
            start = datetime(year, 1 + n % 12, 1 + n % 25, 8, tzinfo=UTC)
            end = start + timedelta(minutes=30 + 7 * (n % 9) + n % 7)
            cause = "digger" if n % 3 else "tree"
            lines.append(f"{year}-{n},{start.isoformat()},{end.isoformat()},10,{cause},{n % 5 == 0}")
    lines.append("storm,2025-06-20T23:50:00+00:00,2025-06-22T10:00:00+00:00,900,tree,False")
    return write("\n".join(lines) + "\n")


def test_major_event_days_come_from_the_years_before_and_are_taken_out() -> None:
    found = answer(storms(), "--customers", "1000", *YEAR, "--outages")
    assert found["major_event_days"] == ["2025-06-20"]
    assert found["t_med"]["2025"]["years"] == [2020, 2021, 2022, 2023, 2024]
    rest = found["without_major_events"]
    assert found["saidi_minutes"] == pytest.approx(rest["saidi_minutes"] + 900 * 2050 / 1000)
    assert (found["interruptions"], rest["interruptions"]) == (61, 60)
    assert "storm" in found["outages"]["sustained"]
    assert found["rows_outside_period"] == 300


def test_groups_and_years_open_to_their_outages() -> None:
    found = answer(storms(), "--customers", "1000", *YEAR, "--by", "cause", "--year-on-year", "cause")
    parts = found["by"]["cause"]
    assert sorted(parts) == ["digger", "tree"]
    assert parts["digger"]["saifi"] + parts["tree"]["saifi"] == pytest.approx(found["saifi"])
    assert "storm" in parts["tree"]["outages"]["sustained"]
    trees = [one for one in found["year_on_year"]["cause"] if one["label"] == "tree"]
    assert [one["year"] for one in trees] == list(range(2020, 2026))
    assert trees[-1]["interruptions"] == trees[-2]["interruptions"] + 1
    assert trees[-1]["change"] == pytest.approx(1 / trees[-2]["interruptions"])


def test_a_network_gives_the_customers_of_the_districts() -> None:
    network = Path(__file__).parents[2] / "cases/topology/ring_of_two_feeders/network"
    table = write(
        "starts_at,ends_at,customers,district_ids\n"
        "2025-03-01T08:00:00Z,2025-03-01T10:00:00Z,7,D1 D2\n"
        "2025-04-01T08:00:00Z,2025-04-01T09:00:00Z,5,D2\n"
    )
    found = answer(table, "--network", str(network), *YEAR)
    assert (found["customers"], found["caifi"]) == (47, pytest.approx(12 / 7))
    assert found["asifi"] == pytest.approx((600 + 200) / 700)


@pytest.mark.parametrize(
    "arguments",
    [
        YEAR,
        ("--customers", "0", *YEAR),
        ("--customers", "5", "--from", "2026-01-01", "--to", "2025-01-01"),
        ("--customers", "5", "--from", "January", "--to", "2025-01-01"),
        ("--customers", "5", *YEAR, "--timezone", "Nowhere/City"),
    ],
)
def test_wrong_use_exits_with_2(arguments: tuple[str, ...]) -> None:
    assert run(GOLDEN / "interruptions.csv", *arguments).exit_code == 2


def test_a_column_that_was_asked_for_but_is_not_there_is_a_fault() -> None:
    result = run(GOLDEN / "interruptions.csv", "--customers", "2000", *YEAR, "--by", "cell", "--users", "districts")
    assert result.exit_code == 1
    assert [line.split(": ")[0] for line in result.stderr.splitlines()] == [
        "interruptions.csv:1:district_ids",
        "interruptions.csv:1:cell",
    ]
