"""What whoever asked may tell the process at any time: end a consent, report a surprise."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from wanjia.queries.cases.follow import asked_case
from wanjia.queries.cases.sendable import Sending
from wanjia.web.case_sending import send_page


@never_cache
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """The message's form, and sending it; for others the case does not exist."""
    asked_case(number, request.actor)
    return send_page(request, number, name, "surfaces/portal/send.html", _done)


def _done(sent: Sending) -> HttpResponse:
    return redirect("portal:case", sent.head.number)
