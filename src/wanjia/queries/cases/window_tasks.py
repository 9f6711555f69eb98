"""Tasks at the window: a partner body sees its own and nothing beside them, a task with only its part of the case."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q

from wanjia.engine.nouns import CaseState
from wanjia.engine.states import case_from_json
from wanjia.model.actors import Actor, Subject, may
from wanjia.model.faults import Denied, NotFound
from wanjia.model.jsonvalue import Facts
from wanjia.model.permissions import PARTNER_ROLES
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.case_head import Head, case_head
from wanjia.queries.cases.case_verbs import task_verbs
from wanjia.queries.cases.clocks import ClockBar, clock_bars
from wanjia.queries.cases.facts import FactRow, fact_rows
from wanjia.queries.cases.history import sentence, who_text
from wanjia.queries.cases.installed import practice_of
from wanjia.queries.cases.papers import PaperRow, papers_of
from wanjia.queries.cases.rows import Rows
from wanjia.queries.cases.task_card import TaskCard, task_card
from wanjia.queries.cases.task_list import TaskRow, due_filter, rows_of
from wanjia.records.cases.models import Case, HistoryEntry, Task
from wanjia.records.cases.subjects import subject_of_case, subject_of_task
from wanjia.records.territory.names import Names


@dataclass(frozen=True)
class WindowFilters:
    """What the address says. `state` is `open` (also when empty) or `done`; `whose` is `mine` or empty."""

    text: str = ""
    practice: str = ""
    due: str = ""
    state: str = ""
    whose: str = ""


@dataclass(frozen=True)
class BranchDeed:
    """One line of the history of a task's own branch."""

    at: datetime
    who: str
    sentence: str


@dataclass(frozen=True)
class WindowTask:
    """One task and the part of its case that its holder needs; personal data is masked.

    `form_facts` is what a form of the task may read; `facts` what was applied for; `whole`: the case is open too.
    """

    pk: int
    card: TaskCard
    head: Head
    practice: Practice
    form_facts: Facts
    facts: tuple[FactRow, ...]
    answers: tuple[FactRow, ...]
    papers: tuple[PaperRow, ...]
    clocks: tuple[ClockBar, ...]
    history: tuple[BranchDeed, ...]
    whole: bool


def window_tasks(actor: Actor, filters: WindowFilters, now: datetime, language: str) -> Rows[TaskRow]:
    """The partner body's tasks: open ones by deadline, or those it has done, the last first."""
    query = Task.objects.filter(_own(actor), _wanted(filters, actor, now)).select_related("case__practice", "holder")
    query = query.defer("case__state", "case__practice__files")
    order = ("-closed_at",) if filters.state == "done" else (F("due_at").asc(nulls_last=True), "opened_at")
    return Rows(query.order_by(*order, "pk"), lambda rows: list(rows_of(rows, actor, now, language)))


def window_counts(actor: Actor, now: datetime) -> dict[str, int]:
    """Open tasks by how soon they are due."""
    mine = Task.objects.filter(_own(actor), status=Task.Status.OPEN)
    return {group: mine.filter(due_filter(group, now)).count() for group in ("overdue", "today", "later", "none")}


def window_task(pk: int, actor: Actor, now: datetime, language: str) -> WindowTask:
    """One task. Raises NotFound, and Denied for a task of another body."""
    rows = Task.objects.select_related(
        "case__practice", "case__organisation", "holder", "delegated_to", "organisation", "post"
    )
    task = rows.defer("case__practice__files").filter(pk=pk).first()
    if task is None:
        raise NotFound("task", pk)
    if not may(actor, "task", "see", subject_of_task(task)):
        raise Denied("task", "see")
    practice, state = practice_of(task.case.practice), case_from_json(task.case.state)
    return _value(task, practice, state, actor, now, language)


def may_see_whole(case: Case, actor: Actor) -> bool:
    """Whether the case is open to the actor as a whole: by post, not because of a task held in it."""
    subject = subject_of_case(case)
    return may(actor, "case", "see", Subject(cells=subject.cells, organisations=subject.organisations))


def sees_cases(actor: Actor) -> bool:
    """Whether the actor's body has whole cases, as a window has, or tasks only."""
    return may(actor, "case", "see", Subject(organisations=partner_organisations(actor)))


def partner_organisations(actor: Actor) -> frozenset[str]:
    """The partner bodies in which the actor has a seat."""
    return frozenset(seat.organisation for seat in actor.seats if seat.role in PARTNER_ROLES)


