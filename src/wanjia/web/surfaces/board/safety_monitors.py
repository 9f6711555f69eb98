"""The register of safety monitors on the board: list, one monitor, its form; taken off and put back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wanjia.actions.network.safety_nouns import MonitorEntry
from wanjia.actions.network.safety_scenes import PHASES, SCENES
from wanjia.actions.network.set_monitor import add_monitor, change_monitor, remove_monitor, restore_monitor
from wanjia.kernels.balance.safety.limits import SILENT_HOURS
from wanjia.model.actors import may
from wanjia.model.faults import Denied, Fault, NotFound, Refused, Where
from wanjia.queries.network.safety import safety_limits
from wanjia.queries.network.safety_monitors import (
    STATES,
    MonitorFilters,
    MonitorLine,
    district_named,
    monitor_fields,
    monitor_page,
    monitors,
)
from wanjia.texts import say
from wanjia.web.csv_files import csv_response
from wanjia.web.listing import export_url, filters_from, local
from wanjia.web.paging import page_of
from wanjia.web.plain_forms import PlainField, sent
from wanjia.web.saying import said, said_undoable
from wanjia.web.surfaces.board.access import board_page, part_choices, part_of
from wanjia.web.surfaces.board.plans import number_in
from wanjia.web.surfaces.board.works_asked import filled

EXPORT_ROWS_MAX = 20_000
COLUMNS = (
    "monitor", "place", "scene_of", "phase", "address", "district", "organisation", "gateway", "contact", "helper",
    "state", "heard", "open_alarms",
)  # fmt: skip
FIELDS = (
    PlainField("code", "", max_length=24), PlainField("gateway", "", max_length=24),
    PlainField("scene", "", "select"), PlainField("phase", "", "select", required=False),
    PlainField("name_zh", "", max_length=80), PlainField("name_en", "", required=False, max_length=120),
    PlainField("district", "", max_length=80), PlainField("address", "", max_length=120),
    PlainField("longitude", "", "number", required=False), PlainField("latitude", "", "number", required=False),
    PlainField("contact_name", "", required=False, max_length=60),
    PlainField("contact_phone", "", "tel", required=False, max_length=24),
    PlainField("helper_name", "", required=False, max_length=60),
    PlainField("helper_phone", "", "tel", required=False, max_length=24),
    PlainField("consent_case", "", required=False, max_length=24), PlainField("silent_hours", "", "number"),
)  # fmt: skip
NAMES = tuple(one.name for one in FIELDS)


@board_page
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Every monitor of the part of the network that is asked for."""
    part, filters = part_of(request), filters_from(request, MonitorFilters)
    rows = monitors(request.actor, part, filters, request.now, request.language)
    if request.GET.get("export") == "csv":
        header = [say(f"safety.column.{name}", request.language) for name in COLUMNS]
        return csv_response(
            "safety-monitors", header, [_cells(row, request.language) for row in rows[:EXPORT_ROWS_MAX]]
        )
    values = {
        **part_choices(request, part), "page": page_of(request, rows), "filters": filters, "scenes": SCENES,
        "states": STATES, "filtered": any(asdict(filters).values()) or any(asdict(part).values()),
        "export_url": export_url(request), "may_edit": may(request.actor, "network", "edit"),
    }  # fmt: skip
    return render(request, "surfaces/board/safety_monitors.html", values)


@board_page
@require_GET
def shown(request: HttpRequest, code: str) -> HttpResponse:
    """One monitor: where, who is called, the thresholds that it is held against, what was done to it."""
    page = monitor_page(code, request.actor, request.language)
    values = {
        "monitor": page, "line": page.line, "may_edit": may(request.actor, "network", "edit"),
        "limits": [one for one in safety_limits(request.today, code) if one.in_force or one.alone],
    }  # fmt: skip
    return render(request, "surfaces/board/safety_monitor.html", values)


