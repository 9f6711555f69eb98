"""Opening a case for somebody who is on the telephone or stands before one."""

import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from wanjia.actions.cases.open_case import Request, open_case
from wanjia.model.faults import Denied, Fault, NotFound, Refused
from wanjia.model.jsonvalue import Facts
from wanjia.model.permissions import allowed
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.installed import active_practices
from wanjia.queries.cases.organisations import own_organisation
from wanjia.web.forms import page_form, sent_answers
from wanjia.web.naming_fields import nameable
from wanjia.web.saying import said
from wanjia.web.surfaces.desk.access import desk_page
from wanjia.web.uploads import add_files, admit_files, upload_key_of

OPEN_AT_DESK = ("portal", "desk", "card")
SUPPLY_KINDS = ("station", "county_company", "city_company", "province_company")


@desk_page
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """Which practice: those that begin at the desk, and those that citizens begin and staff may begin for them."""
    _require(request)
    practices = [
        (one.name, one.text("name", request.language), one.text("summary", request.language)) for one in _practices()
    ]
    return render(request, "surfaces/desk/new.html", {"practices": practices})


@desk_page
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, practice: str) -> HttpResponse:
    """The start form, filled in for somebody else."""
    _require(request)
    found = next((one for one in _practices() if one.name == practice), None)
    if found is None:
        raise NotFound("practice", practice)
    if request.method == "GET":
        return _form(request, found, {}, [], secrets.token_urlsafe(24))
    key = upload_key_of(request)
    admit_files(request, key)
    answers = sent_answers(found, "start", request)
    faults = add_files(request, found, "start", answers, key, request.actor, request.now)
    try:
        if faults:
            raise Refused(faults)
        opened = open_case(_request(request, found, answers, key), request.actor, request.now)
    except Denied:
        raise
    except Refused as refused:
        return _form(request, found, answers, list(refused.faults), key)
    said(request, "desk.done.new", number=opened.case.number, code=opened.access_code)
    return redirect("desk:case", opened.case.number)


def _request(request: HttpRequest, practice: Practice, answers: Facts, key: str) -> Request:
    number = next(
        (str(answers.get(name) or "") for name in practice.forms["start"].fields
         if practice.facts[name].get("format") == "customer_number"), "",
    )  # fmt: skip
    organisation = own_organisation(request.actor, *SUPPLY_KINDS)
    return Request(practice.name, answers, key, "desk", request.language, number, organisation)


def _require(request: HttpRequest) -> None:
    """Everybody may ask for themselves on the portal; here one asks for others, which a post must allow."""
    if allowed((seat.role for seat in request.actor.seats), "case", "open") is None:
        raise Denied("case", "open")


def _practices() -> list[Practice]:
    return [practice for practice in active_practices() if practice.entry.surface in OPEN_AT_DESK]


def _form(request: HttpRequest, practice: Practice, answers: Facts, faults: list[Fault], key: str) -> HttpResponse:
    values = {
        "practice": practice.text("name", request.language),
        "summary": practice.text("summary", request.language),
        "form": page_form(
            practice, "start", request.language, answers, faults, naming=nameable(request, practice, "start")
        ),
        "upload_key": key,
        "for_others": practice.entry.surface != "desk",
    }
    return render(request, "surfaces/desk/new_form.html", values, status=422 if faults else 200)
