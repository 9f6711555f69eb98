"""Give a waiting case the message it waits for."""

from datetime import datetime

from django.db import transaction

from wanjia.actions.cases.holders import find_holder
from wanjia.actions.cases.practices import practice_of
from wanjia.actions.cases.stepping import locked_case, step_case
from wanjia.actions.permission import require_on_case
from wanjia.engine.nouns import Message
from wanjia.model.actors import Actor
from wanjia.model.faults import Denied
from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import Role
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case
from wanjia.records.cases.subjects import is_requester

NOBODY_ELSE = ("clock", "system")
"""Senders that are the product itself."""


def send_message(number: str, name: str, payload: Facts, actor: Actor, now: datetime) -> Case:
    """Deliver a declared message with its payload to a running case. Raises Refused, Denied.

    A practice says from whom a message comes, and from nobody else it is taken: who asked, or whoever performs the role
    on that day; what comes from clocks and from the product, no person can send.
    """
    with transaction.atomic():
        case = locked_case(number)
        declared = practice_of(case.practice).messages.get(name)
        if declared is None or not _comes_from(case, str(declared.get("from")), actor, now):
            require_on_case(actor, "case", "complete", case)
            if declared is not None and not actor.system:
                raise Denied("case", "complete")
        step_case(case, Message(actor.reference, name, payload), actor, now)
        return case


def _comes_from(case: Case, sender: str, actor: Actor, now: datetime) -> bool:
    if actor.system or sender in NOBODY_ELSE:
        return actor.system
    if sender == "requester":
        return is_requester(case, actor)
    rule = practice_of(case.practice).roles.get(sender)
    return rule is not None and _performs(rule, case, actor, now)


def _performs(rule: Role, case: Case, actor: Actor, now: datetime) -> bool:
    """Whether the role is this person's, or that of a body in which this person holds a post."""
    if rule.who == "requester":
        return is_requester(case, actor)
    holder = find_holder(rule, case, case.state["facts"], None, work_calendar().day_of(now))
    if holder.person is not None and holder.person.pk == actor.person_id:
        return True
    return rule.who == "fact" and holder.organisation is not None and holder.organisation.pk in actor.organisations
