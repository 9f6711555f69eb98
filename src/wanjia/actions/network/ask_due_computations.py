"""Days that are over and to which readings have come since they were computed: their computation is asked for."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from wanjia.actions.network.ask_computation import ask_computation
from wanjia.model.actors import SYSTEM
from wanjia.records.network.models import MeasurementRun
from wanjia.series.port import MeasurementStore

AGAIN_AFTER = timedelta(hours=1)
"""Late readings trickle in: a day is computed again for them once an hour at most."""
ASKED_A_LOOK_MAX = 40
"""Days asked for at a time, oldest first; the rest at the next look."""


def ask_due_computations(store: MeasurementStore, now: datetime) -> int:
    """How many were asked for. Today is left to be over."""
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    stale = [one.day for one in store.days() if one.stale and one.day < today]
    lately = set(MeasurementRun.objects.filter(asked_at__gt=now - AGAIN_AFTER).values_list("day", flat=True))
    due = [day for day in stale if day not in lately][:ASKED_A_LOOK_MAX]
    for day in due:
        ask_computation(day, SYSTEM, now)
    return len(due)
