"""Give a waiting case the message it waits for."""

from datetime import datetime

from django.db import transaction

from wanjia.actions.cases.papers import claim_papers
from wanjia.actions.cases.practices import practice_of
from wanjia.actions.cases.stepping import locked_case, step_case
from wanjia.actions.permission import require_on_case
from wanjia.engine.awaiting import awaited
from wanjia.engine.nouns import Message
from wanjia.engine.states import case_from_json
from wanjia.model.actors import Actor
from wanjia.model.faults import Denied, Refused
from wanjia.model.jsonvalue import Facts
from wanjia.practice.answers import validate_answers
from wanjia.practice.nouns import CHILD, PARENT, Practice, message_form
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case
from wanjia.records.cases.performing import performs
from wanjia.records.cases.subjects import is_requester

NOBODY_ELSE = ("clock", "system", CHILD, PARENT)
"""Senders that are the product itself."""


def send_message(
    number: str, name: str, payload: Facts, actor: Actor, now: datetime, branch: str | None = None, upload_key: str = ""
) -> Case:
    """Deliver a declared message with its payload to a running case. Raises Refused, Denied.

    A practice says from whom a message comes, and from nobody else it is taken: who asked, or whoever performs the role
    on that day; what comes from clocks and from the product, no person can send. A role of the items speaks for its own
    branch only.
    """
    with transaction.atomic():
        case = locked_case(number)
        practice = practice_of(case.practice)
        branches = _branches(case, practice, name, actor, now)
        if not actor.system and (not branches or (branch or None) not in branches):
            require_on_case(actor, "case", "complete", case)
            if name in practice.messages:
                raise Denied("case", "complete")
        if not actor.system and name in practice.messages:
            _accept(case, practice, name, payload, upload_key)
        step_case(case, Message(actor.reference, name, payload, None, branch or None), actor, now)
        return case


def _accept(case: Case, practice: Practice, name: str, payload: Facts, upload_key: str) -> None:
    """What a person sends fits the message's form. Raises Refused with every fault."""
    faults = validate_answers(practice, message_form(name), payload, {**case.state["settings"], **case.state["facts"]})
    if faults:
        raise Refused(faults)
    claim_papers(case, practice, message_form(name), payload, upload_key)


def _branches(case: Case, practice: Practice, name: str, actor: Actor, now: datetime) -> set[str | None]:
    """For which branches the actor may send it: None is the case as a whole, nothing: for none."""
    sender = str(practice.messages.get(name, {}).get("from"))
    if actor.system or sender in NOBODY_ELSE:
        return set()
    if sender == "requester":
        return {None} if is_requester(case, actor) else set()
    rule, state = practice.roles.get(sender), case_from_json(case.state)
    if rule is None:
        return set()
    day = work_calendar().day_of(now)
    if rule.who != "item":
        return {None} if performs(case, actor, rule, state.facts, None, day) else set()
    waiting = [one for one in awaited(practice.definition, state) if one.name == name]
    return {one.branch for one in waiting if performs(case, actor, rule, state.facts, one.item, day)}
