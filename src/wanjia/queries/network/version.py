"""Has anything changed? One text that is another one after every change, from three small index look-ups."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Sum

from wanjia.records.network.models import DistrictState, Outage, PlannedWork, SensingPosition, SequenceGap

LATE_COMMIT_SECONDS = 10
"""Rows are stamped before they are committed: one stamped earlier may appear later, within this time at most."""

FIGURES_SECONDS = 60
"""Running figures (minutes of interruption today) are renewed this often even when no row changes."""


@dataclass(frozen=True)
class Version:
    """`mark` changes with the rows; `heard_at` is the arrival time up to which telemetry has been sensed."""

    mark: str
    heard_at: datetime | None


def version(now: datetime) -> Version:
    """The version of everything that the board shows."""
    states = DistrictState.objects.aggregate(last=Max("changed_at"))["last"]
    gap, works = SequenceGap.objects.aggregate(last=Max("pk"), filled=Max("filled_at")), _works()
    minute = int(now.timestamp()) // FIGURES_SECONDS
    return Version(_mark(outages_mark(), states, gap["last"], gap["filled"], works, minute), heard_at())


def public_version(now: datetime) -> str:
    """The version of what the portal shows of all outages."""
    return _mark(outages_mark(), _works(), int(now.timestamp()) // FIGURES_SECONDS)


def outages_mark() -> str:
    """Changes with every change of an outage: the last stamp, and what lies close before it."""
    last = Outage.objects.aggregate(last=Max("changed_at"))["last"]
    if last is None:
        return ""
    near = Outage.objects.filter(changed_at__gte=last - timedelta(seconds=LATE_COMMIT_SECONDS))
    found = near.aggregate(rows=Count("pk"), revisions=Sum("revision"))
    return _mark(last, found["rows"], found["revisions"])


def heard_at() -> datetime | None:
    """When telemetry was last taken in; None before the sensor ever ran on the active network."""
    return SensingPosition.objects.filter(network__active=True).values_list("tick_at", flat=True).first()


def _works() -> str:
    found = PlannedWork.objects.aggregate(rows=Count("pk"), last=Max("pk"), cancelled=Max("cancelled_at"))
    return _mark(found["rows"], found["last"], found["cancelled"])


def _mark(*values: object) -> str:
    texts = (str(round(one.timestamp() * 1000)) if isinstance(one, datetime) else str(one or "") for one in values)
    return "-".join(texts)
