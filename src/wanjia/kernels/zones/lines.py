"""Lines as they run, and what of them lies near a place; zones as areas for a map."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from wanjia.kernels.zones.ground import Degrees, Metres, ground_at
from wanjia.kernels.zones.widths import ZONE_RULES, Laid, ZoneRule, zone_metres

REACH_M = 2_000.0
"""Farther from a place no line is looked for: five hundred times the widest difference a zone could make."""
PIECE_DEGREES = 0.25
"""A line is drawn piece by piece, each on the ground of its own middle, so that a long one keeps its width."""
ROUND_SEGMENTS = 8
"""Corners of a quarter circle at a zone's ends: the area drawn is at most 0.5 % narrower there."""


@dataclass(frozen=True, eq=False)
class PowerLine:
    """One line: paths of positions [n, 2] in degrees (trunk and laterals), voltage, manner of laying.

    `edge_m` is the distance from the drawn centre line to the outermost conductor, in metres.
    """

    id: str
    voltage_kv: float
    laid: Laid
    paths: tuple[Degrees, ...]
    edge_m: float = 0.0


@dataclass(frozen=True)
class Clearance:
    """A line near a place. `distance_m`: to the outermost conductor, on the ground, 0 beneath it.

    `needed_m` is the zone's width there, None where no rule gives the voltage a zone.
    """

    line: str
    voltage_kv: float
    laid: Laid
    distance_m: float
    needed_m: float | None

    @property
    def inside(self) -> bool:
        """Whether the place lies in the line's zone, its border included."""
        return self.needed_m is not None and self.distance_m <= self.needed_m

    @property
    def missing_m(self) -> float:
        """How much clearance is missing; negative outside the zone by as much as there is to spare."""
        return (self.needed_m or 0.0) - self.distance_m


class LineZones:
    """Lines with a look-up by place; build once, ask often. Raises ValueError for a path without two positions."""

    def __init__(self, lines: Sequence[PowerLine], rules: Sequence[ZoneRule] = ZONE_RULES) -> None:
        self.lines = tuple(lines)
        self.widths = tuple(zone_metres(line.voltage_kv, line.laid, rules) for line in self.lines)
        pieces = [(at, _segments(path)) for at, line in enumerate(self.lines) for path in line.paths]
        self._owner = np.concatenate([np.full(len(ends), at) for at, ends in pieces]) if pieces else np.empty(0, int)
        self._ends = np.concatenate([ends for _, ends in pieces]) if pieces else np.empty((0, 2, 2))
        self._tree = shapely.STRtree(shapely.linestrings(self._ends) if pieces else [])

    def near_point(self, longitude: float, latitude: float, reach_m: float = REACH_M) -> tuple[Clearance, ...]:
        """Lines whose outermost conductor is within `reach_m` of the point, those that it intrudes on most first."""
        return self.near_area(shapely.Point(longitude, latitude), reach_m)

    def near_area(self, area: BaseGeometry, reach_m: float = REACH_M) -> tuple[Clearance, ...]:
        """The same for any geometry in degrees: the distance is that of its nearest point, 0 where the line crosses."""
        if area.is_empty:
            return ()
        middle = area.centroid
        ground = ground_at(middle.x, middle.y)
        furthest = reach_m + max((line.edge_m for line in self.lines), default=0.0)
        box = shapely.box(*_widened(area.bounds, furthest / ground.east_m, furthest / ground.north_m))
        near = np.sort(self._tree.query(box))
        if not near.size:
            return ()
        drawn = shapely.linestrings(ground.metres(self._ends[near].reshape(-1, 2)).reshape(-1, 2, 2))
        here = shapely.transform(area, ground.metres)
        return self._ranked(self._owner[near], shapely.distance(drawn, here), reach_m)

    def _ranked(self, owners: np.ndarray, metres: Metres, reach_m: float) -> tuple[Clearance, ...]:
        found = []
        for at in np.unique(owners).tolist():
            line = self.lines[at]
            distance = max(0.0, float(metres[owners == at].min()) - line.edge_m)
            if distance <= reach_m:
                found.append(Clearance(line.id, line.voltage_kv, line.laid, distance, self.widths[at]))
        return tuple(sorted(found, key=lambda one: (not one.inside, -one.missing_m, one.line)))

    def areas(self, corners: int = ROUND_SEGMENTS) -> Iterator[tuple[PowerLine, float, BaseGeometry]]:
        """Each line that has a zone, its width beyond the conductor in metres, and its zone in degrees, for a map.

        `corners` of a quarter circle: 2 make a third of the data, and round ends at most 8 % narrower.
        """
        for line, width in zip(self.lines, self.widths, strict=True):
            if width is not None:
                yield line, width, _zone(line, width + line.edge_m, corners)


def _segments(path: Degrees) -> Degrees:
    """[n, 2] positions -> [n - 1, 2, 2] straight pieces."""
    if len(path) < 2:
        raise ValueError("a path needs two positions")
    return np.stack([path[:-1], path[1:]], axis=1)


def _widened(bounds: tuple[float, ...], east: float, north: float) -> tuple[float, float, float, float]:
    west, south, far_east, far_north = bounds
    return west - east, south - north, far_east + east, far_north + north


def _zone(line: PowerLine, metres: float, corners: int) -> BaseGeometry:
    parts = []
    for path in line.paths:
        for piece in _pieces(path):
            middle = (piece.min(axis=0) + piece.max(axis=0)) / 2
            ground = ground_at(float(middle[0]), float(middle[1]))
            round_it = shapely.buffer(shapely.linestrings(ground.metres(piece)), metres, quad_segs=corners)
            parts.append(shapely.transform(round_it, ground.degrees))
    return shapely.union_all(parts)


def _pieces(path: Degrees) -> Iterator[Degrees]:
    """A path cut where it grows taller than PIECE_DEGREES; a single long stretch is divided."""
    fine = shapely.get_coordinates(shapely.segmentize(shapely.linestrings(path), PIECE_DEGREES))
    begin = 0
    for end in range(1, len(fine)):
        if end == len(fine) - 1 or np.ptp(fine[begin : end + 2, 1]) > PIECE_DEGREES:
            yield fine[begin : end + 1]
            begin = end
