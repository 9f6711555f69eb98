"""What follows from a plan being in force: outages that changed are taken back, new ones entered, customers told.

Every outage is entered in a transaction of its own, with the texts to its customers, and written to its works in the
same one. So a worker that takes over goes on behind the last, and nobody is told twice.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from django.db import transaction

from wanjia.actions.network.plan_runs import kept_faults
from wanjia.actions.network.plan_work import WantedWork, cancel_planned_work, plan_work
from wanjia.actions.network.tell_planned_cases import tell_planned_cases
from wanjia.model.actors import SYSTEM, Actor
from wanjia.model.faults import Refused
from wanjia.records.network.models import PlannedWork
from wanjia.records.network.plan_outages import Key, Outage, outages_of
from wanjia.records.network.planning import MonthPlan, PlannedItem
from wanjia.texts import say


class Telling(Protocol):
    """Told how far it is; raises when the plan is another worker's by now."""

    def __call__(self, stage: str, done: float = 0.0, total: float = 0.0) -> None:
        """Outages entered, of how many."""


def enter_plan(plan: MonthPlan, clock: Callable[[], datetime], tell: Telling) -> None:
    """All that is left of it; then the plan is adopted."""
    actor = replace(SYSTEM, reference=plan.adopted_by, name=plan.adopted_by_name)
    items = list(plan.items.select_related("request"))
    wanted = outages_of(items)
    _keep_told(plan, items, {one.key for one in wanted})
    _cancel(plan, items, actor, clock, tell)
    entered = set(_keys({code for item in items for code in item.planned_works}).values())
    done_before = {item.pk for item in items if item.entered_at is not None}
    for done, one in enumerate(wanted):
        tell("enter", done, len(wanted))
        if one.key not in entered and not done_before.issuperset(one.items):
            _enter(one, actor, clock())
    with transaction.atomic():
        now = clock()
        plan.items.filter(entered_at=None).update(entered_at=now)
        mine = MonthPlan.objects.filter(pk=plan.pk, state=MonthPlan.State.ADOPTING)
        if mine.update(state=MonthPlan.State.ADOPTED, claimed_until=None, stage="", attempts=0):
            tell_planned_cases(plan.items.select_related("request"), now)


def _before(plan: MonthPlan) -> MonthPlan | None:
    """The plan that this one superseded."""
    before = plan.based_on
    return before if before is not None and before.state == MonthPlan.State.SUPERSEDED else None


def _keep_told(plan: MonthPlan, items: Collection[PlannedItem], wanted: set[Key]) -> None:
    """Outages that stand as before stay as they were told."""
    before = _before(plan)
    if before is None:
        return
    old = {one.request_id: one.planned_works for one in before.items.all()}
    for item in items:
        kept = [code for code, key in _keys(old.get(item.request_id, [])).items() if key in wanted]
        missing = [code for code in kept if code not in item.planned_works]
        if missing:
            item.planned_works = [*item.planned_works, *missing]
            item.save(update_fields=["planned_works"])


def _cancel(
    plan: MonthPlan, items: Collection[PlannedItem], actor: Actor, clock: Callable[[], datetime], tell: Telling
) -> None:
    """Outages of the plan before that stand no more; whoever was told hears of it."""
    before = _before(plan)
    if before is None:
        return
    kept = {code for item in items for code in item.planned_works}
    gone = {code for item in before.items.all() for code in item.planned_works} - kept
    reason = say("plan.cancelled_by", "zh-Hans", plan=plan.number)
    rows = PlannedWork.objects.filter(code__in=gone, cancelled_at=None, ends_at__gt=clock())
    for code in rows.values_list("code", flat=True):
        tell("cancel")
        cancel_planned_work(code, reason, actor, clock())


def _keys(codes: Collection[str]) -> dict[str, Key]:
    """Outages in force, by code."""
    rows = PlannedWork.objects.filter(code__in=codes, cancelled_at=None).prefetch_related("districts")
    return {
        row.code: (row.device_id, row.starts_at, row.ends_at, frozenset(one.district_id for one in row.districts.all()))
        for row in rows
    }


def _enter(one: Outage, actor: Actor, now: datetime) -> None:
    """The outage and its mark on its works, together; why it cannot be entered is written to its works."""
    wanted = WantedWork(one.device_id, one.title_zh, one.from_at, one.until_at, one.title_en, one.districts)
    items = list(PlannedItem.objects.filter(pk__in=one.items))
    try:
        with transaction.atomic():
            code = plan_work(wanted, actor, now).work.code
            for item in items:
                item.planned_works = [*item.planned_works, code]
                item.save(update_fields=["planned_works"])
    except Refused as refused:
        for item in items:
            item.faults = kept_faults(refused.faults)
            item.save(update_fields=["faults"])
