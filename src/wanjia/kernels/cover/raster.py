"""Which cell holds a point, for very many points: a raster over each level, with an exact test where it is mixed.

A raster cell answers by itself only when exactly one polygon covers it wholly and no other touches it, so it is never
wrong where the cover has gaps or overlaps. All other raster cells ask their candidates edge by edge; a point within
rounding of an edge is handed to the reference path. The answers are those of `CellIndex.locate`, borders included.

Measured rule (`benchmarks/owner_lookup.py`): the raster for an index that is kept and asked again; the reference path
for a single pass in a fresh process, because loading Numba takes longer than the raster saves on two million points.
"""

from dataclasses import dataclass, replace

import numpy as np
import shapely

from wanjia.kernels.cover import raster_loops
from wanjia.kernels.cover.areas import FloatArray, GeometryArray
from wanjia.kernels.cover.index import CellIndex, IndexArray, LevelLookup, TreeLevel
from wanjia.kernels.cover.raster_loops import Floats, Ints, Longs

RASTER_SIDE = 1024
"""Raster cells along each side of a level: 4 MB of owners, which the processor's cache holds, and few mixed cells."""


@dataclass(frozen=True)
class RasterLevel:
    """One level's raster. `grid`: west, south, columns per degree, rows per degree, east, north."""

    tree: TreeLevel
    grid: Floats
    side: int
    owner: Ints
    first: Longs
    candidate: Ints
    start: Longs
    edge: Floats

    @staticmethod
    def build(tree: TreeLevel, side: int = RASTER_SIDE) -> "RasterLevel":
        """Paints the polygons of one level, which must be at least one, on side x side raster cells."""
        west, south, east, north = shapely.total_bounds(tree.polygons)
        grid = np.array([west, south, side / (east - west), side / (north - south), east, north])
        ends, of = _edges(tree.polygons)
        start, edge = raster_loops.bin_edges(ends, of, grid, side, len(tree.polygons))
        owner, first, candidate = raster_loops.paint(start, edge, grid, side, side, len(tree.polygons))
        return RasterLevel(tree, grid, side, owner, first, candidate, start, edge)

    def find(self, longitude: FloatArray, latitude: FloatArray) -> IndexArray:
        """Smallest position of a holding polygon, or NOBODY, [n]; the same as the tree's."""
        found, mixed = np.empty(len(longitude), dtype=np.int32), np.empty(len(longitude), dtype=np.int32)
        x, y = np.ascontiguousarray(longitude), np.ascontiguousarray(latitude)
        count = raster_loops.look(x, y, self.grid, self.side, self.side, self.owner, found, mixed)
        points, at = raster_loops.by_row(x, y, self.grid, self.side, mixed[:count])
        if self._ask(points, at, found):
            undecided = points[found[points] == raster_loops.UNDECIDED]
            found[undecided] = self.tree.find(x[undecided], y[undecided])
        return found

    def _ask(self, points: Ints, at: Floats, found: Ints) -> int:
        """Exact tests for the points of mixed cells; returns how many are within rounding of an edge."""
        polygons, first, candidate = len(self.tree.polygons), self.first, self.candidate
        return int(
            raster_loops.ask(
                points, at, self.grid, self.side, self.side, polygons, first, candidate, self.start, self.edge, found
            )
        )


def with_raster(index: CellIndex, side: int = RASTER_SIDE) -> CellIndex:
    """The same index with a raster for every level; built once, for repeated look-ups. Levels without cells stay."""
    return replace(index, lookups=tuple(_raster(lookup, side) for lookup in index.lookups))


def _raster(lookup: LevelLookup, side: int) -> LevelLookup:
    return RasterLevel.build(lookup, side) if isinstance(lookup, TreeLevel) and len(lookup.polygons) else lookup


def _edges(polygons: GeometryArray) -> tuple[Floats, Ints]:
    """Every edge of every ring, [n, 4] as two ends, and the position of its polygon, [n]."""
    parts, polygon = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    ends = np.hstack((corners[:-1][same], corners[1:][same]))
    return ends, polygon[part[ring[:-1][same]]].astype(np.int32)
