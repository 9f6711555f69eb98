"""Do a task whose form was filled in without signal, unless the case has gone on since."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from wanjia.actions.cases.complete_task import complete_task
from wanjia.actions.cases.field.once import Sent, once, upload_key
from wanjia.actions.cases.give_opinion import give_opinion
from wanjia.actions.cases.practices import practice_of
from wanjia.actions.cases.stepping import locked_case
from wanjia.model.actors import Actor, may
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.practice.marks import form_mark, known_values, values_mark
from wanjia.records.cases.models import Case, Paper, Task
from wanjia.records.cases.subjects import subject_of_task


class Conflict(Refused):
    """The case has gone on since the device looked; `kind` says how. Nothing was changed: a person decides.

    done: somebody else did it, or it went back. ended: the case is over. passed_on: it is another's now.
    not_reached: the case did not come to this step, which was done ahead of it.
    form_changed: the practice asks something else. values_changed: what stood in the form is answered otherwise by now.
    """

    def __init__(self, kind: str, number: str) -> None:
        self.kind = kind
        super().__init__([Fault(f"offline.{kind}", Where(), {"case": number})])


@dataclass(frozen=True)
class FieldTask:
    """What a device sends: the marks are those of the form as it was filled in; `signatures` field -> paper token.

    `task` is empty for a step that was done ahead: before the step before it had been sent.
    """

    key: str
    number: str
    task: str
    step: str
    answers: Facts
    form_mark: str
    values_mark: str
    signatures: Mapping[str, str] = field(default_factory=dict)


def send_field_task(work: FieldTask, actor: Actor, now: datetime) -> Sent:
    """Complete the task once. Raises Conflict, or Refused with every fault of the answers."""

    def act() -> dict[str, Any]:
        case = locked_case(work.number)
        task = _task_to_do(case, work.task or _ahead(case, work.step, actor), actor)
        _same_form(case, task, work)
        papers = upload_key(work.key, actor)
        done = complete_task(work.number, task.key, work.answers, actor, now, papers)
        _claim_signatures(case, papers, work.signatures)
        return {"number": done.number, "status": done.status}

    return once("task", work.key, actor, now, act)


def send_field_opinion(key: str, number: str, task_key: str, answer: str, actor: Actor, now: datetime) -> Sent:
    """Answer an opinion once. Raises Conflict or Refused."""

    def act() -> dict[str, Any]:
        _task_to_do(locked_case(number), task_key, actor)
        if not answer.strip():
            raise Refused([Fault("field.missing", Where("answer"))])
        done = give_opinion(number, task_key, answer.strip(), actor, now)
        return {"number": done.number, "status": done.status}

    return once("opinion", key, actor, now, act)


def _ahead(case: Case, step: str, actor: Actor) -> str:
    """The key of the open task that a step done ahead has become; raises Conflict."""
    mine = Q(holder=actor.person_id) | Q(delegated_to=actor.person_id)
    found = case.tasks.filter(mine, step=step, status=Task.Status.OPEN).values_list("key", flat=True).first()
    if found is None and case.status == Case.Status.RUNNING:
        raise Conflict("not_reached", case.number)
    return found or ""


def _task_to_do(case: Case, key: str, actor: Actor) -> Task:
    """The task, still open and still the actor's; raises Conflict."""
    if case.status != Case.Status.RUNNING:
        raise Conflict("ended", case.number)
    task = case.tasks.select_related("organisation").filter(key=key, status=Task.Status.OPEN).first()
    if task is None:
        raise Conflict("done", case.number)
    task.case = case
    if not may(actor, "task", "complete", subject_of_task(task)):
        raise Conflict("passed_on", case.number)
    return task


def _same_form(case: Case, task: Task, work: FieldTask) -> None:
    """Nothing that somebody else wrote is written over unseen."""
    practice = practice_of(case.practice)
    if form_mark(practice, task.step) != work.form_mark:
        raise Conflict("form_changed", case.number)
    facts = {**case.state["facts"], **(task.item or {})}
    if values_mark(practice, task.step, facts) == work.values_mark:
        return
    known = known_values(practice, task.step, facts)
    if any(work.answers.get(name) != value for name, value in known.items()):
        raise Conflict("values_changed", case.number)


def _claim_signatures(case: Case, papers: str, signatures: Mapping[str, str]) -> None:
    """What was signed on the screen stands beside the signer's name, as a paper of that field."""
    for name, token in signatures.items():
        Paper.objects.filter(token=token, case=None, upload_key=papers).update(case=case, fact=name, upload_key="")
