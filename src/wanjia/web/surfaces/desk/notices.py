"""Messages to me: what came in, and marking it as read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from wanjia.actions.cases.read_notices import read_notices
from wanjia.queries.cases.messages import my_notices, unread_count
from wanjia.web.paging import page_of
from wanjia.web.saying import said
from wanjia.web.surfaces.desk.access import desk_page


@desk_page
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """All of them, newest first, or `?show=unread`."""
    unread_only = request.GET.get("show") == "unread"
    rows = my_notices(request.actor, request.language, unread_only)
    values = {
        "page": page_of(request, rows), "unread": unread_count(request.actor), "unread_only": unread_only,
    }  # fmt: skip
    return render(request, "surfaces/desk/notices.html", values)


@desk_page
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark the given ones, or all, as read."""
    chosen = [int(pk) for pk in request.POST.getlist("notice") if pk.isdigit()]
    read_notices(chosen or None, request.actor, request.now)
    said(request, "desk.done.read")
    return redirect("desk:notices")
