"""How did earlier cases of the same applicant end?"""

from datetime import datetime, timedelta

from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case

ENDINGS_MAX = 50
"""Rows handed to a practice: what lies further back decides nothing."""


def earlier_endings(inputs: Facts, case: Case, now: datetime) -> Facts:
    """`endings` (number, end, ended_on), newest first: cases of this practice with the same `credit_code` that ended
    within the last `within_days`. An applicant without a code has none."""
    code, days = inputs.get("credit_code"), inputs["within_days"]
    if not code or not isinstance(days, int | float):
        return {"endings": []}
    since = now - timedelta(days=float(days))
    rows = Case.objects.filter(
        practice__name=case.practice.name, status=Case.Status.ENDED, ended_at__gte=since, state__facts__credit_code=code
    )
    found = rows.exclude(pk=case.pk).order_by("-ended_at").values_list("number", "end", "ended_at")[:ENDINGS_MAX]
    calendar = work_calendar()
    return {
        "endings": [
            {"number": number, "end": end, "ended_on": calendar.day_of(at).isoformat()} for number, end, at in found
        ]
    }
