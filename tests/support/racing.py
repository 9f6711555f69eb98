"""Races on the store that the environment names, each of many threads or processes at once; prints what came out.

`python -m tests.support.racing complete|open|clocks|hand_over|tries`; JSON on stdout.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from tests.support.stores import set_up

set_up()

from django.db import connection, connections  # noqa: E402  (rows exist only once Django is set up)
from django.test import override_settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from tests.support.world import CALL, World  # noqa: E402
from wanjia.actions.cases.complete_task import complete_task  # noqa: E402
from wanjia.actions.cases.fire_due_clocks import fire_due_clocks  # noqa: E402
from wanjia.actions.cases.open_case import Request, open_case  # noqa: E402
from wanjia.actions.cases.write_message import write_message  # noqa: E402
from wanjia.actions.territory.hand_over import hand_over_tasks  # noqa: E402
from wanjia.model.actors import Actor  # noqa: E402
from wanjia.model.faults import Refused  # noqa: E402
from wanjia.records.cases.history import broken_links  # noqa: E402
from wanjia.records.cases.models import Case, HistoryEntry, Message, Task  # noqa: E402
from wanjia.web.limits import Limit, TooMany, take  # noqa: E402

THREADS = 8
WORLD = World(timezone.now(), timezone.localdate())


def at_once(work: Callable[[int], str], times: int = THREADS) -> Counter[str]:
    """Run `work` in that many threads that begin together; counts what they say."""
    start = Barrier(times)

    def run(number: int) -> str:
        start.wait()
        try:
            return work(number)
        except Refused as refused:
            return refused.faults[0].code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return Counter(pool.map(run, range(times)))


def complete() -> dict[str, object]:
    """The holder's task, completed by many at once: one wins."""
    case = WORLD.call("race")
    key, actor = WORLD.task(case).key, WORLD.actor("manager")
    answers = {"outcome": "answered", "answer_text": "好"}

    def work(_: int) -> str:
        complete_task(case.number, key, answers, actor, timezone.now())
        return "won"

    said = at_once(work)
    done = HistoryEntry.objects.filter(subject=f"case:{case.pk}", verb="done").count()
    return {"said": said, "done": done, "broken": broken_links(f"case:{case.pk}")}


def opening() -> dict[str, object]:
    """One request key sent by many at once, and beside it requests with keys of their own."""

    def work(number: int) -> str:
        key = "same" if number % 2 else f"own-{number}"
        request = Request("contact_card", CALL, key, "card")
        opened = open_case(request, Actor("citizen", ""), timezone.now())
        return f"same {opened.case.number}" if number % 2 else "own"

    said = at_once(work, 2 * THREADS)
    numbers = list(Case.objects.values_list("number", flat=True))
    return {"said": said, "cases": len(numbers), "numbers": len(set(numbers))}


def clocks() -> dict[str, object]:
    """Many workers at once on the same due clocks."""
    cases = [WORLD.call(f"due-{at}") for at in range(60)]
    late = timezone.now() + timedelta(days=2)
    rounds: list[int] = []

    def work(_: int) -> str:
        while fired := fire_due_clocks(late, limit=7):
            rounds.append(fired)
        return "empty"

    said = at_once(work, 4)
    while fire_due_clocks(late):
        pass
    verbs = HistoryEntry.objects.filter(subject__in=[f"case:{case.pk}" for case in cases])
    counts = Counter(verbs.filter(verb__startswith="clock_").values_list("subject", "verb", "data__clock"))
    broken = [link for case in cases for link in broken_links(f"case:{case.pk}")]
    return {
        "said": said, "events": len(counts), "once": set(counts.values()) == {1}, "advanced": sum(rounds),
        "broken": broken, "vendor": connection.vendor,
    }  # fmt: skip


def hand_over() -> dict[str, object]:
    """Tasks change hands while their cases move: no step is lost, no history breaks, nobody waits for ever."""
    cases = [WORLD.call(f"moving-{at}") for at in range(12)]
    ids = [WORLD.task(case).pk for case in cases]
    senior, manager = WORLD.actor("senior"), WORLD.actor("manager")
    people = [WORLD.person("manager2").pk, WORLD.person("manager3").pk]

    def work(number: int) -> str:
        for at, case in enumerate(cases):
            if number % 2:
                hand_over_tasks(ids, people[at % 2], senior, timezone.now())
            else:
                write_message(case.number, f"{number}", WORLD.actor("chief"), timezone.now())
        return "done"

    said = at_once(work, 6)
    holders = set(Task.objects.filter(pk__in=ids).values_list("holder_id", flat=True))
    broken = [link for case in cases for link in broken_links(f"case:{case.pk}")]
    written = Message.objects.filter(case__in=cases, sender=WORLD.actor("chief").reference).count()
    return {"said": said, "holders": len(holders), "broken": broken, "written": written, "was": manager.name}


def tries() -> dict[str, object]:
    """Tries of one visitor from many threads, and from whatever other process runs this too: how many were admitted."""
    limit = Limit("race", 50, 60)

    def work(_: int) -> str:
        admitted = 0
        for _ in range(20):
            try:
                take(limit, "one visitor")
                admitted += 1
            except TooMany:
                pass
        return str(admitted)

    with override_settings(LIMITS_IN_STORE=True):
        said = at_once(work)
    return {"admitted": sum(int(admitted) * threads for admitted, threads in said.items())}


if __name__ == "__main__":
    races = {"complete": complete, "open": opening, "clocks": clocks, "hand_over": hand_over, "tries": tries}
    print(json.dumps(races[sys.argv[1]]()))
