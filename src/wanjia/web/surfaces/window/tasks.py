"""The list of a partner body's tasks, and the page of one of them."""

import secrets
from dataclasses import asdict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from wanjia.queries.cases.facts import answer_rows
from wanjia.queries.cases.installed import practice_names
from wanjia.queries.cases.people import colleagues
from wanjia.queries.cases.task_list import GROUPS, TaskRow
from wanjia.queries.cases.window_tasks import (
    WindowFilters,
    WindowTask,
    window_counts,
    window_task,
    window_tasks,
)
from wanjia.texts import say
from wanjia.web.case_deeds import Trouble
from wanjia.web.csv_files import csv_response
from wanjia.web.forms import page_form, shown_faults
from wanjia.web.listing import export_url, filters_from, local
from wanjia.web.naming_fields import nameable
from wanjia.web.paging import page_of
from wanjia.web.place_map import place_map
from wanjia.web.surfaces.window.access import window_page

EXPORT_COLUMNS = ("task", "number", "title", "practice", "holder", "opened", "due", "done")


@window_page
@require_GET
def tasks(request: HttpRequest) -> HttpResponse:
    """What waits for this body, the strictest clock first; done ones under their own heading."""
    filters = filters_from(request, WindowFilters)
    rows = window_tasks(request.actor, filters, request.now, request.language)
    if request.GET.get("export") == "csv":
        header = [say(f"window.column.{name}", request.language) for name in EXPORT_COLUMNS]
        return csv_response("tasks", header, (_cells(row) for row in rows))
    values = {
        "page": page_of(request, rows),
        "filters": filters,
        "filtered": any(value for name, value in asdict(filters).items() if name != "state"),
        "counts": window_counts(request.actor, request.now),
        "practices": practice_names(request.language),
        "groups": GROUPS,
        "export_url": export_url(request),
    }
    return render(request, "surfaces/window/tasks.html", values)


@window_page
@require_GET
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """One task."""
    return show_task(request, pk)


@window_page
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Choices of a person, as the search narrows them."""
    found = colleagues(request.actor, request.today, request.language, request.GET.get("q", "")[:60])
    return render(request, "components/case/people.html", {"colleagues": found})


def show_task(request: HttpRequest, pk: int, trouble: Trouble | None = None) -> HttpResponse:
    """The page; with `trouble` the refused form stands open with its faults, and the status is 422."""
    trouble = trouble or Trouble()
    shown = window_task(pk, request.actor, request.now, request.language)
    values = {
        "shown": shown, "task": shown.card, "head": shown.head, "trouble": trouble,
        "trouble_faults": shown_faults(trouble.faults, request.language),
        "upload_key": trouble.upload_key or secrets.token_urlsafe(24), **_form(request, shown, trouble),
        "colleagues": _colleagues(request, shown), "map": place_map(shown.head, reverse("portal:cells")),
        "task_address": reverse("window:task", args=[pk]), "people_address": reverse("window:people"),
    }  # fmt: skip
    return render(request, "surfaces/window/task.html", values, status=422 if trouble.faults else 200)


def _form(request: HttpRequest, shown: WindowTask, trouble: Trouble) -> dict[str, object]:
    card, practice, language = shown.card, shown.practice, request.language
    if "complete" not in card.verbs or not card.has_form:
        return {"form": None, "shows": ()}
    refused = trouble.deed == "complete"
    fields = practice.forms[card.step].fields
    known = {name: shown.form_facts[name] for name in fields if shown.form_facts.get(name) is not None}
    faults = trouble.faults if refused else ()
    values, naming = trouble.values if refused else known, nameable(request, practice, card.step, shown.form_facts)
    form = page_form(practice, card.step, language, values, faults, shown.form_facts, naming=naming)
    listed = {row.name for row in shown.facts}
    above = answer_rows(practice, form.shows, shown.form_facts, language)
    # What stands among the facts of the application already is not said twice.
    return {"form": form, "shows": tuple(row for row in above if row.name not in listed)}


def _colleagues(request: HttpRequest, shown: WindowTask):
    if not shown.card.verbs & {"ask_opinion", "pass_on", "delegate"}:
        return ()
    return colleagues(request.actor, request.today, request.language)


def _cells(row: TaskRow) -> tuple[object, ...]:
    instants = (row.opened_at, row.due_at, row.closed_at)
    return (row.name, row.number, row.title, row.practice, row.holder, *map(local, instants))
