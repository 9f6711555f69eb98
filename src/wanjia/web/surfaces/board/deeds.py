"""Deeds on outages and planned work: each reads its form, calls one action, and comes back to the page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from wanjia.actions.network.close_outage import close_outage, dismiss_outage
from wanjia.actions.network.estimate_restoration import estimate_restoration
from wanjia.actions.network.explain_outage import explain_outage
from wanjia.actions.network.plan_work import WantedWork, cancel_planned_work, plan_work
from wanjia.actions.network.record_outage import Reported, record_outage
from wanjia.actions.network.reveal_priority_customers import reveal_priority_customers
from wanjia.model.actors import may
from wanjia.model.faults import Denied, Fault, NotFound, Refused
from wanjia.queries.network.outage_page import seen_outage
from wanjia.texts import say
from wanjia.web.saying import said, said_undoable
from wanjia.web.surfaces.board.access import board_page
from wanjia.web.surfaces.board.forms import deed_form, needed_moment, sent_values, written
from wanjia.web.surfaces.board.outage import Trouble, show_outage
from wanjia.wiring.network import active_lines

REASON_CANCELLED_MAX = 200


@board_page
@require_POST
def on_outage(request: HttpRequest, number: str, deed: str) -> HttpResponse:
    """A deed on an outage that the actor sees; refused, its form stands open with every fault."""
    if deed not in DEEDS:
        raise NotFound("deed", deed)
    seen_outage(number, request.actor)
    try:
        DEEDS[deed](request, number)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return show_outage(request, number, Trouble(deed, tuple(refused.faults), request.POST.dict()))
    return redirect("board:outage", number)


@never_cache
@board_page
@require_POST
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    """Names and phones of those who cannot bear the outage, once, for a reason that is kept."""
    seen_outage(number, request.actor)
    reason = request.POST.get("reason", "")
    try:
        found = reveal_priority_customers(number, reason, request.actor, request.now)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return show_outage(request, number, Trouble("reveal", tuple(refused.faults), {"reason": reason}))
    return show_outage(request, number, revealed=found)


@never_cache
@board_page
@require_http_methods(["GET", "POST"])
def record(request: HttpRequest) -> HttpResponse:
    """Enter an outage that somebody knows of and no meter has told."""
    if not may(request.actor, "outage", "record"):
        raise Denied("outage", "record")
    if request.method != "POST":
        return _form(request, "record", {"starts_at": written(request.now), "districts": _asked_districts(request)}, ())
    try:
        values = sent_values(request.POST, "record")
        codes = tuple(dict.fromkeys(values["districts"].replace(",", " ").replace("，", " ").split()))
        report = Reported(needed_moment(values["starts_at"]), codes, values["device_id"], values["note"])
        network = active_lines() if values["device_id"] and not codes else None
        row = record_outage(report, request.actor, request.now, network)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _form(request, "record", request.POST.dict(), tuple(refused.faults))
    said(request, "board.done.record", number=row.number)
    return redirect("board:outage", row.number)


@never_cache
@board_page
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """Enter planned work."""
    if not may(request.actor, "outage", "plan"):
        raise Denied("outage", "plan")
    if request.method != "POST":
        return _form(request, "plan", {"device_id": request.GET.get("device", "")[:64]}, ())
    try:
        values = sent_values(request.POST, "plan")
        wanted = WantedWork(
            values["device_id"], values["title_zh"], needed_moment(values["starts_at"]),
            needed_moment(values["ends_at"]), values["title_en"],
        )  # fmt: skip
        made = plan_work(wanted, request.actor, request.now, active_lines())
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _form(request, "plan", request.POST.dict(), tuple(refused.faults))
    key = "board.done.plan_short" if made.is_short_notice else "board.done.plan"
    text_values = {"code": made.work.code, "districts": len(made.districts), "told": made.told}
    undo = {"reason": say("desk.undo", request.language)}
    said_undoable(request, key, reverse("board:work_cancel", args=[made.work.code]), undo, **text_values)
    return redirect("board:works")


@board_page
@require_POST
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """Take planned work back."""
    reason = request.POST.get("reason", "").strip()[:REASON_CANCELLED_MAX]
    work = cancel_planned_work(code, reason, request.actor, request.now)
    said(request, "board.done.cancel", code=work.code)
    return redirect("board:works")


def _form(request: HttpRequest, deed: str, values: dict[str, str], faults: tuple[Fault, ...]) -> HttpResponse:
    page = {"form": deed_form(deed, values, faults, request.language), "deed": deed}
    return render(request, "surfaces/board/deed.html", page, status=422 if faults else 200)


def _asked_districts(request: HttpRequest) -> str:
    return "\n".join(request.GET.getlist("district"))[:2000]


def _estimate(request: HttpRequest, number: str) -> None:
    before = seen_outage(number, request.actor).estimated_restoration_at
    values = sent_values(request.POST, "estimate")
    at = needed_moment(values["restoration_at"])
    told = estimate_restoration(number, at, values["reason"], request.actor, request.now)
    if before and before > request.now:
        undo = {"restoration_at": before.isoformat(), "reason": say("desk.undo", request.language)}
        address = reverse("board:deed", args=[number, "estimate"])
        said_undoable(request, "board.done.estimate", address, undo, told=told)
    else:
        said(request, "board.done.estimate", told=told)


def _explain(request: HttpRequest, number: str) -> None:
    row = seen_outage(number, request.actor)
    values = sent_values(request.POST, "explain")
    external = values["external"] == "yes"
    explain_outage(number, values["cause"], external, values["note"], request.actor, request.now)
    if row.cause:
        undo = {"cause": row.cause, "external": "yes" if row.external else "no"}
        said_undoable(request, "board.done.explain", reverse("board:deed", args=[number, "explain"]), undo)
    else:
        said(request, "board.done.explain")


def _close(request: HttpRequest, number: str) -> None:
    values = sent_values(request.POST, "close")
    close_outage(number, needed_moment(values["restored_at"]), request.actor, request.now)
    said(request, "board.done.close")


def _dismiss(request: HttpRequest, number: str) -> None:
    values = sent_values(request.POST, "dismiss")
    dismiss_outage(number, values["reason"], request.actor, request.now)
    said(request, "board.done.dismiss")


DEEDS: dict[str, Callable[[HttpRequest, str], None]] = {
    "estimate": _estimate, "explain": _explain, "close": _close, "dismiss": _dismiss,
}  # fmt: skip
