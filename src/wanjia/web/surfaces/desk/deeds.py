"""Deeds on a case and on its tasks at the desk: each comes back to the case."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from wanjia.web import case_deeds
from wanjia.web.case_deeds import Scene
from wanjia.web.surfaces.desk.access import desk_page
from wanjia.web.surfaces.desk.cases import show_case


@desk_page
@require_POST
def complete(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """Do a task."""
    return case_deeds.complete(_at_task(request, number, key)) or redirect("desk:case", number)


@desk_page
@require_POST
def on_task(request: HttpRequest, number: str, key: str, deed: str) -> HttpResponse:
    """A deed on an open task."""
    refused = case_deeds.do(case_deeds.ON_TASK, deed, _at_task(request, number, key))
    return refused or redirect("desk:case", number)


@desk_page
@require_POST
def on_case(request: HttpRequest, number: str, deed: str) -> HttpResponse:
    """A deed on the whole case."""
    scene = Scene(
        request, number, "", lambda other: reverse("desk:on_case", args=[number, other]),
        lambda trouble: show_case(request, number, trouble),
    )  # fmt: skip
    return case_deeds.do(case_deeds.ON_CASE, deed, scene) or redirect("desk:case", number)


def _at_task(request: HttpRequest, number: str, key: str) -> Scene:
    return Scene(
        request, number, key, lambda other: reverse("desk:on_task", args=[number, key, other]),
        lambda trouble: show_case(request, number, trouble),
    )  # fmt: skip
