"""Whether somebody performs a role in a case on a day: holds the post that answers, or is of the body that is named.

`actions/cases/holders.py` finds the one person who gets a new task; here the question is put the other way round.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol

from wanjia.model.actors import Actor
from wanjia.records.cases.models import Case, Task
from wanjia.records.cases.subjects import is_requester
from wanjia.records.territory.holders import CHIEF_ROLES, cell_holder, holder_of, nearest_post
from wanjia.records.territory.models import Organisation, Post


class RoleRule(Protocol):
    """The parts of a practice's role that say where to look; see `practice.nouns.Role`."""

    @property
    def id(self) -> str: ...
    @property
    def who(self) -> str: ...
    @property
    def level(self) -> int | None: ...
    @property
    def fact(self) -> str | None: ...
    @property
    def field(self) -> str | None: ...
    @property
    def role(self) -> str | None: ...


def performs(
    case: Case, actor: Actor, rule: RoleRule, facts: Mapping[str, Any], item: Mapping[str, Any] | None, day: date
) -> bool:
    """`item` is that of the multi-instance branch; who holds an open task of the role performs it too."""
    if rule.who == "requester":
        return is_requester(case, actor)
    if rule.who == "contact" or actor.person_id is None:
        return False
    if _holds_task(case, actor, rule.id, item):
        return True
    if rule.who == "cell":
        return _of_cell(case, actor, rule.level or 3, day)
    if rule.who == "post":
        return _of_post(case, actor, rule.role or "", day)
    named = facts.get(rule.fact or "") if rule.who == "fact" else (item or {}).get(rule.field or "")
    return _is_named(actor, str(named or ""), day)


def _holds_task(case: Case, actor: Actor, role: str, item: Mapping[str, Any] | None) -> bool:
    tasks = Task.objects.filter(case=case, role=role, status=Task.Status.OPEN, for_requester=False)
    held = [task for task in tasks if actor.person_id in (task.holder_id, task.delegated_to_id)]
    return any(item is None or task.item == item for task in held)


def _of_cell(case: Case, actor: Actor, level: int, day: date) -> bool:
    """The holder of the cell's post at that level, or of the next wider one that is held."""
    path = case.cell_path.split("/") if case.cell_path else []
    for at in range(min(level, len(path)), 0, -1):
        held = cell_holder(path[at - 1], at, day) if path[at - 1] else None
        if held:
            return bool(held.person_id == actor.person_id)
    return _leads(actor, case.organisation, day)


def _of_post(case: Case, actor: Actor, role: str, day: date) -> bool:
    """Whoever holds such a post in the body that has it; without a holder, who leads the body."""
    post = nearest_post(role, case.organisation)
    if post is None:
        return _leads(actor, case.organisation, day)
    if any(seat.role == role and seat.organisation == post.organisation_id for seat in actor.seats):
        return True
    return holder_of(post, day) is None and _leads(actor, post.organisation, day)


def _is_named(actor: Actor, reference: str, day: date) -> bool:
    """`person:<id>` is that person, `post:<id>` its holder, an organisation's code whoever holds a post there."""
    kind, _, key = reference.partition(":")
    if kind == "person":
        return reference == actor.reference
    if kind == "post" and key.isdigit():
        post = Post.objects.filter(pk=int(key)).first()
        person = holder_of(post, day) if post else None
        return person is not None and person.pk == actor.person_id
    return bool(reference) and reference in actor.organisations


def _leads(actor: Actor, organisation: Organisation | None, day: date) -> bool:
    while organisation is not None:
        for post in Post.objects.filter(organisation=organisation, role__in=CHIEF_ROLES):
            person = holder_of(post, day)
            if person is not None:
                return bool(person.pk == actor.person_id)
        organisation = organisation.parent
    return False
