"""Appointments that an agreement makes (互聘): for a term, in a post opened for it, and ended with the agreement."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

from wanjia.actions.territory.appoint_for_term import Term, appoint_for_term, end_term
from wanjia.model.actors import Actor
from wanjia.model.faults import Denied, Fault, NotFound, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case
from wanjia.records.territory.holders import holder_of
from wanjia.records.territory.models import Post

KIND = "tenure:"
T = TypeVar("T")


def appoint(inputs: Facts, case: Case, now: datetime, actor: Actor) -> Facts:
    """`appointment` (a reference), `post` and the `holder_name`: the person works as `role` for the body and the case's
    cell from `starts_on` to `ends_on`. Whoever made the step must be allowed to appoint there."""
    term = Term(
        role=str(inputs["role"]), organisation=str(inputs.get("organisation") or "") or _own(case), cell=_cell(case),
        person_id=_person(str(inputs["person"]), work_calendar().day_of(now)),
        starts_on=date.fromisoformat(str(inputs["starts_on"])), ends_on=date.fromisoformat(str(inputs["ends_on"])),
    )  # fmt: skip
    tenure = _or_said(lambda: appoint_for_term(term, actor, now))
    return {"appointment": f"{KIND}{tenure.pk}", "post": tenure.post.code, "holder_name": tenure.person.name}


def end_appointment(inputs: Facts, case: Case, now: datetime, actor: Actor) -> Facts:
    """`ended`: whether an appointment ended by this, on `last_on` else today; without one nothing ends."""
    reference = str(inputs.get("appointment") or "")
    if not reference.removeprefix(KIND).isdigit():
        return {"ended": False}
    day = str(inputs.get("last_on") or "")
    last = date.fromisoformat(day) if day else work_calendar().day_of(now)
    number = int(reference.removeprefix(KIND))
    _or_said(lambda: end_term(number, last, actor, now))
    return {"ended": True}


def _own(case: Case) -> str:
    """The organisation that received the case."""
    return case.organisation_id or ""


def _cell(case: Case) -> str:
    """The narrowest cell in which the case's place lies; empty without a place."""
    return next((code for code in reversed(case.cell_path.split("/")) if code), "")


def _person(reference: str, day: date) -> int:
    """The person of `person:<id>`, or who holds `post:<id>` that day. Raises Refused."""
    kind, _, key = reference.partition(":")
    if kind == "person" and key.isdigit():
        return int(key)
    post = Post.objects.filter(pk=int(key)).first() if kind == "post" and key.isdigit() else None
    holder = holder_of(post, day) if post else None
    if holder is None:
        raise Refused([Fault("person_unknown", Where())])
    return holder.pk


def _or_said(do: Callable[[], T]) -> T:
    """What a refusal means to a diagram: nobody known is meant, the term is wrong, or the actor may not."""
    try:
        return do()
    except NotFound as refused:
        raise Refused([Fault("person_unknown", Where())]) from refused
    except Denied as refused:
        raise Refused([Fault("not_allowed", Where())]) from refused
    except Refused as refused:
        raise Refused([Fault("term_wrong", Where()), *refused.faults]) from refused
