"""Finding outages of any time: filters, pages, export."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from wanjia.model.actors import Actor
from wanjia.queries.cases.rows import Rows
from wanjia.queries.network.board import OutageLine, lines
from wanjia.queries.network.parts import Part, outages_in, seen_districts
from wanjia.records.network.models import Outage, OutageDistrict


@dataclass(frozen=True)
class OutageFilters:
    """From the address. `text`: number, device, or a district's code or name; `kind`: sudden, planned."""

    text: str = ""
    status: str = ""
    level: str = ""
    cause: str = ""
    kind: str = ""
    begun_from: date | None = None
    begun_to: date | None = None


def past_outages(actor: Actor, part: Part, filters: OutageFilters, now: datetime, language: str) -> Rows[OutageLine]:
    """Newest first; all that the actor may see and the filters leave."""
    rows = outages_in(seen_districts(actor, part)).filter(_fits(filters))
    return Rows(
        rows.select_related("feeder", "organisation").order_by("-starts_at", "-pk"),
        lambda found: lines(found, now, language),
    )


def _fits(filters: OutageFilters) -> Q:
    found = Q()
    if filters.text:
        found &= _text(filters.text)
    for column, value in (("status", filters.status), ("device_level", filters.level)):
        if value:
            found &= Q(**{column: value})
    if filters.cause:
        found &= Q(cause="" if filters.cause == "none" else filters.cause)
    if filters.kind in ("sudden", "planned"):
        found &= Q(planned=filters.kind == "planned")
    if filters.begun_from:
        found &= Q(starts_at__gte=_midnight(filters.begun_from))
    if filters.begun_to:
        found &= Q(starts_at__lt=_midnight(filters.begun_to + timedelta(days=1)))
    return found


def _text(text: str) -> Q:
    inside = OutageDistrict.objects.filter(
        Q(district__code=text) | Q(district__name_zh__icontains=text) | Q(district__name_en__icontains=text)
    )
    named = Q(feeder__name_zh__icontains=text) | Q(feeder__name_en__icontains=text) | Q(feeder=text)
    return Q(number__icontains=text) | Q(device_id__iexact=text) | named | Q(pk__in=inside.values("outage"))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(0)))


STATUSES = tuple(value for value, _ in Outage.Status.choices)
