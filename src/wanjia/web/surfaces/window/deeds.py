"""Deeds at the window, on a task of one's own body or on a whole case: each comes back to where it was done."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from wanjia.queries.cases.window_cases import window_case
from wanjia.queries.cases.window_tasks import window_task
from wanjia.web import case_deeds
from wanjia.web.case_deeds import Scene
from wanjia.web.surfaces.window.access import counter_page, window_page
from wanjia.web.surfaces.window.cases import show_case
from wanjia.web.surfaces.window.tasks import show_task

STAYS = ("ask-opinion", "delegate")
"""After these the task is still the same hands' to look at; the others send it on its way."""


@window_page
@require_POST
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Do a task."""
    return case_deeds.complete(_at_task(request, pk)) or redirect("window:tasks")


@window_page
@require_POST
def on_task(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """A deed on an open task."""
    refused = case_deeds.do(case_deeds.ON_TASK, deed, _at_task(request, pk))
    return refused or (redirect("window:task", pk) if deed in STAYS else redirect("window:tasks"))


@counter_page
@require_POST
def on_case(request: HttpRequest, number: str, deed: str) -> HttpResponse:
    """A deed on a whole case."""
    window_case(number, request.actor, request.now, request.language)  # only what may be seen whole is acted upon
    scene = Scene(
        request, number, "", lambda other: reverse("window:on_case", args=[number, other]),
        lambda trouble: show_case(request, number, trouble),
    )  # fmt: skip
    return case_deeds.do(case_deeds.ON_CASE, deed, scene) or redirect("window:case", number)


def _at_task(request: HttpRequest, pk: int) -> Scene:
    task = window_task(pk, request.actor, request.now, request.language)
    return Scene(
        request, task.head.number, task.card.key, lambda other: reverse("window:on_task", args=[pk, other]),
        lambda trouble: show_task(request, pk, trouble),
    )  # fmt: skip
