"""Finding planned work."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from wanjia.queries.cases.rows import Rows
from wanjia.queries.network.board import Work, plain_works
from wanjia.records.network.models import PlannedWork

WORK_STATES = ("running", "coming", "over", "cancelled")


@dataclass(frozen=True)
class WorkFilters:
    """From the address."""

    text: str = ""
    state: str = ""
    begun_from: date | None = None
    begun_to: date | None = None


def planned_works(filters: WorkFilters, now: datetime, language: str) -> Rows[Work]:
    """Running first, then what comes, nearest first, then what is over, latest first.

    Which work is planned where is no secret within the company: whoever sees outages sees all of it.
    """
    rows = PlannedWork.objects.filter(_fits(filters, now))
    over = Q(ends_at__lte=now) | Q(cancelled_at__isnull=False)
    rows = rows.annotate(is_over=Case(When(over, then=Value(1)), default=Value(0)))
    ahead = Case(When(over, then=None), default=F("starts_at"))
    rows = rows.order_by("is_over", ahead.asc(), "-starts_at", "code")
    return Rows(rows, lambda found: plain_works(found, now, language))


def _fits(filters: WorkFilters, now: datetime) -> Q:
    alive = Q(cancelled_at=None)
    found = {
        "running": alive & Q(starts_at__lte=now, ends_at__gt=now), "coming": alive & Q(starts_at__gt=now),
        "over": alive & Q(ends_at__lte=now), "cancelled": ~alive,
    }.get(filters.state, Q())  # fmt: skip
    if filters.text:
        named = Q(title_zh__icontains=filters.text) | Q(title_en__icontains=filters.text)
        found &= named | Q(code__icontains=filters.text) | Q(device_id__iexact=filters.text)
    if filters.begun_from:
        found &= Q(starts_at__gte=_midnight(filters.begun_from))
    if filters.begun_to:
        found &= Q(starts_at__lt=_midnight(filters.begun_to + timedelta(days=1)))
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(0)))
