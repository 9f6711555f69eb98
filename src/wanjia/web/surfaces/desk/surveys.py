"""Tickets of an anonymous survey: printed by its organiser, shown once, kept nowhere in clear."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from wanjia.actions.standing.issue_tickets import issue_tickets
from wanjia.model.faults import Denied, NotFound, Refused
from wanjia.queries.standing.surveys import survey_page
from wanjia.web.forms import shown_faults
from wanjia.web.qr import qr_picture
from wanjia.web.surfaces.desk.access import desk_page


@desk_page
@never_cache
@require_http_methods(["GET", "POST"])
def tickets(request: HttpRequest, number: str) -> HttpResponse:
    """The groups; sent is the one whose tickets are printed."""
    page = survey_page(number, request.actor, request.language)
    group = request.POST.get("group", "")
    if request.method == "GET" or not group:
        return render(request, "surfaces/desk/survey.html", {"page": page})
    try:
        made = issue_tickets(number, group, request.actor, request.now)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        values = {"page": page, "faults": shown_faults(refused.faults, request.language)}
        return render(request, "surfaces/desk/survey.html", values, status=422)
    address = request.build_absolute_uri(reverse("portal:pulse"))
    slips = [(ticket, qr_picture(f"{address}#{ticket.replace(' ', '')}")) for ticket in made]
    name = next(row.name for row in page.groups if row.group == group)
    values = {"page": page, "slips": slips, "name": name, "address": address}
    return render(request, "surfaces/desk/survey_tickets.html", values)
