"""At the counter: taking in an application for somebody who stands there, and the slip they take home."""

import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from wanjia.actions.cases.open_case import Request, open_case
from wanjia.model.faults import Denied, NotFound, Refused
from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.window_cases import counter_practices, slip
from wanjia.queries.territory.places import area_choices, point_of_area
from wanjia.web.case_deeds import Trouble
from wanjia.web.forms import page_form, sent_answers
from wanjia.web.naming_fields import nameable
from wanjia.web.qr import qr_picture
from wanjia.web.surfaces.window.access import counter_page
from wanjia.web.uploads import UPLOAD_KEY_FIELD, add_files, upload_key_of

CODES_IN_SESSION = "window_codes"
CODES_KEPT = 20
"""Slips that a clerk can print again before the session ends."""


@counter_page
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """What can be applied for here."""
    return render(request, "surfaces/window/counter.html", {"practices": counter_practices()})


@counter_page
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, name: str) -> HttpResponse:
    """The start form, filled in by the clerk."""
    practice = next((one for one in counter_practices() if one.name == name), None)
    if practice is None:
        raise NotFound("practice", name)
    if request.method == "GET":
        return _form(request, practice, Trouble(upload_key=secrets.token_urlsafe(24)))
    key, answers = upload_key_of(request), sent_answers(practice, "start", request)
    try:
        faults = add_files(request, practice, "start", answers, key, request.actor, request.now)
        _locate(request, practice, answers)
        if faults:
            raise Refused(faults)
        organisation = next(iter(request.actor.organisations), "")
        wanted = Request(practice.name, answers, key, "window", request.language, "", organisation)
        opened = open_case(wanted, request.actor, request.now)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _form(request, practice, Trouble("new", "", refused.faults, answers, key))
    known = [pair for pair in request.session.get(CODES_IN_SESSION, []) if pair[0] != opened.case.number]
    request.session[CODES_IN_SESSION] = [*known, [opened.case.number, opened.access_code]][-CODES_KEPT:]
    return redirect("window:receipt", opened.case.number)


@counter_page
@require_GET
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """The slip with number and code, to be printed; the code only in the browser that took the application in."""
    code = dict(request.session.get(CODES_IN_SESSION, [])).get(number, "")
    # What was taken in here may be another body's to work on: its slip is printed, the case stays closed.
    found = slip(number, request.actor, request.language, taken_in_here=bool(code))
    address = request.build_absolute_uri(f"/follow/?number={number}")
    # The code goes behind the #: a browser keeps that part to itself, so it stands in no server's log.
    values = {"head": found.head, "whole": found.whole, "code": code, "address": address,
              "qr": qr_picture(f"{address}#{code}" if code else address)}  # fmt: skip
    return render(request, "surfaces/window/receipt.html", values)


def _form(request: HttpRequest, practice: Practice, trouble: Trouble) -> HttpResponse:
    areas = area_choices(request.today, request.language)
    form = page_form(
        practice, "start", request.language, trouble.values, trouble.faults, areas=areas,
        naming=nameable(request, practice, "start"),
    )  # fmt: skip
    values = {
        "practice": practice, "form": form, "upload_key": trouble.upload_key, "upload_key_field": UPLOAD_KEY_FIELD
    }  # fmt: skip
    return render(request, "surfaces/window/new.html", values, status=422 if trouble.faults else 200)


def _locate(request: HttpRequest, practice: Practice, answers: Facts) -> None:
    """A place without a point gets one inside the cell that was chosen, marked as approximate."""
    for name in practice.forms["start"].fields:
        place = answers.get(name)
        if practice.facts[name].get("format") != "place" or not isinstance(place, dict):
            continue
        point = point_of_area(request.POST.get(f"{name}.area", ""), request.today)
        if place.get("longitude") is None and point is not None:
            place.update(longitude=point.longitude, latitude=point.latitude, approximate=True)
