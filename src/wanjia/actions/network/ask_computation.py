"""Ask that a day's readings be put in order and balanced; a worker does it, beside everything else."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.records.cases.history import write_history
from wanjia.records.network.models import MeasurementRun

OPEN = (MeasurementRun.State.WAITING, MeasurementRun.State.RUNNING)


def ask_computation(day: date, actor: Actor, now: datetime) -> MeasurementRun:
    """The run that was asked for, or the one of that day that waits or is under way. Raises Denied, Refused."""
    require(actor, "measurement", "import")
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    if day > today:
        raise Refused([Fault("measurement.day_future", Where("day"), {"day": day.isoformat()})])
    with transaction.atomic():
        values = {"asked_by": actor.reference, "asked_by_name": actor.name, "asked_at": now}
        run, is_new = MeasurementRun.objects.get_or_create(day=day, state__in=OPEN, defaults={"day": day, **values})
        if is_new:
            write_history(f"measurement:{day}", actor, now, [("computation_asked", {"day": day.isoformat()})])
        return run
