"""Beginning a request: the practice's start form, and the page that says it was received."""

import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare, salted_hmac
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from wanjia.actions.cases.open_case import Opened, Request, open_case
from wanjia.model.faults import Denied, Fault, NotFound, Refused, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.answers import validate_answers
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.follow import follow_page
from wanjia.queries.cases.installed import active_practices
from wanjia.queries.territory.card import contact_card
from wanjia.queries.territory.places import area_choices, point_of_area, point_of_customer
from wanjia.web.forms import page_form, sent_answers
from wanjia.web.limits import NEW_REQUESTS, address_of, check, take
from wanjia.web.middleware import grant
from wanjia.web.naming_fields import nameable
from wanjia.web.passkeys import identity_proof
from wanjia.web.qr import qr_picture
from wanjia.web.uploads import UPLOAD_KEY_FIELD, add_files, admit_files

OPEN_FROM = ("portal", "window", "card")
SEAL_FIELD = "seal"
CODES_IN_SESSION = "access_codes"
CODES_KEPT = 5
"""Requests whose code this browser can still show: enough to go back to the slip, no archive."""


@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, name: str) -> HttpResponse:
    """The start form of a practice."""
    practice = _practice(name)
    if request.method == "POST":
        return _send(request, practice)
    return _form(request, practice, _offered(request, practice), [], _new_key())


@never_cache
@require_safe
def received(request: HttpRequest, number: str) -> HttpResponse:
    """Number and code, large; who answers; what happens next. Only in the browser that sent the request."""
    page = follow_page(number, request.actor, request.now, request.language)
    code = dict(request.session.get(CODES_IN_SESSION, [])).get(number, "")
    address = request.build_absolute_uri(f"/follow/?number={number}")
    # The code goes behind the #: a browser keeps that part to itself, so it stands in no server's log.
    values = {
        "page": page,
        "code": code,
        "address": address,
        "qr": qr_picture(f"{address}#{code}" if code else address),
    }
    return render(request, "surfaces/portal/received.html", values)


def _practice(name: str) -> Practice:
    for practice in active_practices():
        if practice.name == name and practice.entry.surface in OPEN_FROM and practice.entry.open_to == "everyone":
            return practice
    raise NotFound("practice", name)


def _send(request: HttpRequest, practice: Practice) -> HttpResponse:
    check(NEW_REQUESTS, address_of(request))
    key = _sent_key(request)
    admit_files(request, key)
    answers = sent_answers(practice, "start", request)
    faults = add_files(request, practice, "start", answers, key, request.actor, request.now)
    customer_number = _customer_number(practice, answers)
    faults += _located(request, practice, answers, customer_number)
    try:
        if faults:
            raise Refused([*faults, *_other_faults(practice, answers, faults)])
        opened = open_case(_asked(request, practice, answers, key), request.actor, request.now)
    except Denied:
        raise
    except Refused as refused:
        return _form(request, practice, answers, list(refused.faults), key)
    take(NEW_REQUESTS, address_of(request))
    _remember(request, opened)
    return redirect("portal:received", opened.case.number)


def _asked(request: HttpRequest, practice: Practice, answers: Facts, key: str) -> Request:
    surface = "card" if practice.entry.surface == "card" else "portal"
    number = _customer_number(practice, answers)
    proof = identity_proof(request)
    return Request(practice.name, answers, key, surface, request.language, number, identity_proof=proof)


def _located(request: HttpRequest, practice: Practice, answers: Facts, customer_number: str) -> list[Fault]:
    """Give a place without coordinates those of the chosen cell or of the customer's meter, marked as approximate."""
    for name in practice.forms["start"].fields:
        if practice.facts[name].get("format") != "place":
            continue
        place = answers.get(name)
        if isinstance(place, dict) and place.get("longitude") is not None:
            continue
        point = point_of_area(request.POST.get(f"{name}.area", ""), request.today) or point_of_customer(customer_number)
        address = str(place.get("address") or "") if isinstance(place, dict) else ""
        if point is not None:
            answers[name] = {
                "longitude": point.longitude, "latitude": point.latitude, "address": address, "approximate": True
            }  # fmt: skip
        elif practice.place == "required" and address:
            return [Fault("portal.place_unlocated", Where(column=name), {"field": name})]
    return []


