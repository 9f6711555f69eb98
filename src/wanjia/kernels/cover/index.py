"""Which cell holds a point, at every level: the reference path, by R-tree for few points and by sweep for many.

The rule, in full. A point lies in a cell when the cell's polygon holds it, border included. Where several cells of the
level do (a shared border, an overlap), the one with the smallest identifier by code points answers. The deepest level
is asked first; its cell names its parent, so a point on a border gets one consistent chain. Where no deeper cell holds
the point, or that cell sticks out of its parent, the upper level is asked by geometry.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from wanjia.kernels.cover.areas import FloatArray, GeometryArray, without_slivers
from wanjia.kernels.cover.hierarchy import first_of_each, parent_of
from wanjia.kernels.cover.shapes import CellShape, read_shape

NOBODY = -1
"""Index of no cell: the point lies in no cell of that level."""
SWEEP_POINTS_PER_CELL = 20
"""Points per cell from which going cell by cell over sorted points beats asking the tree point by point (measured)."""

IndexArray = NDArray[np.int32]


class LevelLookup(Protocol):
    """Finds the cell of one level for many points."""

    def find(self, longitude: FloatArray, latitude: FloatArray) -> IndexArray:
        """Smallest position of a holding cell in the level, or NOBODY, [n]."""


@dataclass(frozen=True)
class TreeLevel:
    """The cells of one level in order of identifier, prepared for point tests, and the tree of their boxes."""

    polygons: GeometryArray
    tree: shapely.STRtree

    @staticmethod
    def build(polygons: GeometryArray) -> "TreeLevel":
        """Prepares the polygons once; preparing is completed here, so that later look-ups change nothing."""
        shapely.prepare(polygons)
        corner = shapely.get_coordinates(shapely.point_on_surface(polygons))
        shapely.intersects_xy(polygons, corner[:, 0], corner[:, 1])
        return TreeLevel(polygons, shapely.STRtree(polygons))

    def find(self, longitude: FloatArray, latitude: FloatArray) -> IndexArray:
        """Smallest position of a holding polygon, or NOBODY, [n]; exact, borders included."""
        many = len(longitude) >= SWEEP_POINTS_PER_CELL * len(self.polygons)
        return self.sweep(longitude, latitude) if many else self.ask_tree(longitude, latitude)

    def ask_tree(self, longitude: FloatArray, latitude: FloatArray) -> IndexArray:
        """Point by point: the boxes that hold it from the tree, then the exact test."""
        none = len(self.polygons)
        smallest = np.full(len(longitude), none, dtype=np.int32)
        point, cell = self.tree.query(shapely.points(longitude, latitude))
        holds = shapely.intersects_xy(self.polygons[cell], longitude[point], latitude[point])
        np.minimum.at(smallest, point[holds], cell[holds].astype(np.int32))
        smallest[smallest == none] = NOBODY
        return smallest

    def sweep(self, longitude: FloatArray, latitude: FloatArray) -> IndexArray:
        """Cell by cell over the points in order of longitude: no point objects, and one polygon's tables at a time."""
        order = np.argsort(longitude)
        x, y = longitude[order], latitude[order]
        west, south, east, north = shapely.bounds(self.polygons).T
        begin, end = np.searchsorted(x, west, "left"), np.searchsorted(x, east, "right")
        swept = np.full(len(x), NOBODY, dtype=np.int32)
        for cell in range(len(self.polygons) - 1, -1, -1):  # downwards: the smallest identifier is written last
            near = y[begin[cell] : end[cell]]
            near = begin[cell] + np.flatnonzero((near >= south[cell]) & (near <= north[cell]))
            swept[near[shapely.intersects_xy(self.polygons[cell], x[near], y[near])]] = cell
        found = np.empty(len(x), dtype=np.int32)
        found[order] = swept
        return found


