"""Two plans beside each other: what they lose, and which works stand elsewhere."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wanjia.model.actors import may
from wanjia.model.faults import Denied
from wanjia.queries.network.compare_plans import compare_plans
from wanjia.queries.network.month_plan import plans as plan_lines
from wanjia.queries.network.plan_shapes import Comparison, Item, PlanLine
from wanjia.texts import say
from wanjia.web.csv_files import csv_response
from wanjia.web.listing import export_url, local
from wanjia.web.paging import page_of
from wanjia.web.surfaces.board.access import board_page
from wanjia.web.templatetags.loss_words import month_of

CHOICES_MAX = 60
MADE = ("proposed", "adopting", "adopted", "superseded", "dropped")
COLUMNS = ("request", "title", "change", "before", "mode", "after", "mode")
SUMS = ("district_hours", "household_hours", "outages", "dark", "repeated")


@board_page
@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """Whatever two are named; with one, the version before it of the same month."""
    made = [one for one in plan_lines(request.actor, request.now, request.language)[:CHOICES_MAX] if one.state in MADE]
    before, after = _chosen(request, made)
    values: dict[str, object] = {
        "choices": [(one.number, _name(one, request.language)) for one in made], "before": before, "after": after,
        "all": bool(request.GET.get("all")),
    }  # fmt: skip
    if before and after:
        found = compare_plans(before, after, request.actor, request.now, request.language)
        rows = [one for one in found.works if values["all"] or one.change != "same"]
        if request.GET.get("export") == "csv":
            return _csv(request, found)
        values |= {
            "found": found,
            "sums": _sums(found),
            "page": page_of(request, rows),
            "export_url": export_url(request),
        }
    return render(request, "surfaces/board/plans/compare.html", values)


def _chosen(request: HttpRequest, made: list[PlanLine]) -> tuple[str, str]:
    """Two numbers, or empty texts while there are no two to compare."""
    after = request.GET.get("after", "")[:24] or (made[0].number if made else "")
    line = next((one for one in made if one.number == after), None)
    before = request.GET.get("before", "")[:24]
    if not before and line:
        others = [one for one in made if one.number != after]
        alike = [one for one in others if (one.month, one.organisation) == (line.month, line.organisation)]
        before = line.based_on or next((one.number for one in [*alike, *others]), "")
    return (before, after) if before and after else ("", "")


def _name(one: PlanLine, language: str) -> str:
    version = say("plans.version", language, version=one.version)
    state = say(f"plans.state.{one.state}", language)
    return f"{version} · {state} · {month_of(one.month, language)} {one.organisation_name}"


def _sums(found: Comparison) -> list[tuple[str, float, float, float]]:
    """(name, before, after, change) of what both plans have."""
    one, other = found.before_figures, found.after_figures
    if one is None or other is None:
        return []
    columns = ("district_hours", "household_hours", "outages", "districts_dark", "districts_repeated")
    pairs = [(getattr(one, name), getattr(other, name)) for name in columns]
    return [(name, was, now, now - was) for name, (was, now) in zip(SUMS, pairs, strict=True)]


def _csv(request: HttpRequest, found: Comparison) -> HttpResponse:
    if not may(request.actor, "work", "export"):
        raise Denied("work", "export")
    language = request.language
    header = [say(f"plans.column.{name}", language) for name in COLUMNS]
    rows = [
        (one.request, one.title, say(f"plans.compare.{one.change}", language), *_place(one.before, language),
         *_place(one.after, language))
        for one in found.works
    ]  # fmt: skip
    return csv_response(f"{found.before.number}-{found.after.number}", header, rows)


def _place(item: Item | None, language: str) -> tuple[str, str]:
    return (local(item.starts_at), say(f"plans.mode.{item.mode_kind}", language)) if item else ("", "")
