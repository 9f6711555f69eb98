"""What somebody takes along into places without signal: the own open tasks, and what can be begun on site."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q

from wanjia.engine.states import case_from_json
from wanjia.model.actors import Actor, may
from wanjia.model.permissions import allowed
from wanjia.practice.ahead import steps_ahead
from wanjia.practice.marks import form_mark, known_values, values_mark
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.facts import FactRow, fact_rows
from wanjia.queries.cases.installed import active_practices, practice_of
from wanjia.queries.cases.window_tasks import WindowTask, window_task
from wanjia.records.cases.models import Task
from wanjia.records.cases.subjects import subject_of_case
from wanjia.records.territory.models import Person

FIELD_TASKS_MAX = 60
"""Tasks on one device: more than a week's work, and little to lose with a phone."""

BEGUN_ON_SITE = ("portal", "desk", "card")
"""Practices that begin at the desk, and those that residents begin and staff may begin for them."""


@dataclass(frozen=True)
class FieldTaskWork:
    """An own task with the marks of its form; `signatures` are the fields that somebody signs."""

    task: WindowTask
    form_mark: str
    values_mark: str
    signatures: tuple[str, ...]


@dataclass(frozen=True)
class StepAhead:
    """A step that may come after it for the same hands, with the marks of its form as it is now."""

    step: str
    form_mark: str
    values_mark: str
    signatures: tuple[str, ...]


@dataclass(frozen=True)
class Theirs:
    """The other side of a conflict, as far as the actor may see it: how the task stands now, and what it says."""

    status: str
    case_status: str
    case_end: str
    who: str
    at: datetime | None
    facts: tuple[FactRow, ...]


def field_tasks(actor: Actor, now: datetime, language: str) -> tuple[tuple[FieldTaskWork, ...], int]:
    """Open tasks in the actor's own hands, due first, and how many were left out."""
    mine = Q(holder=actor.person_id) | Q(delegated_to=actor.person_id)
    rows = Task.objects.filter(mine, status=Task.Status.OPEN, for_requester=False)
    keys = list(rows.order_by(F("due_at").asc(nulls_last=True), "opened_at", "pk").values_list("pk", flat=True))
    taken = tuple(_work(window_task(pk, actor, now, language)) for pk in keys[:FIELD_TASKS_MAX])
    return taken, max(0, len(keys) - FIELD_TASKS_MAX)


def ahead_of(work: FieldTaskWork) -> tuple[StepAhead, ...]:
    """What may be done right after the task, before it is known whether the case comes to it."""
    if "complete" not in work.task.card.verbs:
        return ()
    practice, facts = work.task.practice, work.task.form_facts
    return tuple(
        StepAhead(step, form_mark(practice, step), values_mark(practice, step, facts), _signed(practice, step))
        for step in steps_ahead(practice, work.task.card.step)
    )


def open_task_key(number: str, step: str, actor: Actor) -> str:
    """The key of the actor's own open task of that step; empty when there is none."""
    mine = Q(holder=actor.person_id) | Q(delegated_to=actor.person_id)
    found = Task.objects.filter(mine, case__number=number, step=step, status=Task.Status.OPEN)
    return found.values_list("key", flat=True).first() or ""


def field_task(number: str, key: str, actor: Actor, now: datetime, language: str) -> FieldTaskWork | None:
    """One of them as it is now; None when it is no longer the actor's to do."""
    pk = Task.objects.filter(case__number=number, key=key, status=Task.Status.OPEN).values_list("pk", flat=True).first()
    if pk is None:
        return None
    found = window_task(pk, actor, now, language)
    return _work(found) if found.card.verbs & {"complete", "give_opinion"} else None


def field_starts(actor: Actor) -> list[Practice]:
    """Practices of which the actor may begin a case for somebody, by name."""
    if allowed((seat.role for seat in actor.seats), "case", "open") is None:
        return []
    return [practice for practice in active_practices() if practice.entry.surface in BEGUN_ON_SITE]


def theirs(number: str, key: str, actor: Actor, language: str) -> Theirs | None:
    """How a task that the actor did without signal stands now. None when the actor may know nothing of it any more."""
    task = Task.objects.select_related("case__practice", "case__organisation", "holder").filter(
        case__number=number, key=key
    )
    row = task.first()
    if row is None or not may(actor, "case", "see", subject_of_case(row.case)):
        return None
    practice = practice_of(row.case.practice)
    return Theirs(
        row.status, row.case.status, practice.text(f"ends.{row.case.end}", language) if row.case.end else "",
        _who(row), row.closed_at, _facts(row, practice, language),
    )  # fmt: skip


def _work(found: WindowTask) -> FieldTaskWork:
    practice, step = found.practice, found.card.step
    mark = values_mark(practice, step, found.form_facts)
    return FieldTaskWork(found, form_mark(practice, step), mark, _signed(practice, step))


def _signed(practice: Practice, step: str) -> tuple[str, ...]:
    form = practice.forms.get(step)
    return tuple(name for name in (form.fields if form else ()) if practice.facts[name].get("format") == "signature")


def _who(row: Task) -> str:
    """Who did it; while it is open, who has it."""
    if row.status == Task.Status.OPEN:
        return row.holder.name if row.holder else ""
    reference = row.closed_by.removeprefix("person:")
    return (
        (Person.objects.filter(pk=reference).values_list("name", flat=True).first() or "")
        if reference.isdigit()
        else ""
    )


def _facts(row: Task, practice: Practice, language: str) -> tuple[FactRow, ...]:
    """What was answered; of an open task what stands in its form now."""
    if row.status == Task.Status.OPEN:
        facts = {**case_from_json(row.case.state).facts, **(row.item or {})}
        return fact_rows(practice, known_values(practice, row.step, facts), language, revealed=False)
    answers = {name: value for name, value in (row.answers or {}).items() if name in practice.facts}
    return fact_rows(practice, answers, language, revealed=False)
