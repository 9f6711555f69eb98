"""Lists: outages of any time, and all districts; search, pages, export."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wanjia.kernels.sensing.nouns import LEVELS
from wanjia.queries.network.board import OutageLine
from wanjia.queries.network.district_list import STATES, district_list
from wanjia.queries.network.past_outages import STATUSES, OutageFilters, past_outages
from wanjia.texts import say
from wanjia.web.csv_files import csv_response
from wanjia.web.listing import export_url, filters_from, local
from wanjia.web.paging import page_of
from wanjia.web.surfaces.board.access import board_page, part_choices, part_of
from wanjia.web.surfaces.board.words import cause_words, causes

EXPORT_ROWS_MAX = 20_000
OUTAGE_COLUMNS = (
    "number", "status", "level", "device", "place", "organisation", "started", "ended", "districts", "customers",
    "cause", "kind",
)  # fmt: skip
DISTRICT_COLUMNS = ("district", "name", "organisation", "feeder", "customers", "state", "outage", "heard", "meters",
                    "meters_heard")  # fmt: skip


@board_page
@require_GET
def outages(request: HttpRequest) -> HttpResponse:
    """Outages of any time."""
    part, filters = part_of(request), filters_from(request, OutageFilters)
    rows = past_outages(request.actor, part, filters, request.now, request.language)
    if request.GET.get("export") == "csv":
        header = [say(f"board.column.{name}", request.language) for name in OUTAGE_COLUMNS]
        return csv_response("outages", header, [_cells(row, request.language) for row in rows[:EXPORT_ROWS_MAX]])
    values = {
        **part_choices(request, part), "page": page_of(request, rows), "filters": filters,
        "filtered": any(asdict(filters).values()) or any(asdict(part).values()), "statuses": STATUSES,
        "levels": LEVELS, "causes": causes(request.language), "export_url": export_url(request),
    }  # fmt: skip
    return render(request, "surfaces/board/outages.html", values)


@board_page
@require_GET
def districts(request: HttpRequest) -> HttpResponse:
    """The map as a list."""
    part = part_of(request)
    state = request.GET.get("state", "") if request.GET.get("state") in STATES else ""
    text = request.GET.get("text", "").strip()[:80]
    rows = district_list(request.actor, part, state, text, request.language)
    if request.GET.get("export") == "csv":
        header = [say(f"board.column.{name}", request.language) for name in DISTRICT_COLUMNS]
        cells = [
            (row.code, row.name, row.organisation, row.feeder, row.customers,
             say(f"board.state.{row.state}", request.language), row.outage, local(row.heard_at), row.meters,
             row.meters_heard)
            for row in rows[:EXPORT_ROWS_MAX]
        ]  # fmt: skip
        return csv_response("districts", header, cells)
    values = {
        **part_choices(request, part), "page": page_of(request, rows), "state": state, "states": STATES, "text": text,
        "export_url": export_url(request),
    }  # fmt: skip
    return render(request, "surfaces/board/districts.html", values)


def _cells(row: OutageLine, language: str) -> tuple[object, ...]:
    return (
        row.number, say(f"board.status.{row.status}", language), say(f"board.level.{row.level}", language),
        row.device_id, row.place, row.organisation, local(row.starts_at), local(row.ends_at), row.districts,
        row.customers, cause_words(row.cause, language),
        say("board.kind.planned" if row.planned else "board.kind.sudden", language),
    )  # fmt: skip
