"""The working-day calendars entered so far, and the running deadlines that a year's days concern."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from wanjia.queries.cases.installed import practice_of
from wanjia.records.cases.models import CalendarDay, CalendarYear, Clock

AFFECTED_SHOWN_MAX = 200


@dataclass(frozen=True)
class YearRow:
    """A year whose days are known."""

    year: int
    source: str
    revision: int
    days_off: int
    make_up_days: int


@dataclass(frozen=True)
class DayRow:
    """A day that differs from the week."""

    day: date
    working: bool
    name: str


@dataclass(frozen=True)
class AffectedClock:
    """A running deadline in working days that a changed day lies within."""

    number: str
    practice: str
    clock: str
    started_at: datetime
    due_at: datetime


def calendar_years() -> tuple[YearRow, ...]:
    """Newest first."""
    counts = {
        year: (off, work)
        for year, off, work in CalendarDay.objects.values_list("day__year").annotate(
            off=Count("day", filter=Q(working=False)), work=Count("day", filter=Q(working=True))
        )
    }
    return tuple(
        YearRow(row.year, row.source, row.revision, *counts.get(row.year, (0, 0)))
        for row in CalendarYear.objects.order_by("-year")
    )


def calendar_days(year: int) -> tuple[DayRow, ...]:
    """The days of a year that differ from the week."""
    rows = CalendarDay.objects.filter(day__year=year).order_by("day")
    return tuple(DayRow(row.day, row.working, row.name) for row in rows)


def affected_clocks(days: Iterable[date], language: str) -> tuple[AffectedClock, ...]:
    """Running clocks in working days between whose start and end one of the days lies. They keep their deadline."""
    zone = timezone.get_default_timezone()
    hit = Q(pk__in=[])
    for day in days:
        midnight = datetime.combine(day, time.min, zone)
        hit |= Q(started_at__lt=midnight + timedelta(days=1), due_at__gte=midnight)
    rows = Clock.objects.filter(hit, status="running", limit_unit="working_days").select_related("case__practice")
    rows = rows.defer("case__state", "case__practice__files").order_by("due_at")[:AFFECTED_SHOWN_MAX]
    return tuple(_affected(row, language) for row in rows)


def _affected(row: Clock, language: str) -> AffectedClock:
    practice = practice_of(row.case.practice)
    return AffectedClock(
        row.case.number, practice.text("name", language), practice.text(f"clocks.{row.clock}", language),
        row.started_at, row.due_at,
    )  # fmt: skip
