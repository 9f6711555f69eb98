"""Findings as people and programs read them: rows, a summary by kind, a table."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from wanjia.cli._series_estimates import Estimates
from wanjia.cli._series_readings import Loaded
from wanjia.kernels.balance.readings.checking import KINDS, Finding
from wanjia.model.readings import SLOT_MINUTES
from wanjia.texts import say

LISTED_MAX = 40
"""Findings that the terminal shows; all of them are in the table and in the JSON."""
UNITS = {
    "gap": "intervals", "negative": "kWh", "spike": "kWh", "over_capacity": "kWh", "zero_run": "days",
    "zero_week": "days", "stuck": "intervals", "clock_shift": "intervals", "multiplier": "times",
}  # fmt: skip
COLUMNS = ("meter_id", "district_id", "kind", "starts_at", "ends_at", "figure", "unit", "evidence")
"""Of the table of findings, in order."""


@dataclass
class Checked:
    """What was checked so far, and every finding as a row; estimates where they were asked for."""

    zone: str
    estimates: Estimates | None = None
    meters: int = 0
    readings: int = 0
    estimated: int = 0
    days: set[date] = field(default_factory=set)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, loaded: Loaded, findings: Sequence[Finding], district_ids: Sequence[str]) -> None:
        """Meters that were looked at, and what was found; `district_ids` by meter."""
        self.meters += len(loaded.meter_ids)
        self.readings += loaded.readings
        self.estimated += loaded.estimated
        self.days |= {loaded.first, loaded.first + timedelta(days=len(loaded.curves.line.rest) - 1)}
        self.rows += [_row(one, loaded, district_ids) for one in findings]
        if self.estimates is not None:
            self.estimates.add(loaded, findings)

    def plain(self) -> dict[str, Any]:
        """The object of `--json` without its findings."""
        counts = Counter(row["kind"] for row in self.rows)
        made = {} if self.estimates is None else {"estimates": self.estimates.plain()}
        return {
            "meters": self.meters,
            "readings": self.readings,
            "estimated": self.estimated,
            "first_day": min(self.days).isoformat(),
            "last_day": max(self.days).isoformat(),
            "timezone": self.zone,
            "counts": {kind: counts[kind] for kind in KINDS},
            **made,
        }


def _row(one: Finding, loaded: Loaded, district_ids: Sequence[str]) -> dict[str, Any]:
    """One finding with the columns of the table; it starts where its first interval begins."""
    ends = loaded.curves.line.ends_at
    return {
        "meter_id": loaded.meter_ids[one.meter],
        "district_id": district_ids[one.meter],
        "kind": one.kind,
        "starts_at": (ends(one.begin) - timedelta(minutes=SLOT_MINUTES)).isoformat(),
        "ends_at": ends(one.end - 1).isoformat(),
        "figure": round(one.figure, 6),
        "unit": UNITS[one.kind],
        "evidence": {name: round(value, 6) for name, value in one.evidence.items()},
    }


def findings_table(rows: list[dict[str, Any]], path: Path) -> pa.Table:
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


def told(checked: Checked, language: str) -> str:
    """What was found by kind, and the worst of each."""
    summary, rows, zone = checked.plain(), checked.rows, checked.zone
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
    if checked.estimates is not None:
        made = checked.estimates.plain()
        left = made.pop("not_estimated", 0)
        lines.append(say("series.estimates_made", language, made=sum(made.values()), left=left))
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
