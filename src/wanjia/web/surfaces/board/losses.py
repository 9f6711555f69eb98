"""Line loss of a day: a station's districts in bands, a company's stations, the map of loss."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from wanjia.model.actors import may
from wanjia.model.faults import Denied
from wanjia.queries.cases.organisations import organisation_choices
from wanjia.queries.network.loss_map import loss_states
from wanjia.queries.network.loss_rows import days_to_show
from wanjia.queries.network.losses import BANDS, OFF_BANDS, BandCount, DistrictDay, Rates
from wanjia.queries.network.parts import Part
from wanjia.queries.network.station_view import CompanyView, StationView, company_view, station_view
from wanjia.texts import say
from wanjia.web.csv_files import csv_response
from wanjia.web.listing import day_of, export_url
from wanjia.web.paging import page_of
from wanjia.web.surfaces.board.access import board_page, part_choices, part_of, part_query
from wanjia.web.surfaces.board.losses_charts import month_chart

EXPORT_ROWS_MAX = 20_000
SORTS = ("worst", "rate", "loss", "energy", "coverage", "name")
OFF = "off"
"""In an address: every band that somebody has to look into."""
VIEWS = ("stations", "districts")
COLUMNS = ("code", "name", "organisation", "feeder", "day", "band", "rate", "loss", "in", "out", "coverage", "reasons",
           "cause", "action", "case")  # fmt: skip
STATION_COLUMNS = ("code", "name", "expected", "computable", "qualified", "compliance", "collection", "rate")
BAND_STATES = {"high": 11, "negative": 12, "not_computable": 13, "normal": 14, "economic": 15}
"""States of the map island for bands: see islands/map/README.md."""
GLYPHS = {"high": "▲", "negative": "▼", "not_computable": "✕", "normal": "○", "economic": "•"}
COLLECTION_TARGET = 0.995
"""Collection success that companies aim for, 99.5-99.8 % (company practice)."""


@dataclass(frozen=True)
class Asked:
    """What the address asks for, besides the part of the network."""

    day: date | None
    band: str = ""
    cause: str = ""
    text: str = ""
    sort: str = "worst"
    view: str = ""


@board_page
@require_GET
def losses(request: HttpRequest) -> HttpResponse:
    """Stations beside each other for who sees several; the districts of one station, or of all when asked."""
    part, asked = part_of(request), asked_of(request)
    if asked.view != "districts" and not (part.organisation or part.cell or part.feeder or asked.band or asked.text):
        found = company_view(request.actor, part, asked.day, request.now, request.language)
        if len(found.stations) > 1:
            return _stations(request, found)
    return _districts(request, part, asked)


@board_page
@require_GET
def losses_map(request: HttpRequest) -> HttpResponse:
    """Every district of the part on the map, told by its band; the list says the same."""
    part, asked = part_of(request), asked_of(request)
    states = loss_states(request.actor, part, asked.day, request.now, request.language)
    days = days_to_show(asked.day, request.today)
    values = {
        **part_choices(request, part), "day": days.shown, "first_day": days.first, "last_day": days.last,
        "map": _map(request, part, states),
        "counts": _map_counts(states), "query": part_query(request), "keep": kept(request, "day"),
        "may_run": may(request.actor, "measurement", "import"),
    }  # fmt: skip
    return render(request, "surfaces/board/losses_map.html", values)


def asked_of(request: HttpRequest) -> Asked:
    """Day, band, cause, words, order; what is not known is left out."""
    given = {name: request.GET.get(name, "").strip()[:80] for name in ("band", "cause", "text", "sort", "view")}
    band = given["band"] if given["band"] in (*BANDS, OFF) else ""
    sort = given["sort"] if given["sort"] in SORTS else SORTS[0]
    view = given["view"] if given["view"] in VIEWS else ""
    return Asked(day_of(request.GET.get("day", "")), band, given["cause"], given["text"], sort, view)


def kept(request: HttpRequest, *without: str) -> list[tuple[str, str]]:
    """What stays in the address of a form that sends the rest."""
    return [(name, value) for name, value in request.GET.items() if value and name not in (*without, "page", "export")]


def exported(request: HttpRequest) -> bool:
    """Whether a spreadsheet is asked for. Raises Denied for whoever may only look."""
    if not request.GET.get("export"):
        return False
    if not may(request.actor, "measurement", "export"):
        raise Denied("measurement", "export")
    return True


def export_of(request: HttpRequest) -> str:
    """Address of the same rows as a spreadsheet; empty for whoever may only look."""
    return export_url(request) if may(request.actor, "measurement", "export") else ""


def _districts(request: HttpRequest, part: Part, asked: Asked) -> HttpResponse:
    found = station_view(request.actor, part, asked.day, request.now, request.language, text=asked.text)
    causes = sorted({line.cause for line in found.lines if line.cause})
    lines = _ordered([line for line in found.lines if _fits(line, asked)], asked.sort)
    if exported(request):
        header = [say(f"losses.column.{name}", request.language) for name in COLUMNS]
        places = dict(organisation_choices(request.actor, request.language))
        cells = [_cells(line, places, request.language) for line in lines[:EXPORT_ROWS_MAX]]
        return csv_response(f"line-loss-{found.day}", header, cells)
    values = {
        **part_choices(request, part), "found": found, "asked": asked,
        "page": page_of(request, lines), "bands": _band_links(request, found.bands), "causes": causes, "sorts": SORTS,
        "narrowed": bool(asked.band or asked.cause or asked.text or part.organisation or part.cell or part.feeder),
        "keep": kept(request, "day"), "query": part_query(request), "export_url": export_of(request),
        "places": dict(organisation_choices(request.actor, request.language)),
        "one_station": len({line.organisation for line in found.lines}) < 2,
        "links": _links(request), "month_chart": month_chart(found.month, request.language),
        "month": _month(request, found), "target": COLLECTION_TARGET,
        "may_open": may(request.actor, "case", "open"), "back": request.get_full_path(),
        "may_run": may(request.actor, "measurement", "import"),
    }  # fmt: skip
    return render(request, "surfaces/board/losses.html", values)


def _stations(request: HttpRequest, found: CompanyView) -> HttpResponse:
    if exported(request):
        header = [say(f"losses.column.{name}", request.language) for name in STATION_COLUMNS]
        header += [say(f"measurements.band.{name}", request.language) for name in BANDS]
        rows = [(line.code, line.name, *_rate_cells(line.rates), *_band_cells(line.bands)) for line in found.stations]
        return csv_response(f"line-loss-stations-{found.day}", header, rows)
    shown = [line for line in found.stations if line.rates.expected or request.GET.get("all")]
    values = {
        "found": found, "page": page_of(request, shown), "others": len(found.stations) - len(shown),
        "keep": kept(request, "day"), "query": part_query(request), "export_url": export_of(request),
        "target": COLLECTION_TARGET, "bands": _band_links(request, found.bands), "links": _links(request),
        "may_run": may(request.actor, "measurement", "import"),
    }  # fmt: skip
    return render(request, "surfaces/board/losses_stations.html", values)


def _fits(line: DistrictDay, asked: Asked) -> bool:
    if asked.band and (line.band not in OFF_BANDS if asked.band == OFF else line.band != asked.band):
        return False
    return not asked.cause or line.cause == asked.cause


def _ordered(lines: list[DistrictDay], sort: str) -> list[DistrictDay]:
    """The order of the query is worst first; in the others what cannot be said stands last."""
    if sort == "worst":
        return lines
    if sort == "name":
        return sorted(lines, key=lambda line: (line.name, line.district))
    figures = {
        "rate": lambda line: line.loss_rate, "loss": lambda line: line.loss_kwh,
        "energy": lambda line: line.energy_in_kwh, "coverage": lambda line: line.coverage,
    }  # fmt: skip
    upwards = sort == "coverage"

    def key(line: DistrictDay) -> tuple[bool, float]:
        value = figures[sort](line)
        return value is None, 0.0 if value is None else value if upwards else -value

    return sorted(lines, key=key)


def _links(request: HttpRequest) -> dict[str, str]:
    """Where each figure opens to: the rows that it is made of."""
    base = f"?{urlencode([*kept(request, 'band', 'cause', 'sort', 'view', 'text'), ('view', 'districts')])}"
    return {
        "all": base, "off": f"{base}&band={OFF}", "coverage": f"{base}&sort=coverage", "loss": f"{base}&sort=loss",
        "not_computable": f"{base}&band=not_computable",
    }  # fmt: skip


def _band_links(request: HttpRequest, bands: tuple[BandCount, ...]) -> list[tuple[str, int, str]]:
    counted = {one.band: one.districts for one in bands}
    base = _links(request)["all"]
    return [(name, counted.get(name, 0), f"{base}&band={name}") for name in BANDS]


def _month(request: HttpRequest, found: StationView) -> list[tuple[Any, str]]:
    """(day, address of its districts), the newest first."""
    base = kept(request, "day", "band", "cause", "sort", "view", "text")
    lines = sorted(found.month, key=lambda one: one.day, reverse=True)
    return [(one, f"?{urlencode([*base, ('view', 'districts'), ('day', one.day.isoformat())])}") for one in lines]


def _map(request: HttpRequest, part: Part, states: dict[str, Any]) -> dict[str, Any]:
    language, codes = request.language, [BAND_STATES[name] for name in states["bands"]]
    changed = [
        [place, codes[band], -1, *([] if rate is None else [f"{rate / 10:.2f}%"])]
        for place, band, rate in states["values"]
    ]
    address = reverse("board:district", args=["CODE"]).replace("CODE", "{code}")
    return {
        "title": say("losses.map", language),
        "cells_url": f"{reverse('portal:cells')}?level=1",
        "districts": {
            "url": f"{reverse('board:districts_json')}?{part_query(request)}",
            "states": {"still": states["still"], "outages": [], "changed": changed},
            "outage_href": "", "district_href": f"{address}?day={states['day']}",
            "legend": [
                {"state": BAND_STATES[name], "tone": name, "glyph": GLYPHS[name],
                 "text": say(f"measurements.band.{name}", language)}
                for name in BANDS
            ],
            "lit": say("losses.not_collected", language),
            "customers": say("board.customers_of", language, count="{count}"),
        },
    }  # fmt: skip


def _map_counts(states: dict[str, Any]) -> list[tuple[str, int]]:
    found = [states["bands"][band] for _, band, _ in states["values"]]
    return [(name, found.count(name)) for name in BANDS]


def _cells(line: DistrictDay, places: dict[str, str], language: str) -> tuple[object, ...]:
    def words(kind: str, code: str) -> str:
        return say(f"measurements.{kind}.{code}", language) if code else ""

    return (
        line.district, line.name, places.get(line.organisation, line.organisation), line.feeder,
        line.day.isoformat(), words("band", line.band),
        _share(line.loss_rate, 2), _kwh(line.loss_kwh), _kwh(line.energy_in_kwh), _kwh(line.energy_out_kwh),
        _share(line.coverage, 2), "; ".join(words("reason", one) for one in line.reasons), words("cause", line.cause),
        words("action", line.action), line.case_number,
    )  # fmt: skip


def _rate_cells(rates: Rates) -> tuple[object, ...]:
    return (
        rates.expected, rates.computable, rates.qualified, _share(rates.compliance, 2), _share(rates.collection, 3),
        _share(rates.loss_rate, 2),
    )  # fmt: skip


def _band_cells(bands: tuple[BandCount, ...]) -> list[int]:
    counted = {one.band: one.districts for one in bands}
    return [counted.get(name, 0) for name in BANDS]


def _share(value: float | None, decimals: int) -> str:
    return "" if value is None else f"{100 * value:.{decimals}f}"


def _kwh(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
