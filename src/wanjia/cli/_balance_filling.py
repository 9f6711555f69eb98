"""A day while it is read from plain tables: where readings go, what became of the rows, each table's faults."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from threading import Lock

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wanjia.adapters.grid_files.metering import Metering
from wanjia.cli._balance_batches import FAULTS_MAX, SHOWN_MAX, Findings
from wanjia.cli._balance_sources import ReadingTable
from wanjia.kernels.balance.day.dense import DenseDay, Span, Tally, dense_day, new_tally, span_of
from wanjia.model.faults import Fault, Where
from wanjia.model.network import Indexes
from wanjia.model.readings import SLOT_MINUTES, day_bounds

KINDS = {"differing": "balance.reading_twice", "bad_value": "balance.value_out_of_range"}
NAMES_MAX = 100_000
"""Unknown meters that are told apart; more are only counted."""


@dataclass(frozen=True, eq=False)
class Day:
    """The day that is balanced: bounds as seconds since 1970 UTC, where its readings are put, every meter's row."""

    day: date
    zone: str
    begin: int
    end: int
    metering: Metering
    dense: DenseDay
    every: Indexes

    def span(self, ticks: int) -> Span:
        """The day in a table's own unit of time."""
        return span_of(self.begin, self.end, ticks)

    @property
    def slots(self) -> int:
        """Intervals of the day."""
        return self.span(1).slots


def day_of(day: date, zone: str, metering: Metering) -> Day:
    """An empty day. Raises ZoneInfoNotFoundError for an unknown zone."""
    begin, end = (round(at.timestamp()) for at in day_bounds(day, zone))
    slots = span_of(begin, end, 1).slots
    count = len(metering.meters.ids)
    return Day(day, zone, begin, end, metering, dense_day(count, slots), np.arange(count, dtype=np.int32))


@dataclass
class Rows:
    """What became of a table's rows; `unknown` counts rows by meters that the network lacks."""

    table: ReadingTable
    findings: Findings
    tallies: list[Tally] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    ticks: int = 1
    rows: int = 0
    _lock: Lock = field(default_factory=Lock)

    def tally(self) -> Tally:
        """One for a thread."""
        self.tallies.append(new_tally())
        return self.tallies[-1]

    def name_unknown(self, ids: pa.Array, counts: np.ndarray | None = None) -> None:
        """Rows of meters that are not in the network."""
        if counts is None:
            pairs = pc.value_counts(ids)
            ids, counts = pairs.field(0), pairs.field(1).to_numpy()
        with self._lock:
            for name, count in zip(ids.to_pylist(), counts.tolist(), strict=True):
                if name in self.unknown or len(self.unknown) < NAMES_MAX:
                    self.unknown[name] += count

    def counts(self) -> Counter[str]:
        """All threads' tallies together."""
        found: Counter[str] = Counter(rows=self.rows)
        for one in self.tallies:
            for name in ("taken", "empty", "other_days", "repeated", "unknown"):
                found[name] += getattr(one, name)
            for kind in KINDS:
                found[kind] += one.faults(kind)[0]
        return found


def faults_of(rows: Rows, day: Day) -> list[Fault]:
    """Every fault of a table: values, double readings, unknown meters, rows of other days in a day's own folder."""
    found = rows.findings
    for kind, code in KINDS.items():
        noted = sorted(one for tally in rows.tallies for one in tally.faults(kind)[1])[:FAULTS_MAX]
        for row, meter, slot in noted:
            name = day.metering.meters.ids[meter].as_py()
            found.add(code, row, _column(rows.table, slot), meter=name, read_at=_end(day, slot))
        found.more(code, rows.counts()[kind] - len(noted))
    for name, count in rows.unknown.most_common(FAULTS_MAX):
        found.more("balance.meter_unknown", 1)
        where = Where(rows.table.path.name, 0, "meter_id")
        values = {"meter": name[:SHOWN_MAX], "count": count}
        found.faults.setdefault("balance.meter_unknown", []).append(Fault("balance.meter_unknown", where, values))
    found.more("balance.meter_unknown", max(0, len(rows.unknown) - FAULTS_MAX))
    return [*found.listed(), *_other_days(rows, day)]


def _column(table: ReadingTable, slot: int) -> str:
    return table.slot_columns[slot] if table.form == "wide" else "energy_kwh"


def _end(day: Day, slot: int) -> str:
    """When the slot ends, for people."""
    at = datetime.fromtimestamp(day.begin, UTC) + timedelta(minutes=SLOT_MINUTES * (slot + 1))
    return at.isoformat()


def _other_days(rows: Rows, day: Day) -> list[Fault]:
    """A table may hold a month; but the folder of one day holds that day, and a table without it is a mistake."""
    counts = rows.counts()
    if not counts["other_days"] or not (rows.table.by_day or counts["other_days"] == counts["rows"]):
        return []
    first, last = (_shown(rows, choose([tally.times[at] for tally in rows.tallies]))
                   for at, choose in ((0, min), (1, max)))  # fmt: skip
    values = {"count": counts["other_days"], "day": day.day.isoformat(), "zone": day.zone, "first": first, "last": last}
    code = "balance.other_day" if rows.table.by_day else "balance.no_reading_of_day"
    return [Fault(code, Where(rows.table.path.name), values)]


def _shown(rows: Rows, ticks: int) -> str:
    """A time for people; of a wide table a day."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(ticks) * 1_000_000 // rows.ticks)
    return at.date().isoformat() if rows.table.form == "wide" else at.isoformat()
