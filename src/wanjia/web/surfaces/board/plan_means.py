"""Crews and means of each base, and times in which districts must stay lit: lists, forms, deeds."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wanjia.actions.network.set_means import WantedMeans, remove_means, set_means
from wanjia.actions.network.set_supply_demand import WantedDemand, set_supply_demand, withdraw_supply_demand
from wanjia.model.actors import may
from wanjia.model.faults import Denied, Fault, NotFound, Refused, Where
from wanjia.model.works import BLACKOUT_KINDS
from wanjia.queries.cases.organisations import organisation_choices
from wanjia.queries.network.plan_shapes import MeansLine, Window
from wanjia.queries.network.planning_means import demands as demand_windows
from wanjia.queries.network.planning_means import means as means_lines
from wanjia.records.network.planning import CREW_KINDS, MEANS_KINDS
from wanjia.texts import say
from wanjia.web.csv_files import csv_response
from wanjia.web.listing import day_of, export_url, local
from wanjia.web.paging import page_of
from wanjia.web.plain_forms import PlainField, sent
from wanjia.web.saying import said
from wanjia.web.surfaces.board.access import board_page
from wanjia.web.surfaces.board.forms import moment
from wanjia.web.surfaces.board.plans import number_in
from wanjia.web.surfaces.board.works_asked import filled
from wanjia.web.templatetags.plan_words import clock_hour

EXPORT_ROWS_MAX = 20_000
KINDS = (*CREW_KINDS, *MEANS_KINDS)
MEANS_COLUMNS = (
    "code", "name", "kind", "base", "week", "days_apart", "from_until", "kva", "longitude", "latitude",
)  # fmt: skip
DEMAND_COLUMNS = ("request", "kind", "why", "from", "until", "districts", "case")
MEANS_FIELDS = (
    PlainField("code", "", max_length=40), PlainField("name_zh", "", max_length=80),
    PlainField("name_en", "", required=False, max_length=120), PlainField("kind", "", "select"),
    PlainField("organisation", "", "select"),
    PlainField("longitude", "", "number"), PlainField("latitude", "", "number"),
    PlainField("by_weekday", "", max_length=60), PlainField("by_day", "", "textarea", required=False, rows=3),
    PlainField("from_hour", "", "number"), PlainField("until_hour", "", "number"),
    PlainField("kva", "", "number", required=False),
)  # fmt: skip
DEMAND_FIELDS = (
    PlainField("kind", "", "select"), PlainField("reason", "", max_length=200),
    PlainField("districts", "", "textarea", rows=4), PlainField("from_at", "", "datetime-local"),
    PlainField("until_at", "", "datetime-local"), PlainField("case_number", "", required=False, max_length=24),
)  # fmt: skip
OFFERED = {"by_weekday": "1 1 1 1 1 0 0", "from_hour": "8", "until_hour": "18"}


@board_page
@require_GET
def means(request: HttpRequest) -> HttpResponse:
    """What each base has on each day."""
    text, kind = _asked(request, KINDS)
    rows = [
        row
        for row in means_lines(request.actor, request.language)
        if (not kind or row.kind == kind) and _holds(text, row.name, row.code, row.organisation_name)
    ]
    if request.GET.get("export") == "csv":
        return _csv(request, "crews-and-means", MEANS_COLUMNS, [_means_cells(row, request.language) for row in rows])
    values = {"page": page_of(request, rows), "text": text, "kind": kind, "kinds": KINDS, **_may(request)}
    return render(request, "surfaces/board/plans/means.html", values)


@never_cache
@board_page
@require_http_methods(["GET", "POST"])
def means_set(request: HttpRequest) -> HttpResponse:
    """Enter means, or change them."""
    _require_edit(request)
    if request.method != "POST":
        return _means_form(request, _kept(request), ())
    values = sent(request.POST, *(one.name for one in MEANS_FIELDS))
    try:
        row = set_means(_wanted_means(values), request.actor, request.now)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _means_form(request, values, tuple(refused.faults))
    said(request, "plans.means_done", name=row.name_zh)
    return redirect("board:means")


@board_page
@require_POST
def means_remove(request: HttpRequest) -> HttpResponse:
    """Take means out of use."""
    row = remove_means(request.POST.get("code", "").strip()[:40], request.actor, request.now)
    said(request, "plans.means_removed", name=row.name_zh)
    return redirect("board:means")


@board_page
@require_GET
def demands(request: HttpRequest) -> HttpResponse:
    """Times in which districts must stay lit."""
    text, kind = _asked(request, BLACKOUT_KINDS)
    rows = [
        row
        for row in demand_windows(request.actor, request.now)
        if (not kind or row.kind == kind) and _holds(text, row.number, row.reason, row.case_number, *row.districts)
    ]
    if request.GET.get("export") == "csv":
        return _csv(
            request, "times-to-keep-lit", DEMAND_COLUMNS, [_demand_cells(row, request.language) for row in rows]
        )
    values = {"page": page_of(request, rows), "text": text, "kind": kind, "kinds": BLACKOUT_KINDS, **_may(request)}
    return render(request, "surfaces/board/plans/demands.html", values)


@never_cache
@board_page
@require_http_methods(["GET", "POST"])
def demand_set(request: HttpRequest) -> HttpResponse:
    """Say that districts must stay lit for a time."""
    _require_edit(request)
    if request.method != "POST":
        districts = "\n".join(request.GET.getlist("district"))[:2000]
        return _demand_form(request, {"districts": districts}, ())
    values = sent(request.POST, *(one.name for one in DEMAND_FIELDS))
    try:
        made = set_supply_demand(_wanted_demand(values), request.actor, request.now)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _demand_form(request, values, tuple(refused.faults))
    key = "plans.demand_against" if made.against else "plans.demand_done"
    said(request, key, number=made.demand.number, works=say("plans.and", request.language).join(made.against))
    return redirect("board:demands")


@board_page
@require_POST
def demand_withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Districts need not stay lit any more."""
    withdraw_supply_demand(number, request.actor, request.now)
    said(request, "plans.demand_withdrawn", number=number)
    return redirect("board:demands")


