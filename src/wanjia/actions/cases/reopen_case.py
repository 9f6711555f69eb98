"""Start an ended case again, as long as its practice allows."""

from datetime import datetime, timedelta

from django.db import transaction

from wanjia.actions.cases.practices import practice_of
from wanjia.actions.cases.stepping import locked_case, step_case
from wanjia.actions.permission import require_on_case
from wanjia.engine.nouns import Reopen
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.records.cases.models import Case


def reopen_case(number: str, reason: str, actor: Actor, now: datetime) -> Case:
    """Reopen at the step that the practice names, within its days. Raises Refused."""
    with transaction.atomic():
        case = locked_case(number)
        require_on_case(actor, "case", "reopen", case)
        rule = practice_of(case.practice).reopen
        if rule and case.ended_at and now > case.ended_at + timedelta(days=rule.within_days):
            raise Refused([Fault("case.reopen_too_late", Where(), {"days": rule.within_days})])
        case.ended_at = None
        step_case(case, Reopen(actor.reference, reason), actor, now)
        return case
