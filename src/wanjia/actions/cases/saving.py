"""Writes what steps have changed, for one case or for many at once: one statement per kind of row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from wanjia.actions.cases.queue_delivery import Wanted, queue
from wanjia.model.actors import Actor
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.history import write_histories
from wanjia.records.cases.models import Case, Clock, Message, News, RegisterRow, Task

CASE_COLUMNS = (
    "state", "row_version", "status", "end", "on_hold", "ended_at", "due_at", "late", "title", "title_en", "stuck",
)  # fmt: skip
"""What a step changes in a case's row; the place and the requester stay as they were accepted."""

TASK_COLUMNS = (
    "status", "for_requester", "post", "holder", "organisation", "outsider", "delegated_to", "escalated", "due_at",
    "closed_at", "closed_by",
)  # fmt: skip
"""What a step changes in a task's row; its answers are written by the verb that brought them."""

CLOCK_COLUMNS = ("status", "due_at", "next_at", "stopped_at")
"""What changes in a clock's row after it has begun."""


ROW_COLUMNS = ("struck_at", "struck_reason")
"""All that ever changes in a register's row."""


@dataclass
class Changes:
    """Rows of one locked case that are to be written together, in the transaction that locked it."""

    case: Case
    actor: Actor
    at: datetime
    tasks: dict[str, Task] = field(default_factory=dict)
    clocks: dict[str, Clock] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    rows: dict[str, RegisterRow] = field(default_factory=dict)
    deliveries: list[Wanted] = field(default_factory=list)
    history: list[tuple[str, Facts]] = field(default_factory=list)
    news: list[News] = field(default_factory=list)


def save_all(changes: Sequence[Changes]) -> None:
    """Write the changes of any number of different cases."""
    _save_cases([each.case for each in changes])
    _save_tasks([task for each in changes for task in each.tasks.values()])
    clocks = [clock for each in changes for clock in each.clocks.values()]
    Clock.objects.bulk_create(clocks, update_conflicts=True, unique_fields=["case", "key"], update_fields=CLOCK_COLUMNS)
    _save_rows([row for each in changes for row in each.rows.values()])
    Message.objects.bulk_create([message for each in changes for message in each.messages])
    if news := [row for each in changes for row in each.news]:
        News.objects.bulk_create(news)
    if deliveries := [wanted for each in changes for wanted in each.deliveries]:
        queue(deliveries, changes[0].at)
    write_histories((f"case:{each.case.pk}", each.actor, each.at, each.history) for each in changes)


def _save_cases(cases: Sequence[Case]) -> None:
    if len(cases) == 1:
        cases[0].save()  # all columns: a verb may have set others, such as the case it was merged into
    else:
        Case.objects.bulk_create(cases, update_conflicts=True, unique_fields=["id"], update_fields=CASE_COLUMNS)


def _save_rows(rows: Sequence[RegisterRow]) -> None:
    """Rows of registers: new ones, and those that were struck."""
    known, new = [row for row in rows if row.pk is not None], [row for row in rows if row.pk is None]
    if known:
        RegisterRow.objects.bulk_update(known, ROW_COLUMNS)
    if new:
        RegisterRow.objects.bulk_create(new)


def _save_tasks(tasks: Iterable[Task]) -> None:
    known = [task for task in tasks if task.pk is not None]
    new = [task for task in tasks if task.pk is None]
    if len(known) == 1:
        known[0].save(update_fields=TASK_COLUMNS)
    else:
        Task.objects.bulk_create(known, update_conflicts=True, unique_fields=["id"], update_fields=TASK_COLUMNS)
    Task.objects.bulk_create(new)
