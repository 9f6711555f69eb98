"""The rows' side of the kill test, in processes of its own on the store: a key, seeds, what is due, and the count.

`python -m tests.support.killing_rows token | seed PER_SECOND | due | count ACKNOWLEDGED.json`
"""

import json
import random
import signal
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

from tests.support.stores import set_up

set_up()

from django.db.models import Q  # noqa: E402  (rows exist only once Django is set up)
from django.utils import timezone  # noqa: E402

from tests.support.world import World  # noqa: E402
from wanjia.actions.territory.issue_api_token import issue_api_token  # noqa: E402
from wanjia.records.cases.history import broken_links  # noqa: E402
from wanjia.records.cases.models import Case, Clock, HistoryEntry, Task  # noqa: E402

LIMIT = timedelta(hours=2)
"""Of the business line's first answer; its warning comes three minutes before."""
AHEAD_SECONDS = 4.0
DUE_VERBS = ("clock_warned", "clock_expired")


def token() -> None:
    """Print a key of the manager who holds the tasks."""
    world = World(timezone.now(), timezone.localdate())
    print(issue_api_token(world.person("manager").pk, "test", world.actor("manager"), world.now).token)


def seed(per_second: float) -> None:
    """Open cases two hours back, so that their first deadline is some seconds ahead; until SIGTERM."""
    world, chance, going = World(timezone.now(), timezone.localdate()), random.Random(7), [True]
    signal.signal(signal.SIGTERM, lambda *_: going.clear())
    number = 0
    while going:
        number += 1
        ahead = timedelta(seconds=chance.random() * AHEAD_SECONDS)
        world.call(f"seed-{number:06d}", timezone.now() - LIMIT + ahead)
        time.sleep(1 / per_second)


def due() -> None:
    """Print how many clocks of seeds have something to do within the next seconds or before."""
    soon = timezone.now() + timedelta(seconds=AHEAD_SECONDS)
    print(Clock.objects.filter(next_at__lte=soon).count())


def count(path: Path) -> None:
    """Compare the rows with what clients were told."""
    told = json.loads(path.read_text())
    sent = dict(Case.objects.filter(surface="api").values_list("number", "state__facts__need"))
    keys = Counter(sent.values())
    seeds = Case.objects.filter(surface="card")
    print(json.dumps({
        "lost": [key for key, number in told["opened"].items() if sent.get(number) != key],
        "doubled": [key for key, times in keys.items() if times > 1],
        "unasked": [key for key in keys if key not in told["opened"]],
        "tasks_lost": _tasks_not_done_once(told["done"]),
        "clocks_fired": _fired(seeds).total(),
        "clocks_doubled": [str(key) for key, times in _fired(seeds).items() if times > 1],
        "clocks_lost": _clocks_lost(seeds),
        "clocks_early_or_mixed": _out_of_order(seeds),
        "histories_broken": [pk for pk in Case.objects.values_list("pk", flat=True) if broken_links(f"case:{pk}")],
        "states_unlike_rows": _unlike(),
    }))  # fmt: skip


def _tasks_not_done_once(numbers: list[str]) -> list[str]:
    done = Counter(
        Task.objects.filter(case__number__in=numbers, step="answer", status="done").values_list(
            "case__number", flat=True
        )
    )
    return [number for number in numbers if done[number] != 1]


def _events(seeds):  # type: ignore[no-untyped-def]
    subjects = [f"case:{pk}" for pk in seeds.values_list("pk", flat=True)]
    return HistoryEntry.objects.filter(subject__in=subjects, verb__in=DUE_VERBS).order_by("subject", "sequence")


def _fired(seeds) -> Counter[tuple[str, str, str]]:  # type: ignore[no-untyped-def]
    return Counter(_events(seeds).values_list("subject", "verb", "data__clock"))


def _clocks_lost(seeds) -> list[str]:  # type: ignore[no-untyped-def]
    """Clocks whose hour has come without a line in the history."""
    now, fired = timezone.now(), _fired(seeds)
    past = Clock.objects.filter(case__in=seeds, clock="answer", due_at__lt=now - timedelta(seconds=5))
    return [
        f"{verb} {clock.case_id}" for clock in past for verb in DUE_VERBS
        if not fired[f"case:{clock.case_id}", verb, "answer"]
    ]  # fmt: skip


def _out_of_order(seeds) -> list[str]:  # type: ignore[no-untyped-def]
    """A warning after its expiry, or anything before its time."""
    seen: set[tuple[str, str]] = set()
    wrong = []
    for subject, verb, clock in _events(seeds).values_list("subject", "verb", "data__clock"):
        if verb == "clock_expired":
            seen.add((subject, clock))
        elif (subject, clock) in seen:
            wrong.append(f"{subject} {clock}")
    early = Clock.objects.filter(Q(status="expired") | Q(status="late"), due_at__gt=timezone.now())
    return [*wrong, *(f"early {row.pk}" for row in early)]


def _unlike() -> list[int]:
    """Cases whose saved state names other open tasks than the rows do."""
    wrong = []
    for case in Case.objects.prefetch_related("tasks"):
        rows = {task.key for task in case.tasks.all() if task.status == "open"}
        if rows != {task["key"] for task in case.state["tasks"]}:
            wrong.append(case.pk)
    return wrong


if __name__ == "__main__":
    if sys.argv[1] == "token":
        token()
    elif sys.argv[1] == "seed":
        seed(float(sys.argv[2]))
    elif sys.argv[1] == "due":
        due()
    else:
        count(Path(sys.argv[2]))
