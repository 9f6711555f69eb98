"""The live board: the page, and the answer to its question every second whether anything has changed."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from wanjia.model.actors import may
from wanjia.queries.network import board
from wanjia.queries.network.district_map import DARK, PART, PLANNED, SILENT_STATE, states, still_map
from wanjia.queries.network.interruptions import USERS
from wanjia.queries.network.parts import seen_districts
from wanjia.queries.network.reliability import today
from wanjia.queries.network.version import Version, version
from wanjia.texts import say
from wanjia.web.listing import day_begin
from wanjia.web.surfaces.board.access import board_page, part_choices, part_of, part_query

POLL_SECONDS = 1
"""How often an open board asks: what is announced stands on it within two seconds."""
STALE_SECONDS = 30
"""Telemetry older than this is said to be old: the sensor judges every five seconds."""
HEARD_HEADER = "Wanjia-Heard-At"
PARTS = ("figures", "outages", "today", "works", "coverage")
MAP_STATES = ((DARK, "dark", "■"), (PLANNED, "planned", "◆"), (PART, "part", "◐"), (SILENT_STATE, "silent", "△"))


@never_cache
@board_page
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Map, outages in order of harm, counters, today's reliability, coverage, planned work."""
    part, query = part_of(request), part_query(request, "users")
    known, districts = version(request.now), seen_districts(request.actor, part)
    values = {
        **_values(request, districts), **part_choices(request, part), "query": query,
        "live": live_data(request, f"{reverse('board:live')}?{query}", known, POLL_SECONDS),
        "map": _map(request, districts, query), "may_record": may(request.actor, "outage", "record"),
    }  # fmt: skip
    return render(request, "surfaces/board/home.html", values)


@never_cache
@board_page
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """204 while nothing changed; else the parts of the page that are others than those the browser has."""
    known = version(request.now)
    if known.mark == request.GET.get("since", ""):
        return unchanged(known)
    districts = seen_districts(request.actor, part_of(request))
    values = {**_values(request, districts), "query": part_query(request, "users")}
    answer = changed_parts(request, known, PARTS, lambda name: f"surfaces/board/parts/{name}.html", values)
    moving = states(districts, request.language)
    mark = _short(repr(moving))
    if mark != _had(request).get("states"):
        answer["states"], answer["marks"]["states"] = moving, mark
    counted = values["counters"]
    answer["said"] = say(
        "board.said", request.language, outages=counted.outages, customers=counted.customers, priority=counted.priority
    )
    return JsonResponse(answer)


@board_page
@require_GET
def districts_json(request: HttpRequest) -> HttpResponse:
    """The still part of the map: every district of the part; kept by browsers and not sent twice."""
    drawn = still_map(seen_districts(request.actor, part_of(request)), request.language)
    etag = quote_etag(drawn.mark)
    response = HttpResponse(drawn.body, content_type="application/json")
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content = drawn.compressed
        response.headers["Content-Encoding"] = "gzip"
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Accept-Encoding", "Accept-Language", "Cookie"])
    return get_conditional_response(request, etag=etag, response=response) or response


def live_data(request: HttpRequest, url: str, known: Version, seconds: int, stale: bool = True) -> dict[str, Any]:
    """What the browser's part needs: where to ask, what it has, and the words that it says."""
    names = ("now", "stale", "lost", "never", "seconds", "minutes", "hours", "days")
    return {
        "url": url, "seconds": seconds, "version": known.mark, "now": request.now.isoformat(),
        "heard_at": known.heard_at.isoformat() if known.heard_at else None,
        "stale_seconds": STALE_SECONDS if stale else None,
        "texts": {name: say(f"live.{name}", request.language) for name in names},
    }  # fmt: skip


def unchanged(known: Version) -> HttpResponse:
    """204, with how fresh the telemetry is."""
    response = HttpResponse(status=204)
    if known.heard_at:
        response.headers[HEARD_HEADER] = known.heard_at.isoformat()
    return response


def changed_parts(
    request: HttpRequest, known: Version, names: tuple[str, ...], template: Callable[[str], str], values: dict[str, Any]
) -> dict[str, Any]:
    """The parts whose mark differs from the one that the browser says it has."""
    had = _had(request)
    parts, marks = {}, {}
    for name in names:
        html = render_to_string(template(name), values, request)
        marks[name] = _short(html)
        if had.get(name) != marks[name]:
            parts[name] = html
    heard_at = known.heard_at.isoformat() if known.heard_at else None
    now = request.now.isoformat()
    return {"version": known.mark, "now": now, "heard_at": heard_at, "parts": parts, "marks": marks}


def _had(request: HttpRequest) -> dict[str, str]:
    pairs = (one.partition(":") for one in request.GET.get("have", "")[:600].split(","))
    return {name: mark for name, _, mark in pairs}


def _short(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def _values(request: HttpRequest, districts: Q) -> dict[str, Any]:
    now, language = request.now, request.language
    rows = board.open_outages(districts, now, language)
    users = request.GET.get("users") if request.GET.get("users") in USERS else USERS[0]
    begin, end = _today(now)
    return {
        "rows": rows[: board.OUTAGES_SHOWN_MAX], "more": max(0, len(rows) - board.OUTAGES_SHOWN_MAX),
        "counters": board.counters(rows), "restored": board.recently_restored(districts, now, language),
        "coverage": board.coverage(districts), "gaps": board.gaps(), "users": users,
        "users_links": [(name, f"{reverse('board:home')}?{_with_users(request, name)}") for name in USERS],
        "today_link": f"{reverse('board:interruptions')}?{_with_users(request, users)}&from={request.today}"
        f"&to={request.today}",
        "today_figures": today(districts, users, now),
        "works": board.works_between(districts, begin, end, now, language),
    }  # fmt: skip


def _with_users(request: HttpRequest, users: str) -> str:
    query = part_query(request)
    return f"{query}&users={users}" if query else f"users={users}"


def _today(now: datetime) -> tuple[datetime, datetime]:
    return day_begin(now, 0), day_begin(now, 1)


def _map(request: HttpRequest, districts: Q, query: str) -> dict[str, Any]:
    language = request.language
    return {
        "title": say("board.map", language),
        "cells_url": f"{reverse('portal:cells')}?level=1",
        "districts": {
            "url": f"{reverse('board:districts_json')}?{query}",
            "states": states(districts, language),
            "outage_href": reverse("board:outage", args=["{outage}"]).replace("%7B", "{").replace("%7D", "}"),
            "district_href": f"{reverse('board:districts')}?text={{code}}",
            "legend": [
                {"state": code, "tone": name, "glyph": glyph, "text": say(f"board.state.{name}", language)}
                for code, name, glyph in MAP_STATES
            ],
            "lit": say("board.state.lit", language),
            "customers": say("board.customers_of", language, count="{count}"),
        },
    }
