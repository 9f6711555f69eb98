"""What is needed to read a sent form of an open task: its practice, its step, and who had it."""

from dataclasses import dataclass

from wanjia.model.actors import Actor, may
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.case_page import seen_case
from wanjia.queries.cases.installed import practice_of
from wanjia.records.cases.models import Task
from wanjia.records.cases.subjects import subject_of_task


@dataclass(frozen=True)
class TaskForm:
    """An open task as a form's receiver sees it; `facts` are what is known, `holder` is a reference or empty."""

    practice: Practice
    step: str
    name: str
    has_form: bool
    holder: str
    facts: Facts


def task_form(number: str, key: str, actor: Actor, language: str) -> TaskForm:
    """The form of an open task. Raises NotFound, Denied, and Refused for a task that is done."""
    case = seen_case(number, actor)
    task = case.tasks.filter(key=key, status=Task.Status.OPEN).first()
    if task is None:
        raise Refused([Fault("task.not_open", Where(), {"task": key, "case": number})])
    practice = practice_of(case.practice)
    holder = f"person:{task.holder_id}" if task.holder_id else ""
    has_form = task.kind == "user" and task.step in practice.forms
    facts = {**case.state["facts"], **(task.item or {})}
    return TaskForm(practice, task.step, practice.text(f"tasks.{task.step}", language), has_form, holder, facts)


def may_on_task(number: str, key: str, verb: str, actor: Actor) -> bool:
    """Whether the actor may do this with the open task now (to offer an undo)."""
    task = Task.objects.filter(case__number=number, key=key, status=Task.Status.OPEN).select_related("case").first()
    return task is not None and may(actor, "task", verb, subject_of_task(task))
