"""Deeds on a plan of works: the price of a move, moving and taking back, locking, a lost day, putting it in force."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wanjia.actions.network.adopt_month_plan import adopt_month_plan
from wanjia.actions.network.lose_day import lose_day
from wanjia.actions.network.move_planned_item import lock_planned_item, move_planned_item, undo_move
from wanjia.actions.network.return_to_plan import return_to_plan
from wanjia.model.faults import Denied, Fault, NotFound, Refused, Where
from wanjia.queries.network.month_plan import plan_row
from wanjia.queries.network.plan_adoption import adoption
from wanjia.queries.network.plan_notices import notices
from wanjia.queries.network.plan_page import figures_of
from wanjia.queries.network.plan_price import price_of_move
from wanjia.queries.network.plan_shapes import Figures, MovePrice, PlanPage
from wanjia.queries.network.plan_wording import worded_faults
from wanjia.texts import say
from wanjia.web.forms import shown_faults
from wanjia.web.listing import day_of
from wanjia.web.saying import said
from wanjia.web.surfaces.board.access import board_page
from wanjia.web.surfaces.board.forms import moment
from wanjia.web.surfaces.board.plan import around, item_values, shown
from wanjia.web.surfaces.board.plan_gantt import bars
from wanjia.web.surfaces.board.plans import number_in
from wanjia.web.templatetags.plan_words import hours, readable
from wanjia.web.templatetags.words import day as day_words
from wanjia.web.templatetags.words import instant

SECONDS_OFFERED = 5
"""A lost day is planned again in these; nobody waits longer beside a crew that cannot go out."""
LEAST_HOURS = 0.05
"""A change below this is none: figures are shown with one decimal."""


@never_cache
@board_page
@require_GET
def price(request: HttpRequest, number: str) -> HttpResponse:
    """What a move would change, for the chart while a bar is held."""
    try:
        item, at, mode = _wanted(request.GET)
        found = price_of_move(number, item, at, request.actor, mode)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return JsonResponse({"faults": _sentences(tuple(refused.faults), request.language)}, status=422)
    return JsonResponse(_priced(found, request.language))


@board_page
@require_POST
def move(request: HttpRequest, number: str) -> HttpResponse:
    """Move a work from the chart; answers with the bars and figures as they are now, or with every fault."""
    try:
        item, at, mode = _wanted(request.POST)
        before = figures_of(plan_row(number, request.actor))
        move_planned_item(number, item, at, request.actor, request.now, mode)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return JsonResponse({"faults": _sentences(tuple(refused.faults), request.language)}, status=422)
    return JsonResponse(_changed(request, shown(request, number), item, before))


@board_page
@require_POST
def move_item(request: HttpRequest, number: str, item: int) -> HttpResponse:
    """Move a work from its page, or only see what that would cost."""
    values = item_values(request, shown(request, number), item)
    text = f"{request.POST.get('day', '')}T{request.POST.get('time', '')}"
    at, sent = moment(text), number_in(request.POST.get("mode", ""))
    mode = int(values["wanted_mode"] if sent is None else sent)
    values |= {"wanted": at or values["wanted"], "wanted_mode": mode}
    try:
        if at is None:
            raise Refused([Fault("plans.no_time", Where(column="day"), {"text": text[:40]})])
        if request.POST.get("try"):
            values["price"] = _tried(price_of_move(number, item, at, request.actor, mode), request.language)
            return render(request, "surfaces/board/plans/item.html", values)
        move_planned_item(number, item, at, request.actor, request.now, mode)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        values["faults"] = told(refused.faults, request.language)
        return render(request, "surfaces/board/plans/item.html", values, status=422)
    said(request, "plans.gantt.done")
    return redirect("board:plan_item", number, item)


@board_page
@require_POST
def undo(request: HttpRequest, number: str) -> HttpResponse:
    """Take the last move by hand back."""
    undo_move(number, request.actor, request.now)
    said(request, "plans.unmoved")
    return redirect("board:plan", number)


@board_page
@require_POST
def lock(request: HttpRequest, number: str, item: int) -> HttpResponse:
    """Hold a work where it stands, or let it go."""
    locked = request.POST.get("lock") == "yes"
    lock_planned_item(number, item, locked, request.actor, request.now)
    said(request, "plans.locked_done" if locked else "plans.unlocked_done")
    return redirect("board:plan_item", number, item)


@never_cache
@board_page
@require_http_methods(["GET", "POST"])
def lost(request: HttpRequest, number: str) -> HttpResponse:
    """A day on which nobody can work: plan again with as few moves as needed."""
    found = shown(request, number)
    if not found.may_plan:
        raise Denied("work", "plan")
    if request.method != "POST":
        return _lost_form(request, found, ())
    day, seconds = day_of(request.POST.get("day", "")), number_in(request.POST.get("seconds", ""))
    faults = []
    if day is None:
        faults.append(
            Fault("plan.lost_day", Where(column="day"), {"day": request.POST.get("day", "")[:20], "plan": number})
        )
    if seconds is None:
        faults.append(Fault("plans.no_number", Where(column="seconds"), {"text": request.POST.get("seconds", "")[:20]}))
    if faults or day is None or seconds is None:
        return _lost_form(request, found, tuple(faults))
    try:
        reason = request.POST.get("reason", "").strip()
        row = lose_day(number, day, reason, request.actor, request.now, seconds)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _lost_form(request, found, tuple(refused.faults))
    said(request, "plans.lost_asked", plan=row.number, day=day_words(day, request.language))
    return redirect("board:plan", row.number)


@never_cache
@board_page
@require_http_methods(["GET", "POST"])
def give_up(request: HttpRequest, number: str) -> HttpResponse:
    """Go back to the plan before, after it has been read what that means."""
    found = shown(request, number)
    if not found.may_plan:
        raise Denied("work", "plan")
    values, status = {**around(found, "plan"), "faults": ()}, 200
    if request.method == "POST":
        try:
            row = return_to_plan(number, request.actor, request.now)
        except (Denied, NotFound):
            raise
        except Refused as refused:
            values["faults"], status = told(refused.faults, request.language), 422
        else:
            made = found.line.state == "adopted"
            said(request, "plans.restored" if made else "plans.given_up", plan=row.number, given_up=number)
            return redirect("board:plan", row.number)
    return render(request, "surfaces/board/plans/return.html", values, status=status)


@never_cache
@board_page
@require_http_methods(["GET", "POST"])
def adopt(request: HttpRequest, number: str) -> HttpResponse:
    """Put a plan in force, after its consequences have been read."""
    found = shown(request, number)
    if not found.may_adopt:
        raise Denied("work", "adopt")
    if request.method != "POST":
        return _adopt_page(request, found, ())
    try:
        adopt_month_plan(number, request.actor, request.now)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _adopt_page(request, found, tuple(refused.faults))
    said(request, "plans.adopted", plan=number, outages=found.line.outages)
    return redirect("board:plan", number)


def _wanted(sent: Any) -> tuple[int, datetime, int | None]:
    """Item, start and mode (None: as it is) of a move. Raises Refused."""
    at, item, mode = moment(sent.get("starts_at", "")), number_in(sent.get("work", "")), number_in(sent.get("mode", ""))
    if at is None or item is None:
        raise Refused([Fault("plans.no_time", Where(column="starts_at"), {"text": sent.get("starts_at", "")[:40]})])
    return int(item), at, None if mode is None else int(mode)


def _tried(found: MovePrice, language: str) -> MovePrice:
    return replace(found, faults=tuple(worded_faults(found.faults, language)))


def _priced(found: MovePrice, language: str) -> dict[str, object]:
    return {
        "district_hours": found.district_hours, "household_hours": found.household_hours,
        "district_change": found.change, "household_change": found.household_change,
        "violations": _sentences(found.faults, language),
    }  # fmt: skip


def told(faults: Sequence[Fault], language: str) -> tuple[dict[str, str], ...]:
    """Faults as the page shows them, instants in words."""
    return shown_faults([readable(one, language) for one in worded_faults(faults, language)], language)


def _sentences(faults: tuple[Fault, ...], language: str) -> list[str]:
    return [one["sentence"] for one in told(faults, language)]


def _changed(request: HttpRequest, found: PlanPage, item: int, before: Figures | None) -> dict[str, object]:
    """All bars, since works share outages; the figures and moves as the page draws them; what was done in words."""
    language, values = request.language, around(found, "plan")
    row = next(one for one in found.items if one.id == item)
    told = _change_words(before, found.figures, language)
    return {
        "works": bars(found, language),
        "said": say("plans.moved", language, title=row.title, time=instant(row.starts_at, language), change=told),
        "parts": {name: render_to_string(f"surfaces/board/plans/{name}.html", values, request)
                  for name in ("figures", "moves")},
    }  # fmt: skip


def _change_words(before: Figures | None, after: Figures | None, language: str) -> str:
    if before is None or after is None:
        return say("plans.gantt.change.same", language)
    change = after.district_hours - before.district_hours
    households = after.household_hours - before.household_hours
    words = "same" if abs(change) < LEAST_HOURS else "more" if change > 0 else "less"
    told = {"districts": hours(abs(change)), "households": hours(abs(households))}
    return say(f"plans.gantt.change.{words}", language, **told)


def _lost_form(request: HttpRequest, found: PlanPage, faults: tuple[Fault, ...]) -> HttpResponse:
    values = {
        **around(found, "lost"), "faults": told(faults, request.language),
        "days": [(one.day, len(one.items)) for one in found.days if one.day >= request.today and one.items],
        "wanted": request.POST.get("day", "") or request.GET.get("day", ""),
        "seconds": request.POST.get("seconds", "") or str(SECONDS_OFFERED), "reason": request.POST.get("reason", ""),
    }  # fmt: skip
    return render(request, "surfaces/board/plans/lost.html", values, status=422 if faults else 200)


def _adopt_page(request: HttpRequest, found: PlanPage, faults: tuple[Fault, ...]) -> HttpResponse:
    number, language = found.line.number, request.language
    outages = notices(number, request.actor, request.now, language)
    values = {
        **around(found, "adopt"), "faults": told(faults, language),
        "adoption": adoption(number, request.actor, language),
        "short": [one for one in outages if one.state == "short"],
    }  # fmt: skip
    return render(request, "surfaces/board/plans/adopt.html", values, status=422 if faults else 200)
