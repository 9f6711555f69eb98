"""What permission has to know of a case or a task: whose it is, where it lies, whom it concerns."""

from wanjia.model.actors import Actor, Subject
from wanjia.records.cases.models import Case, Task
from wanjia.records.territory.holders import organisation_line

COUNTER_ROLES = ("window_clerk", "window_chief")
"""Roles before which a requester can stand."""


def subject_of_case(case: Case) -> Subject:
    """People: requester and whoever held a task of it. Organisations: the receiving line, and those with tasks."""
    tasks = list(case.tasks.values_list("holder_id", "delegated_to_id", "organisation_id"))
    people = {pk for holder, substitute, _ in tasks for pk in (holder, substitute) if pk}
    asked_by = frozenset([case.requester_id] if case.requester_id else [])
    organisations = {code for _, _, code in tasks if code} | set(organisation_line(case.organisation))
    return Subject(frozenset(people) | asked_by, case.pk, _cells(case), frozenset(organisations), asked_by)


def subject_of_task(task: Task) -> Subject:
    """People: holder and substitute, or the requester. Organisations: the task's line.

    What waits for a requester who came to a counter is the counter's too: the clerk writes down what is said there.
    """
    case = task.case
    if task.for_requester:
        people = frozenset([case.requester_id]) if case.requester_id else frozenset[int]()
        return Subject(people, case.pk, frozenset(), _counters(case))
    people = frozenset(pk for pk in (task.holder_id, task.delegated_to_id) if pk)
    if task.outsider_id:  # nobody does it in their place; who answers for the case may give it to somebody else
        line = frozenset(organisation_line(task.organisation or case.organisation))
        desk = frozenset([task.organisation_id] if task.organisation_id else [])
        return Subject(people, None, _cells(case), line, desk=desk, outsiders=frozenset([task.outsider_id]))
    desk = frozenset([task.organisation_id] if task.organisation_id else [])
    return Subject(people, None, _cells(case), frozenset(organisation_line(task.organisation)), desk=desk)


def is_requester(case: Case, actor: Actor) -> bool:
    """The one who asked: signed in as such, or with the case's number and code."""
    return case.pk in actor.grants or (case.requester_id is not None and case.requester_id == actor.person_id)


def _counters(case: Case) -> frozenset[str]:
    """The windows that have a part in a case which was opened at one."""
    if case.surface != "window":
        return frozenset()
    return frozenset(case.tasks.filter(post__role__in=COUNTER_ROLES).values_list("organisation_id", flat=True))


def _cells(case: Case) -> frozenset[str]:
    return frozenset(code for code in case.cell_path.split("/") if code)