@never_cache
@board_page
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Enter a monitor."""
    _require_edit(request)
    if request.method != "POST":
        return _form(request, {"silent_hours": f"{SILENT_HOURS:g}"}, ())
    values = sent(request.POST, *NAMES)
    try:
        row = add_monitor(_entry(values), request.actor, request.now)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _form(request, values, refused.faults)
    undo = reverse("board:safety_monitor_remove", args=[row.pk])
    said_undoable(request, "safety.monitor_added", undo, {"sure": "1"}, monitor=row.pk)
    return redirect("board:safety_monitor", row.pk)


@never_cache
@board_page
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Change a monitor; its number stays."""
    _require_edit(request)
    before = monitor_fields(code, request.actor)
    if request.method != "POST":
        return _form(request, before, (), code)
    given = [name for name in NAMES if name in request.POST and name != "code"]
    values = {**before, **sent(request.POST, *given)}
    try:
        changed = change_monitor(_entry(values), request.actor, request.now)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _form(request, values, refused.faults, code)
    if changed:
        changes = say("safety.and", request.language).join(
            say(f"safety.monitor_form.{name}", request.language) for name in changed
        )
        back = {name: before[name] for name in changed}
        said_undoable(request, "safety.monitor_changed", request.path, back, monitor=code, changes=changes)
    return redirect("board:safety_monitor", code)


@board_page
@require_POST
def remove(request: HttpRequest, code: str) -> HttpResponse:
    """Take a monitor off."""
    remove_monitor(code, request.actor, request.now)
    said_undoable(request, "safety.monitor_removed", reverse("board:safety_monitor_restore", args=[code]), {},
                  monitor=code)  # fmt: skip
    return redirect("board:safety_monitor", code)


@board_page
@require_POST
def restore(request: HttpRequest, code: str) -> HttpResponse:
    """Put a monitor back."""
    try:
        restore_monitor(code, request.actor, request.now)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _form(request, monitor_fields(code, request.actor), refused.faults, code)
    said(request, "safety.monitor_restored", monitor=code)
    return redirect("board:safety_monitor", code)


def _require_edit(request: HttpRequest) -> None:
    if not may(request.actor, "network", "edit"):
        raise Denied("network", "edit")


def _entry(values: Mapping[str, str]) -> MonitorEntry:
    """What the form says; without a place of its own it stands at its district's. Raises Refused with every fault."""
    faults = [Fault("field.missing", Where("", 0, one.name)) for one in FIELDS if one.required and not values[one.name]]
    numbers = {name: number_in(values[name] or "0") for name in ("longitude", "latitude", "silent_hours")}
    faults += [Fault("safety.number", Where("", 0, name), {"value": values[name][:20]})
               for name, value in numbers.items() if value is None]  # fmt: skip
    district = district_named(values["district"])
    if values["district"] and district is None:
        faults.append(Fault("safety.district", Where("", 0, "district"), {"district": values["district"]}))
    if faults or district is None:
        raise Refused(faults)
    code, *place = district
    if values["longitude"] or values["latitude"]:
        place = [numbers["longitude"] or 0.0, numbers["latitude"] or 0.0]
    texts = {name: values[name] for name in NAMES if name not in ("longitude", "latitude", "silent_hours", "district")}
    hours = numbers["silent_hours"] or 0.0
    return MonitorEntry(row=0, district=code, longitude=place[0], latitude=place[1], silent_hours=hours, **texts)


def _form(
    request: HttpRequest, values: Mapping[str, str], faults: Sequence[Fault], code: str = ""
) -> HttpResponse:  # fmt: skip
    language = request.language
    choices = {
        "scene": [(one, say(f"safety.scene_name.{one}", language)) for one in SCENES],
        "phase": [("", "—"), *((one, one) for one in PHASES)],
    }  # fmt: skip
    fields = [one for one in FIELDS if not (code and one.name == "code")]
    back = reverse("board:safety_monitor", args=[code]) if code else reverse("board:safety_monitors")
    page = {
        "form": filled(fields, "safety.monitor_form", values, choices, faults, language),
        "title": "safety.monitor_change" if code else "safety.monitor_add", "lead": "safety.monitor_lead",
        "back": back, "back_title": "safety.monitor" if code else "safety.monitors",
    }  # fmt: skip
    return render(request, "surfaces/board/plans/form.html", page, status=422 if faults else 200)


def _cells(row: MonitorLine, language: str) -> tuple[object, ...]:
    return (
        row.code, row.place, say(f"safety.scene_name.{row.scene}", language), row.phase, row.address, row.district,
        row.organisation, row.gateway, row.contact, row.helper, say(f"safety.monitor_state.{row.state}", language),
        local(row.heard_at), row.open_alarms,
    )  # fmt: skip
