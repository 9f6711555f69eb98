"""The first word on how long an outage lasts, before anybody is there: from experience, else from the promises."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from wanjia.records.network.models import Outage, PlannedWork

OUTAGES_LOOKED_AT = 200
"""The last ones of the same level: a year or so of a prefecture's sections."""
OUTAGES_NEEDED = 10
"""Fewer say little; the promises hold then."""
SHARE_BACK = 0.75
"""Three of four outages were shorter: better generous than changed again and again. Unverified default (M)."""
STEP = timedelta(minutes=15)
"""An estimate to the minute would claim more than is known."""

PROMISED: Mapping[str, timedelta] = {
    "urban": timedelta(minutes=45, hours=3),
    "rural": timedelta(minutes=90, hours=4),
    "remote": timedelta(hours=2) + timedelta(hours=4),
}
"""Crew's arrival and restoration after arrival (供电服务“十项承诺”, B); restoration in remote areas as rural (M)."""

BY_EXPERIENCE, BY_PROMISE, BY_PLAN = "system:experience", "system:promise", "system:plan"
"""Who says so: `RestorationEstimate.said_by`."""


def first_estimate(outage: Outage, area_class: str) -> tuple[datetime, str]:
    """Until when, and on what ground."""
    if outage.planned and (ends_at := _plan_ends_at(outage)) is not None:
        return ends_at, BY_PLAN
    durations = sorted(_durations(outage.device_level))
    if len(durations) >= OUTAGES_NEEDED:
        lasts, ground = durations[int(SHARE_BACK * (len(durations) - 1))], BY_EXPERIENCE
    else:
        lasts, ground = PROMISED.get(area_class, PROMISED["rural"]), BY_PROMISE
    return rounded_up(outage.starts_at + lasts), ground


def _plan_ends_at(outage: Outage) -> datetime | None:
    """When the planned work at the device is to end; of a plan in whose window the outage began."""
    rows = PlannedWork.objects.filter(device_id=outage.device_id, cancelled_at=None, ends_at__gt=outage.starts_at)
    return rows.filter(starts_at__lte=outage.detected_at).values_list("ends_at", flat=True).first()


def _durations(level: str) -> list[timedelta]:
    rows = Outage.objects.filter(
        status=Outage.Status.RESTORED, planned=False, device_level=level, ends_at__isnull=False
    )
    rows = rows.exclude(cause_hint="momentary").order_by("-starts_at")
    return [end - start for start, end in rows.values_list("starts_at", "ends_at")[:OUTAGES_LOOKED_AT]]


def rounded_up(at: datetime) -> datetime:
    """The next full quarter of an hour."""
    since = at - at.replace(hour=0, minute=0, second=0, microsecond=0)
    return at + (-since % STEP)
