"""A call or report from a place that is dark hangs on the outage, and who made it is told until when."""

from datetime import datetime

from django.db import transaction

from wanjia.actions.permission import require_on_case
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.practice.nouns import Practice
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import Case, Message
from wanjia.records.network.models import Outage, OutageDistrict

PUBLIC_SURFACES = frozenset({"portal", "card"})
"""Where the public reports what is wrong at a place. What begins at a desk or window is about something else."""
NOTICE = "outage.attached"


def outage_around(case: Case, practice: Practice) -> Outage | None:
    """The open outage in whose dark districts the case's place lies, for practices that the public opens."""
    if case.district_id is None or practice.entry.surface not in PUBLIC_SURFACES or practice.place == "none":
        return None
    return outage_in(case.district_id)


def outage_in(district: str) -> Outage | None:
    """The open outage in which a district is dark; unplanned before planned, the oldest first."""
    dark = OutageDistrict.objects.filter(district=district, restored_at=None, outage__status=Outage.Status.OPEN)
    found = dark.select_related("outage").order_by("outage__planned", "starts_at", "pk").first()
    return found.outage if found else None


def tell_attached(case: Case, outage: Outage, actor: Actor, now: datetime) -> None:
    """Note it in the case's history, and tell the requester until when the outage is expected to last."""
    at = outage.estimated_restoration_at
    Message.objects.create(
        case=case, audience="requester", sender="system", notice=NOTICE, created_at=now,
        values={"outage": outage.number, "estimate_at": at.isoformat() if at else None},
    )  # fmt: skip
    write_history(f"case:{case.pk}", actor, now, [("outage_attached", {"outage": outage.number})])


def attach_case(number: str, outage_number: str, actor: Actor, now: datetime) -> Case:
    """Hang a case on an open outage by hand. Raises NotFound, Denied, Refused."""
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).select_related("organisation").filter(number=number).first()
        outage = Outage.objects.filter(number=outage_number).first()
        if case is None:
            raise NotFound("case", number)
        if outage is None:
            raise NotFound("outage", outage_number)
        require_on_case(actor, "case", "merge", case)
        if outage.status != Outage.Status.OPEN:
            raise Refused([Fault("outage.not_open", Where(), {"outage": outage_number})])
        if case.outage_id != outage.pk:
            Case.objects.filter(pk=case.pk).update(outage=outage)
            case.outage = outage
            tell_attached(case, outage, actor, now)
        return case
