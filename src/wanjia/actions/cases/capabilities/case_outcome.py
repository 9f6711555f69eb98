"""What became of a case that somebody names by its number: what a promise kept points at."""

from datetime import datetime

from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case


def case_outcome(inputs: Facts, case: Case, now: datetime) -> Facts:
    """`found`, and for a case that has ended how (`end`) and on which day (`ended_on`); both empty while it runs.

    Nothing else of the other case is told: who names a number need not be allowed to see what stands in it.
    """
    number = str(inputs.get("case_number") or "").strip()
    row = Case.objects.filter(number=number).exclude(pk=case.pk).values("status", "end", "ended_at").first()
    if row is None or row["status"] != Case.Status.ENDED or row["ended_at"] is None:
        return {"found": row is not None, "end": "", "ended_on": ""}
    return {"found": True, "end": row["end"], "ended_on": work_calendar().day_of(row["ended_at"]).isoformat()}