def _holds(text: str, *words: str) -> bool:
    return not text or any(text.lower() in one.lower() for one in words)


def _require_edit(request: HttpRequest) -> None:
    if not may(request.actor, "work", "edit"):
        raise Denied("work", "edit")


def _may(request: HttpRequest) -> dict[str, object]:
    return {
        "may_edit": may(request.actor, "work", "edit"),
        "export_url": export_url(request) if may(request.actor, "work", "export") else "",
    }  # fmt: skip


def _asked(request: HttpRequest, kinds: Sequence[str]) -> tuple[str, str]:
    kind = request.GET.get("kind", "")
    return request.GET.get("text", "").strip()[:80], kind if kind in kinds else ""


def _csv(request: HttpRequest, name: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> HttpResponse:
    if not may(request.actor, "work", "export"):
        raise Denied("work", "export")
    return csv_response(name, [say(f"plans.column.{one}", request.language) for one in columns], rows[:EXPORT_ROWS_MAX])


def _kept(request: HttpRequest) -> dict[str, str]:
    """Means as they are, for the form that changes them."""
    code = request.GET.get("code", "")
    row = (
        next((one for one in means_lines(request.actor, request.language) if one.code == code), None) if code else None
    )
    if row is None:
        return OFFERED
    return {
        "code": row.code, "name_zh": row.name, "kind": row.kind, "organisation": row.organisation,
        "longitude": f"{row.longitude:.6f}", "latitude": f"{row.latitude:.6f}",
        "by_weekday": " ".join(map(str, row.by_weekday)),
        "by_day": "\n".join(f"{day.isoformat()} {count}" for day, count in row.by_day),
        "from_hour": f"{row.from_hour:g}", "until_hour": f"{row.until_hour:g}",
        "kva": f"{row.kva:g}" if row.kva else "",
    }  # fmt: skip


def _wanted_means(values: Mapping[str, str]) -> WantedMeans:
    """Raises Refused with every field that cannot be read."""
    faults = [Fault("field.missing", Where(one.name)) for one in MEANS_FIELDS if one.required and not values[one.name]]
    numbers = {
        name: number_in(values[name] or "0") for name in ("longitude", "latitude", "from_hour", "until_hour", "kva")
    }
    faults += [Fault("plans.no_number", Where(name), {"text": values[name][:20]})
               for name, value in numbers.items() if value is None]  # fmt: skip
    week = [_count(one) for one in values["by_weekday"].replace(",", " ").replace("，", " ").split()]
    days = _days(values["by_day"])
    if values["by_weekday"] and None in week:
        faults.append(Fault("plans.no_number", Where("by_weekday"), {"text": values["by_weekday"][:40]}))
    if days is None:
        faults.append(Fault("plans.no_days_apart", Where("by_day")))
    if faults or days is None:
        raise Refused(faults)
    known = {name: value or 0.0 for name, value in numbers.items()}
    return WantedMeans(
        values["code"], values["kind"], values["name_zh"], values["organisation"],
        known["longitude"], known["latitude"], [one or 0 for one in week], days,
        values["name_en"], known["from_hour"], known["until_hour"], known["kva"],
    )  # fmt: skip


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _days(text: str) -> dict[date, int] | None:
    """Lines of a day and a number; None when one cannot be read."""
    found: dict[date, int] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        day, _, count = line.strip().partition(" ")
        on, number = day_of(day), _count(count.strip())
        if on is None or number is None:
            return None
        found[on] = number
    return found


def _wanted_demand(values: Mapping[str, str]) -> WantedDemand:
    """Raises Refused with every field that cannot be read."""
    faults = [Fault("field.missing", Where(one.name)) for one in DEMAND_FIELDS if one.required and not values[one.name]]
    begin, end = moment(values["from_at"]), moment(values["until_at"])
    for name, at in (("from_at", begin), ("until_at", end)):
        if values[name] and at is None:
            faults.append(Fault("board.no_time", Where(name), {"text": values[name][:40]}))
    if faults or begin is None or end is None:
        raise Refused(faults)
    codes = frozenset(values["districts"].replace(",", " ").replace("，", " ").split())
    return WantedDemand(values["kind"], codes, begin, end, values["reason"], values["case_number"])


def _means_form(request: HttpRequest, values: Mapping[str, str], faults: Sequence[Fault]) -> HttpResponse:
    language = request.language
    choices = {
        "kind": [(code, say(f"plans.means_kind.{code}", language)) for code in KINDS],
        "organisation": organisation_choices(request.actor, language),
    }  # fmt: skip
    page = {
        "form": filled(MEANS_FIELDS, "plans.form.means", values, choices, faults, language), "title": "plans.means_set",
        "lead": "plans.means_lead", "back": reverse("board:means"), "back_title": "plans.means",
    }  # fmt: skip
    return render(request, "surfaces/board/plans/form.html", page, status=422 if faults else 200)


def _demand_form(request: HttpRequest, values: Mapping[str, str], faults: Sequence[Fault]) -> HttpResponse:
    choices = {"kind": [(code, say(f"plans.window.{code}", request.language)) for code in BLACKOUT_KINDS]}
    page = {
        "form": filled(DEMAND_FIELDS, "plans.form.demand", values, choices, faults, request.language),
        "title": "plans.demand_set", "lead": "plans.demands_lead", "back": reverse("board:demands"),
        "back_title": "plans.demands",
    }  # fmt: skip
    return render(request, "surfaces/board/plans/form.html", page, status=422 if faults else 200)


def _means_cells(row: MeansLine, language: str) -> tuple[object, ...]:
    return (
        row.code, row.name, say(f"plans.means_kind.{row.kind}", language), row.organisation_name,
        " ".join(map(str, row.by_weekday)), "; ".join(f"{day.isoformat()} {count}" for day, count in row.by_day),
        f"{clock_hour(row.from_hour)}–{clock_hour(row.until_hour)}", row.kva or "", row.longitude, row.latitude,
    )  # fmt: skip


def _demand_cells(row: Window, language: str) -> tuple[object, ...]:
    return (
        row.number, say(f"plans.window.{row.kind}", language), row.reason, local(row.from_at), local(row.until_at),
        " ".join(row.districts), row.case_number,
    )  # fmt: skip
