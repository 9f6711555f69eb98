"""Computations of days: asked for, under way with progress and remaining time, done."""

from dataclasses import dataclass
from datetime import date, datetime

from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, NotFound, Where
from wanjia.queries.network.loss_rows import allow
from wanjia.records.network.models import MeasuredDay, MeasurementRun
from wanjia.series.opening import measurement_store

STAGES = {"register": 0.05, "compact": 0.6, "balance": 0.15, "findings": 0.15, "keep": 0.05}
"""Stages of a run in their order, and what share of its time each takes, by measurement of a made city."""
SHARE_LEAST = 0.02
"""Before so much is done, nothing can be said of the rest."""


@dataclass(frozen=True)
class RunLine:
    """One run. `state`: waiting, running, done, failed. `remaining_seconds` is estimated, None when not known.

    `outcome` has counts once it is done: `districts`, `meters`, `readings`, `changed` districts against the revision
    before, `revision`, and districts by band (`band_high`, ...).
    """

    id: int
    day: date
    state: str
    asked_by: str
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    stage: str
    done: int
    total: int
    share: float | None
    remaining_seconds: float | None
    attempts: int
    outcome: dict[str, int]
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class DayLine:
    """A day of the store: batches that arrived; meters and readings as put in order last; since when it is computed.

    `stale`: something arrived after the readings were put in order.
    """

    day: date
    arrivals: int
    meters: int
    readings: int
    computed_at: datetime | None
    stale: bool


def runs(actor: Actor, now: datetime, limit: int = 50) -> tuple[RunLine, ...]:
    """Newest first. Raises Denied."""
    allow(actor)
    return tuple(_line(row, now) for row in MeasurementRun.objects.all()[:limit])


def run(key: int, actor: Actor, now: datetime) -> RunLine:
    """One run. Raises NotFound, Denied."""
    allow(actor)
    row = MeasurementRun.objects.filter(pk=key).first()
    if row is None:
        raise NotFound("measurement_run", key)
    return _line(row, now)


def days(actor: Actor, first: date, last: date) -> tuple[DayLine, ...]:
    """Days of the period for which readings were accepted, newest first. Raises Denied."""
    allow(actor)
    computed = dict(MeasuredDay.objects.filter(day__gte=first, day__lte=last).values_list("day", "computed_at"))
    states = [one for one in measurement_store().days() if first <= one.day <= last]
    return tuple(
        DayLine(one.day, one.arrivals, one.meters, one.readings, computed.get(one.day), one.stale)
        for one in sorted(states, key=lambda one: one.day, reverse=True)
    )


def _line(row: MeasurementRun, now: datetime) -> RunLine:
    share = _share(row)
    faults = tuple(Fault(one["code"], Where(one["where"]), one["values"]) for one in row.faults)
    return RunLine(
        row.pk, row.day, row.state, row.asked_by_name, row.asked_at, row.started_at, row.ended_at, row.stage, row.done,
        row.total, share, _remaining(row, share, now), row.attempts, row.outcome, faults,
    )  # fmt: skip


def _share(row: MeasurementRun) -> float | None:
    """How much of the whole is done, by what the stages take of it."""
    if row.state == MeasurementRun.State.DONE:
        return 1.0
    if row.state != MeasurementRun.State.RUNNING or row.stage not in STAGES:
        return None
    names = list(STAGES)
    before = sum(STAGES[name] for name in names[: names.index(row.stage)])
    return before + STAGES[row.stage] * min(1.0, row.done / row.total if row.total else 0.0)


def _remaining(row: MeasurementRun, share: float | None, now: datetime) -> float | None:
    if row.state != MeasurementRun.State.RUNNING or row.started_at is None or not share or share < SHARE_LEAST:
        return None
    passed = (now - row.started_at).total_seconds()
    return max(0.0, passed * (1 - share) / share)
