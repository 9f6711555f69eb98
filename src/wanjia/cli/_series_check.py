"""`wanjia series check`: what looks wrong in readings over many days, meter by meter, with figure and evidence."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import numpy as np
import pyarrow as pa

from wanjia.adapters.grid_files.folder import read_network
from wanjia.cli._language import language_option
from wanjia.cli._output import FOLDER, finish, plain_faults, progress
from wanjia.cli._series_readings import Loaded, load
from wanjia.cli._zone import zone_option
from wanjia.cli.sense import table_name, written
from wanjia.kernels.balance.checking import KINDS, Finding
from wanjia.kernels.balance.checking_meters import CONNECTION_KW, Known, check_meters, limits_kw, unknown_meters
from wanjia.model.faults import Fault
from wanjia.model.network import Network
from wanjia.model.readings import SLOT_MINUTES
from wanjia.texts import say

READINGS = click.Path(exists=True, readable=True, path_type=Path)
LISTED_MAX = 40
"""Findings that the terminal shows; all of them are in the table and in the JSON."""
UNITS = {
    "gap": "intervals", "negative": "kWh", "spike": "kWh", "over_capacity": "kWh", "zero_run": "days",
    "zero_week": "days", "stuck": "intervals", "clock_shift": "intervals", "multiplier": "times",
}  # fmt: skip
COLUMNS = ("meter_id", "district_id", "kind", "starts_at", "ends_at", "figure", "unit", "evidence")
"""Of the table of findings, in order."""


@click.command(name="check")
@click.argument("readings", type=READINGS)
@click.option("--network", type=FOLDER, help="Network folder: districts, master meters, capacity of transformers.")
@zone_option
@click.option("--connection-kw", type=click.FloatRange(0, min_open=True), default=CONNECTION_KW, show_default=True,
              help="What a customer's connection can carry.")  # fmt: skip
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), callback=table_name,
              help="Where to write the findings (.csv or .parquet).")  # fmt: skip
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, with all findings.")
def check_command(
    readings: Path, network: Path | None, timezone: str, connection_kw: float, out: Path | None, language: str,
    as_json: bool,
) -> None:  # fmt: skip
    """List what looks wrong in READINGS: gaps, negatives, spikes, zeros, stuck values, moved clocks, multipliers.

    READINGS is a table with meter_id, read_at (end of the interval), energy_kwh and perhaps quality, or one with
    meter_id, day, slot_00 to slot_95 (.csv or .parquet), or a folder of such tables. Nothing is changed. Findings are
    the result, not faults: rows that cannot be read are.

    Exit status: 0 done, 1 faults are listed, 2 wrong use.
    """
    progress("series.reading", language, file=readings.name)
    loaded, faults = load(readings, timezone)
    grid, found = _network(network)
    faults += found
    if loaded is None or (network and grid is None):
        finish(faults, None, "", language)
        return
    progress("series.checking", language, meters=len(loaded.meter_ids))
    known, districts = _known(loaded, grid, connection_kw)
    findings = check_meters(loaded.curves, known)
    rows = [_plain(one, loaded, known, districts) for one in findings]
    if out is not None:
        written(out, _table(rows, out))
    result = {**_summary(loaded, rows, timezone), "findings": rows, "faults": plain_faults(faults, language)}
    finish(faults, result if as_json else None, _told(loaded, rows, timezone, language), language)


def _network(folder: Path | None) -> tuple[Network | None, list[Fault]]:
    if folder is None:
        return None, []
    read = read_network(folder)
    return read.network, list(read.faults)


def _known(loaded: Loaded, network: Network | None, connection_kw: float) -> tuple[Known, Sequence[str]]:
    """What the network says of the meters with readings; those that it lacks are customers of no district."""
    count = len(loaded.meter_ids)
    plain = unknown_meters(count, connection_kw)
    if network is None:
        return plain, ()
    rows = {str(name): at for at, name in enumerate(network.meters.ids)}
    at = np.array([rows.get(name, -1) for name in loaded.meter_ids], np.int64)
    role, district = plain.role.copy(), plain.district.copy()
    role[at >= 0], district[at >= 0] = network.meters.role[at[at >= 0]], network.meters.district[at[at >= 0]]
    limit = limits_kw(role, district, network.districts.capacity_kva, connection_kw)
    return Known(role, district, limit), [str(name) for name in network.districts.ids]


def _plain(one: Finding, loaded: Loaded, known: Known, districts: Sequence[str]) -> dict[str, Any]:
    """One finding with the columns of the table; it starts where its first interval begins."""
    ends = loaded.curves.line.ends_at
    district = int(known.district[one.meter])
    return {
        "meter_id": loaded.meter_ids[one.meter],
        "district_id": str(districts[district]) if district >= 0 else "",
        "kind": one.kind,
        "starts_at": (ends(one.begin) - timedelta(minutes=SLOT_MINUTES)).isoformat(),
        "ends_at": ends(one.end - 1).isoformat(),
        "figure": round(one.figure, 6),
        "unit": UNITS[one.kind],
        "evidence": {name: round(value, 6) for name, value in one.evidence.items()},
    }


def _summary(loaded: Loaded, rows: list[dict[str, Any]], zone: str) -> dict[str, Any]:
    days = len(loaded.curves.line.rest)
    counts = Counter(row["kind"] for row in rows)
    return {
        "meters": len(loaded.meter_ids),
        "readings": loaded.readings,
        "estimated": loaded.estimated,
        "first_day": loaded.first.isoformat(),
        "last_day": (loaded.first + timedelta(days=days - 1)).isoformat(),
        "timezone": zone,
        "counts": {kind: counts[kind] for kind in KINDS},
    }


def _table(rows: list[dict[str, Any]], path: Path) -> pa.Table:
    """Findings as a table; CSV has times as text and the evidence as JSON."""
    columns = {name: [row[name] for row in rows] for name in COLUMNS}
    columns["evidence"] = [json.dumps(one) for one in columns["evidence"]]
    arrays = {name: pa.array(values, pa.string()) for name, values in columns.items() if name != "figure"}
    arrays["figure"] = pa.array(columns["figure"], pa.float64())
    if path.suffix.lower() == ".parquet":
        for name in ("starts_at", "ends_at"):
            moments = [datetime.fromisoformat(value) for value in columns[name]]
            arrays[name] = pa.array(moments, pa.timestamp("ms", "UTC"))
    return pa.table([arrays[name] for name in COLUMNS], list(COLUMNS))


def _told(loaded: Loaded, rows: list[dict[str, Any]], zone: str, language: str) -> str:
    summary = _summary(loaded, rows, zone)
    lines = [say("series.checked", language, **{name: summary[name] for name in ("readings", "meters", "first_day",
             "last_day")}, findings=len(rows))]  # fmt: skip
    for kind, count in summary["counts"].items():
        if count:
            meters = len({row["meter_id"] for row in rows if row["kind"] == kind})
            lines.append(say("series.kind_line", language, kind=say(f"series.kind.{kind}", language), count=count,
                             meters=meters))  # fmt: skip
    worst = sorted(rows, key=lambda row: (KINDS.index(row["kind"]), -abs(row["figure"])))
    lines += [_line(row, zone, language) for row in worst[:LISTED_MAX]]
    if len(rows) > LISTED_MAX:
        lines.append(say("series.more_findings", language, count=len(rows) - LISTED_MAX))
    return "\n".join(lines)


def _line(row: dict[str, Any], zone: str, language: str) -> str:
    starts, ends = (
        datetime.fromisoformat(row[name]).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
        for name in ("starts_at", "ends_at")
    )
    kind, unit = say(f"series.kind.{row['kind']}", language), say(f"series.unit.{row['unit']}", language)
    figure = f"{row['figure']:g}"
    return say("series.finding", language, meter=row["meter_id"], starts=starts, ends=ends, kind=kind, figure=figure,
               unit=unit)  # fmt: skip
