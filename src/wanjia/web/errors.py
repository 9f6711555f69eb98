"""Pages for what went wrong, in the visitor's language: not found, not allowed, too often, broken."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from wanjia.model.faults import Denied, NotFound, Refused
from wanjia.texts import DEFAULT_LANGUAGE
from wanjia.web.forms import shown_faults
from wanjia.web.limits import TooMany

MINUTES_LOCKED = 15
"""How long sign-in stays closed after too many wrong passwords; the same figure stands in the settings."""


class Refusals:
    """Answers what views raise: Denied 403, NotFound 404, other refusals 422 with every fault, TooMany 429."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django calls this with whatever a view raised; None leaves it to the next."""
        if isinstance(exception, Denied):
            return _page(request, 403)
        if isinstance(exception, NotFound):
            return _page(request, 404)
        if isinstance(exception, Refused):
            return _page(request, 422, faults=shown_faults(exception.faults, request.language))
        if isinstance(exception, TooMany):
            return _page(request, 429, minutes=exception.minutes)
        return None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: what was sent cannot be read."""
    return _page(request, 400)


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return _page(request, 404)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose safety mark has expired, e.g. after signing out in another tab."""
    return _page(request, 403, key="form_expired")


def locked_out(request: HttpRequest, *args: object, **values: object) -> HttpResponse:
    """429 after too many wrong passwords; django-axes calls this."""
    return _page(request, 429, minutes=MINUTES_LOCKED)


def broken(request: HttpRequest) -> HttpResponse:
    """500: a page that needs neither rows nor a session, since these may be what is broken."""
    language = getattr(request, "language", DEFAULT_LANGUAGE)
    return HttpResponse(render_to_string("errors/broken.html", {"language": language}), status=500)


def _page(request: HttpRequest, status: int, key: str = "", **values: object) -> HttpResponse:
    if not hasattr(request, "language"):  # refused before the middleware that looks at the visitor
        request.language = DEFAULT_LANGUAGE
    page = {"status": status, "key": key or str(status), "language": request.language, **values}
    response = render(request, "errors/page.html", page, status=status)
    if status == 429 and "minutes" in values:
        response.headers["Retry-After"] = str(int(str(values["minutes"])) * 60)
    return response
