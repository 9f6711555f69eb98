"""Whole cases, for bodies that receive and decide them."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from wanjia.queries.cases.case_page import seen_case
from wanjia.queries.cases.case_search import CaseFilters, CaseRow, search_cases
from wanjia.queries.cases.duplicates import duplicates
from wanjia.queries.cases.installed import practice_names
from wanjia.queries.cases.task_list import GROUPS
from wanjia.queries.cases.window_cases import window_case
from wanjia.texts import say
from wanjia.web.case_deeds import Trouble
from wanjia.web.csv_files import csv_response
from wanjia.web.forms import shown_faults
from wanjia.web.listing import export_url, filters_from, local
from wanjia.web.paging import page_of
from wanjia.web.revealing import is_revealed
from wanjia.web.surfaces.window.access import counter_page

STATUSES = ("running", "ended", "withdrawn", "merged")
EXPORT_COLUMNS = ("number", "title", "practice", "status", "requester", "opened", "due", "late")


@counter_page
@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    """Search of this body's cases, each with its strictest clock."""
    filters = filters_from(request, CaseFilters)
    rows = search_cases(request.actor, filters, request.now, request.language)
    if request.GET.get("export") == "csv":
        header = [say(f"window.column.{name}", request.language) for name in EXPORT_COLUMNS]
        return csv_response("cases", header, (_cells(row, request.language) for row in rows))
    values = {
        "page": page_of(request, rows), "filters": filters, "filtered": any(asdict(filters).values()),
        "practices": practice_names(request.language), "groups": GROUPS, "statuses": STATUSES,
        "export_url": export_url(request),
    }  # fmt: skip
    return render(request, "surfaces/window/cases.html", values)


@counter_page
@require_GET
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Everything in one case: all opinions, papers, letters, messages, history."""
    return show_case(request, number)


def show_case(request: HttpRequest, number: str, trouble: Trouble | None = None) -> HttpResponse:
    """The page; with `trouble` the refused form stands open with its faults, and the status is 422."""
    trouble = trouble or Trouble()
    found = window_case(number, request.actor, request.now, request.language, is_revealed(request, number))
    page = found.page
    row = seen_case(number, request.actor) if "merge" in page.verbs else None
    values = {
        "case_address": reverse("window:case", args=[number]), "page": page, "answered": found.answered,
        "head": page.head, "verbs": page.verbs, "trouble": trouble,
        "tasks": [(task, found.task_ids.get(task.key)) for task in page.tasks],
        "trouble_faults": shown_faults(trouble.faults, request.language),
        "duplicates": duplicates(row, page.practice, request.actor, request.language) if row else (),
        "paper_facts": [
            (name, page.practice.text(f"facts.{name}", request.language))
            for name, rule in page.practice.facts.items()
            if rule.get("format") == "papers"
        ],
    }  # fmt: skip
    return render(request, "surfaces/window/case.html", values, status=422 if trouble.faults else 200)


def _cells(row: CaseRow, language: str) -> tuple[object, ...]:
    status = row.end or say(f"desk.status.{row.status}", language)
    late = say("window.late", language) if row.late else ""
    return (row.number, row.title, row.practice, status, row.requester, local(row.opened_at), local(row.due_at), late)
