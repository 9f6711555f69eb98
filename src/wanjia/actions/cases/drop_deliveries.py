"""Stop what has not gone out yet, for instance an announcement that turned out to be wrong."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from wanjia.actions.cases.retry_deliveries import HISTORY, require_few
from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import Delivery


def drop_deliveries(pks: Sequence[int], actor: Actor, now: datetime) -> int:
    """Stop waiting deliveries; returns how many. Raises Refused when there is none.

    One that a worker is just sending may still go out; it is then marked as sent, because that is what happened.
    """
    require(actor, "delivery", "edit")
    require_few(pks)
    with transaction.atomic():
        waiting = Delivery.objects.select_for_update().filter(pk__in=pks, status=Delivery.Status.WAITING)
        chosen = list(waiting.values_list("pk", flat=True))
        if not chosen:
            raise Refused([Fault("delivery.none_fit")])
        Delivery.objects.filter(pk__in=chosen).update(
            status=Delivery.Status.DROPPED, fault="delivery.withdrawn", fault_values={}
        )
        write_history(HISTORY, actor, now, [("deliveries_dropped", {"count": len(chosen), "deliveries": chosen})])
        return len(chosen)
