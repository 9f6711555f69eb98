"""What putting a plan in force would do: outages entered, kept and taken back, and who would hear of it how often."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from wanjia.model.actors import Actor
from wanjia.queries.network.month_plan import plan_row
from wanjia.queries.network.plan_items import places_of
from wanjia.queries.network.plan_page import plan_items
from wanjia.records.network.lookups import CODES_IN_QUERY_MAX
from wanjia.records.network.models import Customer, PlannedWork
from wanjia.records.network.plan_outages import Key, Outage, outages_of
from wanjia.records.network.planning import IN_FORCE, MonthPlan

ORDINARY = "ordinary"


@dataclass(frozen=True)
class Adoption:
    """`replaces`: number of the plan in force, empty for none. Everybody is counted once, however often dark.

    `receivers` have a telephone; `texts` are more than they are, since each outage is told by itself.
    """

    replaces: str
    outages: int
    kept: int
    cancelled: int
    districts: int
    households: int
    receivers: int
    texts: int
    priority: int


def adoption(number: str, actor: Actor, language: str) -> Adoption:
    """Of outages that are not told yet. Raises NotFound, Denied."""
    plan = plan_row(number, actor)
    items, before = plan_items(plan), _in_force(plan)
    wanted = outages_of(items)
    old = [code for one in (before.items.all() if before else ()) for code in one.planned_works]
    entered = _keys([*old, *(code for item in items for code in item.planned_works)])
    new = [one for one in wanted if one.key not in entered]
    gone = _keys(old) - {one.key for one in wanted}
    return _counted(new, before.number if before else "", len(wanted) - len(new), len(gone), language)


def _counted(new: Collection[Outage], replaces: str, kept: int, gone: int, language: str) -> Adoption:
    codes = {code for one in new for code in one.districts}
    phones: dict[str, set[str]] = defaultdict(set)
    priority = 0
    for district, phone, kind in _customers(codes):
        priority += kind != ORDINARY
        if phone:
            phones[district].add(phone)
    places = places_of(codes, language)
    return Adoption(
        replaces, len(new), kept, gone, len(codes), sum(one.households for one in places.values()),
        len(_all(phones.values())), sum(len(_all(phones[code] for code in one.districts)) for one in new), priority,
    )  # fmt: skip


def _all(sets: Iterable[set[str]]) -> set[str]:
    return set().union(*sets)


def _customers(codes: Collection[str]) -> Iterable[tuple[str, str, str]]:
    rows = Customer.objects.order_by()
    if len(codes) <= CODES_IN_QUERY_MAX:
        rows = rows.filter(district__in=codes)
    return (row for row in rows.values_list("district", "phone", "priority").iterator() if row[0] in codes)


def _in_force(plan: MonthPlan) -> MonthPlan | None:
    rows = MonthPlan.objects.filter(month=plan.month, organisation=plan.organisation_id, state__in=IN_FORCE)
    return rows.exclude(pk=plan.pk).defer("input", "choice").first()


def _keys(codes: Collection[str]) -> set[Key]:
    rows = PlannedWork.objects.filter(code__in=codes, cancelled_at=None).prefetch_related("districts")
    return {
        (row.device_id, row.starts_at, row.ends_at, frozenset(one.district_id for one in row.districts.all()))
        for row in rows
    }
