"""Is my place out, why, until when; and where else: for everybody, without personal data, renewed by itself."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from wanjia.actions.network.watch_outage import CHANNELS, watch_outage
from wanjia.model.faults import Denied, Fault, Refused
from wanjia.queries.network.place_outage import PlaceOutage, outage_at, outage_of_customer, own_places
from wanjia.queries.network.public import PublicBoard, public_board
from wanjia.queries.network.version import Version
from wanjia.queries.territory.card import contact_card
from wanjia.queries.territory.places import area_choices, point_of_area
from wanjia.texts import say
from wanjia.web.forms import shown_faults
from wanjia.web.limits import LOOKUPS, WATCHES, address_of, take
from wanjia.web.saying import said
from wanjia.web.surfaces.board.home import changed_parts, live_data, unchanged

POLL_SECONDS = 15
PARTS = ("answer", "list")
REPORT_PRACTICE = "behind_meter_repair"
KEPT = ("longitude", "latitude", "area", "number", "card", "address")


@dataclass(frozen=True)
class Asked:
    """The place that the address asks about, and what is known of it; `asked` without `found`: nothing is near."""

    asked: bool
    found: PlaceOutage | None = None
    longitude: float | None = None
    latitude: float | None = None
    number: str = ""
    address: str = ""

    @property
    def report_url(self) -> str:
        """To the report of a fault, with the place kept."""
        values: dict[str, object] = {"fault": "no_power"}
        if self.longitude is not None and self.latitude is not None:
            values |= {"longitude": self.longitude, "latitude": self.latitude, "address": self.address}
        if self.number:
            values["number"] = self.number
        return f"{reverse('portal:new', args=[REPORT_PRACTICE])}?{urlencode(values)}"


@never_cache
@require_safe
def outages(request: HttpRequest) -> HttpResponse:
    """The page; the map's question about a point gets the answer alone."""
    return _page(request)


@never_cache
@require_POST
def watch(request: HttpRequest) -> HttpResponse:
    """Note who wants to be told when it is back; tries are limited by the visitor's address."""
    take(WATCHES, address_of(request))
    given = {name: request.POST.get(name, "").strip()[:120] for name in ("district", "channel", "address")}
    try:
        watch_outage(
            given["district"], given["channel"], given["address"], request.language, request.actor, request.now
        )
    except Denied:
        raise
    except Refused as refused:
        return _page(request, given, tuple(refused.faults))
    said(request, "outages.watch_done")
    return redirect(f"{reverse('portal:outages')}?{_query(request)}")


def _page(request: HttpRequest, sent: dict[str, str] | None = None, faults: tuple[Fault, ...] = ()) -> HttpResponse:
    asked = _asked(request)
    values = {"asked": asked, **_answer(request, sent), "faults": shown_faults(faults, request.language)}
    if request.htmx:
        return render(request, "surfaces/portal/outages_answer.html", values)
    shown = public_board(request.now, request.language)
    url = f"{reverse('portal:outages_live')}?{_query(request)}"
    values |= {
        "list": shown.outages, "map": _map(shown, request.language), "own": own_places(request.actor),
        "areas": area_choices(request.today, request.language), "query": _query(request),
        "live": live_data(request, url, _version(shown), POLL_SECONDS, stale=False),
    }  # fmt: skip
    return render(request, "surfaces/portal/outages.html", values, status=422 if faults else 200)


@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """204 while nothing changed; else answer and list anew, and the areas for the map."""
    shown = public_board(request.now, request.language)
    known = _version(shown)
    if known.mark == request.GET.get("since", ""):
        return unchanged(known)
    asked = _asked(request)
    values = {"asked": asked, **_answer(request), "list": shown.outages}
    answer = changed_parts(request, known, PARTS, lambda name: f"surfaces/portal/outages_{name}.html", values)
    answer["areas"] = shown.areas
    return JsonResponse(answer)


def _answer(request: HttpRequest, sent: dict[str, str] | None = None) -> dict[str, object]:
    return {"watch_channels": CHANNELS, "watch": sent or {}, "query": _query(request)}


def _version(shown: PublicBoard) -> Version:
    return Version(shown.mark, None)


def _asked(request: HttpRequest) -> Asked:
    given, now, language = request.GET, request.now, request.language
    if number := given.get("number", "").strip()[:20]:
        take(LOOKUPS, address_of(request))
        return Asked(True, outage_of_customer(number, now, language), number=number)
    point = _point(request)
    if point is None:
        return Asked(any(given.get(name) for name in KEPT))
    longitude, latitude, address = point
    return Asked(True, outage_at(longitude, latitude, now, language), longitude, latitude, address=address)


def _point(request: HttpRequest) -> tuple[float, float, str] | None:
    """From the map, a contact card or an area."""
    given = request.GET
    if card := contact_card(given.get("card", ""), request.today) if given.get("card") else None:
        return card.longitude, card.latitude, card.village(request.language)
    if given.get("area"):
        place = point_of_area(given["area"], request.today)
        return (place.longitude, place.latitude, "") if place else None
    try:
        longitude, latitude = float(given.get("longitude", "")), float(given.get("latitude", ""))
    except ValueError:
        return None
    inside = abs(longitude) <= 180 and abs(latitude) <= 90
    return (longitude, latitude, given.get("address", "")[:120]) if inside else None


def _query(request: HttpRequest) -> str:
    return urlencode({name: request.GET[name] for name in KEPT if request.GET.get(name)})


def _map(shown: PublicBoard, language: str) -> dict[str, object]:
    return {
        "title": say("outages.map", language),
        "cells_url": f"{reverse('portal:cells')}?level=1",
        "areas": {
            "shown": shown.areas,
            "legend": [
                {"planned": False, "glyph": "■", "text": say("outages.sudden", language)},
                {"planned": True, "glyph": "◆", "text": say("outages.planned", language)},
            ],
        },
    }
