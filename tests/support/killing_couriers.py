"""Queues deliveries on the store that the environment names, or tells what became of them; used by simulations.

`python -m tests.support.killing_couriers queue <count>` | `run_out` | `count`
"""

import json
import sys
from collections import Counter

from tests.support.stores import set_up


def queue_many(count: int) -> None:
    from django.db import transaction  # noqa: PLC0415  (Django is set up first)
    from django.utils import timezone  # noqa: PLC0415

    from wanjia.actions.cases.queue_delivery import Wanted, queue  # noqa: PLC0415

    with transaction.atomic():
        queue(
            (Wanted(f"k:{n}:{channel}", channel, address.format(n), "停电通知", f"第{n}条", True)
             for n in range(count)
             for channel, address in (("sms", "138{:08d}"), ("email", "c{}@example.com"))),
            timezone.now(),
        )  # fmt: skip


def run_out() -> None:
    """Let the claims of killed workers run out now instead of in two minutes; nobody is at work."""
    from wanjia.records.cases.models import Delivery  # noqa: PLC0415

    Delivery.objects.filter(status="waiting").update(claimed_until=None)


def count() -> None:
    from wanjia.records.cases.models import Delivery  # noqa: PLC0415

    rows = list(Delivery.objects.values_list("idempotency_key", "status", "receipt", "attempts"))
    print(json.dumps({"statuses": Counter(status for _, status, _, _ in rows), "rows": rows}))


if __name__ == "__main__":
    set_up()
    if sys.argv[1] == "queue":
        queue_many(int(sys.argv[2]))
    elif sys.argv[1] == "run_out":
        run_out()
    else:
        count()
