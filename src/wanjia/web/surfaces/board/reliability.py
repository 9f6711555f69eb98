"""Reliability of a period: indices, breakdowns, faults year on year; every figure opens to its interruptions."""

from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from wanjia.model.actors import may
from wanjia.model.faults import Denied
from wanjia.queries.network.interruptions import USERS
from wanjia.queries.network.reliability import (
    GROUPS,
    KINDS,
    Asked,
    GroupLine,
    Reliability,
    YearLine,
    group_names,
    reliability,
    rows,
)
from wanjia.texts import say
from wanjia.web.csv_files import csv_response
from wanjia.web.listing import day_of, export_url, local
from wanjia.web.paging import page_of
from wanjia.web.surfaces.board.access import board_page, part_choices, part_of
from wanjia.web.surfaces.board.words import cause_words, causes

PERIOD_DAYS = 90
EXPORT_ROWS_MAX = 50_000
GROUPS_CHARTED_MAX = 24
PLACES_SHOWN_MAX = 12
"""Places of the comparison with earlier years that stand open; the others are unfolded."""
KEPT = ("organisation", "cell", "feeder", "from", "to", "users", "kind", "cause", "group", "without")
COLUMNS = ("group", "interruptions", "saifi", "saidi", "caidi", "asai", "user_hours")
ROW_COLUMNS = ("number", "district", "started", "ended", "minutes", "users", "user_minutes", "cause", "kind")


@board_page
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """The indices of a period."""
    part, asked = part_of(request), _asked(request)
    found = reliability(request.actor, part, asked, request.now, request.language)
    names = _names(found, asked, request.language)
    if request.GET.get("export") == "csv":
        header = [say(f"board.column.{name}", request.language) for name in COLUMNS]
        return csv_response("reliability", header, [_cells(line, names[line.key]) for line in found.groups])
    folded = len(found.by_place) > PLACES_SHOWN_MAX
    values = {
        **part_choices(request, part), "asked": asked, "found": found, "query": _query(request),
        "groups": page_of(request, [(names[line.key], line) for line in found.groups]),
        "users_choices": USERS, "kinds": KINDS,
        "group_choices": GROUPS, "causes": causes(request.language), "export_url": export_url(request),
        "chart": _chart(found, asked, request.language),
        "by_cause": [
            (cause_words(line.key, request.language), line, _year_cells(request, found, asked, "cause", line))
            for line in found.by_cause
        ],
        "by_place": [
            (line.name, line, _year_cells(request, found, asked, found.place, line)) for line in found.by_place
        ],
        "places_shown": f":{PLACES_SHOWN_MAX}", "places_rest": f"{PLACES_SHOWN_MAX}:", "places_folded": folded,
        "norm": NORMS,
    }  # fmt: skip
    return render(request, "surfaces/board/reliability.html", values)


@board_page
@require_GET
def interruptions(request: HttpRequest) -> HttpResponse:
    """The interruptions behind one figure."""
    part, asked = part_of(request), _asked(request)
    key, short = request.GET.get("key", "")[:64], request.GET.get("short") == "1"
    found = rows(request.actor, part, asked, key, short, request.now)
    language = request.language
    if request.GET.get("export") == "csv":
        header = [say(f"board.column.{name}", language) for name in ROW_COLUMNS]
        cells = [
            (row.number, row.district, local(row.starts_at), local(row.ends_at), f"{row.minutes:.1f}", row.users,
             f"{row.user_minutes:.1f}", cause_words(row.cause, language),
             say("board.kind.planned" if row.planned else "board.kind.sudden", language))
            for row in found[:EXPORT_ROWS_MAX]
        ]  # fmt: skip
        return csv_response("interruptions", header, cells)
    name = cause_words(key, language) if asked.group == "cause" else group_names(asked.group, [key], language).get(key)
    values = {
        "asked": asked, "key": key, "name": name or key, "page": page_of(request, found), "query": _query(request),
        "users": sum(row.users for row in found), "user_minutes": sum(row.user_minutes for row in found),
        "rows": len(found), "export_url": export_url(request), "short": short,
    }  # fmt: skip
    return render(request, "surfaces/board/interruptions.html", values)


NORMS = {"urban": 99.9, "rural": 99.8}
"""Promised reliability in percent, by area (service promises, current edition)."""


def _asked(request: HttpRequest) -> Asked:
    if not may(request.actor, "report", "see"):
        raise Denied("report", "see")
    last = min(day_of(request.GET.get("to", "")) or request.today, request.today)
    first = min(day_of(request.GET.get("from", "")) or last - timedelta(days=PERIOD_DAYS - 1), last)
    return Asked(
        max(first, date(2000, 1, 1)), last, _one(request, "users", USERS), _one(request, "kind", KINDS),
        request.GET.get("cause", "")[:32], _one(request, "group", GROUPS), request.GET.get("without") == "1",
    )  # fmt: skip


def _one(request: HttpRequest, name: str, choices: tuple[str, ...]) -> str:
    wanted = request.GET.get(name, "")
    return wanted if wanted in choices else choices[0]


def _query(request: HttpRequest) -> str:
    query = request.GET.copy()
    for name in list(query):
        if name not in KEPT or not query[name]:
            del query[name]
    return query.urlencode()


def _year_cells(
    request: HttpRequest, found: Reliability, asked: Asked, group: str, line: YearLine
) -> list[tuple[int, str]]:
    """(faults, address of their rows) of every year."""
    part = part_of(request)
    kept = {"organisation": part.organisation, "cell": part.cell, "feeder": part.feeder, "users": asked.users}
    cells = []
    for year, count in zip(found.years, line.faults, strict=True):
        until = min(date(year, asked.last.month, min(asked.last.day, 28 if asked.last.month == 2 else 31)), asked.last)
        period = {"from": f"{year}-01-01", "to": until.isoformat(), "kind": "fault", "group": group, "key": line.key}
        query = urlencode({name: value for name, value in {**kept, **period}.items() if value})
        cells.append((count, f"{reverse('board:interruptions')}?{query}"))
    return cells


def _names(found: Reliability, asked: Asked, language: str) -> dict[str, str]:
    if asked.group == "cause":
        return {line.key: cause_words(line.key, language) for line in found.groups}
    return {line.key: line.name for line in found.groups}


def _chart(found: Reliability, asked: Asked, language: str) -> dict[str, object]:
    """SAIDI by month, faults and planned work of the kind that was asked for."""
    values = [round(line.found.saidi_minutes or 0, 2) for line in found.months[-GROUPS_CHARTED_MAX:]]
    return {
        "kind": "bar", "title": say("board.reliability.by_month", language),
        "unit": say("board.unit.minutes", language),
        "categories": [line.key for line in found.months[-GROUPS_CHARTED_MAX:]],
        "series": [{"name": f"SAIDI ({say(f'board.users.{asked.users}', language)})", "values": values}],
    }  # fmt: skip


def _cells(line: GroupLine, name: str) -> tuple[object, ...]:
    one = line.found
    return (
        name, one.interruptions, _figure(one.saifi, 4), _figure(one.saidi_minutes, 2), _figure(one.caidi_minutes, 1),
        _figure(one.asai, 6), f"{one.user_minutes / 60:.1f}",
    )  # fmt: skip


def _figure(value: float | None, decimals: int) -> str:
    return "" if value is None else f"{value:.{decimals}f}"
