"""Declared messages at the desk: sent from the page of the case."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from wanjia.queries.cases.case_page import seen_case
from wanjia.web.case_sending import send_page
from wanjia.web.surfaces.desk.access import desk_page


@desk_page
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """The message's form, and sending it."""
    seen_case(number, request.actor)  # only what may be seen is acted upon
    return send_page(request, number, name, "surfaces/desk/send.html", lambda _: redirect("desk:case", number))
