"""Say until when an outage will last."""

from datetime import datetime

from django.db import transaction

from wanjia.actions.network.acting import on_outage
from wanjia.actions.network.estimates import set_estimate, tell_of_estimate
from wanjia.model.actors import Actor


def estimate_restoration(number: str, restoration_at: datetime, reason: str, actor: Actor, now: datetime) -> int:
    """Keep the estimate beside those before it; gives how many customers are told, 0 when it moved by too little.

    Raises NotFound, Denied, and Refused for an outage that is over or an instant that cannot be.
    """
    with transaction.atomic():
        with on_outage(number, "estimate", actor, now) as (book, entry):
            is_news = set_estimate(book, entry, restoration_at, reason, actor, now)
        return tell_of_estimate(book, entry, reason, now) if is_news else 0
