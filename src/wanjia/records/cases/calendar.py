"""The company's working-day calendar, read from its rows and kept until one of them changes."""

from functools import lru_cache

from django.conf import settings

from wanjia.model.working_time import WorkCalendar
from wanjia.records.cases.models import CalendarDay, CalendarYear


def work_calendar() -> WorkCalendar:
    """The calendar of all years entered so far. Asking it about another year raises UnknownYear."""
    years = tuple(CalendarYear.objects.order_by("year").values_list("year", "revision"))
    return _built(years)


@lru_cache(maxsize=4)
def _built(years: tuple[tuple[int, int], ...]) -> WorkCalendar:
    rows = list(CalendarDay.objects.filter(day__year__in=[year for year, _ in years]).values_list("day", "working"))
    return WorkCalendar.from_rows(rows, frozenset(year for year, _ in years), settings.TIME_ZONE)
