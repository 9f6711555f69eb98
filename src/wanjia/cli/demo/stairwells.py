"""Lets the demo's stairwells report as long as the demo is served, so that what they show is of now.

On each day another of them leaks, until somebody has looked after it or the day is over.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import numpy as np
from django.db import connection
from django.utils import timezone

from wanjia.actions.network.safety_nouns import MonitorReading
from wanjia.actions.network.take_safety_readings import take_safety_readings
from wanjia.cli.demo.safety import GATEWAY, HOURS, LEAK_MA, LEAK_MINUTES_AGO, MINUTES, usual
from wanjia.records.cases.models import Case
from wanjia.records.network.models import SafetyAlarm, SafetyMonitor

logger = logging.getLogger(__name__)
PAUSE_SECONDS = 60.0 * MINUTES
KIND = "residual_current_ma"
LEAKS_EVERY = 3
"""Steps from one day's stairwell to the next, so that the same one leaks about once a week."""


@contextmanager
def reporting_stairwells() -> Iterator[None]:
    """They have reported when the block begins, and go on every MINUTES minutes."""
    report(timezone.now())
    connection.close()
    over = threading.Event()
    threading.Thread(target=_go_on, args=(over,), name="wanjia-stairwells", daemon=True).start()
    try:
        yield
    finally:
        over.set()


def report(now: datetime) -> int:
    """What was measured since they were heard last, HOURS at most; gives how many readings."""
    rows = list(SafetyMonitor.objects.filter(gateway=GATEWAY, removed_at=None).order_by("code"))
    chosen = _chosen(now, len(rows))
    readings = []
    for which, row in enumerate(rows):
        leaks_at = now - timedelta(minutes=LEAK_MINUTES_AGO) if which == chosen else _leaks_at(row, now)
        readings += [one for at in _times(row.heard_at, now) for one in _values(row.code, which, at, leaks_at)]
    return take_safety_readings(GATEWAY, readings, now).taken


def _go_on(over: threading.Event) -> None:
    while not over.wait(PAUSE_SECONDS):
        try:
            report(timezone.now())
        except Exception:
            logger.exception("the demo's stairwells did not report; trying again")
        connection.close()


def _times(heard_at: datetime | None, now: datetime) -> Iterator[datetime]:
    """Every MINUTES minutes by the clock."""
    step = timedelta(minutes=MINUTES)
    since = max(heard_at or now - timedelta(hours=HOURS), now - timedelta(hours=HOURS))
    begin = since.replace(minute=since.minute - since.minute % MINUTES, second=0, microsecond=0) + step
    while begin <= now:
        yield begin
        begin += step


def _chosen(now: datetime, stairwells: int) -> int | None:
    """The one that begins to leak now; None where one has begun today."""
    begun = SafetyAlarm.objects.filter(
        monitor__gateway=GATEWAY, kind=KIND, starts_at__gte=now - timedelta(days=1), starts_at__lte=now
    )
    today = timezone.localdate(now)
    if not stairwells or any(timezone.localdate(one.starts_at) == today for one in begun):
        return None
    return LEAKS_EVERY * today.toordinal() % stairwells


def _leaks_at(row: SafetyMonitor, now: datetime) -> datetime | None:
    """Since when this stairwell leaks: since today, while the case of its alarm runs."""
    last = SafetyAlarm.objects.filter(monitor=row, kind=KIND, status=SafetyAlarm.Status.OPEN).first()
    if last is None or timezone.localdate(last.starts_at) != timezone.localdate(now) or not _is_running(last):
        return None
    return last.starts_at


def _is_running(alarm: SafetyAlarm) -> bool:
    return Case.objects.filter(number=alarm.case_number, status=Case.Status.RUNNING).exists()


def _values(code: str, which: int, at: datetime, leaks_at: datetime | None) -> Iterator[MonitorReading]:
    """The same instant has the same values."""
    leak, warm = usual(which, at, np.random.default_rng([which, int(at.timestamp())]))
    if leaks_at is not None and at >= leaks_at:
        leak += LEAK_MA
    for name, value in ((KIND, leak), ("temperature_c", warm)):
        yield MonitorReading(code, name, at, round(value, 1))