@dataclass(frozen=True)
class CellIndex:
    """All cells of a territory, ready for look-ups.

    `ids` holds every cell in order of level, then identifier. `first[k]` is where level k + 1 begins (one more entry
    than levels), `parents[c]` the index of a cell's parent, or NOBODY where it has none or sticks out of it.
    """

    ids: tuple[str, ...]
    first: tuple[int, ...]
    parents: IndexArray
    lookups: tuple[LevelLookup, ...]

    @property
    def levels(self) -> int:
        """Number of levels; a level without a usable cell counts, up to the deepest."""
        return len(self.lookups)

    @staticmethod
    def build(cells: Sequence[CellShape]) -> "CellIndex":
        """Index of all cells whose geometry can be used (broken polygons in repaired form; see `shapes`)."""
        known = first_of_each(cells)
        placed = {key: polygon for key, cell in known.items() if (polygon := read_shape(cell.geometry).polygon)}
        order = sorted(placed, key=lambda key: (known[key].level, key))
        levels = np.array([known[key].level for key in order], dtype=np.int64)
        first = np.searchsorted(levels, np.arange(1, levels.max(initial=0) + 2))
        polygons = np.array([placed[key] for key in order], dtype=object)
        lookups = [TreeLevel.build(polygons[start:end]) for start, end in pairwise(first)]
        parents = _parents(order, known, polygons)
        return CellIndex(tuple(order), tuple(int(at) for at in first), parents, tuple(lookups))

    def locate(self, longitude: ArrayLike, latitude: ArrayLike) -> IndexArray:
        """Index into `ids`, or NOBODY, for n points at every level: int32[levels, n]; row k is level k + 1.

        Coordinates in degrees; NaN lies nowhere. Raises ValueError when the two differ in length.
        """
        x = np.atleast_1d(np.asarray(longitude, dtype=np.float64))
        y = np.atleast_1d(np.asarray(latitude, dtype=np.float64))
        if x.shape != y.shape or x.ndim != 1:
            raise ValueError(f"longitude {x.shape} and latitude {y.shape} must be one-dimensional and equally long")
        found = np.full((self.levels, len(x)), NOBODY, dtype=np.int32)
        for level in range(self.levels - 1, -1, -1):
            self._ask(level, found, x, y)
        return found

    def _ask(self, level: int, found: IndexArray, x: FloatArray, y: FloatArray) -> None:
        """Fills one level where it is still open, then the level above from the parents."""
        row, lookup, start = found[level], self.lookups[level], self.first[level]
        waiting = np.flatnonzero(row == NOBODY)
        if len(waiting) == len(x):
            at = lookup.find(x, y)
            np.add(at, start, out=row, where=at != NOBODY)
        elif len(waiting):
            at = lookup.find(x[waiting], y[waiting])
            row[waiting] = np.where(at == NOBODY, NOBODY, at + start)
        if level > 0:
            # One more entry, so that NOBODY (-1) looks up NOBODY.
            np.take(np.append(self.parents, np.int32(NOBODY)), row, out=found[level - 1], mode="wrap")

    def locate_ids(self, longitude: float, latitude: float) -> tuple[str, ...]:
        """Identifiers of the cells that hold one point, level 1 first; empty where no cell does."""
        return tuple(self.ids[at] if at >= 0 else "" for at in self.locate([longitude], [latitude])[:, 0])


def _parents(order: Sequence[str], known: dict[str, CellShape], polygons: GeometryArray) -> IndexArray:
    """Index of each cell's parent; NOBODY for cells without one, or that stick out of it by more than a sliver."""
    at = {key: index for index, key in enumerate(order)}
    named = [parent_of(known[key], known) for key in order]
    parents = np.array([at.get(one.cell_id, NOBODY) if one else NOBODY for one in named], dtype=np.int32)
    child = np.flatnonzero(parents != NOBODY)
    outside = child[~shapely.covers(polygons[parents[child]], polygons[child])]
    rest = shapely.difference(polygons[outside], polygons[parents[outside]])
    _, _, sticking = without_slivers(np.asarray(rest, dtype=object))
    parents[outside[sticking]] = NOBODY
    return parents
