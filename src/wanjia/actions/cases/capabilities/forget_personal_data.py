"""Consent has ended, or what was asked for is done: the case forgets whom it was about."""

from datetime import datetime

from wanjia.actions.cases.forget_personal_data import forget_personal_data as forget
from wanjia.actions.cases.practices import practice_of
from wanjia.model.actors import Actor
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import Case


def forget_personal_data(inputs: Facts, case: Case, now: datetime, actor: Actor) -> Facts:
    """`forgotten_on`: the day. Everything that the case has written loses what its practice calls personal."""
    forget(case, practice_of(case.practice))
    write_history(f"case:{case.pk}", actor, now, [("personal_data_forgotten", {})])
    return {"forgotten_on": work_calendar().day_of(now).isoformat()}
