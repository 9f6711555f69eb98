"""Finding cases: filters in the address, pages, export."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wanjia.model.actors import may
from wanjia.queries.cases.case_search import CaseFilters, CaseRow, search_cases
from wanjia.queries.cases.installed import practice_names
from wanjia.queries.cases.organisations import organisation_choices
from wanjia.texts import say
from wanjia.web.csv_files import csv_response
from wanjia.web.listing import export_url, filters_from, local
from wanjia.web.paging import page_of
from wanjia.web.surfaces.desk.access import desk_page

EXPORT_ROWS_MAX = 20_000
"""A spreadsheet that still opens; more is a matter for the API."""

COLUMNS = (
    "number",
    "title",
    "practice",
    "status",
    "late",
    "organisation",
    "cell",
    "requester",
    "accepted",
    "ended",
    "due",
)


@desk_page
@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    """The cases that I may see and that fit the address."""
    filters = filters_from(request, CaseFilters)
    rows = search_cases(request.actor, filters, request.now, request.language)
    if request.GET.get("export") == "csv" and may(request.actor, "case", "export"):
        header = [say(f"desk.column.{name}", request.language) for name in COLUMNS]
        return csv_response("cases", header, [_cells(row, request.language) for row in rows[:EXPORT_ROWS_MAX]])
    values = {
        "page": page_of(request, rows), "filters": filters, "filtered": any(asdict(filters).values()),
        "practices": practice_names(request.language),
        "organisations": organisation_choices(request.actor, request.language),
        "export_url": export_url(request) if may(request.actor, "case", "export") else "",
    }  # fmt: skip
    return render(request, "surfaces/desk/cases.html", values)


def _cells(row: CaseRow, language: str) -> tuple[object, ...]:
    moments = [local(at) for at in (row.opened_at, row.ended_at, row.due_at)]
    status = row.end or say(f"desk.status.{row.status}", language)
    late = say(f"desk.{'yes' if row.late else 'no'}", language)
    return (
        row.number, row.title, row.practice, status, late, row.organisation, row.cell_code, row.requester, *moments
    )  # fmt: skip
