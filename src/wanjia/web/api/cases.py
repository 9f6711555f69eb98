"""Cases: opening, reading, and the verbs on a whole case."""

import hashlib

from django.http import HttpRequest
from ninja import File, Form, Query, Router, Status, UploadedFile

from wanjia.actions.cases.add_paper import add_paper, upload_paper
from wanjia.actions.cases.hold_case import hold_case
from wanjia.actions.cases.merge_case import merge_case
from wanjia.actions.cases.open_case import Request, open_case
from wanjia.actions.cases.release_case import release_case
from wanjia.actions.cases.reopen_case import reopen_case
from wanjia.actions.cases.send_message import send_message
from wanjia.actions.cases.urge_case import urge_case
from wanjia.actions.cases.withdraw_case import withdraw_case
from wanjia.actions.cases.write_message import write_message
from wanjia.model.actors import Actor
from wanjia.model.faults import Denied, Fault, Refused, Where
from wanjia.queries.cases.case_page import case_page, seen_case
from wanjia.queries.cases.case_search import CaseFilters, search_cases
from wanjia.queries.cases.window_tasks import may_see_whole, partner_organisations
from wanjia.records.cases.models import Case as CaseRow
from wanjia.records.cases.subjects import is_requester
from wanjia.web.api import shapes
from wanjia.web.api.access import PUBLIC, SIGNED_IN, acting
from wanjia.web.api.telling import case_out
from wanjia.web.limits import NEW_REQUESTS, UPLOADS, address_of, take

router = Router(tags=["cases"], auth=PUBLIC)
PAGE_SIZE_MAX = 200


@router.post("/cases", response={200: shapes.OpenedOut, 201: shapes.OpenedOut})
def open_one(request: HttpRequest, body: shapes.Case):
    """Open a case. 201 for a new one, 200 for the one that the same key opened before."""
    actor = acting(request)
    if not actor.person_id:
        take(NEW_REQUESTS, address_of(request))
    wanted = Request(
        body.practice, body.answers, own_key(actor, body.request_key), "api", request.language, body.customer_number
    )
    opened = open_case(wanted, actor, request.now)
    case = opened.case
    if not opened.is_new and case.practice.name != body.practice:
        raise Refused([Fault("api.key_reused", Where("request_key"), {"number": case.number})])
    out = shapes.OpenedOut(
        number=case.number, access_code=opened.access_code, is_new=opened.is_new, status=case.status, due_at=case.due_at
    )
    return Status(201 if opened.is_new else 200, out)


@router.post("/papers", response={201: shapes.PaperOut})
def paper_before(request: HttpRequest, request_key: Form[str], file: File[UploadedFile]):
    """Send a paper of a form that is not sent yet, under the key that the form will be sent with."""
    actor = acting(request)
    take(UPLOADS, address_of(request))
    if not shapes.KEY_LENGTH_MIN <= len(request_key) <= shapes.KEY_LENGTH_MAX:
        raise Refused([Fault("api.too_short", Where("request_key"), {"limit": shapes.KEY_LENGTH_MIN})])
    row = upload_paper(file.name or "", file.read(), own_key(actor, request_key), actor, request.now)
    return Status(201, row)


@router.get("/cases", response=shapes.CasesOut, auth=SIGNED_IN)
def cases(
    request: HttpRequest, text: str = "", practice: str = "", status: str = "",
    page: int = Query(1, ge=1, le=100_000), size: int = Query(50, ge=1, le=PAGE_SIZE_MAX),
):  # fmt: skip
    """Cases that the caller may see, newest first."""
    actor = acting(request)
    filters = CaseFilters(text=text[:80], practice=practice, status=status)
    rows = search_cases(actor, filters, request.now, request.language)
    return {"total": len(rows), "cases": rows[(page - 1) * size : page * size]}


@router.get("/cases/{number}", response=shapes.CaseOut)
def case(request: HttpRequest, number: str) -> shapes.CaseOut:
    """One case: by permission, or with its code in the header `X-Case-Code`."""
    actor = acting(request, number)
    asked = _seen(number, actor)
    return case_out(case_page(number, actor, request.now, request.language, revealed=asked), asked)


@router.post("/cases/{number}/papers", response={201: shapes.PaperOut})
def paper(request: HttpRequest, number: str, file: File[UploadedFile], fact: Form[str] = ""):
    """Add a paper to a running case."""
    actor = acting(request, number)
    take(UPLOADS, address_of(request))
    return Status(201, add_paper(number, fact, file.name or "", file.read(), actor, request.now))


@router.post("/cases/{number}/withdraw", response=shapes.Done)
def withdraw(request: HttpRequest, number: str, body: shapes.Reason) -> CaseRow:
    """Take the request back."""
    return withdraw_case(number, body.reason, acting(request, number), request.now)


@router.post("/cases/{number}/urge", response=shapes.Done)
def urge(request: HttpRequest, number: str, body: shapes.Note) -> CaseRow:
    """Press for an answer."""
    return urge_case(number, body.note, acting(request, number), request.now)


@router.post("/cases/{number}/reopen", response=shapes.Done)
def reopen(request: HttpRequest, number: str, body: shapes.Reason) -> CaseRow:
    """Start an ended case again."""
    return reopen_case(number, body.reason, acting(request, number), request.now)


@router.post("/cases/{number}/messages", response={201: shapes.MessageOut})
def message(request: HttpRequest, number: str, body: shapes.Text):
    """Write a message: the requester to staff, staff to the requester."""
    row = write_message(number, body.text, acting(request, number), request.now)
    return Status(201, {"at": row.created_at, "sender": row.sender, "audience": row.audience, "text": row.text})


@router.post("/cases/{number}/signals", response=shapes.Done)
def signal(request: HttpRequest, number: str, body: shapes.Signal) -> CaseRow:
    """Give a waiting case the message that its process waits for."""
    return send_message(number, body.name, body.payload, acting(request, number), request.now)


@router.post("/cases/{number}/merge", response=shapes.Done, auth=SIGNED_IN)
def merge(request: HttpRequest, number: str, body: shapes.Into) -> CaseRow:
    """End the case as a repetition of another one."""
    return merge_case(number, body.into, acting(request), request.now)


@router.post("/cases/{number}/hold", response=shapes.Done, auth=SIGNED_IN)
def hold(request: HttpRequest, number: str, body: shapes.Reason) -> CaseRow:
    """Stop the clocks for a stated reason."""
    return hold_case(number, body.reason, acting(request), request.now)


@router.post("/cases/{number}/release", response=shapes.Done, auth=SIGNED_IN)
def release(request: HttpRequest, number: str, body: shapes.Nothing) -> CaseRow:
    """Let the clocks run on."""
    return release_case(number, acting(request), request.now)


def own_key(actor: Actor, key: str) -> str:
    """The caller's key, out of reach of every other caller's; empty stays empty."""
    return hashlib.sha256(f"api:{actor.reference}:{key}".encode()).hexdigest() if key else ""


def _seen(number: str, actor: Actor) -> bool:
    """Whether the caller asked for this case. Raises Denied for a partner body that has only a task in it."""
    row = seen_case(number, actor)
    asked = is_requester(row, actor)
    partner_only = bool(partner_organisations(actor)) and len(partner_organisations(actor)) == len(actor.organisations)
    if partner_only and not asked and not may_see_whole(row, actor):
        raise Denied("case", "see")
    return asked
