"""Indicators of the practices over a period; every figure opens to the cases it was taken from."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wanjia.model.actors import may
from wanjia.model.faults import Denied, NotFound
from wanjia.queries.cases.installed import practice_names
from wanjia.queries.cases.organisations import is_station, organisation_choices
from wanjia.queries.standing.figure_rows import OpenedRow, opened_rows
from wanjia.queries.standing.indicators import Figure, PracticeFigures, Scope, practice_figures
from wanjia.queries.standing.measured_figures import measured_values
from wanjia.queries.standing.places import place_names
from wanjia.texts import say
from wanjia.web.csv_files import csv_response
from wanjia.web.listing import day_of, export_url, local
from wanjia.web.paging import page_of
from wanjia.web.surfaces.desk.access import desk_page

PERIOD_DAYS = 30
ROW_COLUMNS = ("number", "title", "status", "organisation", "cell", "accepted", "ended")
COLUMNS = ("practice", "indicator", "value", "unit", "cases", "source")


@desk_page
@require_GET
def indicators(request: HttpRequest) -> HttpResponse:
    """All indicators of all practices that had cases, or of one with its places."""
    scope, only, station = asked(request)
    found = practice_figures(request.actor, scope, request.now, request.language, only, by_cell=station)
    if request.GET.get("export") == "csv":
        return _export(request, found)
    values = {
        "found": found, "scope": scope, "only": only, "practices": practice_names(request.language),
        "choices": organisation_choices(request.actor, request.language), "query": query_of(request),
        "places": place_names(request.language, station) if only else {},
        "measured": () if only else measured_values(request.actor, scope, request.language),
    }  # fmt: skip
    return render(request, "surfaces/desk/indicators.html", values)


@desk_page
@require_GET
def rows(request: HttpRequest, practice: str, indicator: str) -> HttpResponse:
    """What one figure is taken from; with `?place=` at one cell or station (empty: at none)."""
    scope, _, station = asked(request)
    figure = _figure(request, scope, practice, indicator, station)
    taken = figure.rows_at(request.GET.get("place"))
    if request.GET.get("export") == "csv":
        return _export_rows(request, figure, opened_rows(request.actor, taken, request.now, request.language))
    page = page_of(request, taken)
    opened = opened_rows(request.actor, page.rows, request.now, request.language)
    values = {
        "figure": figure, "page": page, "opened": opened, "query": query_of(request), "export_url": export_url(request)
    }  # fmt: skip
    return render(request, "surfaces/desk/indicator_rows.html", values)


def _figure(request: HttpRequest, scope: Scope, practice: str, indicator: str, station: bool) -> Figure:
    found = practice_figures(request.actor, scope, request.now, request.language, practice, by_cell=station)
    for one in found:
        for figure in one.figures:
            if figure.id == indicator:
                return figure
    raise NotFound("indicator", indicator)


def asked(request: HttpRequest) -> tuple[Scope, str, bool]:
    """Period and place of the address, the practice that it asks for, whether the place is a station. Raises Denied."""
    if not may(request.actor, "report", "see"):
        raise Denied("report", "see")
    last = day_of(request.GET.get("to", "")) or request.today
    first = day_of(request.GET.get("from", "")) or last - timedelta(days=PERIOD_DAYS - 1)
    organisation = request.GET.get("organisation", "")[:64]
    scope = Scope(first, max(first, last), organisation, request.GET.get("cell", "")[:64])
    return scope, request.GET.get("practice", "")[:64], is_station(organisation)


def query_of(request: HttpRequest) -> str:
    """The address's filters, to hand on."""
    query = request.GET.copy()
    for name in ("page", "export", "place"):
        query.pop(name, None)
    return query.urlencode()


def _export(request: HttpRequest, found: tuple[PracticeFigures, ...]) -> HttpResponse:
    header = [say(f"desk.indicators.{name}", request.language) for name in COLUMNS]
    cells = [
        (one.name, row.name, "" if row.value is None else f"{row.value:.2f}", row.unit, len(row.rows), row.source)
        for one in found
        for row in one.figures
    ]
    return csv_response("indicators", header, cells)


def _export_rows(request: HttpRequest, figure: Figure, rows: list[OpenedRow]) -> HttpResponse:
    header = [*(say(f"desk.column.{name}", request.language) for name in ROW_COLUMNS), figure.name]
    cells = [
        (
            row.case.number, row.case.title, row.case.end or say(f"desk.status.{row.case.status}", request.language),
            row.case.organisation, row.case.cell_code, local(row.case.opened_at), local(row.case.ended_at),
            f"{row.value:.12g}",
        )
        for row in rows
    ]  # fmt: skip
    return csv_response(f"{figure.id}-rows", header, cells)
