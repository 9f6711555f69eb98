"""Protection zones of a part of the network for a map, and the open cases that ask for them as points inside."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import shapely
from django.db.models import Q

from wanjia.kernels.zones.lines import LineZones
from wanjia.model.actors import Actor
from wanjia.queries.cases.installed import practice_of
from wanjia.queries.cases.visible import below, cases_for
from wanjia.records.cases.models import Case, PracticeVersion
from wanjia.records.network.lines import Box, lines_in, names_of_lines, zones_of
from wanjia.records.network.models import PowerLine
from wanjia.records.territory.models import Cell

CAPABILITY = "zone_of_place"
"""A practice that calls this is one of hazards beside lines, whatever its name."""
LINES_DRAWN_MAX = 300
"""Lines of one map, the highest voltages first: some 1 MB; the others are looked at station by station."""
MAP_CORNERS = 2
"""Of a quarter circle: what is drawn is to be seen, distances are computed from the line itself."""
HAZARDS_MAX = 2_000
GRID_DEGREES = 1e-6
"""Corners of a zone lie on this grid, 0.1 m: narrower than any zone by far."""


@dataclass(frozen=True)
class Hazard:
    """An open case beside lines. Metres to the outermost conductor of the line that it is nearest to or in whose zone.

    `line` is empty where none is within reach.
    """

    number: str
    title: str
    practice: str
    longitude: float
    latitude: float
    due_at: datetime | None
    late: bool
    inside: bool
    line: str
    voltage_kv: float | None
    distance_m: float | None
    needed_m: float | None


def box_of(organisation: str, on: date) -> Box | None:
    """The box around the widest cells of an organisation and of all below it; None where it has no land."""
    rows = Cell.objects.filter(level=1, organisation__in=below([organisation]), starts_on__lte=on)
    rows = rows.filter(Q(ends_on=None) | Q(ends_on__gte=on))
    shapes = shapely.from_wkb([bytes(wkb) for wkb in rows.values_list("geometry_wkb", flat=True)])
    if not len(shapes):
        return None
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    return west, south, east, north


def zones_in(box: Box, language: str) -> dict[str, Any]:
    """FeatureCollection of the zones: `name`, `voltage_kv`, `laid`, `width_m`; the highest voltages first."""
    rows = {row.code: row for row in lines_in(box).order_by("-voltage_kv", "code")[:LINES_DRAWN_MAX]}
    features = []
    for line, width, area in zones_of(rows.values()).areas(MAP_CORNERS):
        row = rows[line.id]
        properties = {"id": row.code, "name": _name(row, language), "voltage_kv": row.voltage_kv, "laid": row.laid,
                      "width_m": width}  # fmt: skip
        drawn = shapely.set_precision(area, GRID_DEGREES)
        features.append({"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(drawn)})
    return {"type": "FeatureCollection", "features": features}


def lines_counted(box: Box) -> int:
    """How many lines there are, drawn or not."""
    return lines_in(box).count()


def hazards_in(actor: Actor, box: Box, language: str) -> tuple[Hazard, ...]:
    """Running cases in the box that the actor may see: those inside a zone first, then by what is missing."""
    west, south, east, north = box
    versions = [row for row in PracticeVersion.objects.defer("files") if asks_for_zones(row)]
    rows = Case.objects.filter(cases_for(actor), practice__in=versions, status=Case.Status.RUNNING)
    rows = rows.filter(longitude__range=(west, east), latitude__range=(south, north))
    cases = list(rows.select_related("practice").defer("state", "practice__files").order_by("pk")[:HAZARDS_MAX])
    zones = zones_of(lines_in(box)) if cases else LineZones([])
    hazards = _named((_hazard(case, zones, language) for case in cases), language)
    return tuple(sorted(hazards, key=lambda one: (not one.inside, one.distance_m is None, one.distance_m or 0.0)))


def asks_for_zones(version: PracticeVersion) -> bool:
    """Whether a step of the practice asks in which zone a place lies."""
    return f'implementation="capability:{CAPABILITY}"' in practice_of(version).bpmn


def _hazard(case: Case, zones: LineZones, language: str) -> Hazard:
    longitude, latitude = float(case.longitude or 0), float(case.latitude or 0)
    found = zones.near_point(longitude, latitude)
    first = found[0] if found else None
    return Hazard(
        case.number, case.title_en if language == "en" else case.title,
        practice_of(case.practice).text("name", language), longitude, latitude, case.due_at, case.late,
        bool(first and first.inside), first.line if first else "", first.voltage_kv if first else None,
        round(first.distance_m, 1) if first else None, first.needed_m if first else None,
    )  # fmt: skip


def _named(hazards: Iterable[Hazard], language: str) -> list[Hazard]:
    """The same with the names of lines instead of their codes."""
    found = list(hazards)
    rows = names_of_lines({one.line for one in found if one.line})
    names = {code: _name(row, language) for code, row in rows.items()}
    return [Hazard(**{**vars(one), "line": names.get(one.line, "")}) for one in found]


def _name(row: PowerLine, language: str) -> str:
    return row.name_en if language == "en" and row.name_en else row.name_zh
