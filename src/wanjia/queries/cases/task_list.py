"""My tasks (我的待办): what I hold, what I do for somebody, and the pool of my organisation, strictest clock first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from wanjia.model.actors import Actor
from wanjia.queries.cases.installed import practice_of
from wanjia.queries.cases.rows import Rows
from wanjia.queries.cases.visible import below, in_cell, tasks_for, waiting_for
from wanjia.records.cases.models import Task

GROUPS = ("overdue", "today", "later", "none")


@dataclass(frozen=True)
class TaskFilters:
    """What the page's address says. `due` is one of GROUPS or empty; `received` an organisation that got the case."""

    text: str = ""
    practice: str = ""
    cell: str = ""
    due: str = ""
    person: str = ""
    organisation: str = ""
    received: str = ""


@dataclass(frozen=True)
class TaskRow:
    """One task in a list."""

    pk: int
    key: str
    name: str
    number: str
    title: str
    practice: str
    cell_code: str
    holder: str
    mine: bool
    delegated: bool
    opinion: bool
    escalated: int
    paused: bool
    opened_at: datetime
    due_at: datetime | None
    group: str
    closed_at: datetime | None


@dataclass(frozen=True)
class TaskList:
    """Open tasks, fetched as they are looked at, and how many of them are in each of GROUPS."""

    rows: Rows[TaskRow]
    counts: Mapping[str, int]


def my_tasks(actor: Actor, filters: TaskFilters, now: datetime, language: str) -> TaskList:
    """Open tasks that are the actor's to do, due first; those without a deadline last."""
    return _listed(_filtered(_open().filter(waiting_for(actor)), filters, now), actor, now, language)


def tasks_in_scope(actor: Actor, filters: TaskFilters, now: datetime, language: str) -> TaskList:
    """Open tasks that the actor may see, whoever holds them: what a number of a load view opens to."""
    return _listed(_filtered(_open().filter(tasks_for(actor, "see")), filters, now), actor, now, language)


def open_count(actor: Actor) -> int:
    """How many tasks wait for the actor."""
    return Task.objects.filter(waiting_for(actor), status=Task.Status.OPEN).count()


def due_filter(group: str, now: datetime, key: str = "due_at") -> Q:
    """Rows of one group by their deadline; all of them without a group."""
    end = end_of_day(now)
    return {
        "overdue": Q(**{f"{key}__lte": now}),
        "today": Q(**{f"{key}__gt": now, f"{key}__lt": end}),
        "later": Q(**{f"{key}__gte": end}),
        "none": Q(**{key: None}),
    }.get(group, Q())


def end_of_day(now: datetime) -> datetime:
    """The instant at which the company's day ends."""
    zone = timezone.get_default_timezone()
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, zone)


def group_of(due_at: datetime | None, now: datetime) -> str:
    """Which of GROUPS a deadline belongs to."""
    if due_at is None:
        return "none"
    if due_at <= now:
        return "overdue"
    return "today" if due_at < end_of_day(now) else "later"


def rows_of(tasks: Iterable[Task], actor: Actor, now: datetime, language: str) -> tuple[TaskRow, ...]:
    """Task rows as values."""
    return tuple(_row(task, actor, now, language) for task in tasks)


def _open() -> QuerySet:
    rows = Task.objects.filter(status=Task.Status.OPEN).select_related("case__practice", "holder")
    return rows.defer("case__state", "case__practice__files").order_by(
        F("due_at").asc(nulls_last=True), "opened_at", "pk"
    )


def _listed(query: QuerySet, actor: Actor, now: datetime, language: str) -> TaskList:
    counted = {group: Count("pk", filter=due_filter(group, now)) for group in GROUPS}
    return TaskList(
        Rows(query, lambda tasks: list(rows_of(tasks, actor, now, language))), query.order_by().aggregate(**counted)
    )


def _filtered(query: QuerySet, filters: TaskFilters, now: datetime) -> QuerySet:
    if filters.text:
        text = filters.text.strip()
        query = query.filter(
            Q(case__title__icontains=text) | Q(case__title_en__icontains=text) | Q(case__number__icontains=text)
            | Q(case__requester_name=text) | Q(case__address__icontains=text)
        )  # fmt: skip
    if filters.practice:
        query = query.filter(case__practice__name=filters.practice)
    if filters.cell:
        query = query.filter(in_cell(filters.cell, "case__"))
    if filters.person:
        query = query.filter(holder=int(filters.person)) if filters.person.isdigit() else query.none()
    if filters.organisation:
        query = query.filter(organisation=filters.organisation)
    if filters.received:
        query = query.filter(case__organisation__in=below([filters.received]))
    return query.filter(due_filter(filters.due, now))


def _row(task: Task, actor: Actor, now: datetime, language: str) -> TaskRow:
    case, practice = task.case, practice_of(task.case.practice)
    return TaskRow(
        task.pk, task.key, practice.text(f"tasks.{task.step}", language), case.number,
        case.title_en if language == "en" else case.title, practice.text("name", language), case.cell_code,
        task.holder.name if task.holder else "", task.holder_id == actor.person_id,
        task.delegated_to_id is not None and task.delegated_to_id == actor.person_id, task.kind == "opinion",
        task.escalated, case.on_hold, task.opened_at, task.due_at, group_of(task.due_at, now),
        task.closed_at,
    )  # fmt: skip
