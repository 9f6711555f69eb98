"""The demo prefecture's land: a coast, islands, and three levels of cells that fit into each other exactly.

Cells are Voronoi cells whose shared borders are made crooked once, as lines, before they become areas again: so two
neighbours always share the very same corners.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]

WEST, SOUTH, EAST, NORTH = 119.20, 27.60, 120.45, 28.55
"""Degrees: about 120 by 105 km, in the sea as far as real maps go."""

CITY = (120.02, 28.02)
"""Degrees: the centre, where cells are smallest."""

GRID_DEGREES = 1e-6
"""Corners lie on this grid, about 0.1 m."""

ROUGHNESS = 0.16
"""Largest sideways shift of the middle of a border piece, as a share of its length."""

PIECE_DEGREES = 0.004
"""Border pieces are halved until they are shorter than this, about 400 m."""


@dataclass(frozen=True)
class Grid:
    """Cells of the finest level with the group each belongs to, at every level above; and the groups' shapes."""

    cells: tuple[BaseGeometry, ...]
    county_of: NDArray[np.int64]
    station_of: NDArray[np.int64]
    area_of: NDArray[np.int64]
    areas: tuple[BaseGeometry, ...]
    stations: tuple[BaseGeometry, ...]
    centres: Floats


def make_grid(chance: Generator, counties: int, stations: int, areas: int, cells: int) -> Grid:
    """Exactly that many of each; every area in one station, every station in one county."""
    land, islands = _land(chance)
    seeds = _seeds(chance, land, cells)
    shapes = _with_islands(_crooked(chance, _voronoi(seeds, land), seeds), islands)
    centres = np.array([[shape.representative_point().x, shape.representative_point().y] for shape in shapes])
    county_of = _groups(chance, seeds, counties)
    station_of = _split(chance, seeds, county_of, stations)
    area_of = _split(chance, seeds, station_of, areas)
    return Grid(
        tuple(shapes), county_of, station_of, area_of,
        _unions(shapes, area_of), _unions(shapes, station_of), centres,
    )  # fmt: skip


def points_inside(chance: Generator, shape: BaseGeometry, count: int) -> Floats:
    """`count` points in the shape, [count, 2] degrees."""
    west, south, east, north = shape.bounds
    found: list[Floats] = []
    missing = count
    while missing > 0:
        tries = chance.uniform((west, south), (east, north), (missing * 3 + 8, 2))
        inside = tries[shapely.contains_xy(shape, tries[:, 0], tries[:, 1])][:missing]
        found.append(inside)
        missing -= len(inside)
    points: Floats = np.concatenate(found)
    return points.round(6)


def _land(chance: Generator) -> tuple[Polygon, list[Polygon]]:
    """Mainland with a crooked coast in the east and crooked borders elsewhere, and some islands off the coast."""
    corners = [(WEST, SOUTH), (EAST - 0.38, SOUTH), (EAST - 0.20, SOUTH + 0.30), (EAST - 0.34, SOUTH + 0.48)]
    corners += [(EAST - 0.12, SOUTH + 0.66), (EAST - 0.22, NORTH), (WEST + 0.10, NORTH), (WEST - 0.04, SOUTH + 0.5)]
    ring: list[tuple[float, float]] = []
    for start, end in zip(corners, [*corners[1:], corners[0]], strict=True):
        ring += _crooked_line(chance, start, end)[:-1]
    land = shapely.make_valid(Polygon(ring))
    if isinstance(land, MultiPolygon):
        land = max(land.geoms, key=lambda part: part.area)
    islands = [_island(chance, x, y, size) for x, y, size in _island_places()]
    return land, [island for island in islands if island.disjoint(land)]


def _island_places() -> list[tuple[float, float, float]]:
    return [(120.40, 27.86, 0.030), (120.33, 27.74, 0.018), (120.44, 28.12, 0.022), (120.43, 28.40, 0.035),
            (120.30, 28.00, 0.014), (120.38, 28.30, 0.012)]  # fmt: skip


def _island(chance: Generator, x: float, y: float, size: float) -> Polygon:
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    radius = size * (1 + 0.16 * chance.uniform(-1, 1, len(angles)))
    ring = np.round(np.c_[x + radius * np.cos(angles) * 1.1, y + radius * np.sin(angles)], 6)
    return Polygon(ring)


def _seeds(chance: Generator, land: Polygon, count: int) -> Floats:
    """Cell centres: dense around the city and six towns, evened out by a few rounds of relaxation."""
    towns = np.array(
        [CITY, (119.55, 27.85), (119.60, 28.30), (119.90, 28.35), (119.95, 27.75), (119.35, 28.10), (119.80, 28.05)]
    )
    pull = np.array([0.22, 0.06, 0.06, 0.07, 0.07, 0.05, 0.07])
    near = [chance.normal(town, 0.085, (int(share * count), 2)) for town, share in zip(towns, pull, strict=True)]
    tries = np.concatenate([*near, points_inside(chance, land, 4 * count)])
    inside = tries[shapely.contains_xy(land, tries[:, 0], tries[:, 1])]
    seeds = inside[:count]
    for _ in range(2):
        centres = [shape.centroid for shape in _voronoi(seeds, land)]
        moved = np.array([[point.x, point.y] for point in centres])
        keep = shapely.contains_xy(land, moved[:, 0], moved[:, 1])
        seeds = np.where(keep[:, None], moved, seeds)
    return seeds


