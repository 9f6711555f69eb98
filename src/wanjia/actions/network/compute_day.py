"""Put a day's readings in order, balance every district that is in collection, and keep what was found."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from wanjia.actions.network.balance_tables import curve_table, district_table
from wanjia.actions.network.collected import Collected
from wanjia.actions.network.diagnosing import Findings, diagnose
from wanjia.actions.permission import require
from wanjia.kernels.balance.day.bands import BANDS, Edition
from wanjia.kernels.balance.day.losses import DistrictDay
from wanjia.model.actors import Actor
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.history import write_history
from wanjia.records.network.loss_bands import loss_bands
from wanjia.records.network.models import MeasuredDay
from wanjia.series.port import Compaction, Kept, MeasurementStore

CHANGES_KEPT_MAX = 2_000
"""Changed figures kept in the row; all are counted."""

Tell = Callable[[str, int, int], None]
"""Is told the stage, and how much of it is done of how much."""


@dataclass(frozen=True)
class ComputedDay:
    """What the computation did: the readings as put in order, the results as kept, counts for the run's page."""

    compaction: Compaction
    kept: Kept
    counts: dict[str, int]


def silent(stage: str, done: int, total: int) -> None:
    """Nobody asked."""


def compute_day(
    day: date, meters: Collected, store: MeasurementStore, actor: Actor, now: datetime, tell: Tell = silent,
    with_findings: bool = True,
) -> ComputedDay:  # fmt: skip
    """Everything from what was accepted to the kept results. Done again it gives the same. Raises Denied, Refused.

    `with_findings`: also looks for why districts are off; days of the past that are only counted do without.
    """
    require(actor, "measurement", "import")
    compaction = store.compact(day, meters.register, lambda done, total: tell("compact", done, total))
    bands = loss_bands(day)
    found = store.balance(day, meters.expected, bands, lambda done, total: tell("balance", done, total))
    findings: Findings = {}
    if with_findings:
        findings = diagnose(day, meters, found, store, lambda done, total: tell("findings", done, total))
    tell("keep", 0, 1)
    table = district_table(found, meters.expected, findings)
    kept = store.keep(day, table, curve_table(found, meters.expected))
    counts = _counts(found, compaction, kept)
    counts["findings"] = sum(len(some) for some in findings.values())
    _note(ComputedDay(compaction, kept, counts), bands, actor, now)
    return ComputedDay(compaction, kept, counts)


def _note(done: ComputedDay, bands: Edition, actor: Actor, now: datetime) -> None:
    """The day with its counts and what changed becomes a row; the history says who and when."""
    kept, changes = done.kept, done.kept.changes[:CHANGES_KEPT_MAX]
    values = {"revision": kept.revision, "computed_at": now, "bands": bands.edition, "counts": done.counts}
    values["changes"] = [[one.district_id, one.column, one.before, one.after] for one in changes]
    data: Facts = {"day": kept.day.isoformat(), "revision": kept.revision, **done.counts}
    with transaction.atomic():
        MeasuredDay.objects.update_or_create(day=kept.day, defaults=values)
        write_history(f"measurement:{kept.day}", actor, now, [("day_computed", data)])


def _counts(found: DistrictDay, compaction: Compaction, kept: Kept) -> dict[str, int]:
    by_band = {f"band_{band}": int((found.band == code).sum()) for code, band in enumerate(BANDS)}
    return {
        "districts": len(found.band), "meters": compaction.meters, "readings": compaction.readings,
        "estimated": compaction.estimated, "superseded": compaction.superseded,
        "unknown_meters": compaction.unknown_meters, "changed_meters": compaction.changed_meters,
        "changed_readings": compaction.changed_slots, "changed_districts": kept.changed_districts, **by_band,
    }  # fmt: skip
