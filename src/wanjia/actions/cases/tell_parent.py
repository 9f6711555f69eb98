"""What a case tells the one that opened it, and those that it opened, if they listen: rows that a worker delivers."""

from collections.abc import Iterator
from datetime import datetime

from wanjia.actions.cases.practices import FILES_LEFT_OUT, practice_of
from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import CHILD_ENDED, CHILD_TOLD, PARENT_TOLD
from wanjia.records.cases.models import Case, News


def tell_parent(case: Case, end: str, now: datetime) -> list[News]:
    """The row to be written with the end: which case ended and how (its end's id, `withdrawn` or `merged`)."""
    return list(_to_parent(case, CHILD_ENDED, {"child_number": case.number, "child_end": end}, now))


def said_to_parent(case: Case, said: str, now: datetime) -> list[News]:
    """The row for what the case says on its way; nothing for a case that nobody opened."""
    return list(_to_parent(case, CHILD_TOLD, {"child_number": case.number, "child_said": said}, now))


def said_to_children(case: Case, said: str, now: datetime) -> list[News]:
    """Rows for the cases that it opened and that still run."""
    told: Facts = {"parent_number": case.number, "parent_said": said}
    running = case.children.filter(status=Case.Status.RUNNING).select_related("practice")
    rows = running.defer(FILES_LEFT_OUT, "state").order_by("pk")
    return [news for child in rows for news in _news(child, case, PARENT_TOLD, told, "", now)]


def _to_parent(case: Case, name: str, told: Facts, now: datetime) -> Iterator[News]:
    if case.parent_id is not None:
        parent = Case.objects.select_related("practice").defer(FILES_LEFT_OUT, "state").get(pk=case.parent_id)
        yield from _news(parent, case, name, told, case.parent_branch, now)


def _news(to: Case, about: Case, name: str, told: Facts, branch: str, now: datetime) -> Iterator[News]:
    declared = practice_of(to.practice).messages.get(name)
    if declared is not None:
        payload = declared.get("payload")
        wanted = {each: told[each] for each in payload if each in told} if isinstance(payload, list) else {}
        yield News(case=to, about=about, name=name, payload=wanted, branch=branch, created_at=now)
