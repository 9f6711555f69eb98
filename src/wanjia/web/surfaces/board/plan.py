"""One plan of works: figures and chart, its list of works, its calendar, a day on the map, one work."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from wanjia.model.actors import may
from wanjia.model.faults import Denied, NotFound
from wanjia.model.works import MODES
from wanjia.queries.network.plan_page import plan_page
from wanjia.queries.network.plan_shapes import GanttRow, Item, PlanDay, PlanPage
from wanjia.queries.network.plan_wording import worded_faults
from wanjia.queries.network.version import Version
from wanjia.texts import say
from wanjia.web.csv_files import csv_response
from wanjia.web.listing import day_of, export_url, filters_from, local
from wanjia.web.paging import page_of
from wanjia.web.surfaces.board.access import board_page
from wanjia.web.surfaces.board.home import changed_parts, live_data, unchanged
from wanjia.web.surfaces.board.plan_gantt import gantt
from wanjia.web.surfaces.board.plan_map import day_map_data
from wanjia.web.surfaces.board.plan_progress import mark_of
from wanjia.web.templatetags.plan_words import reason_sentence

EXPORT_ROWS_MAX = 20_000
WORKS_ON_PAGE = 100
"""A county's month on one page, so that it is printed whole."""
POLL_SECONDS = 1
WORK_COLUMNS = (
    "request", "title", "kind", "mode", "begin", "end", "feeder", "device", "crews", "districts", "households",
    "district_hours", "notice", "earliest", "latest", "reason",
)  # fmt: skip


@dataclass(frozen=True)
class WorkFilters:
    """From the address. `text`: work, number, device, district or feeder; `dark`: yes, no."""

    text: str = ""
    mode: str = ""
    feeder: str = ""
    crew: str = ""
    dark: str = ""
    day: date | None = None


@dataclass(frozen=True)
class DayCell:
    """A day of the calendar; None beyond the plan. `counts` are its works by mode."""

    day: date
    found: PlanDay | None
    counts: tuple[tuple[str, int], ...] = ()


@never_cache
@board_page
@require_GET
def plan(request: HttpRequest, number: str) -> HttpResponse:
    """Figures and chart; while it is made, how far that is; when nothing fits, why."""
    found = shown(request, number)
    if found.line.state in ("draft", "computing"):
        return _under_way(request, found)
    if found.line.state == "failed":
        faults = worded_faults(found.line.faults, request.language)
        return render(request, "surfaces/board/plans/conflicts.html", {**around(found, "plan"), "faults": faults})
    values = {
        **around(found, "plan"), "chart": gantt(found, request.now, request.language), "days": _by_day(found),
        "can_move": found.may_plan and found.line.state == "proposed",
    }  # fmt: skip
    return render(request, "surfaces/board/plans/plan.html", values)


@never_cache
@board_page
@require_GET
def live(request: HttpRequest, number: str) -> HttpResponse:
    """204 while nothing changed; else how far the plan is. When it is made, the page is told to come again."""
    found = shown(request, number)
    known = Version(mark_of([found.line]), None)
    if known.mark == request.GET.get("since", ""):
        return unchanged(known)
    parts = changed_parts(
        request, known, ("now",), lambda name: "surfaces/board/plans/now_one.html", around(found, "plan")
    )
    return JsonResponse(parts)


@board_page
@require_GET
def works(request: HttpRequest, number: str) -> HttpResponse:
    """Every work with why it stands where it stands."""
    found, filters = shown(request, number), filters_from(request, WorkFilters)
    rows = [item for item in found.items if _fits(item, filters)]
    if request.GET.get("export") == "csv":
        if not may(request.actor, "work", "export"):
            raise Denied("work", "export")
        header = [say(f"plans.column.{name}", request.language) for name in WORK_COLUMNS]
        cells = [_cells(item, request.language) for item in rows[:EXPORT_ROWS_MAX]]
        return csv_response(f"{number}-works", header, cells)
    values = {
        **around(found, "works"), "page": page_of(request, rows, WORKS_ON_PAGE), "filters": filters, "modes": MODES,
        "filtered": any(asdict(filters).values()), "crews": named(found.by_crew), "feeders": named(found.by_feeder),
        "export_url": export_url(request) if may(request.actor, "work", "export") else "",
    }  # fmt: skip
    return render(request, "surfaces/board/plans/works.html", values)


@board_page
@require_GET
def calendar(request: HttpRequest, number: str) -> HttpResponse:
    """The plan's days in weeks."""
    found = shown(request, number)
    return render(request, "surfaces/board/plans/calendar.html", {**around(found, "calendar"), "weeks": weeks(found)})


@board_page
@require_GET
def day(request: HttpRequest, number: str) -> HttpResponse:
    """One day: works, districts dark and bases on the map, the same as lists."""
    found = shown(request, number)
    days = {one.day: one for one in found.days}
    wanted = day_of(request.GET.get("day", ""))
    chosen = wanted if wanted in days else _first_day(found, request.today)
    values: dict[str, Any] = {**around(found, "day"), "day": chosen, "keep": ()}
    if chosen is None:
        return render(request, "surfaces/board/plans/day.html", values)
    values |= {
        "first": found.days[0].day, "last": found.days[-1].day, "shown": days[chosen],
        "items": [item for item in found.items if item.id in days[chosen].items],
        "windows": [one for one in found.windows if one.number in days[chosen].windows],
        **day_map_data(number, chosen, request.actor, request.language),
    }  # fmt: skip
    return render(request, "surfaces/board/plans/day.html", values)


