"""Merge a repeated request into the case that it repeats."""

from datetime import datetime

from django.db import transaction

from wanjia.actions.cases.stepping import locked_case, step_case
from wanjia.actions.permission import require_on_case
from wanjia.engine.nouns import MergeInto
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import Case


def merge_case(number: str, into_number: str, actor: Actor, now: datetime) -> Case:
    """End case `number` as a repetition of `into_number`, which keeps running. Raises Refused."""
    with transaction.atomic():
        locked = {key: locked_case(key) for key in sorted({number, into_number})}  # one order, so no deadlock
        case, into = locked[number], locked[into_number]
        require_on_case(actor, "case", "merge", case)
        require_on_case(actor, "case", "merge", into)
        if case.pk == into.pk or case.practice.name != into.practice.name or into.status != Case.Status.RUNNING:
            raise Refused([Fault("case.not_mergeable", Where(), {"case": number, "into": into_number})])
        case.merged_into = into
        step_case(case, MergeInto(actor.reference, into_number), actor, now)
        write_history(f"case:{into.pk}", actor, now, [("case_absorbed", {"case": number})])
        return case
