"""Texts on their way out of the house: what waits, what was given up and why, and the quiet hours."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from wanjia.actions.cases.drop_deliveries import drop_deliveries
from wanjia.actions.cases.queue_delivery import CHANNELS
from wanjia.actions.cases.retry_deliveries import AT_ONCE_MAX, retry_deliveries
from wanjia.actions.cases.set_quiet_hours import SOURCE_CHARACTERS_MAX, set_quiet_hours
from wanjia.model.actors import Actor, may
from wanjia.model.faults import Denied, Fault, NotFound, Refused
from wanjia.queries.cases.deliveries import (
    ChannelCount,
    DeliveryFilters,
    DeliveryRow,
    channel_counts,
    channel_troubles,
    delivery,
    delivery_keys,
    quiet_hours_editions,
)
from wanjia.queries.cases.deliveries import deliveries as chosen_deliveries
from wanjia.texts import fault_sentence, say
from wanjia.web.csv_files import csv_response
from wanjia.web.forms import shown_faults
from wanjia.web.listing import export_url, filters_from, local
from wanjia.web.paging import page_of
from wanjia.web.plain_forms import PlainField, labelled, plain_form, sent
from wanjia.web.surfaces.admin.access import admin_page, done
from wanjia.wiring.deliveries import Channel, channels

STATUSES = ("waiting", "sent", "failed", "dropped")
COLUMNS = ("created_at", "channel", "address", "subject", "about", "state", "not_before", "sent_at", "attempts", "why")
EXPORT_ROWS_MAX = 50_000
"""Rows of one download: about 10 MB; a longer list is narrowed by day."""
QUIET_FIELDS = ("starts_on", "begins", "ends", "source")

Deed = Callable[[Sequence[int], Actor, datetime], int]


@dataclass(frozen=True)
class ChannelLine:
    """One channel as it is connected, with what is open on it, why it is shut, and why it takes nothing."""

    channel: Channel
    counts: ChannelCount
    faults: tuple[str, ...]
    trouble: str


@admin_page("deliveries")
@require_GET
def deliveries(request: HttpRequest) -> HttpResponse:
    """The list, searched and filtered, below the state of each channel."""
    filters = filters_from(request, DeliveryFilters)
    rows = chosen_deliveries(filters, request.now)
    if request.GET.get("export") == "csv":
        return _csv(request, rows[:EXPORT_ROWS_MAX])
    page = page_of(request, rows)
    values = {
        "page": page, "rows": [(row, _why(row, request.language)) for row in page.rows], "filters": filters,
        "filtered": any(asdict(filters).values()), "channels": CHANNELS, "statuses": STATUSES,
        "lines": _lines(request), "may_edit": may(request.actor, "delivery", "edit"),
        "may_export": may(request.actor, "delivery", "export"), "export_url": export_url(request),
        "query": request.GET.urlencode(), "in_force": next(e for e in quiet_hours_editions(request.now) if e.in_force),
    }  # fmt: skip
    return render(request, "surfaces/admin/deliveries.html", values)


@admin_page("deliveries")
@require_GET
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One text: its words, its way, and what can be done about it."""
    row = delivery(pk, request.now)
    if row is None:
        raise NotFound("delivery", pk)
    values = {"row": row, "why": _why(row, request.language), "may_edit": may(request.actor, "delivery", "edit")}
    return render(request, "surfaces/admin/delivery.html", values)


@admin_page("deliveries")
@require_http_methods(["GET", "POST"])
def retry(request: HttpRequest) -> HttpResponse:
    """Send again: asked first, with the number."""
    return _deed(request, "retry", retry_deliveries)


@admin_page("deliveries")
@require_http_methods(["GET", "POST"])
def drop(request: HttpRequest) -> HttpResponse:
    """Stop: asked first, with the number."""
    return _deed(request, "drop", drop_deliveries)


