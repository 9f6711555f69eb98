"""Finds out who is visiting, in which language, before any page runs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from wanjia.model.actors import Actor
from wanjia.records.territory.holders import actor_of
from wanjia.texts import DEFAULT_LANGUAGE, LANGUAGES

LANGUAGE_COOKIE = "language"
GRANTS_IN_SESSION = "cases"
"""Session key of the cases that this browser opened by number and code."""

OUTSIDE_IN_SESSION = "outside"
"""Session key of the outsiders' links that this browser opened by a code, each with until when."""

OUTSIDE_MINUTES, OUTSIDERS_KEPT = 60, 10
"""How long a code keeps a link open, long enough to read and sign; and how many links a browser has open at once."""

ANONYMOUS = Actor(reference="citizen", name="")


def visitor(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Sets `request.actor`, `request.language` and `request.today`; pages ask nothing else about the visitor."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.language = language_of(request)
        request.now = timezone.now()
        request.today = company_day(request.now)
        request.actor = _actor(request)
        with translation.override("zh-hans" if request.language == "zh-Hans" else "en"):
            return get_response(request)

    return middleware


def company_day(at: datetime) -> date:
    """The day in the company's zone."""
    return at.astimezone(timezone.get_default_timezone()).date()


def language_of(request: HttpRequest) -> str:
    """Chosen by the visitor, else what the browser asks for, else the company's own."""
    chosen = request.COOKIES.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return chosen
    wanted = request.headers.get("Accept-Language", "").lower()
    if wanted.startswith("en"):
        return "en"
    return DEFAULT_LANGUAGE


def grant(request: HttpRequest, case_id: int) -> None:
    """Remember that this browser showed the number and code of a case."""
    known = [pk for pk in request.session.get(GRANTS_IN_SESSION, []) if pk != case_id]
    request.session[GRANTS_IN_SESSION] = [*known, case_id][-50:]


def grant_outside(request: HttpRequest, outsider_id: int) -> None:
    """Remember for a while that this browser entered the code that was sent to an outsider's telephone."""
    until = (request.now + timedelta(minutes=OUTSIDE_MINUTES)).isoformat()
    known = {key: at for key, at in request.session.get(OUTSIDE_IN_SESSION, {}).items() if key != str(outsider_id)}
    request.session[OUTSIDE_IN_SESSION] = dict([*known.items(), (str(outsider_id), until)][-OUTSIDERS_KEPT:])


def _outsiders(request: HttpRequest) -> frozenset[int]:
    now = request.now.isoformat()
    return frozenset(int(key) for key, until in request.session.get(OUTSIDE_IN_SESSION, {}).items() if now < until)


def _actor(request: HttpRequest) -> Actor:
    has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
    grants = frozenset(request.session.get(GRANTS_IN_SESSION, [])) if has_session else frozenset()
    outsiders = _outsiders(request) if has_session else frozenset()
    if has_session and request.user.is_authenticated:
        return replace(actor_of(request.user.person, request.today, grants), outsiders=outsiders)
    known = grants or outsiders
    return Actor(ANONYMOUS.reference, ANONYMOUS.name, grants=grants, outsiders=outsiders) if known else ANONYMOUS
