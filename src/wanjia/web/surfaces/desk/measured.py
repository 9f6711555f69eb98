"""What an indicator of measurements is taken from: its district-days, each with a way to the district's page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wanjia.model.faults import NotFound
from wanjia.queries.standing.measured_figures import MeasuredFigure, MeasuredRow, measured_figures
from wanjia.queries.standing.places import place_names
from wanjia.texts import say
from wanjia.web.csv_files import csv_response
from wanjia.web.listing import export_url
from wanjia.web.paging import page_of
from wanjia.web.surfaces.desk.access import desk_page
from wanjia.web.surfaces.desk.indicators import asked, query_of

COLUMNS = ("district", "name", "place", "day", "band", "part", "whole")


@desk_page
@require_GET
def rows(request: HttpRequest, figure: str) -> HttpResponse:
    """The rows of a figure; with `?place=` at one station or cell."""
    scope, _, station = asked(request)
    found = {one.id: one for one in measured_figures(request.actor, scope, request.language, by_cell=station)}
    if figure not in found:
        raise NotFound("indicator", figure)
    one, names = found[figure], place_names(request.language, station)
    taken = one.rows_at(request.GET.get("place"))
    if request.GET.get("export") == "csv":
        return _export(request, one, taken)
    values = {
        "figure": one, "page": page_of(request, taken), "places": names, "query": query_of(request),
        "export_url": export_url(request), "by_place": one.by_place if request.GET.get("place") is None else (),
    }  # fmt: skip
    return render(request, "surfaces/desk/measured_rows.html", values)


def _export(request: HttpRequest, figure: MeasuredFigure, taken: tuple[MeasuredRow, ...]) -> HttpResponse:
    header = [say(f"measurements.column.{name}", request.language) for name in COLUMNS]
    cells = [
        (row.district, row.name, row.place, row.day.isoformat(), say(f"measurements.band.{row.band}", request.language),
         f"{row.part:.12g}", f"{row.whole:.12g}")
        for row in taken
    ]  # fmt: skip
    return csv_response(f"{figure.id}-rows", header, cells)
