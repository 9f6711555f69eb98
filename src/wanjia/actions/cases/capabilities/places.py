"""What is known of the case's place: the transformer district that supplies it, and who answers for it."""

from datetime import datetime

from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case
from wanjia.records.territory.holders import GRID_ROLES, answering


def district_of_place(inputs: Facts, case: Case, now: datetime) -> Facts:
    """`district` (code, or null where none is known) and `area` of the case's place."""
    row = case.district
    return {"district": row.code if row else None, "area": row.area_class if row else "rural"}


def responsible_post(inputs: Facts, case: Case, now: datetime) -> Facts:
    """`post`, `holder` (person reference), `holder_name` and work `holder_phone` at a level; the finest by default."""
    level = inputs.get("level")
    wanted = level if isinstance(level, int) and not isinstance(level, bool) else len(GRID_ROLES)
    day = work_calendar().day_of(now)
    for at, post, person in reversed(answering(case.cell_path.split("/") if case.cell_path else (), day)):
        if at <= wanted and person is not None:
            return {
                "post": f"post:{post.pk}",
                "holder": f"person:{person.pk}",
                "holder_name": person.name,
                "holder_phone": person.phone,
            }
    return {"post": None, "holder": None, "holder_name": None, "holder_phone": None}
