"""Send again what was given up or stopped, from the first attempt on and at once."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import Delivery

AT_ONCE_MAX = 1_000
"""So many stand in one history entry by their numbers; a larger mistake is made in several steps."""

HISTORY = "deliveries"
"""Subject of what people did to deliveries."""


def retry_deliveries(pks: Sequence[int], actor: Actor, now: datetime) -> int:
    """Put failed and stopped deliveries among those that wait; returns how many. Raises Refused when there is none.

    They keep their key: had one arrived after all, the receiver recognises it.
    """
    require(actor, "delivery", "edit")
    require_few(pks)
    with transaction.atomic():
        given_up = (Delivery.Status.FAILED, Delivery.Status.DROPPED)
        chosen = list(
            Delivery.objects.select_for_update().filter(pk__in=pks, status__in=given_up).values_list("pk", flat=True)
        )
        if not chosen:
            raise Refused([Fault("delivery.none_fit")])
        Delivery.objects.filter(pk__in=chosen).update(
            status=Delivery.Status.WAITING, not_before=now, attempts=0, claimed_until=None, fault="", fault_values={}
        )
        write_history(HISTORY, actor, now, [("deliveries_retried", {"count": len(chosen), "deliveries": chosen})])
        return len(chosen)


def require_few(pks: Sequence[int]) -> None:
    """Raises Refused for more than may be done at once."""
    if len(pks) > AT_ONCE_MAX:
        raise Refused([Fault("delivery.too_many_at_once", values={"max": AT_ONCE_MAX, "count": len(pks)})])
