"""Which ended cases of a body are looked at as evidence? Drawn by lot, so that nobody picks the fine ones."""

import heapq
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from wanjia.model.jsonvalue import Facts, Json
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case, Clock

COUNT_MAX = 30
"""As many files as one visit can look through."""
_RAN_OUT = ("expired", "late")


def sample_cases(inputs: Facts, case: Case, now: datetime) -> Facts:
    """`samples`: up to `count` cases that the body (left out: the receiving one) received and that ended from
    `first_on` to `last_on`, of every practice but this one, each with its end, its day and whether a clock ran out.

    The lot follows from both case numbers and the installation's secret: asking again draws the same ones.
    """
    count = inputs["count"]
    wanted = max(0, min(COUNT_MAX, int(count))) if isinstance(count, int | float) else 0
    rows = _ended(inputs, case).values_list("pk", "number")
    drawn = heapq.nsmallest(wanted, rows.iterator(), key=lambda row: _lot(case.number, row[1]))
    found = Case.objects.select_related("practice").defer("practice__files").in_bulk([pk for pk, _ in drawn])
    late = set(Clock.objects.filter(case_id__in=found, status__in=_RAN_OUT).values_list("case_id", flat=True))
    calendar = work_calendar()
    samples: list[Json] = [
        {
            "sample_number": row.number, "sample_practice": row.practice.name, "sample_end": row.end,
            "sample_ended_on": calendar.day_of(row.ended_at).isoformat() if row.ended_at else "",
            "sample_late": row.pk in late,
        }
        for row in (found[pk] for pk, _ in drawn)
    ]  # fmt: skip
    return {"samples": samples, "sample_count": len(samples)}


def _ended(inputs: Facts, case: Case) -> QuerySet[Case]:
    """Cases that ended in the company's days asked for."""
    zone = ZoneInfo(work_calendar().zone)
    first = datetime.combine(date.fromisoformat(str(inputs["first_on"])), time(), zone)
    after = datetime.combine(date.fromisoformat(str(inputs["last_on"])), time(), zone) + timedelta(days=1)
    body = str(inputs.get("organisation") or "") or case.organisation_id
    rows = Case.objects.filter(organisation_id=body, status=Case.Status.ENDED, ended_at__gte=first, ended_at__lt=after)
    return rows.exclude(practice__name=case.practice.name)


def _lot(number: str, other: str) -> bytes:
    return salted_hmac("wanjia.sample", f"{number}|{other}", algorithm="sha256").digest()
