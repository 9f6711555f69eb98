"""What practices there are, and what each of them does."""

from dataclasses import replace
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from wanjia.model.actors import Subject, may
from wanjia.model.faults import NotFound
from wanjia.practice.drawing import drawing
from wanjia.queries.cases.gallery import GalleryPage, GalleryRow, gallery, gallery_page, is_public
from wanjia.queries.standing.indicators import Scope, practice_figures
from wanjia.web.surfaces.portal.home import ICONS

PERIOD_DAYS = 90
"""Of how many days the figures are: a quarter, as they are compared."""


@require_safe
def practices(request: HttpRequest) -> HttpResponse:
    """All of them; citizens see those that they can begin."""
    text = request.GET.get("q", "").strip()[:60]
    rows = gallery(request.language, everyone=not sees_all(request))
    found = [
        _drawn(row) for row in rows if text.casefold() in f"{row.title} {row.summary} {' '.join(row.rows)}".casefold()
    ]
    values = {"rows": found, "q": text, "whole": sees_all(request), "may_install": _may_install(request)}
    return render(request, "surfaces/gallery/list.html", values)


@require_safe
def practice(request: HttpRequest, name: str) -> HttpResponse:
    """One practice: for citizens the plain description, for staff and partners all that a practice is."""
    found, whole = found_practice(request, name), sees_all(request)
    values = {
        "found": found, "row": found.row, "whole": whole, "may_install": _may_install(request),
        "begins": _begins(found), "figures": _figures(request, name) if whole else (), "days": PERIOD_DAYS,
        "viewer": viewer(request, found, {"tokens": [], "done": []}),
    }  # fmt: skip
    return render(request, "surfaces/gallery/practice.html", values)


@require_safe
def process(request: HttpRequest, name: str) -> HttpResponse:
    """The drawing, its labels in the reader's language."""
    content = drawing(found_practice(request, name).practice, request.language)
    return HttpResponse(content, content_type="application/xml; charset=utf-8")


def found_practice(request: HttpRequest, name: str) -> GalleryPage:
    """The practice, if there is one and the visitor may read about it. Raises NotFound."""
    found = gallery_page(name, request.language)
    if found is None or not (sees_all(request) or is_public(found.practice)):
        raise NotFound("practice", name)
    return found


def sees_all(request: HttpRequest) -> bool:
    """Whether practices are open to the visitor as a whole, by the permission table."""
    return may(request.actor, "practice", "see", Subject())


def viewer(request: HttpRequest, found: GalleryPage, tokens: dict[str, object]) -> dict[str, object]:
    """What the drawing's island needs."""
    address = reverse("gallery:process", args=[found.row.name])
    return {**tokens, "title": found.row.title, "bpmn_url": address}


def _drawn(row: GalleryRow) -> GalleryRow:
    """With a picture that there is."""
    return row if row.icon in ICONS else replace(row, icon="sheet")


def _begins(found: GalleryPage) -> str:
    """Where a citizen begins such a case on the portal; "" when it begins elsewhere."""
    public = is_public(found.practice) and found.practice.entry.surface in ("portal", "window")
    return reverse("portal:new", args=[found.row.name]) if public else ""


def _figures(request: HttpRequest, name: str):
    if not may(request.actor, "report", "see"):
        return ()
    scope = Scope(request.today - timedelta(days=PERIOD_DAYS - 1), request.today)
    found = practice_figures(request.actor, scope, request.now, request.language, name)
    return found[0].figures if found else ()


def _may_install(request: HttpRequest) -> bool:
    return may(request.actor, "practice", "install", Subject())
