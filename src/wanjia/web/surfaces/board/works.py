"""Planned work: the list; its form and deeds stand in `deeds`."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wanjia.model.actors import may
from wanjia.queries.network.planned_works import WORK_STATES, WorkFilters, planned_works
from wanjia.texts import say
from wanjia.web.csv_files import csv_response
from wanjia.web.listing import export_url, filters_from, local
from wanjia.web.paging import page_of
from wanjia.web.surfaces.board.access import board_page

COLUMNS = ("code", "title", "device", "place", "from", "until", "state")
EXPORT_ROWS_MAX = 20_000


@board_page
@require_GET
def works(request: HttpRequest) -> HttpResponse:
    """Planned work, what comes next first."""
    filters = filters_from(request, WorkFilters)
    rows = planned_works(filters, request.now, request.language)
    if request.GET.get("export") == "csv":
        header = [say(f"board.column.{name}", request.language) for name in COLUMNS]
        cells = [
            (row.code, row.title, row.device_id, row.place, local(row.starts_at), local(row.ends_at),
             say(f"board.work.{row.state}", request.language))
            for row in rows[:EXPORT_ROWS_MAX]
        ]  # fmt: skip
        return csv_response("planned-works", header, cells)
    values = {
        "page": page_of(request, rows), "filters": filters, "states": WORK_STATES, "export_url": export_url(request),
        "may_plan": may(request.actor, "outage", "plan"),
    }  # fmt: skip
    return render(request, "surfaces/board/works.html", values)
