"""Small answers that pages fetch: colleagues for a choice, cells for a map."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wanjia.queries.cases.people import colleagues
from wanjia.queries.territory.cells_map import cells_map
from wanjia.web.surfaces.desk.access import desk_page


@desk_page
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """The options of a choice of colleagues that fit what was typed."""
    found = colleagues(request.actor, request.today, request.language, request.GET.get("q", "")[:60])
    return render(request, "components/case/people.html", {"colleagues": found})


@desk_page
@require_GET
def cells_map_json(request: HttpRequest) -> JsonResponse:
    """Cells of a level (1 to 3), of one parent cell when `within` names it."""
    level = int(request.GET["level"]) if request.GET.get("level") in ("1", "2", "3") else 3
    cells = cells_map(request.today, level, request.language, within=request.GET.get("within", ""))
    response = JsonResponse(cells)
    response["Cache-Control"] = "private, max-age=300"
    return response
