"""End an outage by a person's word: supply is back, or there never was an outage."""

from datetime import datetime

from django.db import transaction

from wanjia.actions.network.acting import on_outage
from wanjia.actions.network.casework import tell_end
from wanjia.actions.network.endings import close, dismiss, tell_closed, tell_dismissed
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.records.cases.models import Case
from wanjia.records.network.models import Outage


def close_outage(number: str, restored_at: datetime, actor: Actor, now: datetime) -> Outage:
    """Supply is back since an instant; customers who had been told hear of it. Raises NotFound, Denied, Refused."""
    with transaction.atomic():
        with on_outage(number, "record", actor, now) as (book, entry):
            close(book, entry, restored_at, actor, now)
        tell_closed(book, entry, now)
        if entry.row.case_number:
            tell_end(entry, now)
        return entry.row


def dismiss_outage(number: str, reason: str, actor: Actor, now: datetime) -> Outage:
    """It was a false alarm; customers who had been told hear of it. Raises NotFound, Denied, Refused.

    Whoever confirms its case says so there; this is for an outage without one.
    """
    with transaction.atomic():
        with on_outage(number, "record", actor, now) as (book, entry):
            if Case.objects.filter(number=entry.row.case_number, status=Case.Status.RUNNING).exists():
                values = {"outage": number, "case": entry.row.case_number}
                raise Refused([Fault("outage.dismiss_in_case", Where(), values)])
            dismiss(book, entry, reason, actor, now)
        tell_dismissed(book, entry, now)
        return entry.row
