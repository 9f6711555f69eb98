"""The proof that every place has a name, and the import that keeps it so."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from wanjia.actions.territory.import_grid import GridUpload, import_grid
from wanjia.model.actors import may
from wanjia.model.faults import Denied, Fault, Refused, Where
from wanjia.queries.territory.proof import check_upload, proof_on
from wanjia.texts import fault_sentence, say
from wanjia.web.csv_files import csv_response
from wanjia.web.listing import day_of, export_url
from wanjia.web.paging import page_of
from wanjia.web.surfaces.admin.access import EVERYWHERE, admin_page, done
from wanjia.web.surfaces.admin.territory_files import CellsFile, PostsFile, read_cells_file, read_posts_rows

EXPORT_COLUMNS = ("cell", "level", "since", "until", "posts")
FAULTS_SHOWN_MAX = 2000
"""Faults on a page; a file with more is another file than was meant, and the count says so."""


@admin_page("territory")
@require_GET
def proof(request: HttpRequest) -> HttpResponse:
    """Gaps, overlaps, and cells with days without exactly one holder, proved now from the rows."""
    on = day_of(request.GET.get("on", "")) or request.today
    found = proof_on(on)
    with_past = request.GET.get("past") == "1"
    unheld = [row for row in found.unheld if with_past or not row.past]
    if request.GET.get("export") == "csv":
        header = [say(f"admin.territory.{name}", request.language) for name in EXPORT_COLUMNS]
        cells = ((row.cell_code, row.level, row.starts_on, row.ends_on or "", " ".join(row.posts)) for row in unheld)
        return csv_response("unheld", header, cells)
    values = {
        "proof": found, "page": page_of(request, unheld), "with_past": with_past,
        "past_count": sum(row.past for row in found.unheld),
        "faults": [fault_sentence(fault, request.language) for fault in found.faults[:FAULTS_SHOWN_MAX]],
        "map": _map(request, found.points), "export_url": export_url(request), "may_import": _may_import(request),
    }  # fmt: skip
    return render(request, "surfaces/admin/territory.html", values)


@admin_page("territory")
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Cells and posts from files, from a chosen day on: everything or nothing."""
    if not _may_import(request):
        raise Denied("territory", "import")
    if request.method == "GET":
        return _page(request, request.today.isoformat())
    text = request.POST.get("starts_on", "")
    cells, posts = _files(request)
    try:
        upload = _upload(text, cells, posts, request)
        made = import_grid(upload, request.actor, request.now, request.today)
    except Denied:
        raise
    except Refused as refused:
        points = check_upload(cells.collection) if cells else None
        return _page(request, text, refused.faults, points)
    done(request, "grid_imported", cells=made.cells, posts=made.tenures, day=upload.starts_on.isoformat())
    return redirect("admin:territory")


def _files(request: HttpRequest) -> tuple[CellsFile | None, PostsFile | None]:
    cells, posts = request.FILES.get("cells"), request.FILES.get("posts")
    return (read_cells_file(cells) if cells else None), (read_posts_rows(posts) if posts else None)


def _upload(text: str, cells: CellsFile | None, posts: PostsFile | None, request: HttpRequest) -> GridUpload:
    starts_on = day_of(text)
    if starts_on is None:
        raise Refused([Fault("field.day", Where("starts_on"), {"text": text[:20]})])
    names = {key: file.name or "" for key, file in request.FILES.items()}
    return GridUpload(
        starts_on, cells.collection if cells else None, posts.rows if posts else None,
        cells.organisations if cells else {}, cells.area_classes if cells else {}, names.get("cells", ""),
        names.get("posts", ""), posts.faults if posts else (),
    )  # fmt: skip


def _page(
    request: HttpRequest, starts_on: str, faults: tuple[Fault, ...] = (), points: dict[str, Any] | None = None
) -> HttpResponse:  # fmt: skip
    values = {
        "starts_on": starts_on, "count": len(faults),
        "faults": [fault_sentence(fault, request.language) for fault in faults[:FAULTS_SHOWN_MAX]],
        "map": _map(request, points) if points and points["features"] else None,
    }  # fmt: skip
    return render(request, "surfaces/admin/territory_import.html", values, status=422 if faults else 200)


def _may_import(request: HttpRequest) -> bool:
    return may(request.actor, "territory", "import", EVERYWHERE) and may(request.actor, "post", "import", EVERYWHERE)


def _map(request: HttpRequest, points: dict[str, Any]) -> dict[str, Any]:
    title = say("admin.territory.map", request.language)
    return {"title": title, "cells_url": f"{reverse('portal:cells')}?level=1", "points": points}
