"""Accept a request: the place finds its cell and its people, the practice starts, its clocks run."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare

from wanjia.actions.cases.accepting import Request, accepted, access_code, access_hash, key_of, start_facts
from wanjia.actions.cases.papers import claim_papers
from wanjia.actions.cases.placing import Placed
from wanjia.actions.cases.stepping import step_case
from wanjia.actions.network.attach_case import outage_around, tell_attached
from wanjia.actions.permission import require
from wanjia.engine.nouns import Start
from wanjia.model.actors import Actor
from wanjia.practice.nouns import Practice
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import Case

__all__ = ["Opened", "Request", "access_code", "open_case", "opens"]

IDENTITY_PROOF = "identity_proof"
"""Fact that the product fills in where a practice declares it: how the one who asks has shown who they are."""


@dataclass(frozen=True)
class Opened:
    """The accepted case and the code that the requester is shown once."""

    case: Case
    access_code: str
    is_new: bool


def open_case(request: Request, actor: Actor, now: datetime) -> Opened:
    """Open a case, or return the one that this request key opened before. Raises Refused with every fault."""
    require(actor, "case", "open")
    found = _opened_before(request)
    if found:
        return found
    case, practice, placed = accepted(request, actor, now)
    try:
        with transaction.atomic():
            return _open(case, practice, placed, request, actor, now)
    except IntegrityError:  # the same key at the same time: the other one won
        found = _opened_before(request)
        if found is None:
            raise
        return found


def opens(case: Case, code: str) -> bool:
    """Whether the code is the case's own."""
    return constant_time_compare(case.access_hash, access_hash(case.number, code.strip()))


def _opened_before(request: Request) -> Opened | None:
    key = key_of(request)
    if not Case.objects.filter(request_key=key).order_by().exists():
        return None
    return Opened(Case.objects.select_related("practice").get(request_key=key), access_code(request.request_key), False)


def _open(
    case: Case, practice: Practice, placed: Placed, request: Request, actor: Actor, now: datetime
) -> Opened:  # fmt: skip
    outage = outage_around(case, practice)
    case.outage = outage
    case.save()
    claim_papers(case, practice, "start", request.answers, request.request_key)
    facts = start_facts(practice, placed, request.answers)
    if request.identity_proof and IDENTITY_PROOF in practice.facts:
        facts[IDENTITY_PROOF] = request.identity_proof
    step_case(case, Start(actor.reference, facts, {**practice.defaults, **case.practice.settings}), actor, now)
    if request.identity_proof:
        write_history(f"case:{case.pk}", actor, now, [("passkey_confirmed", {})])
    if outage is not None:
        tell_attached(case, outage, actor, now)
    return Opened(case, access_code(request.request_key), True)
