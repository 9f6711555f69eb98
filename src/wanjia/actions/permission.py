"""The one question every verb asks before it changes a row."""

from wanjia.model.actors import Actor, Subject, may
from wanjia.model.faults import Denied
from wanjia.records.cases.models import Case, Task
from wanjia.records.cases.subjects import subject_of_case, subject_of_task


def require(actor: Actor, obj: str, verb: str, subject: Subject | None = None) -> None:
    """Raises Denied unless the permission table lets the actor do it."""
    if not may(actor, obj, verb, subject):
        raise Denied(obj, verb)


def require_on_case(actor: Actor, obj: str, verb: str, case: Case) -> None:
    """The same for something of a case (the case itself, its papers, messages, history)."""
    require(actor, obj, verb, None if actor.system else subject_of_case(case))


def require_on_task(actor: Actor, verb: str, task: Task) -> None:
    """The same for one task: its holder, its substitute, its organisation, or the requester."""
    require(actor, "task", verb, None if actor.system else subject_of_task(task))
