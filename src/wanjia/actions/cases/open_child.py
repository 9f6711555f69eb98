"""A step of a case opens a case of another practice, in the same transaction: both are there, or neither.

The child lies where the parent lies, unless the call passes a place of its own; without any place it is received by
the organisation that received the parent.
"""

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import transaction

from wanjia.actions.cases.accepting import Request, active_version, new_row, start_facts
from wanjia.actions.cases.carrying_out import Carrier
from wanjia.actions.cases.holders import find_holder
from wanjia.actions.cases.papers import paper_fields
from wanjia.actions.cases.placing import Placed, place_request
from wanjia.actions.cases.practices import practice_of
from wanjia.engine.nouns import CallCapability, CapabilityDone, CapabilityFailed, Start
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.answers import validate_answers
from wanjia.practice.nouns import SAME_REQUESTER, Practice
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import Case, Paper, PracticeVersion

CASES_DEEP_MAX = 4
"""Cases that may hang below each other: a round, its finding, the connection that mends it, and one to spare."""

UNAVAILABLE, REFUSED = "unavailable", "refused"
"""How the call ends when the practice is not installed, and when it does not accept what it was given."""

Begin = Callable[[Case, Start, Actor, datetime], object]


def open_child(call: CallCapability, carrier: Carrier, begin: Begin) -> CapabilityDone | CapabilityFailed:
    """Open it and give its number; what keeps it from being opened stands in the parent's history.

    `begin` runs the child's first step in the caller's transaction.
    """
    name = carrier.practice.opens[call.step].practice
    try:
        with transaction.atomic():
            child = _open(call, carrier, begin, active_version(name))
    except Refused as refused:
        faults: list[Json] = [_stored(fault) for fault in refused.faults]
        carrier.changes.history.append(("child_refused", {"step": call.step, "practice": name, "faults": faults}))
        absent = refused.faults[0].code == "case.practice_unknown"
        return CapabilityFailed("system", call.task_key, UNAVAILABLE if absent else REFUSED)
    carrier.changes.history.append(("child_opened", {"step": call.step, "case": child.number}))
    return CapabilityDone("system", call.task_key, {"case_number": child.number})


def _stored(fault: Fault) -> Facts:
    """A fault as plain JSON, so that it can be said in any language later."""
    values: Facts = {
        key: value if isinstance(value, int | float) else str(value) for key, value in fault.values.items()
    }
    return {"code": fault.code, "values": values}


def _open(call: CallCapability, carrier: Carrier, begin: Begin, version: PracticeVersion) -> Case:
    parent, practice, now = carrier.case, practice_of(version), carrier.now
    _refuse_circle(parent, practice)
    answers = _answers(call, practice, parent)
    placed = _placed(call, practice, answers, carrier)
    if faults := (*validate_answers(practice, "start", answers, {}), *placed.faults):
        raise Refused(faults)
    # The key is what the requester's code is derived from: unlike any form's, and nobody can guess it.
    request = Request(practice.name, answers, f"child:{parent.pk}:{call.task_key}:{secrets.token_urlsafe(16)}",
                      "system", parent.language)  # fmt: skip
    child = new_row(request, practice, version, placed, carrier.actor, now)
    child.parent, child.parent_branch = parent, call.branch
    _ask(child, call, carrier)
    child.save()
    _hand_on_papers(child, parent, practice, answers)
    write_history(f"case:{child.pk}", carrier.actor, now, [("opened_by_case", {"case": parent.number})])
    settings = {**practice.defaults, **version.settings}
    begin(child, Start(carrier.actor.reference, start_facts(practice, placed, answers), settings), carrier.actor, now)
    return child


def _refuse_circle(parent: Case, practice: Practice) -> None:
    """A practice that stands above already would open cases for ever; and no chain is longer than the limit."""
    above = list(_upwards(parent))
    if practice.name in above:
        raise Refused([Fault("case.opens_in_circle", Where(), {"practice": practice.name})])
    if len(above) >= CASES_DEEP_MAX:
        raise Refused([Fault("case.too_deep", Where(), {"max": CASES_DEEP_MAX})])


def _upwards(case: Case) -> Iterator[str]:
    """Practices of the case and of those above it."""
    pk: int | None = case.pk
    while pk is not None:
        name, pk = Case.objects.order_by().values_list("practice__name", "parent_id").get(pk=pk)
        yield name


def _answers(call: CallCapability, practice: Practice, parent: Case) -> Facts:
    """What the call passes, and the parent's place where the form asks for one that was not passed."""
    answers: Facts = {name: value for name, value in call.inputs.items() if value not in (None, "", [])}
    for field in practice.forms["start"].fields:
        if practice.facts[field].get("format") == "place" and field not in answers and (place := _place_of(parent)):
            answers[field] = place
    return answers


def _place_of(case: Case) -> Facts | None:
    if case.longitude is not None:
        return {"longitude": case.longitude, "latitude": case.latitude, "address": case.address}
    return {"address": case.address} if case.address else None


def _placed(call: CallCapability, practice: Practice, answers: Facts, carrier: Carrier) -> Placed:
    parent = carrier.case
    own = any(practice.facts.get(name, {}).get("format") == "place" for name in call.inputs if name in answers)
    if own or parent.longitude is None:
        return place_request(practice, answers, "", parent.organisation_id, carrier.actor, carrier.now)
    area = parent.district.area_class if parent.district else None
    return Placed(
        parent.organisation, (), parent.longitude, parent.latitude, parent.address, parent.cell_path, parent.cell_code,
        area, parent.district, parent.customer,
    )  # fmt: skip


def _ask(child: Case, call: CallCapability, carrier: Carrier) -> None:
    """Who asks in the child: who asked in the parent, or whoever performs a role there; else whom its answers name."""
    parent, wanted = carrier.case, carrier.practice.opens[call.step].requester
    child.requester = None
    if wanted == SAME_REQUESTER:
        child.parent_asks = bool(parent.requester_id or parent.requester_name or parent.requester_phone)
        if child.parent_asks:
            child.requester, child.surface = parent.requester, parent.surface
            child.requester_name, child.requester_phone = parent.requester_name, parent.requester_phone
        return
    person = find_holder(carrier.practice.roles[wanted], parent, carrier.facts, call.item, carrier.day).person
    if person is not None:
        child.requester, child.language = person, person.language
        child.requester_name, child.requester_phone = person.name[:60], person.phone[:24]


def _hand_on_papers(child: Case, parent: Case, practice: Practice, answers: Facts) -> None:
    """Papers that are passed are the child's own copies: each case keeps, shows and erases its own."""
    for field in paper_fields(practice, "start"):
        passed = answers.get(field)
        if isinstance(passed, list):
            rows = {row.token: row for row in parent.papers.filter(token__in=[str(token) for token in passed])}
            if unknown := [str(token) for token in passed if str(token) not in rows]:
                raise Refused([Fault("paper.unknown", Where(field), {"token": unknown[0]})])
            answers[field] = [_copied(rows[str(token)], child, field) for token in passed]


def _copied(paper: Paper, child: Case, field: str) -> str:
    copy = Paper.objects.create(
        token=secrets.token_urlsafe(18), case=child, fact=field, name=paper.name, media_type=paper.media_type,
        size_bytes=paper.size_bytes, sha256=paper.sha256, content=paper.content, added_by=paper.added_by,
        added_at=paper.added_at,
    )  # fmt: skip
    return copy.token
