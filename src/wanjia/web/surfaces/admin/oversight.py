"""What has to be watched: stuck cases, reads of personal data, histories and their chains."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wanjia.model.faults import NotFound
from wanjia.queries.cases.oversight import data_reads, entries_of, stuck_cases, subject_label, subjects
from wanjia.texts import say
from wanjia.web.csv_files import csv_response
from wanjia.web.listing import export_url, local
from wanjia.web.paging import page_of
from wanjia.web.surfaces.admin.access import admin_page

READ_COLUMNS = ("at", "reader", "login", "organisation", "case", "fields", "reason")


@admin_page("stuck")
@require_GET
def stuck(request: HttpRequest) -> HttpResponse:
    """Cases whose due clock could not act, with why."""
    return render(request, "surfaces/admin/stuck.html", {"page": page_of(request, stuck_cases(request.language))})


@admin_page("reads")
@require_GET
def reads(request: HttpRequest) -> HttpResponse:
    """Who unmasked whose data, and why."""
    text = request.GET.get("text", "")[:80]
    rows = data_reads(text, request.language)
    if request.GET.get("export") == "csv":
        header = [say(f"admin.reads.{name}", request.language) for name in READ_COLUMNS]
        cells = (
            (local(row.at), row.name, row.login, row.organisation, row.case_number, " ".join(row.fields), row.reason)
            for row in rows
        )
        return csv_response("personal-data-reads", header, cells)
    values = {"page": page_of(request, rows), "text": text, "export_url": export_url(request)}
    return render(request, "surfaces/admin/reads.html", values)


@admin_page("history")
@require_GET
def histories(request: HttpRequest) -> HttpResponse:
    """Everything that has a history, found by subject or case number."""
    text = request.GET.get("text", "")[:80]
    values = {"page": page_of(request, subjects(text, request.language)), "text": text}
    return render(request, "surfaces/admin/histories.html", values)


@admin_page("history")
@require_GET
def one_history(request: HttpRequest, subject: str) -> HttpResponse:
    """One history, each entry's seal checked now."""
    entries = entries_of(subject, request.language)
    if not entries:
        raise NotFound("history", subject)
    values = {
        "subject": subject, "label": subject_label(subject, request.language), "page": page_of(request, entries),
        "broken": [entry.sequence for entry in entries if entry.broken], "total": len(entries),
    }  # fmt: skip
    return render(request, "surfaces/admin/history.html", values)
