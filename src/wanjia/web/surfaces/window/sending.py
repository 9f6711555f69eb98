"""Declared messages at the window: also for bodies that have no part of the case but the word to say."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from wanjia.queries.cases.sendable import Sending, body_cases
from wanjia.web.case_sending import send_page
from wanjia.web.paging import page_of
from wanjia.web.surfaces.window.access import window_page


@window_page
@require_GET
def sends(request: HttpRequest) -> HttpResponse:
    """Running cases that name this body, with what it may send to each."""
    page = page_of(request, body_cases(request.actor, request.today, request.language))
    return render(request, "surfaces/window/sends.html", {"page": page})


@window_page
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """The message's form, and sending it."""
    return send_page(request, number, name, "surfaces/window/send.html", _done)


def _done(sent: Sending) -> HttpResponse:
    return redirect("window:case", sent.head.number) if sent.whole else redirect("window:sends")
