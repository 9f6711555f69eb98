"""Enter a year's holidays and make-up working days, as the State Council publishes them."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import CalendarDay, CalendarYear

SATURDAY = 5  # date.weekday()
YEARS = range(2000, 2100)
"""Years a calendar can be entered for; outside, a typing error is more likely than a plan."""


def enter_calendar_year(
    year: int, days: Mapping[date, tuple[bool, str]], source: str, actor: Actor, now: datetime
) -> CalendarYear:  # fmt: skip
    """Set the days that differ from the week: day -> (working, name). Replaces what the year had. Raises Refused."""
    require(actor, "calendar", "enter")
    faults = list(_faults(year, days, source))
    if faults:
        raise Refused(faults)
    with transaction.atomic():
        row, _ = CalendarYear.objects.select_for_update().get_or_create(year=year, defaults={"source": source})
        row.source, row.revision = source, row.revision + 1
        row.save()
        CalendarDay.objects.filter(day__year=year).delete()
        CalendarDay.objects.bulk_create(
            CalendarDay(day=day, working=working, name=name) for day, (working, name) in sorted(days.items())
        )
        write_history(f"calendar:{year}", actor, now, [("calendar_entered", {"days": len(days), "source": source})])
        return row


def _faults(year: int, days: Mapping[date, tuple[bool, str]], source: str) -> Iterator[Fault]:
    if year not in YEARS:
        yield Fault("calendar.year_range", Where("year"), {"year": year, "first": YEARS[0], "last": YEARS[-1]})
    if not source.strip():
        yield Fault("calendar.source_missing", Where("source"))
    for day in sorted(days):
        if day.year != year:
            yield Fault("calendar.other_year", Where("days", 0, day.isoformat()), {"day": day, "year": year})
        if days[day][0] and day.weekday() < SATURDAY:
            yield Fault("calendar.make_up_on_weekday", Where("days", 0, day.isoformat()), {"day": day})
