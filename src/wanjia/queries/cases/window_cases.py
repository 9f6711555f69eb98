"""Whole cases at the window: for bodies that receive and decide them, not for those that are asked for a part."""

from dataclasses import dataclass
from datetime import datetime

from wanjia.engine.states import case_from_json
from wanjia.model.actors import Actor
from wanjia.model.faults import Denied, NotFound
from wanjia.model.permissions import PARTNER_ROLES
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.case_head import Head, case_head
from wanjia.queries.cases.case_page import CasePage, case_page, seen_case
from wanjia.queries.cases.facts import FactRow, item_text
from wanjia.queries.cases.installed import active_practices, practice_of
from wanjia.queries.cases.window_tasks import answers_of, may_see_whole
from wanjia.records.cases.models import Case, Task


@dataclass(frozen=True)
class Answered:
    """What one branch of a joint step answered; the case's own facts have it only when all branches are done."""

    task_id: int
    name: str
    item: str
    holder: str
    closed_at: datetime | None
    rows: tuple[FactRow, ...]


@dataclass(frozen=True)
class WindowCase:
    """A case with everything in it; `task_ids` leads from a task's key to its page."""

    page: CasePage
    task_ids: dict[str, int]
    answered: tuple[Answered, ...]


def window_case(number: str, actor: Actor, now: datetime, language: str, revealed: bool = False) -> WindowCase:
    """The case of a number. Raises NotFound, and Denied for a body that has only a task in it."""
    case = seen_case(number, actor)
    if not may_see_whole(case, actor):
        raise Denied("case", "see")
    page = case_page(number, actor, now, language, revealed)
    return WindowCase(page, dict(case.tasks.values_list("key", "pk")), _answered(case, page.practice, language))


@dataclass(frozen=True)
class Slip:
    """What is printed for whoever asked; `whole` tells whether this body may open the case itself."""

    head: Head
    whole: bool


def slip(number: str, actor: Actor, language: str, *, taken_in_here: bool) -> Slip:
    """The slip of a case, for the counter that took it in and for bodies that have it. Raises NotFound, Denied."""
    rows = Case.objects.select_related("practice", "organisation", "outage").defer("practice__files")
    case = rows.filter(number=number).first()
    if case is None:
        raise NotFound("case", number)
    whole = may_see_whole(case, actor)
    if not (whole or taken_in_here):
        raise Denied("case", "see")
    return Slip(
        case_head(case, practice_of(case.practice), case_from_json(case.state), language, revealed=False), whole
    )


def counter_practices() -> tuple[Practice, ...]:
    """Practices that somebody may begin at a counter: those entered there, and those in which a window has a part."""
    return tuple(practice for practice in active_practices() if _at_counter(practice))


def _answered(case: Case, practice: Practice, language: str) -> tuple[Answered, ...]:
    done = case.tasks.filter(status=Task.Status.DONE, item__isnull=False, kind="user").select_related("holder")
    return tuple(
        Answered(
            row.pk, practice.text(f"tasks.{row.step}", language), item_text(practice, row.item, language),
            row.holder.name if row.holder else "", row.closed_at, answers_of(row, practice, language),
        )
        for row in done.order_by("closed_at")
    )  # fmt: skip


def _at_counter(practice: Practice) -> bool:
    has_part = any(role.who == "post" and role.role in PARTNER_ROLES for role in practice.roles.values())
    return practice.entry.surface == "window" or has_part
