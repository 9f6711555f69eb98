"""One cell's geometry: every fault of it with a reason and a point, and the polygon that can still be used."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from wanjia.kernels.cover.areas import point_inside, polygonal
from wanjia.model.places import LATITUDE_DEGREES_MAX, LONGITUDE_DEGREES_MAX, Position

RING_POSITIONS_MIN = 4
"""Positions of the shortest ring: three corners and the first again (RFC 7946, 3.1.6)."""
ANTIMERIDIAN_EDGE_DEGREES = 180.0
"""An edge longer than half the world is one that crosses the antimeridian; RFC 7946, 3.1.9 wants it cut there."""
UNUSABLE = frozenset({"coordinates_not_finite", "coordinates_out_of_range", "crosses_antimeridian"})
_SAID_BY_GEOS = (
    ("Ring Self-intersection", "ring_touches_itself"),
    ("Self-intersection", "self_intersection"),
    ("Hole lies outside shell", "hole_outside_shell"),
    ("Holes are nested", "holes_nested"),
    ("Nested shells", "parts_nested"),
    ("Interior is disconnected", "interior_disconnected"),
    ("Duplicate Rings", "ring_twice"),
    ("Too few points", "ring_too_short"),
)
_GEOS_POINT = re.compile(r"\[(\S+) (\S+)\]")

GeoJsonGeometry = Mapping[str, Any]


@dataclass(frozen=True)
class CellShape:
    """A cell as drawn: level 1 is the widest and has no parent. Geometry: GeoJSON mapping, or shapely, degrees.

    `row` is the 1-based place in the input, 0 when unknown.
    """

    cell_id: str
    level: int
    parent_id: str
    name: str
    geometry: BaseGeometry | GeoJsonGeometry | None
    row: int = 0


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one geometry: a reason (a code, see `docs/reference/territory-files.md`) and where."""

    reason: str
    point: Position | None = None


@dataclass(frozen=True)
class Drawn:
    """What could be read of a geometry: a valid polygon or multipolygon, or None, and all that was wrong with it."""

    polygon: BaseGeometry | None
    problems: tuple[Problem, ...] = ()


