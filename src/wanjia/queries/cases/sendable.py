"""Messages that a case waits for and that people may send it: buttons, their pages, and lists for bodies outside."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from wanjia.engine.awaiting import Awaited, awaited
from wanjia.engine.nouns import CaseState
from wanjia.engine.states import case_from_json
from wanjia.model.actors import Actor
from wanjia.model.faults import Denied, NotFound
from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import Practice, Role, message_form
from wanjia.queries.cases.case_head import Head, case_head
from wanjia.queries.cases.facts import item_text
from wanjia.queries.cases.installed import active_practices, practice_of
from wanjia.queries.cases.rows import Rows
from wanjia.queries.cases.window_tasks import may_see_whole
from wanjia.records.cases.models import Case
from wanjia.records.cases.performing import performs

BY_THEMSELVES = ("requester", "contact")
"""Whose cases are theirs by other ways than a body that is named in them."""

ASKER = Role("requester", "requester")
"""The role of whoever asked, in a practice that has no lane for it."""


@dataclass(frozen=True)
class Sendable:
    """One message that the actor may send now; `branch` and `item` where it is for one multi-instance branch only."""

    name: str
    label: str
    branch: str
    item: str


@dataclass(frozen=True)
class Sending:
    """A message's page: the case's head, what the message says of itself, and what its form needs.

    `step` names the form, empty for a message that brings nothing; `whole`: the case is open to the actor too.
    """

    head: Head
    practice: Practice
    message: Sendable
    help: str
    step: str
    facts: Facts
    whole: bool


@dataclass(frozen=True)
class SendRow:
    """A running case that names the actor's body, and what the body may send to it now."""

    head: Head
    messages: tuple[Sendable, ...]


def sendable(
    case: Case, practice: Practice, state: CaseState, actor: Actor, today: date, language: str
) -> tuple[Sendable, ...]:
    """What the actor may send this case now, in the order in which it is waited for."""
    found: dict[tuple[str, str], Sendable] = {}
    for one, rule in _waiting(practice, state):
        if performs(case, actor, rule, state.facts, one.item, today):
            item = one.item if rule.who == "item" else None
            branch = one.branch if rule.who == "item" else ""
            label, text = practice.text(f"messages.{one.name}", language), item_text(practice, item, language)
            found.setdefault((one.name, branch), Sendable(one.name, label, branch, text))
    return tuple(found.values())


def sending(number: str, name: str, branch: str, actor: Actor, today: date, language: str) -> Sending:
    """The page of one message. Raises NotFound, and Denied for a message that is not the actor's to send now."""
    rows = Case.objects.select_related("practice", "organisation__parent__parent__parent", "outage")
    case = rows.defer("practice__files").filter(number=number).first()
    if case is None:
        raise NotFound("case", number)
    practice, state = practice_of(case.practice), case_from_json(case.state)
    offered = sendable(case, practice, state, actor, today, language)
    message = next((one for one in offered if (one.name, one.branch) == (name, branch)), None)
    if message is None:
        raise Denied("case", "complete")
    key, step = f"messages.{name}.help", message_form(name)
    text = practice.text(key, language)
    return Sending(
        case_head(case, practice, state, language, revealed=False), practice, message, "" if text == key else text,
        step if step in practice.forms else "", {**state.settings, **state.facts}, may_see_whole(case, actor),
    )  # fmt: skip


def body_cases(actor: Actor, today: date, language: str) -> Rows[SendRow]:
    """Running cases in which a role that sends messages is the actor's own body, newest first."""
    query = Case.objects.filter(_naming(actor), status=Case.Status.RUNNING)
    query = query.select_related("practice", "organisation__parent__parent__parent", "outage")
    rows = query.defer("practice__files").order_by("-opened_at", "-pk")
    return Rows(rows, lambda cases: [_row(case, actor, today, language) for case in cases])


def names_body(actor: Actor) -> bool:
    """Whether there is any such case."""
    return Case.objects.filter(_naming(actor), status=Case.Status.RUNNING).order_by().exists()


def _row(case: Case, actor: Actor, today: date, language: str) -> SendRow:
    practice, state = practice_of(case.practice), case_from_json(case.state)
    head = case_head(case, practice, state, language, revealed=False)
    return SendRow(head, sendable(case, practice, state, actor, today, language))


def _naming(actor: Actor) -> Q:
    found = Q(pk__in=[])
    for practice in active_practices():
        for fact in {rule.fact for rule in _senders(practice) if rule.who == "fact" and rule.fact}:
            for code in actor.organisations:
                found |= Q(practice__name=practice.name, **{f"state__facts__{fact}": code})
    return found


def _senders(practice: Practice) -> Iterator[Role]:
    for row in practice.messages.values():
        rule = practice.roles.get(str(row.get("from")))
        if rule is not None and rule.who not in BY_THEMSELVES:
            yield rule


def _waiting(practice: Practice, state: CaseState) -> Iterator[tuple[Awaited, Role]]:
    for one in awaited(practice.definition, state):
        sender = str(practice.messages.get(one.name, {}).get("from"))
        rule = practice.roles.get(sender, ASKER if sender == ASKER.id else None)
        if rule is not None and rule.who != "contact":
            yield one, rule
