"""Put a plan in force: from now on its works stand, and a worker enters its outages so that customers are told."""

from collections.abc import Collection, Iterator
from datetime import datetime

from django.db import transaction

from wanjia.actions.network.ask_month_plan import in_state, locked_plan
from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.records.cases.history import write_history
from wanjia.records.network.lookups import district_facts, subject_of_districts
from wanjia.records.network.models import PlannedWork
from wanjia.records.network.plan_outages import Outage, outages_of
from wanjia.records.network.planning import IN_FORCE, MonthPlan, PlannedItem, WorkRequest


def adopt_month_plan(number: str, actor: Actor, now: datetime) -> MonthPlan:
    """The plan, being entered; the one in force before is superseded. Raises NotFound, Denied, Refused.

    A plan made before another one came into force does not know what customers were told since: it has to be made anew.
    """
    with transaction.atomic():
        row = locked_plan(number, "adopt", actor)
        in_state(row, MonthPlan.State.PROPOSED)
        items = _items(row)
        outages = outages_of(items)
        _allow(actor, outages)
        before = _in_force(row)
        if faults := [*_outdated(row, before), *_faults(items, outages, before, now)]:
            raise Refused(faults)
        if before is not None:
            _supersede(before, items, now)
        WorkRequest.objects.filter(pk__in=[one.request_id for one in items]).update(state=WorkRequest.State.PLANNED)
        row.state, row.adopted_at, row.attempts = MonthPlan.State.ADOPTING, now, 0
        row.adopted_by, row.adopted_by_name, row.claimed_until = actor.reference, actor.name, None
        row.save(update_fields=["state", "adopted_at", "attempts", "adopted_by", "adopted_by_name", "claimed_until"])
        data = {"works": len(items), "outages": len(outages), "before": before.number if before else ""}
        write_history(f"plan:{number}", actor, now, [("plan_adopted", data)])
        return row


def _items(row: MonthPlan) -> list[PlannedItem]:
    """Works that are still wanted; one taken back meanwhile leaves the plan."""
    row.items.filter(request__state=WorkRequest.State.WITHDRAWN).delete()
    return list(row.items.select_related("request"))


def _allow(actor: Actor, outages: Collection[Outage]) -> None:
    """Whoever opens the network there may put it in force. Raises Denied."""
    require(actor, "outage", "plan")
    facts = district_facts({code for one in outages for code in one.districts}).values()
    if facts:
        require(actor, "outage", "plan", subject_of_districts([(one.cell_code, one.organisation_id) for one in facts]))


def _in_force(row: MonthPlan) -> MonthPlan | None:
    rows = MonthPlan.objects.select_for_update(of=("self",))
    return rows.filter(month=row.month, organisation=row.organisation_id, state__in=IN_FORCE).first()


def _outdated(row: MonthPlan, before: MonthPlan | None) -> Iterator[Fault]:
    if before is None:
        return
    if before.state == MonthPlan.State.ADOPTING:
        yield Fault("plan.state", Where("number"), {"plan": before.number, "state": before.state})
    elif row.based_on_id != before.pk:
        yield Fault("plan.outdated", Where("number"), {"plan": row.number, "before": before.number})


def _faults(
    items: Collection[PlannedItem], outages: Collection[Outage], before: MonthPlan | None, now: datetime
) -> Iterator[Fault]:  # fmt: skip
    known = {code for item in items for code in item.planned_works}
    if before is not None:
        known |= {code for item in before.items.all() for code in item.planned_works}
    for item in items:
        if item.entered_at is None and item.starts_at <= now:
            values = {"work": item.request.number, "start": item.starts_at.isoformat()}
            yield Fault("plan.adopt_past", Where("items"), values)
    for one in outages:
        rows = PlannedWork.objects.filter(device_id=one.device_id, cancelled_at=None).exclude(code__in=known)
        rows = rows.filter(starts_at__lt=one.until_at, ends_at__gt=one.from_at)
        for code in rows.filter(districts__district__in=one.districts).distinct().values_list("code", flat=True):
            yield Fault("work.overlap", Where("items"), {"device": one.device_id, "code": code})


def _supersede(before: MonthPlan, items: Collection[PlannedItem], now: datetime) -> None:
    """Works that the new plan does not have are asked for again."""
    before.state, before.superseded_at = MonthPlan.State.SUPERSEDED, now
    before.save(update_fields=["state", "superseded_at"])
    kept = {one.request_id for one in items}
    gone = [one.request_id for one in before.items.all() if one.request_id not in kept]
    rows = WorkRequest.objects.filter(pk__in=gone, state=WorkRequest.State.PLANNED)
    rows.update(state=WorkRequest.State.OPEN)
