"""The page of one transformer district on one day, and what may be done from it."""

from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from wanjia.actions.network.open_district_case import open_district_case
from wanjia.actions.network.reveal_meter_curve import MeterCurve, reveal_meter_curve
from wanjia.model.faults import Denied, Fault, NotFound, Refused
from wanjia.queries.network.band_limits import band_limits
from wanjia.queries.network.district_page import DistrictPage, district_page
from wanjia.queries.network.losses import BANDS, OFF_BANDS
from wanjia.texts import say
from wanjia.web.csv_files import csv_response
from wanjia.web.forms import shown_faults
from wanjia.web.listing import day_of
from wanjia.web.surfaces.board.access import board_page
from wanjia.web.surfaces.board.district_calendar import calendar
from wanjia.web.surfaces.board.losses import export_of, exported
from wanjia.web.surfaces.board.losses_charts import (
    FAR_PERCENT,
    day_chart,
    far_days,
    gap_times,
    hours,
    load_chart,
    load_peak,
    meter_chart,
    meter_rows,
    year_chart,
)

NOTE_MAX = 500
NEIGHBOURS_SHOWN = 8
"""Nearest ones that stand open; the others are unfolded."""
HOUR_COLUMNS = ("time", "supplied", "generated", "used", "lost")
DAY_COLUMNS = ("day", "band", "rate", "loss", "in", "coverage")


@dataclass(frozen=True)
class Trouble:
    """What was wrong with a form of the page, and what had been sent."""

    deed: str = ""
    faults: tuple[Fault, ...] = ()
    values: dict[str, str] = field(default_factory=dict)


@board_page
@require_GET
def district(request: HttpRequest, code: str) -> HttpResponse:
    """Curve, year, coverage, findings, load, events, works, owner, neighbours, cases, changes."""
    return _show(request, code, day_of(request.GET.get("day", "")))


@board_page
@require_POST
def open_case(request: HttpRequest, code: str) -> HttpResponse:
    """A case about the district's balance; whoever came from a list goes back to it."""
    day, note = day_of(request.POST.get("day", "")), request.POST.get("note", "").strip()[:NOTE_MAX]
    page = district_page(code, day, request.actor, request.now, request.language)
    try:
        number = open_district_case(code, page.day, note, request.actor, request.now)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _show(request, code, day, Trouble("case", tuple(refused.faults), {"note": note}))
    link = format_html('<a href="{}">{}</a>', reverse("desk:case", args=[number]), number)
    note = format_html(say("losses.done.case", request.language), number=link, name=page.name)
    messages.add_message(request, messages.SUCCESS, note, extra_tags="done")
    return redirect(_back(request, code, page.day))


@never_cache
@board_page
@require_POST
def meter(request: HttpRequest, code: str) -> HttpResponse:
    """The readings of one meter on the day, once, for a reason that is kept."""
    day, reason = day_of(request.POST.get("day", "")), request.POST.get("reason", "").strip()[:NOTE_MAX]
    at = request.POST.get("finding", "")[:8]
    page = district_page(code, day, request.actor, request.now, request.language)
    try:
        curve = _of_finding(request, page, at, reason)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _show(request, code, day, Trouble("meter", tuple(refused.faults), {"reason": reason, "finding": at}))
    rows = meter_rows(curve, page.day, settings.TIME_ZONE)
    values = {
        "found": page, "curve": curve, "rows": rows, "chart": meter_chart(rows, request.language),
        "total": sum(row.kwh for row in rows if row.kwh is not None),
        "missing": sum(row.kwh is None for row in rows), "estimated": sum(row.is_estimated for row in rows),
    }  # fmt: skip
    return render(request, "surfaces/board/district_meter.html", values)


def _of_finding(request: HttpRequest, page: DistrictPage, at: str, reason: str) -> MeterCurve:
    """The page names a finding by its place, so that the number of its meter stands nowhere before it is asked for."""
    if not at.isdigit() or int(at) >= len(page.findings):
        raise NotFound("finding", at)
    key = page.findings[int(at)].key
    return reveal_meter_curve(key, page.day, page.day, reason, request.actor, request.now)


def _show(request: HttpRequest, code: str, day: date | None, trouble: Trouble | None = None) -> HttpResponse:
    trouble = trouble or Trouble()
    page = district_page(code, day, request.actor, request.now, request.language)
    if exported(request):
        return _export(request, page, request.GET["export"])
    language, line = request.language, page.line
    open_now = next((one for one in page.cases if one.status == "running"), None)
    is_off = line is not None and line.band in OFF_BANDS
    values = {
        "found": page, "line": line, "trouble": trouble, "faults": shown_faults(trouble.faults, language),
        **_of_curve(page, language), "bands": BANDS, "calendar": calendar(page.year, page.day),
        "year": page.year and year_chart(page.year, band_limits(page.day, request.actor), language),
        "far_days": far_days(page.year), "far_percent": FAR_PERCENT,
        "neighbours": page.neighbours[:NEIGHBOURS_SHOWN], "others": page.neighbours[NEIGHBOURS_SHOWN:],
        "open_case": open_now, "may_open": page.may_open_case and is_off and open_now is None,
        "export_url": export_of(request), "here": reverse("board:district", args=[code]),
    }  # fmt: skip
    return render(request, "surfaces/board/district.html", values, status=422 if trouble.faults else 200)


def _of_curve(page: DistrictPage, language: str) -> dict[str, object]:
    """Charts and tables of the day; nothing where it was not computed."""
    if page.curve is None:
        return {}
    chart = day_chart(page.curve, language)
    return {
        "curve": chart, "gaps": gap_times(chart), "hours": hours(page.curve),
        "load": load_chart(page.curve, page.capacity_kva, language) if page.capacity_kva else None,
        "load_peak": load_peak(page.curve, page.capacity_kva),
    }  # fmt: skip


def _export(request: HttpRequest, page: DistrictPage, what: str) -> HttpResponse:
    """`?export=day`: the day by the hour; anything else: every day of the year."""
    columns = HOUR_COLUMNS if what == "day" else DAY_COLUMNS
    header = [say(f"losses.column.{name}", request.language) for name in columns]
    if what == "day":
        rows = hours(page.curve) if page.curve else []
        cells = [(row.time, *(_kwh(one) for one in (row.supplied, row.generated, row.used, row.lost))) for row in rows]
        return csv_response(f"{page.code}-{page.day}", header, cells)
    lines = [
        (one.day.isoformat(), say(f"measurements.band.{one.band}", request.language), _share(one.loss_rate),
         _kwh(one.loss_kwh), _kwh(one.energy_in_kwh), _share(one.coverage))
        for one in page.year
    ]  # fmt: skip
    return csv_response(f"{page.code}-year", header, lines)


def _back(request: HttpRequest, code: str, day: date) -> str:
    """Where the case was asked for, when that is a page of the board."""
    wanted = request.POST.get("back", "")
    if wanted.startswith("/board/") and "\\" not in wanted:
        return wanted
    return f"{reverse('board:district', args=[code])}?day={day.isoformat()}"


def _kwh(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.2f}"
