"""Sends field work on the store that the environment names, and may be killed at it; prints JSON.

`python -m tests.support.field_sender call <name>` | `send <number> <key> [before|inside|after]` |
`race <number> <key>` | `count <number>`
"""

import json
import os
import signal
import sys

from tests.support.stores import set_up

set_up()

from django.utils import timezone  # noqa: E402  (rows exist only once Django is set up)

from tests.support.racing import at_once  # noqa: E402
from tests.support.world import World  # noqa: E402
from wanjia.actions.cases.field import once, send_task  # noqa: E402
from wanjia.actions.cases.field.send_task import FieldTask, send_field_task  # noqa: E402
from wanjia.practice.marks import form_mark, values_mark  # noqa: E402
from wanjia.queries.cases.installed import practice_of  # noqa: E402
from wanjia.records.cases.models import Case, HistoryEntry, Task  # noqa: E402
from wanjia.records.territory.models import FieldSending  # noqa: E402

WORLD = World(timezone.now(), timezone.localdate())
ANSWERS = {"outcome": "answered", "answer_text": "已当面说明"}


def die() -> None:
    """As a power cut would have it: no cleaning up, no goodbye."""
    os.kill(os.getpid(), signal.SIGKILL)


def send(number: str, key: str, killed: str = "") -> str:
    """Do the task of a call; `killed` before the row, inside the transaction, or after it but before the answer."""
    case = Case.objects.select_related("practice").get(number=number)
    practice = practice_of(case.practice)
    marks = form_mark(practice, "answer"), values_mark(practice, "answer", case.state["facts"])
    whole = send_task.complete_task

    def cut_off(*given: object) -> Case:
        done = whole(*given)  # type: ignore[arg-type]
        die()
        return done

    if killed == "before":
        once.FieldSending.objects.create = lambda **row: die()  # type: ignore[method-assign]
    if killed == "inside":
        send_task.complete_task = cut_off  # type: ignore[assignment]
    sent = send_field_task(FieldTask(key, number, "t1", "answer", ANSWERS, *marks), WORLD.actor("manager"), WORLD.now)
    if killed == "after":
        die()
    return "repeated" if sent.repeated else "first"


def count(number: str) -> dict[str, object]:
    """What the store holds of it."""
    case = Case.objects.get(number=number)
    deeds = HistoryEntry.objects.filter(subject=f"case:{case.pk}", data__task="t1").values_list("verb", flat=True)
    status = Task.objects.get(case=case, key="t1").status
    return {"task": status, "sendings": FieldSending.objects.count(), "deeds": len(deeds)}


if __name__ == "__main__":
    what, *given = sys.argv[1:]
    if what == "call":
        print(json.dumps(WORLD.call(f"field-{given[0]}").number))
    elif what == "send":
        print(json.dumps(send(*given)))
    elif what == "race":
        print(json.dumps(at_once(lambda _: send(*given))))
    else:
        print(json.dumps(count(*given)))
