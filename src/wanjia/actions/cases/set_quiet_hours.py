"""Set the company's quiet hours from a day on."""

from collections.abc import Iterator
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import QuietHoursEdition

SOURCE_CHARACTERS_MAX = 200


def set_quiet_hours(
    starts_on: str, begins: str, ends: str, source: str, actor: Actor, now: datetime
) -> QuietHoursEdition:  # fmt: skip
    """An edition from a day (YYYY-MM-DD, today or later) on: HH:MM to HH:MM; equal times: none. Raises Refused.

    What is queued from then on keeps to it; texts that wait already keep their time.
    """
    require(actor, "delivery", "edit")
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    source = source.strip()
    faults = list(_faults(starts_on, begins, ends, source, today))
    if faults:
        raise Refused(faults)
    values = {"begins": time.fromisoformat(begins), "ends": time.fromisoformat(ends), "source": source}
    with transaction.atomic():
        row, _ = QuietHoursEdition.objects.update_or_create(starts_on=date.fromisoformat(starts_on), defaults=values)
        data: Facts = {"starts_on": starts_on, "begins": begins, "ends": ends, "source": source}
        write_history("quiet_hours", actor, now, [("quiet_hours_set", data)])
        return row


def _faults(starts_on: str, begins: str, ends: str, source: str, today: date) -> Iterator[Fault]:
    try:
        if date.fromisoformat(starts_on) < today:
            yield Fault("quiet_hours.past", Where("starts_on"))
    except ValueError:
        yield Fault("quiet_hours.day", Where("starts_on"))
    for name, text in (("begins", begins), ("ends", ends)):
        try:
            time.fromisoformat(text)
        except ValueError:
            yield Fault("quiet_hours.time", Where(name))
        else:
            if len(text) != len("22:00"):
                yield Fault("quiet_hours.time", Where(name))
    if not 0 < len(source) <= SOURCE_CHARACTERS_MAX:
        yield Fault("quiet_hours.source", Where("source"), {"max": SOURCE_CHARACTERS_MAX})
