"""Go back from a plan to the one that it was made from: give it up, or have the works stand again where they stood."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from wanjia.actions.cases.numbering import next_number
from wanjia.actions.network.ask_month_plan import PREFIX, in_state, locked_plan
from wanjia.kernels.planning.problem import price
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.records.cases.history import write_history
from wanjia.records.network.plan_figures import figures_of
from wanjia.records.network.plan_items import choice_of_items, columns_of
from wanjia.records.network.plan_pricing import compiled_plan
from wanjia.records.network.planning import MonthPlan, PlannedItem, WorkRequest

PLACE = (
    "mode", "mode_kind", "starts_at", "ends_at", "crews", "crew_base", "means", "dark", "district_hours", "reasons",
    "locked", "moved_by",
)  # fmt: skip
DONE = (*PLACE, "planned_works", "entered_at")


def return_to_plan(number: str, actor: Actor, now: datetime) -> MonthPlan:
    """The plan that holds now, or that has to be put in force. Raises NotFound, Denied, Refused.

    A plan that was only proposed is given up. One that is in force stays so until the version made here is: in it every
    work stands as in the plan before, but for what is over or could not be over any more.
    """
    with transaction.atomic():
        row = locked_plan(number, "plan", actor)
        in_state(row, MonthPlan.State.PROPOSED, MonthPlan.State.ADOPTED)
        if row.based_on is None:
            raise Refused([Fault("plan.nothing_before", Where("number"), {"plan": number})])
        before = row.based_on
        if row.state == MonthPlan.State.PROPOSED:
            row.state, row.superseded_at = MonthPlan.State.SUPERSEDED, now
            row.save(update_fields=["state", "superseded_at"])
            write_history(f"plan:{number}", actor, now, [("plan_given_up", {"before": before.number})])
            return before
        new = _restored(row, before, actor, now)
        write_history(f"plan:{new.number}", actor, now, [("plan_restored", {"plan": number, "before": before.number})])
        return new


def _restored(row: MonthPlan, before: MonthPlan, actor: Actor, now: datetime) -> MonthPlan:
    last = MonthPlan.objects.filter(month=row.month, organisation=row.organisation_id).aggregate(last=Max("version"))
    new = MonthPlan.objects.create(
        number=next_number(PREFIX, now), month=row.month, days=row.days, organisation=row.organisation,
        version=last["last"] + 1, state=MonthPlan.State.PROPOSED, based_on=row, seconds=before.seconds,
        seed=before.seed, input=before.input, digest=before.digest, choice=before.choice, unplaced=before.unplaced,
        asked_by=actor.reference, asked_by_name=actor.name, asked_at=now, ended_at=now,
    )  # fmt: skip
    items = _items(new, row, before, now)
    PlannedItem.objects.bulk_create(items)
    _price(new, before, items)
    return new


def _items(new: MonthPlan, row: MonthPlan, before: MonthPlan, now: datetime) -> list[PlannedItem]:
    """As before; as now where either place is over, and what the plan before did not know."""
    was, stands = _by_request(before), _by_request(row)
    wanted = {one.pk for one in WorkRequest.objects.filter(pk__in=stands).exclude(state=WorkRequest.State.WITHDRAWN)}
    found = []
    for key, here in stands.items():
        old = was.get(key)
        stays = old is None or min(old.starts_at, here.starts_at) <= now
        source, columns = (here, DONE) if stays or old is None else (old, PLACE)
        if key in wanted:
            values = {name: getattr(source, name) for name in columns}
            found.append(PlannedItem(plan=new, request=here.request, **values))
    return found


def _by_request(plan: MonthPlan) -> Mapping[int, PlannedItem]:
    return {one.request_id: one for one in plan.items.select_related("request")}


def _price(new: MonthPlan, before: MonthPlan, items: Collection[PlannedItem]) -> None:
    """Figures of the items; refused where they do not fit together any more."""
    compiled = compiled_plan(new)
    names = {work.id for work in compiled.listed.works}
    listed = [one for one in items if one.request.number in names]
    if len(listed) < len(names):
        raise Refused([_cannot(new, before)])
    try:
        choice = choice_of_items(compiled, listed)
    except KeyError:
        raise Refused([_cannot(new, before)]) from None
    found = price(compiled.problem, choice)
    if found.violations:
        raise Refused([_cannot(new, before)])
    columns = columns_of(compiled, choice)
    for item in listed:
        item.crews = columns[item.request.number]["crews"]
    PlannedItem.objects.bulk_update(listed, ["crews"])
    kept = {name: value for name, value in before.figures.items() if not name.startswith("changed")}
    new.figures, new.bound = {**kept, **figures_of(compiled, choice)}, before.bound
    cost = new.figures["cost"]
    new.gap = None if new.bound is None else max(0.0, (cost - new.bound) / cost) if cost > 0 else 0.0
    new.save(update_fields=["figures", "bound", "gap"])


def _cannot(new: MonthPlan, before: MonthPlan) -> Fault:
    return Fault("plan.cannot_return", Where("number"), {"before": before.number})
