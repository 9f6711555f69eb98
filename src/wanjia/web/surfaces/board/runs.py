"""Computations of days: what is under way with its progress, what was done, which days wait; start and again."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from wanjia.actions.network.ask_computation import ask_computation
from wanjia.model.actors import may
from wanjia.model.faults import Denied, Fault, NotFound, Refused, Where
from wanjia.queries.network.series_runs import DayLine, RunLine, days, runs
from wanjia.queries.network.version import Version
from wanjia.texts import fault_sentence
from wanjia.web.forms import shown_faults
from wanjia.web.listing import day_of
from wanjia.web.saying import said
from wanjia.web.surfaces.board.access import board_page
from wanjia.web.surfaces.board.home import changed_parts, live_data, unchanged

POLL_SECONDS = 1
"""A bar that moves every second is seen to move."""
DAYS_SHOWN = 31
PARTS = ("now", "past", "days")
OPEN = ("waiting", "running")
COUNTS = ("readings", "districts", "changed_districts")
"""What is told of a computation that is over."""


@never_cache
@board_page
@require_GET
def computations(request: HttpRequest) -> HttpResponse:
    """The page; renews itself while it is open."""
    return _show(request)


@never_cache
@board_page
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """204 while nothing changed; else the parts that did."""
    found, lines = _rows(request)
    known = _version(request, found, lines)
    if known.mark == request.GET.get("since", ""):
        return unchanged(known)
    values = _values(request, found, lines)
    return JsonResponse(changed_parts(request, known, PARTS, lambda name: f"surfaces/board/runs/{name}.html", values))


@board_page
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Ask for a day to be computed, for the first time or again."""
    day = day_of(request.POST.get("day", ""))
    if day is None:
        given = request.POST.get("day", "")[:40]
        return _show(request, (Fault("losses.no_day", Where(column="day"), {"text": given}),))
    try:
        ask_computation(day, request.actor, request.now)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _show(request, tuple(refused.faults))
    said(request, "losses.done.run", day=day.isoformat())
    return redirect("board:runs")


def _show(request: HttpRequest, faults: tuple[Fault, ...] = ()) -> HttpResponse:
    found, lines = _rows(request)
    known = _version(request, found, lines)
    values = {
        **_values(request, found, lines), "faults": shown_faults(faults, request.language),
        "wanted": request.POST.get("day", "") or _next_day(found, lines, request.today).isoformat(),
        "live": live_data(request, f"{reverse('board:runs_live')}?", known, POLL_SECONDS, stale=False),
    }  # fmt: skip
    return render(request, "surfaces/board/runs.html", values, status=422 if faults else 200)


def _rows(request: HttpRequest) -> tuple[tuple[RunLine, ...], tuple[DayLine, ...]]:
    first = request.today - timedelta(days=DAYS_SHOWN - 1)
    return runs(request.actor, request.now), days(request.actor, first, request.today)


def _values(request: HttpRequest, found: tuple[RunLine, ...], lines: tuple[DayLine, ...]) -> dict[str, object]:
    language = request.language
    return {
        "open": [one for one in found if one.state in OPEN],
        "past": [
            (one, [fault_sentence(fault, language) for fault in one.faults], [one.outcome.get(name) for name in COUNTS])
            for one in found
            if one.state not in OPEN
        ],
        "days": lines, "may_run": may(request.actor, "measurement", "import"),
        "waiting_days": {one.day for one in found if one.state in OPEN},
    }  # fmt: skip


def _version(request: HttpRequest, found: tuple[RunLine, ...], lines: tuple[DayLine, ...]) -> Version:
    open_now = any(one.state in OPEN for one in found)
    beat = int(request.now.timestamp()) // (POLL_SECONDS if open_now else 60)
    state = "-".join(f"{one.id}{one.state[0]}{one.done}" for one in found[:5])
    return Version(f"{state}.{sum(one.arrivals for one in lines)}.{beat}", None)


def _next_day(found: tuple[RunLine, ...], lines: tuple[DayLine, ...], today: date) -> date:
    """The oldest day that has readings and no result, or later readings, and nobody asked for; else yesterday."""
    asked = {one.day for one in found if one.state in OPEN}
    waiting = [one.day for one in lines if (one.stale or one.computed_at is None) and one.day not in asked]
    return min(waiting, default=today - timedelta(days=1))
