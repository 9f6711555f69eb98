"""Station and company views: how much lies where, on a map and in tables; every number opens to its rows."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from wanjia.model.actors import may
from wanjia.model.faults import Denied, NotFound
from wanjia.queries.cases.load import Load, load_of
from wanjia.queries.cases.load_map import FIGURES, load_map
from wanjia.queries.cases.organisations import organisation_choices, own_organisation
from wanjia.texts import say
from wanjia.web.csv_files import csv_response
from wanjia.web.surfaces.desk.access import desk_page

COLUMNS = ("place", "open", "today", "overdue", "ended", "in_time", "stars")


@desk_page
@require_GET
def station(request: HttpRequest) -> HttpResponse:
    """The load of a station, by cell."""
    return _page(request, "station")


@desk_page
@require_GET
def company(request: HttpRequest) -> HttpResponse:
    """The load of a county, city or province company, by station."""
    return _page(request, "county_company", "city_company", "province_company")


@desk_page
@require_GET
def map_json(request: HttpRequest) -> JsonResponse:
    """The cells of a load view with their figure."""
    load = _load(request, request.GET.get("organisation", ""))
    links = {row.key: _link(load, row.key, _figure(request)) for row in load.places}
    return JsonResponse(load_map(load, _figure(request), request.today, request.language, links))


def _page(request: HttpRequest, *kinds: str) -> HttpResponse:
    load = _load(request, request.GET.get("organisation", "") or _own(request, *kinds))
    if request.GET.get("export") == "csv":
        return _export(request, load)
    figure = _figure(request)
    values = {
        "load": load, "figure": figure, "figures": FIGURES, "station": load.kind == "station",
        "choices": [(code, name) for code, name in organisation_choices(request.actor, request.language)],
        "map": _map(load, figure, request.language),
        "today": request.today, "week_from": load.week_from.date().isoformat(),
        "period_from": load.period_from.date().isoformat(),
    }  # fmt: skip
    return render(request, "surfaces/desk/load.html", values)


def _own(request: HttpRequest, *kinds: str) -> str:
    found = own_organisation(request.actor, *kinds)
    if found:
        return found
    choices = [code for code, _ in organisation_choices(request.actor, request.language)]
    if not choices:
        raise Denied("report", "see")
    return choices[0]


def _load(request: HttpRequest, code: str) -> Load:
    if not may(request.actor, "report", "see"):
        raise Denied("report", "see")
    load = load_of(request.actor, code, request.now, request.language)
    if load is None:
        raise NotFound("organisation", code)
    return load


def _figure(request: HttpRequest) -> str:
    wanted = request.GET.get("figure", "")
    return wanted if wanted in FIGURES else FIGURES[0]


def _link(load: Load, key: str, figure: str) -> str:
    """To the cases behind a cell's figure."""
    station = load.kind == "station"
    place = {"organisation": load.organisation, "cell": key} if station else {"own": "yes", "organisation": key}
    due = {"due": figure} if figure != "open" else {}
    return f"{reverse('desk:cases')}?{urlencode({'status': 'running', **place, **due})}"


def _map(load: Load, figure: str, language: str) -> dict[str, object]:
    top = max((getattr(row, figure) for row in load.places), default=0)
    steps = sorted({max(1, round(top * part)) for part in (0.01, 0.34, 0.67)})
    query = urlencode({"organisation": load.organisation, "figure": figure})
    scale = {"title": say(f"desk.load.{figure}", language), "unit": say("desk.load.unit", language), "limits": steps}
    return {"title": load.name, "cells_url": f"{reverse('desk:load_map')}?{query}", "scale": scale}


def _export(request: HttpRequest, load: Load) -> HttpResponse:
    header = [say(f"desk.load.{name}", request.language) for name in COLUMNS]
    rows = [
        (row.name, row.open, row.today, row.overdue, row.ended, _rounded(row.in_time), _rounded(row.stars))
        for row in load.places
    ]
    return csv_response(f"load-{load.organisation}", header, rows)


def _rounded(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
