"""Send what came due in a past that is told, each text at its own moment: for a virtual clock, not for a company."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import F

from wanjia.model.deliveries import Outgoing, Send, Sent
from wanjia.records.cases.models import Delivery

ROWS_AT_ONCE = 500
"""Rows of one update: below what a statement may have of values."""


def play_deliveries(send_at: Callable[[str, datetime], Send], until: datetime) -> int:
    """Everything due by `until`, oldest first; `send_at` gives the way out for a channel and moment. How many went."""
    due = Delivery.objects.filter(status=Delivery.Status.WAITING, not_before__lte=until).order_by("not_before", "pk")
    count = 0
    while rows := list(due[:ROWS_AT_ONCE]):
        with transaction.atomic():
            for row in rows:
                out = Outgoing(row.idempotency_key, row.address, row.subject, row.body, row.created_at)
                outcome = send_at(row.channel, row.not_before)(out)
                if not isinstance(outcome, Sent):
                    raise OSError(f"the told past cannot be written: {outcome.fault.code}")
            chosen = Delivery.objects.filter(pk__in=[row.pk for row in rows])
            chosen.update(status=Delivery.Status.SENT, sent_at=F("not_before"), attempts=1)
        count += len(rows)
    return count
