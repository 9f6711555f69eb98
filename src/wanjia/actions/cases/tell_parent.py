"""The end of a case is news for the case that opened it, if that one listens."""

from datetime import datetime

from wanjia.actions.cases.practices import FILES_LEFT_OUT, practice_of
from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import CHILD_ENDED
from wanjia.records.cases.models import Case, News


def tell_parent(case: Case, end: str, now: datetime) -> list[News]:
    """The row to be written with the end: which case ended and how (its end's id, `withdrawn` or `merged`)."""
    if case.parent_id is None:
        return []
    parent = Case.objects.select_related("practice").defer(FILES_LEFT_OUT, "state").get(pk=case.parent_id)
    declared = practice_of(parent.practice).messages.get(CHILD_ENDED)
    if declared is None:
        return []
    told: Facts = {"child_number": case.number, "child_end": end}
    payload = declared.get("payload")
    wanted = {name: told[name] for name in payload if name in told} if isinstance(payload, list) else {}
    return [
        News(case=parent, about=case, name=CHILD_ENDED, payload=wanted, branch=case.parent_branch, created_at=now)
    ]  # fmt: skip
