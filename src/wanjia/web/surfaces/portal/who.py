"""Who answers for me: a page, the piece of it that the map asks for, and the cells that the map draws."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from wanjia.model.faults import NotFound
from wanjia.queries.territory.cells_geojson import cells_geojson
from wanjia.queries.territory.places import Point, area_choices, point_of_area, point_of_customer
from wanjia.queries.territory.who_answers import who_answers
from wanjia.web.limits import LOOKUPS, address_of, take

LEVELS = (1, 2, 3)
FINEST = 3
CELLS_SECONDS_MAX = 3600
"""How long a browser may keep the cells without asking: borders change by the day at most."""


@require_safe
def who(request: HttpRequest) -> HttpResponse:
    """With a point, cell or customer number: who answers there. htmx and the map get that piece of the page alone."""
    point, asked = _point(request)
    answering = who_answers(point.longitude, point.latitude, request.today) if point else ()
    values = {
        "answering": tuple(reversed(answering)),
        "asked": asked,
        "point": point,
        "number": request.GET.get("number", ""),
    }
    if request.htmx:
        return render(request, "components/who_answers.html", values)
    values["areas"] = area_choices(request.today, request.language)
    return render(request, "surfaces/portal/who.html", values)


@require_safe
def cells(request: HttpRequest) -> HttpResponse:
    """The cells of a level as GeoJSON; kept by browsers, compressed, and not sent twice."""
    level, within = request.GET.get("level", str(FINEST)), request.GET.get("within", "")
    if level not in map(str, LEVELS):
        raise NotFound("level", level)
    drawn = cells_geojson(request.today, int(level), request.language, within)
    etag = quote_etag(drawn.mark)
    response = HttpResponse(drawn.body, content_type="application/geo+json")
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content = drawn.compressed
        response.headers["Content-Encoding"] = "gzip"
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"public, max-age={CELLS_SECONDS_MAX}"
    patch_vary_headers(response, ["Accept-Encoding", "Accept-Language", "Cookie"])
    return get_conditional_response(request, etag=etag, response=response) or response


def _point(request: HttpRequest) -> tuple[Point | None, bool]:
    """The place asked about, and whether anything was asked at all."""
    given = request.GET
    if given.get("longitude") and given.get("latitude"):
        try:
            return Point(float(given["longitude"]), float(given["latitude"])), True
        except ValueError:
            return None, True
    if given.get("area"):
        return point_of_area(given["area"], request.today), True
    if given.get("number"):
        take(LOOKUPS, address_of(request))
        return point_of_customer(given["number"]), True
    return None, False
