"""Due clocks after a stop: seconds until all have fired, once each, beside a plain UPDATE of the same rows.

Run: `.venv/bin/python benchmarks/due_clocks.py [--quick] [CLOCKS]` (100,000; quick: 3,000), on every store there is.
The cases are copies of one that was opened through the action, each with a first warning and an expiry that came due
while nobody looked; the floor updates as many clock rows in batches of the same size, one commit each.
"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import _stand as stand

DUE_PER_CASE = 2
"""The warning and the expiry of the business line's answer, two hours after the call."""


def measure(clocks: int) -> None:
    """In a process on a filled store: make the rows, fire them, count."""
    from tests.support.stores import set_up  # noqa: PLC0415

    set_up()
    from datetime import timedelta  # noqa: PLC0415

    from django.db import connection, transaction  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from tests.support.world import World  # noqa: PLC0415
    from wanjia.actions.cases.fire_due_clocks import CASES_PER_TRANSACTION, fire_due_clocks  # noqa: PLC0415
    from wanjia.records.cases.models import Case, Clock, HistoryEntry, Task  # noqa: PLC0415

    world = World(timezone.now(), timezone.localdate())
    _copies(world.call("sample", timezone.now() - timedelta(hours=3)), clocks // DUE_PER_CASE - 1, Case, Clock, Task,
            HistoryEntry)  # fmt: skip
    now, sent = timezone.now(), 0
    began, spent = time.perf_counter(), time.process_time()
    while fired := fire_due_clocks(now):
        sent += fired
    seconds, cpu = time.perf_counter() - began, time.process_time() - spent
    lines = HistoryEntry.objects.filter(verb__in=["clock_warned", "clock_expired"])
    once = lines.values("subject", "verb", "data__clock").distinct().count()
    pks = list(Clock.objects.filter(clock="answer").values_list("pk", flat=True))
    began = time.perf_counter()
    for at in range(0, len(pks), CASES_PER_TRANSACTION):
        with transaction.atomic():
            Clock.objects.filter(pk__in=pks[at : at + CASES_PER_TRANSACTION]).update(next_at=None)
    floor = time.perf_counter() - began
    print(json.dumps({
        "store": connection.vendor, "cases": sent, "fired": lines.count(), "distinct": once,
        "seconds": seconds, "cpu": cpu, "floor": floor,
    }))  # fmt: skip


def _copies(case, times, cases, clocks, tasks, history) -> None:  # type: ignore[no-untyped-def]
    """As many cases like this one, with their tasks, clocks and history."""
    parts = [(model, list(model.objects.filter(case=case))) for model in (tasks, clocks)]
    lines = list(history.objects.filter(subject=f"case:{case.pk}"))
    for at in range(0, times, 500):
        new = [_copy(case, number=f"B{n:09d}", request_key=f"b{n}") for n in range(at, min(at + 500, times))]
        cases.objects.bulk_create(new)
        for model, rows in parts:
            model.objects.bulk_create([_copy(row, case=one) for one in new for row in rows])
        history.objects.bulk_create([_copy(row, subject=f"case:{one.pk}") for one in new for row in lines])


def _copy(row, **changes):  # type: ignore[no-untyped-def]
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name != "id"}
    made = type(row)(**values)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def main() -> None:
    """Both stores, one after the other."""
    given = [int(word) for word in sys.argv[1:] if word.isdigit()]
    clocks = given[0] if given else 3_000 if stand.quick() else 100_000
    stand.describe()
    for kind in stand.stores():
        with stand.store(kind) as store:
            row = json.loads(store.python(__file__, "--on-store", str(clocks)))
        rate = row["fired"] / row["seconds"]
        print(f"{row['store']:<11} {row['fired']:>7,} due clocks of {row['cases']:,} cases in {row['seconds']:7.1f} s "
              f"({rate:,.0f}/s, {1e3 * row['cpu'] / row['fired']:.2f} ms of CPU each), once each: "
              f"{row['fired'] == row['distinct']}; floor {row['floor']:.2f} s, "
              f"ratio {row['seconds'] / row['floor']:.0f}", flush=True)  # fmt: skip


if __name__ == "__main__":
    if "--on-store" in sys.argv:
        measure(int(sys.argv[-1]))
    else:
        main()