def _voronoi(seeds: Floats, land: Polygon) -> list[BaseGeometry]:
    """The part of the land nearest to each seed, in the order of the seeds."""
    diagram = shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=land.buffer(1), ordered=True)
    return [shapely.intersection(shape, land) for shape in diagram.geoms]


def _crooked(chance: Generator, shapes: list[BaseGeometry], seeds: Floats) -> list[BaseGeometry]:
    """The same cells with natural borders: every border line is bent once and the areas are built from the lines."""
    lines = shapely.line_merge(shapely.union_all([shape.boundary for shape in shapes]))
    bent: list[LineString] = []
    for line in lines.geoms:
        corners = list(line.coords)
        points: list[tuple[float, float]] = [corners[0]]
        for start, end in pairwise(corners):
            points += _crooked_line(chance, start, end)[1:]
        bent.append(shapely.set_precision(LineString(points), GRID_DEGREES))
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(bent, grid_size=GRID_DEGREES)]))
    return _gathered(faces, shapes)


def _gathered(faces: NDArray[np.object_], shapes: list[BaseGeometry]) -> list[BaseGeometry]:
    """Every face joins the old cell it overlaps most, so small loops that bending cut off find their owner."""
    tree = shapely.STRtree(shapes)
    face, cell = tree.query(faces, predicate="intersects")
    shared = shapely.area(shapely.intersection(faces[face], np.array(shapes, dtype=object)[cell]))
    best = np.full(len(faces), -1)
    for at in np.argsort(shared, kind="stable"):
        best[face[at]] = cell[at]
    return [shapely.coverage_union_all(faces[best == at]) for at in range(len(shapes))]


def _with_islands(shapes: list[BaseGeometry], islands: list[Polygon]) -> list[BaseGeometry]:
    """An island belongs to the nearest cell of the mainland, which becomes a multipolygon."""
    for island in islands:
        nearest = int(np.argmin([island.distance(shape) for shape in shapes]))
        parts = [*shapely.get_parts(shapes[nearest]), island]
        shapes[nearest] = MultiPolygon(parts)
    return shapes


def _crooked_line(chance: Generator, start: tuple[float, ...], end: tuple[float, ...]) -> list[tuple[float, float]]:
    """A line from start to end, its middles shifted sideways at random, piece by piece."""
    points = [(float(start[0]), float(start[1])), (float(end[0]), float(end[1]))]
    while True:
        (x0, y0), (x1, y1) = points[0], points[1]
        if (x1 - x0) ** 2 + (y1 - y0) ** 2 < PIECE_DEGREES**2 or len(points) > 260:
            return points
        halved = [points[0]]
        for (x0, y0), (x1, y1) in pairwise(points):
            shift = float(chance.uniform(-ROUGHNESS, ROUGHNESS))
            halved += [((x0 + x1) / 2 - (y1 - y0) * shift, (y0 + y1) / 2 + (x1 - x0) * shift), (x1, y1)]
        points = halved


def _groups(chance: Generator, points: Floats, count: int) -> NDArray[np.int64]:
    """Group of each point, by k-means; every group has at least one."""
    centres = points[chance.choice(len(points), count, replace=False)]
    nearest = np.zeros(len(points), dtype=np.int64)
    for _ in range(40):
        nearest = np.argmin(((points[:, None] - centres[None]) ** 2).sum(-1), axis=1)
        for at in np.setdiff1d(np.arange(count), nearest):
            nearest[np.argmax(((points - centres[nearest]) ** 2).sum(-1))] = at
        centres = np.array([points[nearest == at].mean(0) for at in range(count)])
    return nearest


def _split(chance: Generator, points: Floats, groups: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Split groups into `count` smaller ones, more of them where a group has more points; numbered group by group."""
    sizes = np.bincount(groups)
    shares = np.maximum(1, np.floor(sizes / sizes.sum() * count).astype(int))
    while shares.sum() != count:
        step = 1 if shares.sum() < count else -1
        load = sizes / shares if step > 0 else np.where(shares > 1, -sizes / shares, -np.inf)
        shares[int(np.argmax(load))] += step
    result = np.zeros(len(points), dtype=np.int64)
    first = 0
    for group, share in enumerate(shares):
        members = np.flatnonzero(groups == group)
        result[members] = first + _groups(chance, points[members], int(share))
        first += int(share)
    return result


def _unions(shapes: list[BaseGeometry], groups: NDArray[np.int64]) -> tuple[BaseGeometry, ...]:
    parts = np.array(shapes, dtype=object)
    return tuple(shapely.coverage_union_all(parts[groups == at]) for at in range(int(groups.max()) + 1))
