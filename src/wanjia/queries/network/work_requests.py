"""Works that were asked for, with what became of them."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta

from django.db.models import Count, Q, Sum

from wanjia.model.actors import Actor
from wanjia.queries.cases.rows import Rows
from wanjia.queries.network.month_plan import allow
from wanjia.queries.network.plan_shapes import RequestLine
from wanjia.records.network.planning import IN_FORCE, MonthPlan, PlannedItem, WorkRequest

DAYS_OF_MONTH_MAX = 31
SHOWN = (MonthPlan.State.PROPOSED, *IN_FORCE)
"""States of a plan that a request may stand in."""


def work_requests(
    actor: Actor, language: str, state: str = "", month: date | None = None, text: str = "", kind: str = ""
) -> Rows[RequestLine]:
    """What has to be done first on top. `month`: those that may be done in it; `text`: number, work, device, district,
    feeder. Raises Denied.
    """
    allow(actor)
    rows = WorkRequest.objects.filter(_fits(state, month, text, kind)).select_related("organisation", "feeder")
    rows = rows.order_by("latest_on", "earliest_on", "number")
    return Rows(rows, lambda found: _lines(found, language))


def _fits(state: str, month: date | None, text: str, kind: str) -> Q:
    found = Q()
    if state:
        found &= Q(state=state)
    if kind:
        found &= Q(kind=kind)
    if month:
        first = month.replace(day=1)
        following = (first + timedelta(days=DAYS_OF_MONTH_MAX)).replace(day=1)
        found &= Q(earliest_on__lt=following, latest_on__gte=first)
    if text:
        named = Q(number__icontains=text) | Q(title_zh__icontains=text) | Q(title_en__icontains=text)
        on_feeder = Q(feeder__name_zh__icontains=text) | Q(feeder__name_en__icontains=text) | Q(feeder=text)
        in_district = Q(pk__in=WorkRequest.objects.filter(districts__district=text).values("pk"))
        found &= named | on_feeder | in_district | Q(device_id__iexact=text)
    return found


def _lines(found: list[WorkRequest], language: str) -> list[RequestLine]:
    keys = [row.pk for row in found]
    counted = WorkRequest.objects.filter(pk__in=keys).order_by().values("pk")
    sums = {
        one["pk"]: (one["count"], one["households"] or 0)
        for one in counted.annotate(count=Count("districts"), households=Sum("districts__district__customers"))
    }
    placed = _placed(keys)
    return [_line(row, sums.get(row.pk, (0, 0)), placed.get(row.pk), language) for row in found]


def _placed(requests: Collection[int]) -> dict[int, PlannedItem]:
    """Where each stands: in the plan in force, else in the one proposed last."""
    rows = PlannedItem.objects.filter(request__in=requests, plan__state__in=SHOWN).select_related("plan")
    found: dict[int, list[PlannedItem]] = defaultdict(list)
    for row in rows.defer("plan__input", "plan__choice"):
        found[row.request_id].append(row)
    return {key: max(some, key=lambda one: (one.plan.state != "proposed", one.plan.pk)) for key, some in found.items()}


def _line(row: WorkRequest, sums: tuple[int, int], item: PlannedItem | None, language: str) -> RequestLine:
    def text(english: str, chinese: str) -> str:
        return (english if language == "en" else "") or chinese

    where, feeder = row.organisation, row.feeder
    return RequestLine(
        row.number, row.state, where.code, text(where.name_en, where.name_zh), row.device_id, row.feeder_id or "",
        text(feeder.name_en, feeder.name_zh) if feeder else "", text(row.title_en, row.title_zh), row.kind, row.hours,
        tuple(row.modes), row.earliest_on, row.latest_on, row.crew_kind, row.urgent, *sums, row.case_number,
        row.asked_by_name or row.asked_by, row.asked_at, item.plan.number if item else "",
        item.starts_at if item else None,
    )  # fmt: skip
