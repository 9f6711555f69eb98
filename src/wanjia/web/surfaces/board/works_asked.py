"""What plans are made of: works asked for, crews and means, times to keep lit."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wanjia.actions.network.request_work import WantedRequest, request_work
from wanjia.actions.network.withdraw_work_request import withdraw_work_request
from wanjia.model.actors import may
from wanjia.model.faults import Denied, Fault, NotFound, Refused, Where
from wanjia.model.works import MODES
from wanjia.queries.network.plan_shapes import RequestLine
from wanjia.queries.network.work_requests import work_requests
from wanjia.records.network.planning import CREW_KINDS, WORK_KINDS
from wanjia.texts import say
from wanjia.web.csv_files import csv_response
from wanjia.web.forms import shown_faults
from wanjia.web.listing import day_of, export_url, local
from wanjia.web.paging import page_of
from wanjia.web.plain_forms import PlainField, PlainForm, labelled, plain_form, sent
from wanjia.web.saying import said
from wanjia.web.surfaces.board.access import board_page
from wanjia.web.surfaces.board.drawing import active_lines
from wanjia.web.surfaces.board.plans import month_in, number_in

EXPORT_ROWS_MAX = 20_000
REASON_CHARACTERS_MAX = 200
STATES = ("open", "planned", "withdrawn")
COLUMNS = (
    "request", "state", "organisation", "title", "kind", "hours", "mode", "earliest", "latest", "crew_kind", "feeder",
    "device", "districts", "households", "case", "plan", "begin", "asked_by", "asked_at",
)  # fmt: skip
FIELDS = (
    PlainField("device_id", "", max_length=64), PlainField("title_zh", "", max_length=120),
    PlainField("title_en", "", required=False, max_length=160), PlainField("kind", "", "select"),
    PlainField("hours", "", "number"), PlainField("earliest_on", "", "date"), PlainField("latest_on", "", "date"),
    PlainField("crew_kind", "", "select"), PlainField("modes", "", "select", required=False),
    PlainField("urgent", "", "select", required=False),
)  # fmt: skip


@dataclass(frozen=True)
class RequestFilters:
    """From the address. `text`: number, work, device, district or feeder."""

    text: str = ""
    state: str = ""
    kind: str = ""
    month: date | None = None


@board_page
@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    """Works asked for, what has to be done first on top."""
    return _show(request)


@never_cache
@board_page
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a work."""
    if not may(request.actor, "work", "enter"):
        raise Denied("work", "enter")
    if request.method != "POST":
        return _form(request, {"device_id": request.GET.get("device", "")[:64], "crew_kind": CREW_KINDS[0]}, ())
    values = sent(request.POST, *(one.name for one in FIELDS))
    try:
        row = request_work(_wanted(values), request.actor, request.now, active_lines())
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _form(request, values, tuple(refused.faults))
    said(request, "plans.request_done", number=row.number, districts=row.districts.count())
    return redirect("board:work_requests")


