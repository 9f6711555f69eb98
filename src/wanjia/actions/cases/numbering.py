"""Case numbers: prefix, day, running number of the day."""

from datetime import datetime

from django.db.models import F

from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import CaseCounter


def next_number(prefix: str, now: datetime) -> str:
    """The next number of the prefix on the company's day, such as `BM26112200012`; inside the caller's transaction."""
    day = work_calendar().day_of(now)
    counter = CaseCounter.objects.filter(prefix=prefix, day=day)
    if not counter.update(last=F("last") + 1):  # the day's first, or beside the one who is making it
        CaseCounter.objects.get_or_create(prefix=prefix, day=day)
        counter.update(last=F("last") + 1)
    return f"{prefix}{day:%y%m%d}{counter.values_list('last', flat=True).get():05d}"
