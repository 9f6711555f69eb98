"""What leaves a plan of works: calendar files, notices and their letters, and who is told."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wanjia.adapters.icalendar.codec import Event, document
from wanjia.model.actors import may
from wanjia.model.faults import Denied, NotFound
from wanjia.queries.network.plan_notices import announced, notice_receivers, notices
from wanjia.queries.network.plan_shapes import Announced, Item, Notice, PlanPage
from wanjia.texts import say
from wanjia.web.csv_files import csv_response
from wanjia.web.listing import export_url, local
from wanjia.web.paging import page_of
from wanjia.web.surfaces.board.access import board_page
from wanjia.web.surfaces.board.plan import around, shown
from wanjia.web.surfaces.board.plan_letters import KINDS, notice_letter
from wanjia.web.templatetags.plan_words import reason_sentence
from wanjia.wiring.letters import letter_pdf

EXPORT_ROWS_MAX = 20_000
NOTICE_COLUMNS = (
    "request", "title", "begin", "end", "notice", "due", "districts", "households", "receivers", "told", "priority",
)  # fmt: skip
MOVES_MAX = 1_000
"""Moves by hand of one version that still count apart in a calendar's sequence."""
STATUS = {"adopted": "CONFIRMED", "adopting": "CONFIRMED", "superseded": "CANCELLED", "dropped": "CANCELLED"}


@board_page
@require_GET
def ics(request: HttpRequest, number: str) -> HttpResponse:
    """The works as a calendar file, all or of one crew."""
    found = shown(request, number)
    crew = request.GET.get("crew", "").strip()[:64]
    rows = {row.key: row for row in found.by_crew}
    if crew and crew not in rows:
        raise NotFound("means", crew)
    items = [item for item in found.items if not crew or item.id in rows[crew].items]
    name = f"{number} {rows[crew].label}" if crew else f"{number} {say('plans.title', request.language)}"
    made_at = max([request.now.replace(second=0, microsecond=0), found.line.asked_at])
    address = request.build_absolute_uri("/board/plans/")
    body = document((_event(found, item, address, request.language) for item in items), name, made_at)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{number}{f"-{_plain(crew)}" if crew else ""}.ics"'
    return response


@board_page
@require_GET
def plan_notices(request: HttpRequest, number: str) -> HttpResponse:
    """Every outage of the plan: whether its customers were told in time, and its letters."""
    found = shown(request, number)
    rows = notices(number, request.actor, request.now, request.language)
    if request.GET.get("export") == "csv":
        if not may(request.actor, "work", "export"):
            raise Denied("work", "export")
        header = [say(f"plans.column.{name}", request.language) for name in NOTICE_COLUMNS]
        return csv_response(
            f"{number}-notices", header, [_cells(one, request.language) for one in rows[:EXPORT_ROWS_MAX]]
        )
    values = {
        **around(found, "notices"), "page": page_of(request, rows), "short": sum(one.state == "short" for one in rows),
        "export_url": export_url(request) if may(request.actor, "work", "export") else "",
    }  # fmt: skip
    return render(request, "surfaces/board/plans/notices.html", values)


@board_page
@require_GET
def receivers(request: HttpRequest, number: str, item: int) -> HttpResponse:
    """Who is told of one outage; names and telephones are masked."""
    found = shown(request, number)
    row = next((one for one in found.items if one.id == item), None)
    if row is None:
        raise NotFound("planned_item", str(item))
    told = notice_receivers(number, item, request.actor, request.language)
    values = {**around(found, "notices"), "item": row, "page": page_of(request, told)}
    return render(request, "surfaces/board/plans/receivers.html", values)


@board_page
@require_GET
def letter(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """A notice as PDF: of the whole plan, of one outage, for each of its districts, for its priority customers."""
    if kind not in KINDS:
        raise NotFound("letter", kind)
    found = shown(request, number)
    wanted = request.GET.get("item", "")
    rows = _told_of(request, number, kind, wanted)
    told: Sequence = ()
    if kind == "priority" and rows:
        told = list(notice_receivers(number, int(wanted), request.actor, request.language, priority_only=True))
    if not rows or (kind == "priority" and not told):
        raise NotFound("notice", wanted or number)
    content = notice_letter(kind, found, rows, told, request.now, request.language)
    response = HttpResponse(letter_pdf(content, request.language), content_type="application/pdf")
    name = f"{number}-{kind}{f'-{rows[0].request}' if isinstance(rows[0], Notice) else ''}.pdf"
    response["Content-Disposition"] = f'inline; filename="{_plain(name)}"'
    return response


def _told_of(request: HttpRequest, number: str, kind: str, item: str) -> Sequence[Notice | Announced]:
    if kind == "public":
        return announced(number, request.actor, request.language)
    rows = notices(number, request.actor, request.now, request.language)
    return [one for one in rows if str(one.item) == item]


def _event(found: PlanPage, item: Item, address: str, language: str) -> Event:
    """A work; its identifier is its request's, so that the next version of the plan moves it in every calendar."""
    mode = say(f"plans.mode.{item.mode_kind}", language)
    said = [mode, f"{say('plans.column.device', language)} {item.device_id}", ", ".join(item.crew_names)]
    said += [reason_sentence(one, language) for one in item.reasons]
    summary = f"{item.title} ({mode})" if language == "en" else f"{item.title}（{mode}）"
    return Event(
        f"{item.request}@{found.line.organisation}.wanjia", item.starts_at, item.ends_at, summary,
        "\n".join(one for one in said if one), item.feeder_name or item.feeder, (mode,),
        STATUS.get(found.line.state, "TENTATIVE"), found.line.version * MOVES_MAX + len(found.moves),
        (item.latitude, item.longitude), f"{address}{found.line.number}/works/{item.id}/",
    )  # fmt: skip


def _cells(one: Notice, language: str) -> tuple[object, ...]:
    return (
        one.request, one.title, local(one.starts_at), local(one.ends_at), say(f"plans.notice.{one.state}", language),
        local(one.due_at)[:10], "; ".join(name or code for code, name in one.districts), one.households, one.receivers,
        one.told, sum(one.priority.values()),
    )  # fmt: skip


def _plain(name: str) -> str:
    return "".join(sign for sign in name if sign.isascii() and (sign.isalnum() or sign in "-._"))
