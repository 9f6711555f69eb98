"""Plans of works by month: those under way with their progress, those made, and asking for one."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from wanjia.actions.network.ask_month_plan import ask_month_plan
from wanjia.model.actors import may
from wanjia.model.faults import Denied, Fault, NotFound, Refused, Where
from wanjia.queries.cases.organisations import organisation_choices
from wanjia.queries.cases.rows import Rows
from wanjia.queries.network.month_plan import plans as plan_lines
from wanjia.queries.network.plan_shapes import PlanLine
from wanjia.queries.network.version import Version
from wanjia.texts import say
from wanjia.web.csv_files import csv_response
from wanjia.web.forms import shown_faults
from wanjia.web.listing import day_of, export_url, local
from wanjia.web.paging import page_of
from wanjia.web.saying import said
from wanjia.web.surfaces.board.access import board_page
from wanjia.web.surfaces.board.home import changed_parts, live_data, unchanged
from wanjia.web.surfaces.board.plan_progress import mark_of
from wanjia.web.templatetags.loss_words import month_of

POLL_SECONDS = 1
"""A bar that moves every second is seen to move."""
EXPORT_ROWS_MAX = 20_000
SECONDS_OFFERED = 60
"""What the form is filled with: enough for a month of 300 works."""
STATES = ("draft", "computing", "proposed", "adopting", "adopted", "superseded", "dropped", "failed")
OPEN = ("draft", "computing", "adopting")
PARTS = ("now", "past")
COLUMNS = (
    "number", "month", "organisation", "version", "state", "works", "outages", "district_hours", "household_hours",
    "naive", "saved", "gap", "seconds", "seed", "asked_by", "asked_at", "adopted",
)  # fmt: skip


@dataclass(frozen=True)
class PlanFilters:
    """From the address."""

    month: date | None = None
    organisation: str = ""
    state: str = ""


@never_cache
@board_page
@require_GET
def plans(request: HttpRequest) -> HttpResponse:
    """The page; renews itself while it is open."""
    if request.GET.get("export") == "csv":
        _may_export(request)
        header = [say(f"plans.column.{name}", request.language) for name in COLUMNS]
        found = list(_past(request, _filters(request)))[:EXPORT_ROWS_MAX]
        return csv_response("plans-of-works", header, [_cells(one, request.language) for one in found])
    return _show(request)


@never_cache
@board_page
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """204 while nothing changed; else the parts that did."""
    known = _version(request)
    if known.mark == request.GET.get("since", ""):
        return unchanged(known)
    values = _values(request)
    return JsonResponse(changed_parts(request, known, PARTS, lambda name: f"surfaces/board/plans/{name}.html", values))


@board_page
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the plan of a month."""
    sent = {name: request.POST.get(name, "").strip()[:40] for name in ("month", "organisation", "seconds", "seed")}
    month, faults = month_in(sent["month"]), []
    if month is None:
        faults.append(Fault("plan.month", Where(column="month")))
    numbers = {name: number_in(sent[name]) for name in ("seconds", "seed")}
    faults += [Fault("plans.no_number", Where(column=name), {"text": sent[name]})
               for name, value in numbers.items() if value is None]  # fmt: skip
    if faults or month is None:
        return _show(request, tuple(faults), sent)
    try:
        seconds, seed = float(numbers["seconds"] or 0), int(numbers["seed"] or 0)
        row = ask_month_plan(month, sent["organisation"], request.actor, request.now, seconds, seed)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _show(request, tuple(refused.faults), sent)
    said(request, "plans.asked", plan=row.number, month=month_of(month, request.language))
    return redirect("board:plans")


def month_in(text: str) -> date | None:
    """The first day of a month written YYYY-MM; None for what is none."""
    return day_of(f"{text[:7]}-01")


def number_in(text: str) -> float | None:
    """A number; None for what is none."""
    try:
        return float(text)
    except ValueError:
        return None


def next_month(today: date) -> date:
    """What is planned next: the month after this one."""
    return (today.replace(day=1) + timedelta(days=31)).replace(day=1)


def _show(request: HttpRequest, faults: tuple[Fault, ...] = (), sent: dict[str, str] | None = None) -> HttpResponse:
    filters = _filters(request)
    offered = {"month": f"{next_month(request.today):%Y-%m}", "seconds": str(SECONDS_OFFERED), "seed": "1"}
    values = {
        **_values(request), "faults": shown_faults(faults, request.language), "wanted": sent or offered,
        "filters": filters, "filtered": any(asdict(filters).values()), "states": STATES,
        "organisations": organisation_choices(request.actor, request.language),
        "live": live_data(request, f"{reverse('board:plans_live')}?{_query(request)}&", _version(request), POLL_SECONDS,
                          stale=False),
        "export_url": export_url(request) if may(request.actor, "work", "export") else "",
    }  # fmt: skip
    return render(request, "surfaces/board/plans/list.html", values, status=422 if faults else 200)


def _values(request: HttpRequest) -> dict[str, object]:
    return {
        "open": _open(request),
        "page": page_of(request, _past(request, _filters(request)), at=reverse("board:plans")),
        "filtered": any(asdict(_filters(request)).values()), "may_plan": may(request.actor, "work", "plan"),
    }  # fmt: skip


def _open(request: HttpRequest) -> list[PlanLine]:
    return [
        one for state in OPEN for one in plan_lines(request.actor, request.now, request.language, state=state)
    ]  # fmt: skip


def _past(request: HttpRequest, filters: PlanFilters) -> Rows[PlanLine]:
    return plan_lines(
        request.actor, request.now, request.language, filters.month, filters.organisation, filters.state
    )  # fmt: skip


def _filters(request: HttpRequest) -> PlanFilters:
    state = request.GET.get("state", "")
    return PlanFilters(
        month_in(request.GET.get("month", "")), request.GET.get("organisation", "").strip()[:64],
        state if state in STATES else "",
    )  # fmt: skip


def _query(request: HttpRequest) -> str:
    query = request.GET.copy()
    for name in ("export", "since"):
        query.pop(name, None)
    return query.urlencode()


def _version(request: HttpRequest) -> Version:
    """Of just what is shown: a plan that waits stays as it is, one under way changes with its figures and its clock."""
    page = page_of(request, _past(request, _filters(request))).rows
    return Version(mark_of([*_open(request), *page]), None)


def _may_export(request: HttpRequest) -> None:
    if not may(request.actor, "work", "export"):
        raise Denied("work", "export")


def _cells(one: PlanLine, language: str) -> tuple[object, ...]:
    return (
        one.number, f"{one.month:%Y-%m}", one.organisation_name, one.version, say(f"plans.state.{one.state}", language),
        one.works, one.outages, _round(one.district_hours), _round(one.household_hours), _round(one.naive_hours),
        _share(one.saved_share), _share(one.gap), one.seconds, one.seed, one.asked_by, local(one.asked_at),
        local(one.adopted_at),
    )  # fmt: skip


def _round(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.2f}%"