@board_page
@require_GET
def item(request: HttpRequest, number: str, item: int) -> HttpResponse:
    """One work of the plan: when and why, the other ways to do it, and moving it without a mouse."""
    found = shown(request, number)
    return render(request, "surfaces/board/plans/item.html", item_values(request, found, item))


def item_values(request: HttpRequest, found: PlanPage, item: int) -> dict[str, Any]:
    """What the page of a work shows. Raises NotFound."""
    row = next((one for one in found.items if one.id == item), None)
    if row is None:
        raise NotFound("planned_item", str(item))
    shares = [one for one in found.items if one.request in row.shares_with]
    return {
        **around(found, "works"), "item": row, "shares": shares, "wanted": row.starts_at, "wanted_mode": row.mode,
        "may_move": found.may_plan and found.line.state == "proposed" and not row.locked,
        "may_lock": found.may_plan and found.line.state == "proposed",
        "moves": [one for one in found.moves if one.item == item],
    }  # fmt: skip


def shown(request: HttpRequest, number: str) -> PlanPage:
    """The plan of the address. Raises NotFound, Denied."""
    return plan_page(number, request.actor, request.now, request.language)


def around(found: PlanPage, here: str) -> dict[str, Any]:
    """What every page of a plan shows."""
    return {"found": found, "line": found.line, "figures": found.figures, "here": here}


def named(rows: tuple[GanttRow, ...]) -> list[tuple[str, str]]:
    """(key, name) of the chart's rows, to choose from."""
    return [(row.key, row.label) for row in rows]


def weeks(found: PlanPage) -> list[list[DayCell]]:
    """Weeks from Monday to Sunday that hold the plan's days."""
    if not found.days:
        return []
    days = {one.day: one for one in found.days}
    modes = {one.id: one.mode_kind for one in found.items}
    begin = found.days[0].day - timedelta(days=found.days[0].day.weekday())
    count = ((found.days[-1].day - begin).days // 7 + 1) * 7
    cells = [_cell(begin + timedelta(days=at), days, modes) for at in range(count)]
    return [cells[at : at + 7] for at in range(0, count, 7)]


def _cell(day: date, days: dict[date, PlanDay], modes: dict[int, str]) -> DayCell:
    found = days.get(day)
    kinds = [modes[one] for one in found.items if one in modes] if found else []
    return DayCell(day, found, tuple((kind, kinds.count(kind)) for kind in MODES if kind in kinds))


def _under_way(request: HttpRequest, found: PlanPage) -> HttpResponse:
    address = f"{reverse('board:plan_live', args=[found.line.number])}?"
    values = {
        **around(found, "plan"),
        "live": live_data(request, address, Version(mark_of([found.line]), None), POLL_SECONDS, stale=False),
    }  # fmt: skip
    return render(request, "surfaces/board/plans/under_way.html", values)


def _by_day(found: PlanPage) -> list[tuple[PlanDay, list[Item]]]:
    """Days that have works, for the list that stands in the chart's place."""
    items = {one.id: one for one in found.items}
    return [(one, [items[at] for at in one.items if at in items]) for one in found.days if one.items]


def _first_day(found: PlanPage, today: date) -> date | None:
    """Today when the plan holds it, else its first day with works, else its first."""
    days = [one.day for one in found.days]
    if today in days:
        return today
    return next((one.day for one in found.days if one.items), days[0] if days else None)


def _fits(item: Item, filters: WorkFilters) -> bool:
    text = filters.text.lower()
    words = (
        item.request,
        item.title,
        item.device_id,
        item.feeder,
        item.feeder_name,
        item.planned_work,
        *item.districts,
    )
    return (
        (not text or any(text in one.lower() for one in words))
        and (not filters.mode or item.mode_kind == filters.mode)
        and (not filters.feeder or item.feeder == filters.feeder)
        and (not filters.crew or filters.crew in item.crews)
        and (not filters.dark or bool(item.districts) == (filters.dark == "yes"))
        and (filters.day is None or local(item.starts_at)[:10] <= filters.day.isoformat() <= local(item.ends_at)[:10])
    )


def _cells(item: Item, language: str) -> tuple[object, ...]:
    return (
        item.request, item.title, say(f"plans.work_kind.{item.kind}", language),
        say(f"plans.mode.{item.mode_kind}", language), local(item.starts_at), local(item.ends_at),
        item.feeder_name or item.feeder, item.device_id, "; ".join(item.crew_names), len(item.districts),
        item.households, f"{item.district_hours:.1f}", say(f"plans.notice.{item.notice}", language),
        item.earliest_on.isoformat(), item.latest_on.isoformat(),
        " ".join(reason_sentence(one, language) for one in item.reasons),
    )  # fmt: skip