def _own(actor: Actor) -> Q:
    """Of the actor's partner bodies, or in the actor's own hands; never what waits for a requester."""
    held = Q(holder=actor.person_id) | Q(delegated_to=actor.person_id)
    return (held | Q(organisation__in=partner_organisations(actor))) & Q(for_requester=False)


def _wanted(filters: WindowFilters, actor: Actor, now: datetime) -> Q:
    done = filters.state == "done"
    wanted = Q(status__in=[Task.Status.DONE, Task.Status.RETURNED]) if done else Q(status=Task.Status.OPEN)
    text = filters.text.strip()
    if text:
        wanted &= Q(case__title__icontains=text) | Q(case__title_en__icontains=text) | Q(case__number__icontains=text)
    if filters.practice:
        wanted &= Q(case__practice__name=filters.practice)
    if filters.whose == "mine":
        wanted &= Q(holder=actor.person_id) | Q(delegated_to=actor.person_id)
    return wanted if done else wanted & due_filter(filters.due, now)


def _value(task: Task, practice: Practice, state: CaseState, actor: Actor, now: datetime, language: str) -> WindowTask:
    case = task.case
    return WindowTask(
        task.pk, task_card(task, practice, state, actor, _verbs(task, actor), language),
        case_head(case, practice, state, language, revealed=False), practice, {**state.facts, **(task.item or {})},
        _facts(task, practice, state.facts, language), answers_of(task, practice, language),
        papers_of(case, practice, actor, language), _clocks(task, practice, state, now, language),
        _history(task, practice, language), may_see_whole(case, actor),
    )  # fmt: skip


def _verbs(task: Task, actor: Actor) -> frozenset[str]:
    """At a counter the clerk does the requester's part while the requester stands there."""
    if task.status != Task.Status.OPEN:
        return frozenset()
    verbs = task_verbs(task, task.case, actor)
    at_counter = task.for_requester and task.case.surface == "window"
    if at_counter and may(actor, "task", "complete", subject_of_task(task)):
        return verbs | {"complete"}
    return verbs


def _facts(task: Task, practice: Practice, facts: Facts, language: str) -> tuple[FactRow, ...]:
    """What was applied for, and what the step's form shows. What other bodies said stays with them.

    A signature is a person's name and says nothing that a reviewer judges.
    """
    shows = practice.forms[task.step].shows if task.step in practice.forms else ()
    names = [*practice.forms["start"].fields, *shows]
    wanted = [name for name in dict.fromkeys(names) if practice.facts[name].get("format") != "signature"]
    part = {name: facts[name] for name in wanted if name in facts and not _rows(facts[name])}
    return fact_rows(practice, part, language, revealed=False)


def _rows(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(row, dict) for row in value)


def answers_of(task: Task, practice: Practice, language: str) -> tuple[FactRow, ...]:
    """What was answered when the task was done."""
    known = {name: value for name, value in (task.answers or {}).items() if name in practice.facts}
    return fact_rows(practice, known, language, revealed=False)


def _clocks(task: Task, practice: Practice, state: CaseState, now: datetime, language: str) -> tuple[ClockBar, ...]:
    """The task's own clocks and those of the whole case; other branches' clocks are theirs."""
    keys = {clock.key for clock in state.clocks if clock.task_key in (None, task.key)}
    return tuple(bar for bar in clock_bars(practice, state, now, language) if bar.key in keys)


def _history(task: Task, practice: Practice, language: str) -> tuple[BranchDeed, ...]:
    """Entries about this task and its fellows: the same step for the same body, and opinions asked for them."""
    branch = list(Task.objects.filter(case=task.case_id, organisation=task.organisation_id).values_list("key", "key"))
    keys = {task.key, *(key for key, _ in branch)} if task.organisation_id else {task.key}
    rows = [
        row
        for row in HistoryEntry.objects.filter(subject=f"case:{task.case_id}").order_by("-sequence")
        if isinstance(row.data, dict) and row.data.get("task") in keys
    ]
    names = Names((value for row in rows for value in (row.data.get("to"), row.data.get("from"))), language)
    return tuple(
        BranchDeed(
            row.at, who_text(row.actor, row.actor_name, language),
            sentence(practice, row.verb, row.data, names, language),
        )
        for row in rows
    )  # fmt: skip
