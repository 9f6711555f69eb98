"""Who answers where, the cells, the indicators, and who the caller is."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from wanjia.model.actors import may
from wanjia.model.faults import Denied
from wanjia.queries.standing.indicators import Scope, practice_figures
from wanjia.queries.territory.cells_map import cells_map
from wanjia.queries.territory.who_answers import who_answers
from wanjia.web.api import shapes
from wanjia.web.api.access import PUBLIC, SIGNED_IN, acting

router = Router(tags=["territory"], auth=PUBLIC)
DEFAULT_PERIOD = timedelta(days=90)


@router.get("/who-answers", response=list[shapes.AnsweringOut])
def who(
    request: HttpRequest, longitude: float = Query(ge=-180, le=180), latitude: float = Query(ge=-90, le=90),
    on: date | None = None,
):  # fmt: skip
    """Who answers for a point (WGS 84) at every level, today or on another day; empty outside the territory."""
    english = request.language == "en"
    return [
        shapes.AnsweringOut(
            level=row.level, role=row.role, cell_code=row.cell_code, cell=row.cell_en if english else row.cell_zh,
            organisation=row.organisation_en if english else row.organisation_zh, person=row.person,
            work_phone=row.work_phone,
        )
        for row in who_answers(longitude, latitude, on or request.today)
    ]  # fmt: skip


@router.get("/cells", response=dict[str, Any])
def cells(request: HttpRequest, level: int = Query(1, ge=1, le=8), within: str = "", on: date | None = None):
    """The cells of a level as GeoJSON, borders thinned for a map; `within` keeps one parent's cells."""
    return cells_map(on or request.today, level, request.language, within=within[:64])


@router.get("/indicators", response=list[shapes.FiguresOut], auth=SIGNED_IN)
def indicators(
    request: HttpRequest, practice: str = "", organisation: str = "", cell: str = "", first: date | None = None,
    last: date | None = None,
):  # fmt: skip
    """The practices' indicators over cases that the caller may see, opened in a period (the last 90 days)."""
    actor = acting(request)
    if not may(actor, "report", "see"):
        raise Denied("report", "see")
    scope = Scope(first or request.today - DEFAULT_PERIOD, last or request.today, organisation, cell)
    found = practice_figures(actor, scope, request.now, request.language, practice)
    return [
        shapes.FiguresOut(
            practice=row.practice, name=row.name, first=scope.first, last=scope.last, cases=row.cases,
            figures=[
                shapes.FigureOut(
                    id=one.id, name=one.name, unit=one.unit, better=one.better, source=one.source, value=one.value,
                    cases=one.cases,
                )
                for one in row.figures
            ],
        )
        for row in found
    ]  # fmt: skip


@router.get("/me", response=shapes.MeOut, auth=SIGNED_IN)
def me(request: HttpRequest):
    """Who the key or the session belongs to, with the posts held today."""
    actor = acting(request)
    return shapes.MeOut(
        person_id=actor.person_id or 0, name=actor.name, roles=list(actor.roles),
        organisations=sorted(actor.organisations), cells=sorted(actor.cells),
    )  # fmt: skip
