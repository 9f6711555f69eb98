"""Notices of a plan's outages: who has to be told, whether in time, who was told."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from wanjia.model.actors import Actor
from wanjia.model.faults import NotFound
from wanjia.queries.cases.masking import mask_name, mask_phone
from wanjia.queries.cases.rows import Rows
from wanjia.queries.network.month_plan import plan_row
from wanjia.queries.network.outage_page import PRIORITY_RANK
from wanjia.queries.network.parts import seen_districts
from wanjia.queries.network.plan_items import NOTICE, Place, notice_of, places_of
from wanjia.queries.network.plan_page import plan_items
from wanjia.queries.network.plan_shapes import Announced, Notice, NoticeReceiver
from wanjia.records.cases.models import Delivery
from wanjia.records.network.lookups import CODES_IN_QUERY_MAX
from wanjia.records.network.models import Customer, TransformerDistrict
from wanjia.records.network.plan_items import districts_of
from wanjia.records.network.plan_outages import Outage, outages_of, told_together
from wanjia.records.network.planning import IN_FORCE, MonthPlan, PlannedItem

ORDINARY = "ordinary"
PRIORITIES_OF_DISTRICT = dict[str, dict[str, tuple[int, int]]]
"""District -> priority -> (customers, those with a telephone)."""


def notices(number: str, actor: Actor, now: datetime, language: str) -> list[Notice]:
    """Outages by their beginning. Raises NotFound, Denied."""
    plan = plan_row(number, actor)
    items = [one for one in plan_items(plan) if one.dark]
    codes = {code for one in items for code in districts_of(one)}
    places, customers = places_of(codes, language), _customers_of(codes)
    told = _told({code for one in items for code in one.planned_works})
    return [_notice(plan, one, places, customers, told, now, language) for one in items]


def announced(number: str, actor: Actor, language: str) -> list[Announced]:
    """What is made public, by the beginning: works that share an outage in one row. Raises NotFound, Denied."""
    outages = outages_of(plan_items(plan_row(number, actor)))
    places = places_of({code for one in outages for code in one.districts}, language)
    return [_announced(some, places, language) for some in told_together(outages)]


def _announced(some: tuple[Outage, ...], places: Mapping[str, Place], language: str) -> Announced:
    first = some[0]
    title = (first.title_en if language == "en" else "") or first.title_zh
    names = tuple((code, places[code].name if code in places else "") for code in sorted(first.districts))
    return Announced(tuple((one.from_at, one.until_at) for one in some), title, names)


def notice_receivers(
    number: str, item: int, actor: Actor, language: str, priority_only: bool = False
) -> Rows[NoticeReceiver]:  # fmt: skip
    """Customers of one outage, masked, who cannot bear it first; of districts that the actor sees.

    Raises NotFound, Denied.
    """
    row = next((one for one in plan_items(plan_row(number, actor)) if one.pk == item), None)
    if row is None:
        raise NotFound("planned_item", str(item))
    seen = TransformerDistrict.objects.filter(seen_districts(actor), code__in=districts_of(row))
    rows = Customer.objects.filter(district__in=seen).select_related("district")
    if priority_only:
        rows = rows.exclude(priority=ORDINARY)
    rows = rows.annotate(rank=PRIORITY_RANK).order_by("rank", "district", "number")
    return Rows(rows, lambda found: _receivers(found, row.planned_works, language))


def _notice(
    plan: MonthPlan, item: PlannedItem, places: Mapping[str, Place], customers: PRIORITIES_OF_DISTRICT,
    told: Mapping[str, int], now: datetime, language: str,
) -> Notice:  # fmt: skip
    codes, state = districts_of(item), notice_of(plan, item, now)
    spans = [(datetime.fromisoformat(begin), datetime.fromisoformat(end)) for begin, end, _ in item.dark]
    begin, end = min(begin for begin, _ in spans), max(end for _, end in spans)
    priority: Counter[str] = Counter()
    for code in codes:
        priority.update({name: count for name, (count, _) in customers.get(code, {}).items() if name != ORDINARY})
    title = (item.request.title_en if language == "en" else "") or item.request.title_zh
    return Notice(
        item.pk, item.request.number, title, ", ".join(item.planned_works), begin, end, begin - NOTICE,
        "draft" if state == "due" and plan.state not in IN_FORCE else state,
        tuple((code, places[code].name if code in places else "") for code in codes),
        sum(places[code].households for code in codes if code in places),
        sum(phones for code in codes for _, phones in customers.get(code, {}).values()),
        sum(told.get(code, 0) for code in item.planned_works), dict(priority), tuple(sorted(set(spans))),
    )  # fmt: skip


def _customers_of(codes: Collection[str]) -> PRIORITIES_OF_DISTRICT:
    rows = Customer.objects.all()
    if len(codes) <= CODES_IN_QUERY_MAX:
        rows = rows.filter(district__in=codes)
    counted = (
        rows.order_by().values("district", "priority").annotate(all=Count("pk"), told=Count("pk", filter=~Q(phone="")))
    )
    found: PRIORITIES_OF_DISTRICT = {}
    for one in counted:
        if one["district"] in codes:
            found.setdefault(one["district"], {})[one["priority"]] = one["all"], one["told"]
    return found


def _sent(code: str) -> QuerySet[Delivery]:
    rows = Delivery.objects.filter(idempotency_key__startswith=f"plan:{code}:planned:")
    return rows.filter(status=Delivery.Status.SENT)


def _told(codes: Collection[str]) -> dict[str, int]:
    """Texts that have gone out, by the code of the outage."""
    rows = Delivery.objects.filter(idempotency_key__startswith="plan:", status=Delivery.Status.SENT).order_by()
    if not codes:
        return {}
    counted = Counter(key.split(":", 2)[1] for key in rows.values_list("idempotency_key", flat=True).iterator())
    return {code: counted[code] for code in codes}


def _receivers(found: list[Customer], codes: Collection[str], language: str) -> list[NoticeReceiver]:
    phones = [one.phone for one in found if one.phone]
    told: dict[str, datetime] = {}
    for code in codes:
        told |= dict(_sent(code).filter(address__in=phones).values_list("address", "sent_at"))
    return [_receiver(one, told.get(one.phone), language) for one in found]


def _receiver(row: Customer, told_at: datetime | None, language: str) -> NoticeReceiver:
    district = row.district
    name = district.name_en if language == "en" and district.name_en else district.name_zh
    priority = "" if row.priority == ORDINARY else row.priority
    return NoticeReceiver(row.number, mask_name(row.name), mask_phone(row.phone), name, priority, told_at)
