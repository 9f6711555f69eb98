"""Safety sensing on the board: the list of alarms, one alarm with its curve, thresholds with their source."""

from dataclasses import asdict
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wanjia.actions.network.safety_limits import WantedLimit, drop_safety_limit, set_safety_limit
from wanjia.kernels.balance.safety.following import QUANTITIES
from wanjia.model.actors import may
from wanjia.model.faults import Denied, Fault, NotFound, Refused, Where
from wanjia.queries.network.safety import (
    KINDS,
    LEVELS,
    STATUSES,
    AlarmFilters,
    AlarmLine,
    AlarmPage,
    safety_alarm,
    safety_alarms,
    safety_counts,
    safety_limits,
)
from wanjia.queries.network.safety_monitors import monitor_page
from wanjia.texts import say
from wanjia.web.csv_files import csv_response
from wanjia.web.forms import shown_faults
from wanjia.web.listing import day_of, export_url, filters_from, local
from wanjia.web.paging import page_of
from wanjia.web.saying import said, said_undoable
from wanjia.web.surfaces.board.access import board_page, part_choices, part_of

EXPORT_ROWS_MAX = 20_000
COLUMNS = (
    "number", "kind", "level", "status", "place", "address", "district", "organisation", "monitor", "started", "ended",
    "highest", "limit", "unit", "case",
)  # fmt: skip
FIGURES = ("pre_alarm", "alarm", "hysteresis", "hold_seconds", "clear_seconds")


@board_page
@require_GET
def alarms(request: HttpRequest) -> HttpResponse:
    """Alarms of any time, open ones first."""
    part, filters = part_of(request), filters_from(request, AlarmFilters)
    rows = safety_alarms(request.actor, part, filters, request.language)
    if request.GET.get("export") == "csv":
        header = [say(f"safety.column.{name}", request.language) for name in COLUMNS]
        cells = [_cells(row, request.language) for row in rows[:EXPORT_ROWS_MAX]]
        return csv_response("safety-alarms", header, cells)
    values = {
        **part_choices(request, part), "page": page_of(request, rows), "filters": filters, "levels": LEVELS,
        "kinds": KINDS, "statuses": STATUSES, "counts": safety_counts(request.actor, part),
        "filtered": any(asdict(filters).values()) or any(asdict(part).values()), "export_url": export_url(request),
    }  # fmt: skip
    return render(request, "surfaces/board/safety.html", values)


@board_page
@require_GET
def alarm(request: HttpRequest, number: str) -> HttpResponse:
    """One episode: what was measured, against which thresholds, and the case."""
    page = safety_alarm(number, request.actor, request.language)
    values = {"alarm": page, "line": page.line, "chart": _chart(page, request.language)}
    return render(request, "surfaces/board/safety_alarm.html", values)


@board_page
@require_http_methods(["GET", "POST"])
def limits(request: HttpRequest) -> HttpResponse:
    """Thresholds by day, with source: for everybody, or of the monitor in the address alone."""
    alone = (request.POST if request.method == "POST" else request.GET).get("monitor", "").strip()[:24]
    if alone:
        monitor_page(alone, request.actor, request.language)  # NotFound for whoever may not know of it
    may_set = may(request.actor, "network", "edit") if alone else may(request.actor, "practice", "install")
    faults: tuple[Fault, ...] = ()
    if request.method == "POST":
        if not may_set:
            raise Denied("network", "edit") if alone else Denied("practice", "install")
        try:
            row = set_safety_limit(_wanted(request, alone), request.actor, request.now)
        except (Denied, NotFound):
            raise
        except Refused as refused:
            faults = refused.faults
        else:
            undo = {"quantity": row.quantity, "starts_on": row.starts_on.isoformat(), "monitor": alone}
            quantity = say(f"safety.kind.{row.quantity}", request.language)
            said_undoable(request, "safety.limit_said", reverse("board:safety_limits_drop"), undo, quantity=quantity,
                          day=row.starts_on.isoformat())  # fmt: skip
            return _to_limits(alone)
    values = {
        "rows": safety_limits(request.today, alone), "may_set": may_set, "quantities": QUANTITIES, "figures": FIGURES,
        "sent": request.POST, "faults": shown_faults(faults, request.language), "alone": alone,
    }  # fmt: skip
    return render(request, "surfaces/board/safety_limits.html", values, status=422 if faults else 200)


