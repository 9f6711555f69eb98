"""The page of one outage, its lists, and what of it is renewed while it is open."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from wanjia.model.actors import may
from wanjia.model.faults import Fault
from wanjia.model.jsonvalue import Facts
from wanjia.queries.network.outage_page import (
    OutagePage,
    outage_customers,
    outage_districts,
    outage_page,
    outage_subject,
    priority_customers,
    seen_outage,
)
from wanjia.queries.network.version import Version, heard_at
from wanjia.texts import say
from wanjia.web.csv_files import csv_response
from wanjia.web.forms import shown_faults
from wanjia.web.listing import export_url, local
from wanjia.web.paging import page_of
from wanjia.web.surfaces.board.access import board_page
from wanjia.web.surfaces.board.drawing import drawing_of
from wanjia.web.surfaces.board.forms import AHEAD, cause_choices, deed_form, written
from wanjia.web.surfaces.board.home import changed_parts, live_data, unchanged

POLL_SECONDS = 2
PARTS = ("head", "diagram", "timeline", "estimates", "cases", "deliveries")
EXPORT_ROWS_MAX = 20_000
DISTRICT_COLUMNS = ("district", "name", "organisation", "cell", "dark_from", "back_at", "customers", "meters_dark")
DEEDS = (("estimate", "estimate"), ("explain", "explain"), ("close", "record"), ("dismiss", "record"))
"""What may be done to an outage, and the verb of the permission for it; an open one is estimated and ended."""
OPEN_ONLY = ("estimate", "close", "dismiss")


@dataclass(frozen=True)
class Trouble:
    """What was wrong with a form of the page, and what had been sent."""

    deed: str = ""
    faults: tuple[Fault, ...] = ()
    values: dict[str, str] = field(default_factory=dict)


@never_cache
@board_page
@require_GET
def outage(request: HttpRequest, number: str) -> HttpResponse:
    """State, evidence, diagram, districts, customers, crew, messages; and what may be done."""
    return show_outage(request, number)


@never_cache
@board_page
@require_GET
def live(request: HttpRequest, number: str) -> HttpResponse:
    """204 while nothing changed; else the parts that did."""
    known = _version(request, number)
    if known.mark == request.GET.get("since", ""):
        return unchanged(known)
    values = _values(request, outage_page(number, request.actor, request.now, request.language))
    return JsonResponse(changed_parts(request, known, PARTS, lambda name: f"surfaces/board/outage/{name}.html", values))


@board_page
@require_GET
def districts(request: HttpRequest, number: str) -> HttpResponse:
    """The districts of the outage: search, pages, export."""
    text, state = request.GET.get("text", "").strip()[:80], request.GET.get("state", "")
    rows = outage_districts(number, request.actor, text, state, request.language)
    if request.GET.get("export") == "csv":
        header = [say(f"board.column.{name}", request.language) for name in DISTRICT_COLUMNS]
        cells = [
            (row.code, row.name, row.organisation, row.cell, local(row.starts_at), local(row.restored_at),
             row.customers, row.meters_dark)
            for row in rows[:EXPORT_ROWS_MAX]
        ]  # fmt: skip
        return csv_response(f"outage-{number}", header, cells)
    values = {
        "number": number, "page": page_of(request, rows), "text": text, "state": state,
        "export_url": export_url(request),
    }  # fmt: skip
    return render(request, "surfaces/board/outage_districts.html", values)


@board_page
@require_GET
def customers(request: HttpRequest, number: str) -> HttpResponse:
    """The customers on record in its districts, masked."""
    text = request.GET.get("text", "").strip()[:80]
    rows = outage_customers(number, request.actor, text, request.language)
    values = {"number": number, "page": page_of(request, rows), "text": text}
    return render(request, "surfaces/board/outage_customers.html", values)


def show_outage(
    request: HttpRequest, number: str, trouble: Trouble | None = None, revealed: Sequence[Facts] | None = None
) -> HttpResponse:
    """The page; with `trouble` the refused form stands open with its faults, and the status is 422.

    `revealed` are the priority customers unmasked, for this one answer.
    """
    trouble = trouble or Trouble()
    page = outage_page(number, request.actor, request.now, request.language)
    known = _version(request, number)
    address = reverse("board:outage_live", args=[number])
    values = {
        **_values(request, page), "trouble": trouble,
        "faults": shown_faults(trouble.faults, request.language) if trouble.deed == "reveal" else (),
        **_deeds(request, page, trouble), "revealed": revealed,
        "priority": priority_customers(number, request.actor, request.language),
        "districts": page_of(request, outage_districts(number, request.actor, "", "", request.language), 10),
        "live": live_data(request, f"{address}?", known, POLL_SECONDS, stale=False),
    }  # fmt: skip
    return render(request, "surfaces/board/outage.html", values, status=422 if trouble.faults else 200)


def _values(request: HttpRequest, page: OutagePage) -> dict[str, object]:
    drawing = drawing_of(request, page)
    return {"outage": page, "line": page.line, "drawing": drawing}


def _version(request: HttpRequest, number: str) -> Version:
    row = seen_outage(number, request.actor)
    minute = int(request.now.timestamp()) // 60
    return Version(f"{row.revision}-{round(row.changed_at.timestamp() * 1000)}-{minute}", heard_at())


def _deeds(request: HttpRequest, page: OutagePage, trouble: Trouble) -> dict[str, object]:
    """The forms that stand open to this actor, filled with what holds or what had been sent."""
    number, language = page.line.number, request.language
    subject, is_open = outage_subject(number, request.actor), page.line.status == "open"
    forms = []
    for deed, verb in DEEDS:
        if (not is_open and deed in OPEN_ONLY) or not may(request.actor, "outage", verb, subject):
            continue
        sent = trouble.values if trouble.deed == deed else _known(request, page, deed)
        faults = trouble.faults if trouble.deed == deed else ()
        form = deed_form(deed, sent, faults, language, _choices(language))
        forms.append((deed, form, reverse("board:deed", args=[number, deed])))
    return {"forms": forms, "may_reveal": may(request.actor, "personal_data", "reveal", subject)}


def _known(request: HttpRequest, page: OutagePage, deed: str) -> dict[str, str]:
    estimated = page.line.estimated_at or request.now + AHEAD
    return {
        "estimate": {"restoration_at": written(max(estimated, request.now + AHEAD / 4))},
        "explain": {"cause": page.line.cause, "external": "yes" if page.external else "no"},
        "close": {"restored_at": written(request.now)},
    }.get(deed, {})  # fmt: skip


def _choices(language: str) -> dict[str, list[tuple[str, str]]]:
    answers = [(name, say(f"board.form.explain.external.{name}", language)) for name in ("no", "yes")]
    return {"cause": cause_choices(language), "external": answers}
