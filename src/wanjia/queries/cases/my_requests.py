"""The requests of somebody who is signed in."""

from dataclasses import dataclass
from datetime import datetime

from wanjia.model.actors import Actor
from wanjia.queries.cases.installed import practice_of
from wanjia.queries.cases.rows import Rows
from wanjia.records.cases.models import Case, Task


@dataclass(frozen=True)
class MyRequest:
    """One request in a list."""

    number: str
    title: str
    practice: str
    status: str
    end: str
    opened_at: datetime
    due_at: datetime | None
    waits_for_me: bool


def my_requests(actor: Actor, text: str, language: str) -> Rows[MyRequest]:
    """Requests of the person, and those that this browser opened by number and code; newest first."""
    query = Case.objects.filter(pk__in=actor.grants)
    if actor.person_id:
        query = query | Case.objects.filter(requester=actor.person_id)
    if text:
        query = query.filter(title__icontains=text) | query.filter(number__icontains=text)
    query = query.select_related("practice").defer("state", "practice__files")
    return Rows(query, lambda rows: _values(rows, language))


def _values(rows: list[Case], language: str) -> list[MyRequest]:
    open_tasks = Task.objects.filter(case__in=rows, status=Task.Status.OPEN, for_requester=True)
    waiting = set(open_tasks.values_list("case", flat=True))
    return [_value(row, row.pk in waiting, language) for row in rows]


def _value(row: Case, waits: bool, language: str) -> MyRequest:
    practice = practice_of(row.practice)
    return MyRequest(
        row.number, row.title_en if language == "en" else row.title, practice.text("name", language), row.status,
        practice.text(f"ends.{row.end}", language) if row.end else "", row.opened_at, row.due_at, waits,
    )  # fmt: skip
