"""Take back a work that was asked for: it leaves plans that are not in force yet."""

from datetime import datetime

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.records.cases.history import Line, write_history
from wanjia.records.network.lookups import district_facts, subject_of_districts
from wanjia.records.network.planning import WorkRequest

REASON_CHARACTERS_MAX = 200


def withdraw_work_request(number: str, reason: str, actor: Actor, now: datetime) -> WorkRequest:
    """Whoever asked may do it, and whoever may withdraw works there. Raises NotFound, Denied, Refused.

    One in a plan in force stays: its outage is cancelled first, so that customers hear of it.
    """
    with transaction.atomic():
        row = WorkRequest.objects.select_for_update(of=("self",)).filter(number=number).first()
        if row is None:
            raise NotFound("work_request", number)
        if row.asked_by != actor.reference:
            facts = district_facts(frozenset(row.districts.values_list("district", flat=True)))
            touched = [(one.cell_code, one.organisation_id) for one in facts.values()]
            require(actor, "work", "withdraw", subject_of_districts(touched))
        if row.state != WorkRequest.State.OPEN:
            raise Refused([Fault(f"plan.work_{row.state}", Where("number"), {"work": number})])
        if not reason.strip():
            raise Refused([Fault("plan.reason_missing", Where("reason"))])
        row.state, row.ended_at = WorkRequest.State.WITHDRAWN, now
        row.save(update_fields=["state", "ended_at"])
        line: Line = ("work_request_withdrawn", {"reason": reason.strip()[:REASON_CHARACTERS_MAX]})
        write_history(f"work:{number}", actor, now, [line])
        return row