@board_page
@require_POST
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Take a request back."""
    reason = request.POST.get("reason", "").strip()[:REASON_CHARACTERS_MAX]
    try:
        withdraw_work_request(number, reason, request.actor, request.now)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _show(request, tuple(refused.faults))
    said(request, "plans.request_withdrawn", number=number)
    return redirect("board:work_requests")


def _show(request: HttpRequest, faults: tuple[Fault, ...] = ()) -> HttpResponse:
    filters = _filters(request)
    rows = work_requests(request.actor, request.language, filters.state, filters.month, filters.text, filters.kind)
    may_export = may(request.actor, "work", "export")
    if request.GET.get("export") == "csv":
        if not may_export:
            raise Denied("work", "export")
        header = [say(f"plans.column.{name}", request.language) for name in COLUMNS]
        cells = [_cells(row, request.language) for row in rows[:EXPORT_ROWS_MAX]]
        return csv_response("work-requests", header, cells)
    values = {
        "page": page_of(request, rows, at=reverse("board:work_requests")), "filters": filters,
        "filtered": any(asdict(filters).values()), "states": STATES, "kinds": WORK_KINDS,
        "faults": shown_faults(faults, request.language), "may_enter": may(request.actor, "work", "enter"),
        "may_withdraw": may(request.actor, "work", "withdraw"), "export_url": export_url(request) if may_export else "",
    }  # fmt: skip
    return render(request, "surfaces/board/plans/requests.html", values, status=422 if faults else 200)


def _filters(request: HttpRequest) -> RequestFilters:
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    return RequestFilters(
        request.GET.get("text", "").strip()[:80], state if state in STATES else "", kind if kind in WORK_KINDS else "",
        month_in(request.GET.get("month", "")),
    )  # fmt: skip


def _wanted(values: Mapping[str, str]) -> WantedRequest:
    """What was sent, typed. Raises Refused with every field that is empty or no day or number."""
    missing = [one.name for one in FIELDS if one.required and not values[one.name]]
    faults = [Fault("field.missing", Where(name)) for name in missing]
    hours, days = number_in(values["hours"]), {name: day_of(values[name]) for name in ("earliest_on", "latest_on")}
    if values["hours"] and hours is None:
        faults.append(Fault("plans.no_number", Where("hours"), {"text": values["hours"][:20]}))
    faults += [
        Fault("plans.no_day", Where(name), {"text": values[name][:20]})
        for name, day in days.items()
        if values[name] and day is None
    ]
    earliest, latest = days["earliest_on"], days["latest_on"]
    if faults or hours is None or earliest is None or latest is None:
        raise Refused(faults)
    return WantedRequest(
        values["device_id"], values["title_zh"], values["kind"], hours, earliest, latest, values["crew_kind"],
        values["title_en"], (values["modes"],) if values["modes"] else (), values["urgent"] == "yes",
    )  # fmt: skip


def _form(request: HttpRequest, values: Mapping[str, str], faults: Sequence[Fault]) -> HttpResponse:
    language = request.language
    choices = {
        "kind": [(code, say(f"plans.work_kind.{code}", language)) for code in WORK_KINDS],
        "crew_kind": [(code, say(f"plans.means_kind.{code}", language)) for code in CREW_KINDS],
        "modes": [("", "—"), *((code, say(f"plans.mode.{code}", language)) for code in MODES)],
        "urgent": [("", say("plans.no", language)), ("yes", say("plans.yes", language))],
    }  # fmt: skip
    page = {
        "form": filled(FIELDS, "plans.form.request", values, choices, faults, language),
        "title": "plans.request_new", "lead": "plans.requests_lead", "back": reverse("board:work_requests"),
        "back_title": "plans.requests",
    }  # fmt: skip
    return render(request, "surfaces/board/plans/form.html", page, status=422 if faults else 200)


def filled(
    fields: Sequence[PlainField], prefix: str, values: Mapping[str, str],
    choices: Mapping[str, Sequence[tuple[str, str]]], faults: Sequence[Fault], language: str,
) -> PlainForm:  # fmt: skip
    """A form with what had been sent, every fault at its field."""
    drawn = [replace(one, value=values.get(one.name, ""), choices=tuple(choices.get(one.name, ()))) for one in fields]
    return plain_form(labelled(prefix, language, *drawn), faults, language)


def _cells(row: RequestLine, language: str) -> tuple[object, ...]:
    return (
        row.number, say(f"plans.request.state.{row.state}", language), row.organisation_name, row.title,
        say(f"plans.work_kind.{row.kind}", language), row.hours,
        "; ".join(say(f"plans.mode.{one}", language) for one in row.modes), row.earliest_on.isoformat(),
        row.latest_on.isoformat(), say(f"plans.means_kind.{row.crew_kind}", language), row.feeder_name or row.feeder,
        row.device_id, row.districts, row.households, row.case_number, row.plan, local(row.starts_at), row.asked_by,
        local(row.asked_at),
    )  # fmt: skip
