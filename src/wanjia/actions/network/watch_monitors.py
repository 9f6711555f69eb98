"""What nobody reports and has to be looked for: devices that fell silent, homes that are unusually still, old rows."""

from datetime import datetime, timedelta

import numpy as np
from django.db import transaction
from django.db.models import Q

from wanjia.actions.network.safety_alarms import close_alarm, new_alarm, open_alarm, retry_cases, tell
from wanjia.actions.network.safety_consent import purposes_in_force
from wanjia.actions.network.safety_scenes import CARE, PLEASE_CALL, SILENT
from wanjia.kernels.balance.safety.following import is_silent
from wanjia.kernels.balance.safety.inactivity import DAY, DAYS_MAX, STILL_HOURS_MAX, Floats, stillness
from wanjia.records.network.models import RhythmHour, SafetyAlarm, SafetyMonitor, SafetyReading

READINGS_KEPT = timedelta(days=14)
HOURS_KEPT = timedelta(hours=DAYS_MAX * DAY + STILL_HOURS_MAX)
"""What the rhythm is learnt from, and not an hour more."""
LATE_MAX = timedelta(hours=2)
"""An hour's energy comes within two; a home whose last hours are missing is not judged."""


def watch_monitors(now: datetime) -> int:
    """One look at all of them; gives how many alarms began."""
    SafetyReading.objects.filter(slot_at__lt=now - READINGS_KEPT).delete()
    RhythmHour.objects.filter(ends_at__lt=now - HOURS_KEPT).delete()
    began = 0
    for code in SafetyMonitor.objects.filter(_to_look_at()).order_by("code").values_list("code", flat=True):
        with transaction.atomic():
            rows = SafetyMonitor.objects.select_for_update(of=("self",)).select_related("district")
            monitor = rows.filter(code=code).first()
            if monitor is not None:
                began += _silence(monitor, now) + _stillness(monitor, now)
    retry_cases(now)
    return began


def _to_look_at() -> Q:
    """Those in use, and homes that are not any more but whose hours are still there."""
    return Q(removed_at=None) | Q(hours__isnull=False, consent_case__gt="")


def _silence(monitor: SafetyMonitor, now: datetime) -> bool:
    since = monitor.heard_at or monitor.entered_at
    if monitor.removed_at or open_alarm(monitor, SILENT) or not is_silent(since, now, monitor.silent_hours):
        return False
    if monitor.consent_case and not purposes_in_force(monitor.consent_case, now):
        return False
    tell(new_alarm(monitor, SILENT, "fault", since, now, now), now)
    return True


def _stillness(monitor: SafetyMonitor, now: datetime) -> bool:
    """Only while the consent is in force for it; what is kept for it is deleted in the same moment as it is not."""
    if not monitor.consent_case:
        return False
    purposes = frozenset[str]() if monitor.removed_at else purposes_in_force(monitor.consent_case, now)
    if CARE not in purposes:
        monitor.hours.all().delete()
        _end_all(monitor, purposes, now)
        return False
    row = open_alarm(monitor, PLEASE_CALL)
    found = stillness(_hours(monitor, now))
    if row is not None:
        _end(row, found.is_lively, now)
        return False
    if not found.is_unusual:
        return False
    tell(new_alarm(monitor, PLEASE_CALL, "call", now, now, now), now)
    return True


def _end_all(monitor: SafetyMonitor, purposes: frozenset[str], now: datetime) -> None:
    """Without any consent nothing of a home is watched any more; without the one for stillness, that is not."""
    for row in monitor.alarms.filter(status=SafetyAlarm.Status.OPEN):
        if not purposes or row.kind == PLEASE_CALL:
            close_alarm(row, now, now)


def _end(row: SafetyAlarm, is_lively: bool, now: datetime) -> None:
    """One episode lasts until there is life again, so that nobody is called twice for it."""
    if is_lively:
        close_alarm(row, now, now)


def _hours(monitor: SafetyMonitor, now: datetime) -> Floats:
    """Its hours up to the last one that was reported; all unknown when that is too long ago."""
    rows = RhythmHour.objects.filter(monitor=monitor, ends_at__lte=now).order_by("ends_at")
    kept = dict(rows.values_list("ends_at", "energy_kwh"))
    last = max(kept, default=now - 2 * LATE_MAX)
    if now - last > LATE_MAX:
        return np.array([np.nan])
    count = round((last - min(kept)).total_seconds() / 3600) + 1
    return np.array([kept.get(last - timedelta(hours=back), np.nan) for back in range(count - 1, -1, -1)])