def _other_faults(practice: Practice, answers: Facts, found: list[Fault]) -> tuple[Fault, ...]:
    """What else is wrong, so that everything is said at once; a field that has its fault gets no second one."""
    known = {fault.where.column or fault.where.file for fault in found}
    others = validate_answers(practice, "start", answers, {})
    return tuple(fault for fault in others if fault.where.column.split(".")[0] not in known)


def _customer_number(practice: Practice, answers: Facts) -> str:
    for name in practice.forms["start"].fields:
        if practice.facts[name].get("format") == "customer_number":
            return str(answers.get(name) or "").strip()
    return ""


def _form(request: HttpRequest, practice: Practice, answers: Facts, faults: list[Fault], key: str) -> HttpResponse:
    areas = area_choices(request.today, request.language)
    values = {
        "practice": practice,
        "form": page_form(
            practice,
            "start",
            request.language,
            answers,
            faults,
            areas=areas,
            naming=nameable(request, practice, "start"),
        ),
        "upload_key": key,
        "upload_key_field": UPLOAD_KEY_FIELD,
        "seal": _seal(key),
        "seal_field": SEAL_FIELD,
        "card": request.POST.get("card") or request.GET.get("card", ""),
        "help": _text(practice, "tasks.start.help", request.language),
    }
    return render(request, "surfaces/portal/new.html", values, status=422 if faults else 200)


def _text(practice: Practice, key: str, language: str) -> str:
    found = practice.text(key, language)
    return "" if found == key else found


def _offered(request: HttpRequest, practice: Practice) -> Facts:
    """What the form can be filled with: the card's place and line, the name and phone of somebody signed in."""
    card = contact_card(request.GET.get("card", ""), request.today) if request.GET.get("card") else None
    person = request.user.person if request.actor.person_id and not request.actor.seats else None
    answers: Facts = {}
    for name in practice.forms["start"].fields:
        rule = practice.facts[name]
        if rule.get("format") == "place" and card:
            village = card.village(request.language)
            answers[name] = {"longitude": card.longitude, "latitude": card.latitude, "address": village}
        elif rule.get("format") == "place" and (point := _point(request)):
            answers[name] = point
        elif rule.get("format") == "customer_number" and request.GET.get("number"):
            answers[name] = request.GET["number"][:16]
        elif person and rule.get("format") in ("person_name", "phone") and name not in answers:
            answers[name] = person.name if rule["format"] == "person_name" else person.phone
        elif request.GET.get(name) in _choices(rule):  # a link that already says what it is about
            answers[name] = request.GET[name]
    return answers


def _point(request: HttpRequest) -> Facts | None:
    """A place that a link already knows, e.g. from the page on which nobody knew of an outage there."""
    try:
        longitude, latitude = float(request.GET.get("longitude", "")), float(request.GET.get("latitude", ""))
    except ValueError:
        return None
    if not (abs(longitude) <= 180 and abs(latitude) <= 90):
        return None
    return {"longitude": longitude, "latitude": latitude, "address": request.GET.get("address", "")[:120]}


def _choices(rule: Facts) -> list[Json]:
    values = rule.get("enum")
    return values if isinstance(values, list) else []


def _new_key() -> str:
    return secrets.token_urlsafe(24)


def _sent_key(request: HttpRequest) -> str:
    """The form's key if this server made it, else a new one: a key that somebody chose could meet somebody else's."""
    key = request.POST.get(UPLOAD_KEY_FIELD, "")
    return key if constant_time_compare(request.POST.get(SEAL_FIELD, ""), _seal(key)) else _new_key()


def _seal(key: str) -> str:
    return salted_hmac("wanjia.request_key", key, algorithm="sha256").hexdigest()


def _remember(request: HttpRequest, opened: Opened) -> None:
    """This browser may follow the case, and can show its code again until the session ends."""
    grant(request, opened.case.pk)
    known = [pair for pair in request.session.get(CODES_IN_SESSION, []) if pair[0] != opened.case.number]
    request.session[CODES_IN_SESSION] = [*known, [opened.case.number, opened.access_code]][-CODES_KEPT:]