@board_page
@require_POST
def limits_drop(request: HttpRequest) -> HttpResponse:
    """Take an edition of thresholds away."""
    sent, day = request.POST, day_of(request.POST.get("starts_on", ""))
    alone, quantity = sent.get("monitor", "").strip()[:24], sent.get("quantity", "")[:20]
    if day is None:
        raise NotFound("safety_limit", quantity)
    drop_safety_limit(quantity, day, alone, request.actor, request.now)
    said(request, "safety.limit_dropped", quantity=say(f"safety.kind.{quantity}", request.language), day=day)
    return _to_limits(alone)


def _to_limits(monitor: str) -> HttpResponse:
    address = reverse("board:safety_limits")
    return redirect(f"{address}?{urlencode({'monitor': monitor})}" if monitor else address)


def _wanted(request: HttpRequest, monitor: str) -> WantedLimit:
    """What the form says. Raises Refused with every field that is no figure or day."""
    sent, faults = request.POST, []
    figures: dict[str, float] = {}
    for name in FIGURES:
        try:
            figures[name] = float(sent.get(name, ""))
        except ValueError:
            faults.append(Fault("safety.number", Where(name), {"value": sent.get(name, "")[:40]}))
    try:
        day = date.fromisoformat(sent.get("starts_on", ""))
    except ValueError:
        day = date.min
        faults.append(Fault("safety.starts_on", Where("starts_on")))
    if faults:
        raise Refused(faults)
    hold, clear = (round(figures[name]) if abs(figures[name]) < 1e9 else -1 for name in FIGURES[3:])
    return WantedLimit(
        sent.get("quantity", ""), day, figures["pre_alarm"], figures["alarm"], figures["hysteresis"], hold, clear,
        sent.get("source", ""), monitor,
    )  # fmt: skip


def _chart(page: AlarmPage, language: str) -> dict[str, object] | None:
    """The measured quantity with both thresholds as lines of their own."""
    if not page.curve:
        return None
    name, unit = (say(f"safety.{what}.{page.line.kind}", language) for what in ("kind", "unit"))
    thresholds = [("pre_alarm", page.limit_pre, "due"), ("alarm", page.limit_alarm, "overdue")]
    return {
        "kind": "line", "title": name, "unit": unit,
        "description": say("safety.chart", language, quantity=name, highest=f"{page.line.highest or 0:g}", unit=unit),
        "categories": [f"{timezone.localtime(at):%m-%d %H:%M}" for at, _ in page.curve],
        "series": [
            {"name": name, "values": [value for _, value in page.curve], "tone": "brand"},
            *(
                {"name": say(f"safety.level.{level}", language), "values": [value] * len(page.curve), "tone": tone}
                for level, value, tone in thresholds
                if value is not None
            ),
        ],
    }  # fmt: skip


def _cells(row: AlarmLine, language: str) -> tuple[object, ...]:
    unit = say(f"safety.unit.{row.kind}", language) if row.kind in QUANTITIES else ""
    figures = ("" if row.highest is None else f"{row.highest:g}", "" if row.limit is None else f"{row.limit:g}")
    return (
        row.number, say(f"safety.kind.{row.kind}", language), say(f"safety.level.{row.level}", language),
        say(f"safety.status.{row.status}", language), row.place, row.address, row.district, row.organisation,
        row.monitor, local(row.starts_at), local(row.ends_at), *figures, unit, row.case,
    )  # fmt: skip