@admin_page("deliveries")
@require_http_methods(["GET", "POST"])
def quiet(request: HttpRequest) -> HttpResponse:
    """The quiet hours: what is in force, and a new edition."""
    if request.method == "GET":
        return _quiet_page(request, {"starts_on": str(request.today), "begins": "22:00", "ends": "07:00", "source": ""})
    values = sent(request.POST, *QUIET_FIELDS)
    try:
        set_quiet_hours(**values, actor=request.actor, now=request.now)
    except Denied:
        raise
    except Refused as refused:
        return _quiet_page(request, values, refused.faults)
    done(request, "quiet_hours_set", day=values["starts_on"], begins=values["begins"], ends=values["ends"])
    return redirect("admin:quiet_hours")


def _deed(request: HttpRequest, name: str, deed: Deed) -> HttpResponse:
    """One delivery (`?pk=`) or all that the filter chooses; shown before it is done, because it reaches people."""
    if not may(request.actor, "delivery", "edit"):
        raise Denied("delivery", "edit")
    pk = request.GET.get("pk", "")
    filters = filters_from(request, DeliveryFilters)
    pks = [int(pk)] if pk.isdigit() else delivery_keys(filters, AT_ONCE_MAX)
    faults: tuple[Fault, ...] = ()
    if request.method == "POST":
        try:
            count = deed(pks, request.actor, request.now)
        except Denied:
            raise
        except Refused as refused:
            faults = refused.faults
        else:
            done(request, f"deliveries_{name}", count=count)
            back = reverse("admin:deliveries")
            return redirect(f"{back}{pk}/" if pk.isdigit() else f"{back}?{request.GET.urlencode()}")
    values = {
        "name": name, "count": len(pks), "too_many": len(pks) > AT_ONCE_MAX, "max": AT_ONCE_MAX, "pk": pk,
        "row": delivery(int(pk), request.now) if pk.isdigit() else None,
        "faults": shown_faults(faults, request.language), "query": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "surfaces/admin/delivery_deed.html", values, status=422 if faults else 200)


def _lines(request: HttpRequest) -> list[ChannelLine]:
    counts, troubles = channel_counts(request.now), channel_troubles(request.now)
    return [
        ChannelLine(
            channel, counts.get(channel.name, ChannelCount(channel.name)),
            tuple(fault_sentence(fault, request.language) for fault in channel.faults),
            fault_sentence(troubles[channel.name], request.language) if channel.name in troubles else "",
        )
        for channel in channels()
    ]  # fmt: skip


def _why(row: DeliveryRow, language: str) -> str:
    return fault_sentence(row.fault, language) if row.fault else ""


def _csv(request: HttpRequest, rows: Sequence[DeliveryRow]) -> HttpResponse:
    """The list with addresses masked as on the page."""
    if not may(request.actor, "delivery", "export"):
        raise Denied("delivery", "export")
    language = request.language
    header = [say(f"admin.delivery.{name}", language) for name in COLUMNS]
    cells = (
        (
            local(row.created_at), say(f"admin.delivery.channel.{row.channel}", language), row.address, row.subject,
            row.outage_number or row.case_number, say(f"admin.delivery.state.{row.state}", language),
            local(row.not_before), local(row.sent_at), row.attempts, _why(row, language),
        )
        for row in rows
    )  # fmt: skip
    return csv_response("deliveries", header, cells)


def _quiet_page(request: HttpRequest, values: dict[str, str], faults: tuple[Fault, ...] = ()) -> HttpResponse:
    fields = labelled(
        "admin.quiet", request.language,
        PlainField("starts_on", "", "date", values["starts_on"]),
        PlainField("begins", "", value=values["begins"], max_length=5),
        PlainField("ends", "", value=values["ends"], max_length=5),
        PlainField("source", "", value=values["source"], max_length=SOURCE_CHARACTERS_MAX),
    )  # fmt: skip
    page = {
        "form": plain_form(fields, faults, request.language), "editions": quiet_hours_editions(request.now),
        "may_edit": may(request.actor, "delivery", "edit"),
    }  # fmt: skip
    return render(request, "surfaces/admin/quiet_hours.html", page, status=422 if faults else 200)
