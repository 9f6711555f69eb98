"""Press for an answer (催办)."""

from datetime import datetime
from math import ceil

from django.db import transaction

from wanjia.actions.cases.stepping import locked_case, step_case
from wanjia.actions.permission import require_on_case
from wanjia.engine.nouns import Urge
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.records.cases.models import Case
from wanjia.records.cases.subjects import is_requester
from wanjia.records.cases.urging import urge_again_at


def urge_case(number: str, note: str, actor: Actor, now: datetime) -> Case:
    """Remind the holders of all open tasks of a case. Raises Refused, also for a requester who did so just before."""
    with transaction.atomic():
        case = locked_case(number)
        require_on_case(actor, "case", "urge", case)
        again_at = urge_again_at(case.pk, now) if is_requester(case, actor) else None
        if again_at is not None:
            minutes = ceil((again_at - now).total_seconds() / 60)
            raise Refused([Fault("case.urged_lately", Where(), {"minutes": minutes, "case": number})])
        step_case(case, Urge(actor.reference, note), actor, now)
        return case
