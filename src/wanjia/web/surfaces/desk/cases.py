"""The page of one case."""

import secrets

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from wanjia.model.jsonvalue import Facts
from wanjia.queries.cases.case_page import CasePage, case_page, seen_case
from wanjia.queries.cases.diagram import case_drawing, case_tokens
from wanjia.queries.cases.duplicates import duplicates
from wanjia.queries.cases.facts import answer_rows
from wanjia.queries.cases.people import colleagues
from wanjia.queries.cases.task_card import TaskCard
from wanjia.queries.standing.surveys import has_survey
from wanjia.web.case_deeds import Trouble
from wanjia.web.forms import page_form, shown_faults
from wanjia.web.naming_fields import nameable
from wanjia.web.place_map import place_map
from wanjia.web.revealing import is_revealed
from wanjia.web.surfaces.desk.access import desk_page

DEED = "deed"
"""Stands for any deed in an address."""


@desk_page
@require_GET
def case(request: HttpRequest, number: str) -> HttpResponse:
    """The case: what it is, who answers, what is to be done, what happened."""
    return show_case(request, number)


@desk_page
@require_GET
def drawing(request: HttpRequest, number: str) -> HttpResponse:
    """The BPMN drawing for the viewer."""
    return HttpResponse(
        case_drawing(number, request.actor, request.language), content_type="application/xml; charset=utf-8"
    )


@desk_page
@require_GET
def tokens(request: HttpRequest, number: str) -> HttpResponse:
    """Where the case stands in its drawing."""
    return JsonResponse(case_tokens(number, request.actor, request.now, request.language))


def show_case(request: HttpRequest, number: str, trouble: Trouble | None = None) -> HttpResponse:
    """The page; with `trouble` the refused form stands open with its faults, and the status is 422."""
    trouble = trouble or Trouble()
    page = case_page(number, request.actor, request.now, request.language, is_revealed(request, number))
    chosen = _chosen(page, trouble.task or request.GET.get("task", ""))
    values = {
        "page": page, "head": page.head, "verbs": page.verbs, "chosen": chosen, "trouble": trouble,
        "trouble_faults": shown_faults(trouble.faults, request.language),
        "upload_key": trouble.upload_key or secrets.token_urlsafe(24),
        **_form(request, page, chosen, trouble), **_choices(request, page, chosen),
        "case_address": _address("desk:on_case", number), "people_address": reverse("desk:people"),
        "task_address": _address("desk:on_task", number, chosen.key) if chosen else "",
        "surveyed": has_survey(page.practice) and bool(page.verbs),
        "viewer": _viewer(request, number), "map": place_map(page.head, reverse("desk:cells_map")),
    }  # fmt: skip
    return render(request, "surfaces/desk/case.html", values, status=422 if trouble.faults else 200)


def _address(name: str, *where: str) -> str:
    """What the addresses of all deeds at one place begin with."""
    return reverse(name, args=[*where, DEED]).removesuffix(f"{DEED}/")


def _chosen(page: CasePage, key: str) -> TaskCard | None:
    """The task whose form stands open: the one asked for, else the first that the actor may do."""
    mine = [task for task in page.tasks if task.verbs]
    return next((task for task in page.tasks if task.key == key), mine[0] if mine else None)


def _form(request: HttpRequest, page: CasePage, task: TaskCard | None, trouble: Trouble) -> dict[str, object]:
    if task is None or not task.has_form or "complete" not in task.verbs:
        return {"form": None, "shows": ()}
    facts = {**page.case_facts, **task.item_facts}
    refused = trouble.deed == "complete" and trouble.task == task.key
    values = trouble.values if refused else _known(page, task, facts)
    language, faults = request.language, trouble.faults if refused else ()
    naming = nameable(request, page.practice, task.step, facts)
    form = page_form(page.practice, task.step, language, values, faults, facts, naming=naming)
    return {"form": form, "shows": answer_rows(page.practice, form.shows, facts, language)}


def _known(page: CasePage, task: TaskCard, facts: Facts) -> Facts:
    """What an earlier round answered stands in the form again."""
    fields = page.practice.forms[task.step].fields
    return {name: facts[name] for name in fields if facts.get(name) is not None}


def _choices(request: HttpRequest, page: CasePage, task: TaskCard | None) -> dict[str, object]:
    needs_people = task is not None and bool(task.verbs & {"ask_opinion", "pass_on", "delegate"})
    needs_cases = "merge" in page.verbs
    case_row = seen_case(page.head.number, request.actor) if needs_cases else None
    return {
        "colleagues": colleagues(request.actor, request.today, request.language) if needs_people else (),
        "duplicates": duplicates(case_row, page.practice, request.actor, request.language) if case_row else (),
        "paper_facts": [
            (name, page.practice.text(f"facts.{name}", request.language))
            for name, rule in page.practice.facts.items()
            if rule.get("format") == "papers"
        ],
    }  # fmt: skip


def _viewer(request: HttpRequest, number: str) -> dict[str, object]:
    tokens = case_tokens(number, request.actor, request.now, request.language)
    return {"bpmn_url": reverse("desk:drawing", args=[number]), **tokens}
