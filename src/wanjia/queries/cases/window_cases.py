"""Whole cases at the window: for bodies that receive and decide them, not for those that are asked for a part."""

from dataclasses import dataclass
from datetime import datetime

from wanjia.model.actors import Actor
from wanjia.model.faults import Denied
from wanjia.model.permissions import PARTNER_ROLES
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.case_page import CasePage, case_page, seen_case
from wanjia.queries.cases.installed import active_practices
from wanjia.queries.cases.window_tasks import may_see_whole


@dataclass(frozen=True)
class WindowCase:
    """A case with everything in it; `task_ids` leads from a task's key to its page."""

    page: CasePage
    task_ids: dict[str, int]


def window_case(number: str, actor: Actor, now: datetime, language: str, revealed: bool = False) -> WindowCase:
    """The case of a number. Raises NotFound, and Denied for a body that has only a task in it."""
    case = seen_case(number, actor)
    if not may_see_whole(case, actor):
        raise Denied("case", "see")
    return WindowCase(case_page(number, actor, now, language, revealed), dict(case.tasks.values_list("key", "pk")))


def counter_practices() -> tuple[Practice, ...]:
    """Practices that somebody may begin at a counter: those entered there, and those in which a window has a part."""
    return tuple(practice for practice in active_practices() if _at_counter(practice))


def _at_counter(practice: Practice) -> bool:
    has_part = any(role.who == "post" and role.role in PARTNER_ROLES for role in practice.roles.values())
    return practice.entry.surface == "window" or has_part
