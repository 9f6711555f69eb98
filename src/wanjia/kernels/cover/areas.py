"""Areas in m2 on the WGS 84 ellipsoid, and the polygonal parts of an overlay.

GeoJSON (RFC 7946, 3.1.1) joins two positions by a straight line in longitude and latitude. The area under such a line
is the integral of the authalic function q over longitude, which is exact for what was drawn: neither a geodesic nor a
projected chord. q is equation 3-12 of Snyder, Map Projections: A Working Manual (USGS PP 1395, 1987), times a2 / 2.
"""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from wanjia.model.places import Position

SLIVER_M2 = 1.0
"""Square metres; smaller gaps and overlaps are rounding of drawn coordinates (formats.md), not faults."""
SEMI_MAJOR_AXIS_M = 6_378_137.0
FLATTENING = 1 / 298.257223563
ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING)
ECCENTRICITY = float(np.sqrt(ECCENTRICITY_SQUARED))
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(5)
_POLYGON, _MULTIPOLYGON, _COLLECTION = 3, 6, 7

FloatArray = NDArray[np.float64]
GeometryArray = NDArray[np.object_]


def zone_area_m2(latitude_degrees: FloatArray) -> FloatArray:
    """Area between the equator and each latitude per radian of longitude, m2, any shape (Snyder 3-12 times a2 / 2)."""
    sine = np.sin(np.radians(latitude_degrees))
    by_sine = sine / (1 - ECCENTRICITY_SQUARED * sine * sine)
    by_logarithm = np.arctanh(ECCENTRICITY * sine) / ECCENTRICITY
    return np.asarray((1 - ECCENTRICITY_SQUARED) * (by_sine + by_logarithm) * SEMI_MAJOR_AXIS_M**2 / 2)


def _edges(rings: GeometryArray) -> tuple[FloatArray, FloatArray, NDArray[np.int64]]:
    """Start and end of every edge, [n, 2] each, and its ring, [n]; ends are relative to nothing (plain degrees)."""
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[:-1] == ring[1:]
    return coordinates[:-1][same], coordinates[1:][same], ring[:-1][same]


def ring_areas_m2(rings: GeometryArray) -> FloatArray:
    """Area enclosed by each closed ring, m2, [n]; direction does not matter."""
    starts, ends, ring = _edges(rings)
    first = np.searchsorted(ring, np.arange(len(rings)))
    # Measured from the ring's own first latitude: the closed integral stays the same, small rings keep their digits.
    base = zone_area_m2(starts[first, 1])[ring]
    along = (starts[:, 1, None] + ends[:, 1, None]) / 2 + (ends[:, 1, None] - starts[:, 1, None]) / 2 * _NODES
    mean = ((zone_area_m2(along) - base[:, None]) * _WEIGHTS).sum(axis=1) / 2
    swept = mean * np.radians(ends[:, 0] - starts[:, 0])
    return np.abs(np.bincount(ring, weights=swept, minlength=len(rings)))


def areas_m2(polygons: GeometryArray) -> FloatArray:
    """Area of each polygon (simple polygons, not empty), holes taken off, m2, [n]."""
    if len(polygons) == 0:
        return np.zeros(0)
    rings, owner = shapely.get_rings(polygons, return_index=True)
    area = ring_areas_m2(rings)
    shell = np.r_[True, owner[1:] != owner[:-1]]
    return np.asarray(
        np.bincount(owner, weights=np.where(shell, area, -area), minlength=len(polygons)), dtype=np.float64
    )


def polygon_parts(geometries: GeometryArray) -> tuple[GeometryArray, NDArray[np.int64]]:
    """All simple polygons inside the geometries (points and lines dropped) and the index each came from."""
    parts, origin = shapely.get_parts(geometries, return_index=True)
    while np.isin(shapely.get_type_id(parts), (_MULTIPOLYGON, _COLLECTION)).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        origin = origin[inner]
    keep = (shapely.get_type_id(parts) == _POLYGON) & ~shapely.is_empty(parts)
    return parts[keep], origin[keep]


def without_slivers(geometries: GeometryArray) -> tuple[GeometryArray, FloatArray, NDArray[np.int64]]:
    """The connected parts of at least `SLIVER_M2`: polygons, their areas in m2, and the index each came from."""
    parts, origin = polygon_parts(geometries)
    area = areas_m2(parts)
    large = area >= SLIVER_M2
    return parts[large], area[large], origin[large]


def polygonal(geometry: BaseGeometry) -> BaseGeometry:
    """The polygonal part of a geometry as one polygon or multipolygon; empty when it has none."""
    parts, _ = polygon_parts(np.array([geometry], dtype=object))
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def point_inside(polygon: BaseGeometry) -> Position:
    """A point in the interior; for needles thinner than the numbers can tell, the nearest that can be had."""
    point = shapely.point_on_surface(polygon)
    if not shapely.contains_properly(polygon, point):
        centre = shapely.get_point(shapely.maximum_inscribed_circle(polygon), 0)
        point = centre if shapely.contains_properly(polygon, centre) else point
    return Position(float(point.x), float(point.y))
