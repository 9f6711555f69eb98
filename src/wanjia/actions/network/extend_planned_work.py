"""Planned work lasts longer than was announced: whoever was told of it hears until when, and why."""

from datetime import datetime, timedelta

from django.db import transaction

from wanjia.actions.cases.queue_delivery import queue
from wanjia.actions.network.plan_work import HOURS_MAX, allow_on, texts_for
from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.records.cases.history import write_history
from wanjia.records.network.lookups import district_facts
from wanjia.records.network.models import PlannedWork

OVERRUN_MAX = timedelta(hours=HOURS_MAX)
"""How much later than announced: as long as the longest plan."""


def extend_planned_work(code: str, ends_at: datetime, reason: str, actor: Actor, now: datetime) -> int:
    """Move the plan's end; gives how many are told. Raises NotFound, Denied, Refused."""
    require(actor, "outage", "plan")
    with transaction.atomic():
        work = PlannedWork.objects.select_for_update().filter(code=code).first()
        if work is None:
            raise NotFound("planned_work", code)
        facts = district_facts(frozenset(work.districts.values_list("district", flat=True)))
        allow_on(actor, facts)
        if work.cancelled_at is not None:
            values = {"code": code, "at": work.cancelled_at.isoformat()}
            raise Refused([Fault("work.cancelled", Where(), values)])
        if not work.ends_at < ends_at <= work.ends_at + OVERRUN_MAX:
            window = {"start": work.ends_at.isoformat(), "end": ends_at.isoformat(), "hours_max": HOURS_MAX}
            raise Refused([Fault("work.window", Where("ends_at"), window)])
        before, work.ends_at = work.ends_at, ends_at
        work.save(update_fields=["ends_at"])
        told = queue(texts_for(work, "plan_extended", facts, f"@{ends_at:%Y%m%dT%H%M}"), now)
        data = {
            "before": before.isoformat(),
            "until": ends_at.isoformat(),
            "reason": reason.strip()[:200],
            "told": told,
        }
        write_history(f"work:{code}", actor, now, [("work_extended", data)])
        return told
