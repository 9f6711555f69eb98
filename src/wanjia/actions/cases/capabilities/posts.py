"""Handing over a post: what is open under it, and the change of its holder on the day."""

from datetime import date, datetime

from wanjia.actions.territory.appoint import appoint
from wanjia.model.actors import Actor
from wanjia.model.faults import Denied, Fault, Refused, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case, Task
from wanjia.records.territory.holders import holder_of
from wanjia.records.territory.models import ContactCard, Person, Post

WORK_ROWS_MAX = 200
"""Tasks listed one by one; a district manager has a dozen, whoever has more is told the number."""


def work_of_post(inputs: Facts, case: Case, now: datetime) -> Facts:
    """`work`: open tasks of the post but for this case's own, the earliest deadline first; how many, and how many late.

    `cards`: contact cards that lead to the post's cell.
    """
    post = _post(inputs["post"])
    tasks = Task.objects.filter(post=post, status=Task.Status.OPEN).exclude(case=case.pk).select_related("case")
    tasks = tasks.defer("case__state").order_by("case__due_at", "pk")
    day_of = work_calendar().day_of
    rows: list[Json] = [
        {
            "case_number": task.case.number,
            "title": task.case.title,
            "due_on": day_of(task.case.due_at).isoformat() if task.case.due_at else "",
            "late": task.case.late,
        }
        for task in tasks[:WORK_ROWS_MAX]
    ]
    cards = ContactCard.objects.filter(cell_code=post.cell_code, revoked_on=None).count() if post.cell_code else 0
    late = tasks.filter(case__late=True).count()
    return {"work": rows, "work_count": tasks.count(), "late_count": late, "cards": cards}


def hand_over_post(inputs: Facts, case: Case, now: datetime, actor: Actor) -> Facts:
    """The post is the successor's from the day on (today when it is past); open tasks follow on that day.

    Ends with `already_planned` when somebody is to begin on or after it, or the successor has the post then, and with
    `not_allowed` when whoever made the step may not appoint.
    """
    today = work_calendar().day_of(now)
    post, person = _post(inputs["post"]), _person(inputs["successor"], today)
    starts_on = max(_day(inputs["starts_on"]), today)
    former = holder_of(post, starts_on)
    if former == person:
        raise Refused([Fault("already_planned", Where())])
    try:
        appoint(post.code, person.pk, starts_on, actor, now, today)
    except Denied as denied:
        raise Refused([Fault("not_allowed", Where())]) from denied
    except Refused as refused:
        raise Refused([Fault("already_planned", Where())]) from refused
    return {"from_name": former.name if former else "", "to_name": person.name, "held_from": starts_on.isoformat()}


def _post(reference: Json) -> Post:
    kind, _, key = str(reference or "").partition(":")
    row = Post.objects.filter(pk=int(key)).first() if kind == "post" and key.isdigit() else None
    if row is None:
        raise Refused([Fault("unavailable", Where())])
    return row


def _person(reference: Json, today: date) -> Person:
    """The person of `person:<id>`, or who holds `post:<id>` today."""
    kind, _, key = str(reference or "").partition(":")
    row = holder_of(_post(reference), today) if kind == "post" else None
    if kind == "person" and key.isdigit():
        row = Person.objects.filter(pk=int(key)).first()
    if row is None:
        raise Refused([Fault("unavailable", Where())])
    return row


def _day(value: Json) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise Refused([Fault("unavailable", Where())]) from error