@dataclass
class _Reading:
    """Polygons collected ring by ring, and the problems met."""

    polygons: list[BaseGeometry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def fault(self, reason: str, position: Any = None) -> None:
        point = Position(float(position[0]), float(position[1])) if position is not None else None
        self.problems.append(Problem(reason, point))


def read_shape(geometry: BaseGeometry | GeoJsonGeometry | None) -> Drawn:
    """Reads one geometry; never raises. A broken polygon is repaired for the rest of the proof, and still reported."""
    if geometry is None:
        return Drawn(None, (Problem("geometry_missing"),))
    if isinstance(geometry, BaseGeometry):
        return _checked(geometry, [])
    reading = _read_geojson(geometry)
    if not reading.polygons:
        return Drawn(None, tuple(reading.problems) or (Problem("geometry_empty"),))
    one = len(reading.polygons) == 1
    return _checked(reading.polygons[0] if one else shapely.multipolygons(reading.polygons), reading.problems)


def _read_geojson(geometry: GeoJsonGeometry) -> _Reading:
    reading = _Reading()
    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    coordinates = geometry.get("coordinates") if isinstance(geometry, Mapping) else None
    if kind not in ("Polygon", "MultiPolygon"):
        reading.fault("geometry_type")
    elif coordinates is None or not _is_list(coordinates):
        reading.fault("coordinates_malformed")
    else:
        for rings in [coordinates] if kind == "Polygon" else coordinates:
            _read_polygon(rings, reading)
    return reading


def _read_polygon(rings: Any, reading: _Reading) -> None:
    if not _is_list(rings):
        reading.fault("coordinates_malformed")
        return
    usable = [_read_ring(ring, reading) for ring in rings]
    if usable and usable[0] is not None:
        holes = [hole for hole in usable[1:] if hole is not None]
        reading.polygons.append(shapely.polygons(usable[0], holes=holes or None))


def _read_ring(ring: Any, reading: _Reading) -> BaseGeometry | None:
    """A closed ring, or None when nothing can be made of it."""
    if not _is_list(ring) or not (_is_plain(ring) or all(_is_position(position) for position in ring)):
        reading.fault("coordinates_malformed")
        return None
    if not ring:
        return None
    corners = [(float(position[0]), float(position[1])) for position in ring]
    if not _finite(corners):
        reading.fault("coordinates_not_finite")
        return None
    if len(corners) >= RING_POSITIONS_MIN - 1 and corners[0] != corners[-1]:
        reading.fault("ring_not_closed", corners[-1])
        corners.append(corners[0])
    if len(corners) < RING_POSITIONS_MIN:
        reading.fault("ring_too_short", corners[0])
        return None
    return shapely.linearrings(corners)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_plain(ring: Sequence[Any]) -> bool:
    """True for lists of floating numbers, two or three each: nearly all that is ever read, and quick to see."""
    if {type(position) for position in ring} != {list} or not {len(position) for position in ring} <= {2, 3}:
        return False
    return {type(number) for position in ring for number in position} == {float}


def _is_position(value: Any) -> bool:
    if not _is_list(value) or len(value) < 2:
        return False
    return type(value[0]) in (int, float) and type(value[1]) in (int, float) and _small(value[0]) and _small(value[1])


def _small(number: float) -> bool:
    """False for integers so long that they are no float at all."""
    return isinstance(number, float) or abs(number) < 10**15


def _finite(corners: Sequence[tuple[float, float]]) -> bool:
    return all(math.isfinite(number) for corner in corners for number in corner)


def _checked(geometry: BaseGeometry, problems: list[Problem]) -> Drawn:
    """Type, emptiness, range and validity of a shapely geometry; repaired where it can be."""
    if geometry.geom_type not in ("Polygon", "MultiPolygon"):
        return Drawn(None, (*problems, Problem("geometry_type")))
    if geometry.is_empty:
        return Drawn(None, (*problems, Problem("geometry_empty")))
    problems = [*problems, *_range_problems(geometry)]
    if any(problem.reason in UNUSABLE for problem in problems):
        return Drawn(None, tuple(problems))
    flat = shapely.force_2d(geometry)
    if shapely.is_valid(flat):
        return Drawn(flat, tuple(problems))
    problems += _validity_problems(flat)
    repaired = _repaired(flat)
    return Drawn(None if repaired.is_empty else repaired, tuple(problems))


def _repaired(broken: BaseGeometry) -> BaseGeometry:
    """The area that the drawing most likely meant; the second way helps where the first leaves parts overlapping."""
    repaired = polygonal(shapely.make_valid(broken, method="structure", keep_collapsed=False))
    if shapely.is_valid(repaired):
        return repaired
    return polygonal(shapely.make_valid(repaired.buffer(0), method="linework"))


def _range_problems(geometry: BaseGeometry) -> Iterator[Problem]:
    """Not finite, outside the world, or across the antimeridian: at most one of each, at its first position."""
    rings = shapely.get_rings(geometry)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    finite = np.isfinite(corners).all(axis=1)
    if not finite.all():
        yield Problem("coordinates_not_finite")
        return
    outside = (np.abs(corners) > (LONGITUDE_DEGREES_MAX, LATITUDE_DEGREES_MAX)).any(axis=1)
    if outside.any():
        yield Problem("coordinates_out_of_range", _position(corners[outside.argmax()]))
        return
    wide = (np.abs(np.diff(corners[:, 0])) > ANTIMERIDIAN_EDGE_DEGREES) & (ring[1:] == ring[:-1])
    if wide.any():
        yield Problem("crosses_antimeridian", _position(corners[wide.argmax()]))


def _validity_problems(geometry: BaseGeometry) -> list[Problem]:
    """One problem for each simple polygon that is invalid in itself, and one for parts that collide."""
    parts = shapely.get_parts(geometry)
    broken = parts[~shapely.is_valid(parts)]
    return [_validity_problem(part) for part in broken] or [_validity_problem(geometry)]


def _validity_problem(geometry: BaseGeometry) -> Problem:
    said = str(shapely.is_valid_reason(geometry))
    found = _GEOS_POINT.search(said)
    point = Position(float(found[1]), float(found[2])) if found else point_inside(geometry)
    tip = _spike_tip(geometry)
    if tip is not None:
        return Problem("spike", tip)
    reason = next((code for start, code in _SAID_BY_GEOS if said.startswith(start)), "invalid_polygon")
    return Problem(reason, point)


def _spike_tip(geometry: BaseGeometry) -> Position | None:
    """The tip of the first spike: a corner where the line turns back onto itself and encloses nothing."""
    for ring in shapely.get_rings(geometry):
        corners = np.array(shapely.get_coordinates(shapely.remove_repeated_points(ring))[:-1])
        back, ahead = np.roll(corners, 1, axis=0) - corners, np.roll(corners, -1, axis=0) - corners
        cross = back[:, 0] * ahead[:, 1] - back[:, 1] * ahead[:, 0]
        dot = (back * ahead).sum(axis=1)
        # Sine of the turn below 1e-9: closer than any drawn angle, wider than the rounding of degrees.
        turned = (dot > 0) & (np.abs(cross) <= 1e-9 * dot)
        if turned.any():
            return _position(corners[turned.argmax()])
    return None


def _position(corner: Any) -> Position:
    return Position(float(corner[0]), float(corner[1]))
