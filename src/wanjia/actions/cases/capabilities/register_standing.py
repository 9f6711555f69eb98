"""How does somebody stand in a register of the practice?"""

from datetime import datetime, timedelta

from django.db.models import Q

from wanjia.actions.cases.practices import practice_of
from wanjia.actions.cases.register_rows import subject_of
from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import Practice
from wanjia.practice.registers import ELSEWHERE
from wanjia.practice.standing import standing_of
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case, PracticeVersion, RegisterRow


def register_standing(inputs: Facts, case: Case, now: datetime) -> Facts:
    """`entries`, `total` and `rows` of the practice's `register` that count today, of the subject that a row of this
    case would have with `of`; entered within the last `within_days` days where given. Of nobody: nothing.

    A register of another practice is named with its domain; where that is not installed, nothing stands.
    """
    practice, day = _keeper(str(inputs["register"]), case), work_calendar().day_of(now)
    register = practice.registers.get(str(inputs["register"]).rpartition(ELSEWHERE)[2]) if practice else None
    if practice is None or register is None:
        return {"entries": 0, "total": 0, "rows": []}
    subject = subject_of(case, practice, register.id, inputs.get("of"), day)
    if not subject.id:
        return standing_of(register, [])
    found = RegisterRow.objects.filter(
        Q(until_on=None) | Q(until_on__gte=day), practice=practice.name, register=register.id,
        subject_id=subject.id, struck_at=None,
    )  # fmt: skip
    within = inputs.get("within_days")
    if isinstance(within, int | float) and not isinstance(within, bool):
        found = found.filter(entered_on__gt=day - timedelta(days=float(within)))
    return standing_of(register, list(found.order_by("entered_at", "pk").values_list("values", flat=True)))


def _keeper(register: str, case: Case) -> Practice | None:
    """The practice that keeps the register: the case's own, or the active version of the one that is named."""
    domain = register.rpartition(ELSEWHERE)[0]
    version = PracticeVersion.objects.filter(name=domain, active=True).first() if domain else case.practice
    return practice_of(version) if version else None
