"""Protection zones on the map, and the open hazards as points inside; the same as a list, and as a spreadsheet."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from wanjia.kernels.zones.widths import ZONE_RULES, ZoneRule
from wanjia.model.actors import may
from wanjia.model.faults import Denied
from wanjia.queries.cases.organisations import organisation_choices, own_organisation
from wanjia.queries.network.zones_map import LINES_DRAWN_MAX, Hazard, box_of, hazards_in, lines_counted, zones_in
from wanjia.records.network.lines import Box
from wanjia.texts import say
from wanjia.web.csv_files import csv_response
from wanjia.web.paging import page_of
from wanjia.web.surfaces.desk.access import desk_page

COLUMNS = ("case", "practice", "inside", "line", "voltage", "distance", "needed", "due", "longitude", "latitude")
SHOWN = ("all", "inside")


@desk_page
@require_GET
def zones(request: HttpRequest) -> HttpResponse:
    """The page: a station or company is chosen, its own at first."""
    box, organisation = _box(request)
    hazards = hazards_in(request.actor, box, request.language) if box else ()
    shown = request.GET.get("shown") if request.GET.get("shown") in SHOWN else SHOWN[0]
    rows = [one for one in hazards if one.inside or shown == "all"]
    if request.GET.get("export") == "csv":
        return _export(rows, request.language)
    lines = lines_counted(box) if box else 0
    values = {
        "page": page_of(request, rows), "inside": sum(one.inside for one in hazards), "total": len(hazards),
        "shown": shown, "organisation": organisation, "lines": lines, "left_off": max(0, lines - LINES_DRAWN_MAX),
        "choices": organisation_choices(request.actor, request.language), "rules": ZONE_RULES,
        "map": _map(box, organisation, rows, request.language) if box else None, "now": request.now,
    }  # fmt: skip
    return render(request, "surfaces/desk/zones.html", values)


@desk_page
@require_GET
def zones_json(request: HttpRequest) -> JsonResponse:
    """The zones of the part as GeoJSON."""
    box, _ = _box(request)
    empty: dict[str, Any] = {"type": "FeatureCollection", "features": []}
    response = JsonResponse(zones_in(box, request.language) if box else empty)
    response["Cache-Control"] = "private, max-age=300"
    return response


def _box(request: HttpRequest) -> tuple[Box | None, str]:
    if not may(request.actor, "network", "see"):
        raise Denied("network", "see")
    own = own_organisation(request.actor, "station", "county_company", "city_company", "province_company")
    organisation = request.GET.get("organisation", "").strip()[:64] or own
    return box_of(organisation, request.today), organisation


def _map(box: Box, organisation: str, rows: list[Hazard], language: str) -> dict[str, Any]:
    points = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [one.longitude, one.latitude]},
            "properties": {
                "id": one.number, "name": _words(one, language), "href": reverse("desk:case", args=[one.number]),
                "tone": "overdue" if one.inside else "due",
                "label": f"▲ {say('desk.zones.is_inside', language)}" if one.inside else "",
            },
        }
        for one in rows
    ]  # fmt: skip
    return {
        "title": say("desk.zones.map", language),
        "cells_url": f"{reverse('desk:cells_map')}?level=3",
        "points": {"type": "FeatureCollection", "features": points},
        "bounds": list(box),
        "zones": {
            "url": f"{reverse('desk:zones_json')}?{urlencode({'organisation': organisation})}",
            "words": say("desk.zones.words", language),
            "legend": [_class(rule, language) for rule in ZONE_RULES if rule.laid == "overhead"],
        },
    }


def _class(rule: ZoneRule, language: str) -> dict[str, Any]:
    """A class of voltages, for the map's colours and its legend."""
    text = say("desk.zones.legend", language, kv=f"{rule.kv_most:g}", m=f"{rule.metres:g}")
    return {"kv_most": rule.kv_most, "text": text}


def _words(one: Hazard, language: str) -> str:
    """What the map says of a point."""
    key = "desk.zones.point_in" if one.inside else "desk.zones.point_near" if one.line else "desk.zones.point_far"
    return say(key, language, title=one.title, line=one.line, m=one.distance_m, needed=f"{one.needed_m or 0:g}")


def _export(rows: list[Hazard], language: str) -> HttpResponse:
    header = [say(f"desk.zones.column.{name}", language) for name in COLUMNS]
    cells = [
        (one.number, one.practice, say(f"form.{'yes' if one.inside else 'no'}", language), one.line, one.voltage_kv,
         one.distance_m, one.needed_m, timezone.localtime(one.due_at).strftime("%Y-%m-%d %H:%M") if one.due_at else "",
         one.longitude, one.latitude)
        for one in rows
    ]  # fmt: skip
    return csv_response("hazards-beside-lines", header, cells)
