"""The proof of exact cover: inside each parent the children leave no gap, do not overlap, and do not stick out.

Level 1 has no parent: its cells must not overlap, and no void between them may be enclosed by more than one of them.
A hole that a single level 1 cell leaves in itself is a hole as drawn (a lake, another company's enclave) and legal.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from wanjia.kernels.cover.areas import GeometryArray, point_inside, without_slivers
from wanjia.kernels.cover.hierarchy import InvalidCell, first_of_each, parent_of, reasons_of
from wanjia.kernels.cover.shapes import CellShape, Drawn, read_shape
from wanjia.model.places import Position

TOUCH_DEGREES = 1e-9
"""Degrees, 0.1 mm on the ground: cells this near to a gap border on it. Drawn coordinates have 1e-7 to 1e-8."""
SNAP_DEGREES = 1e-12
"""Degrees, 0.1 micrometre: grid for the rare overlay that floating numbers cannot do."""


@dataclass(frozen=True)
class Gap:
    """Ground that no cell of `level` covers: inside `parent_id` (empty at level 1), bordered by `neighbours`."""

    level: int
    parent_id: str
    neighbours: tuple[str, ...]
    area_m2: float
    point: Position

    @property
    def cells(self) -> tuple[str, ...]:
        """The parent, if there is one, and the cells that border on the gap."""
        return ((self.parent_id,) if self.parent_id else ()) + self.neighbours


@dataclass(frozen=True)
class Overlap:
    """Ground that two cells of one level both claim."""

    level: int
    cells: tuple[str, str]
    area_m2: float
    point: Position


@dataclass(frozen=True)
class CoverReport:
    """What the proof found. `levels` counts the levels that occur; `exact` is true when all three lists are empty."""

    cells: int
    levels: int
    gaps: tuple[Gap, ...]
    overlaps: tuple[Overlap, ...]
    invalid: tuple[InvalidCell, ...]

    @property
    def exact(self) -> bool:
        """True for a territory in which every level covers the one above it exactly."""
        return self.cells > 0 and not (self.gaps or self.overlaps or self.invalid)


@dataclass(frozen=True)
class _Placed:
    """A cell that can take part in the proof: its polygon is valid, its parent known or None."""

    cell: CellShape
    polygon: BaseGeometry
    parent: CellShape | None


def prove(cells: Sequence[CellShape], rejected: Sequence[InvalidCell] = ()) -> CoverReport:
    """Lists every fault of a territory; never raises. `rejected` are rows that could not even become cells."""
    known = first_of_each(cells)
    drawn = [read_shape(cell.geometry) for cell in cells]
    placed = [
        _Placed(cell, shape.polygon, parent_of(cell, known))
        for cell, shape in zip(cells, drawn, strict=True)
        if shape.polygon is not None and known.get(cell.cell_id) is cell
    ]
    deepest = max((cell.level for cell in known.values()), default=0)
    gaps = [*_level_1_gaps(placed), *_gaps_below(placed, deepest)]
    invalid = [*rejected, *_invalid(cells, drawn, known), *_sticking_out(placed)]
    return CoverReport(
        cells=len(cells) + len({one.row for one in rejected}),
        levels=len({cell.level for cell in known.values()}),
        gaps=tuple(gaps),
        overlaps=tuple(_overlaps(placed)),
        invalid=tuple(sorted(invalid, key=lambda one: one.row)),
    )


def invalid_cells(cells: Sequence[CellShape]) -> tuple[InvalidCell, ...]:
    """What is wrong with cells one by one, without the proof: identifiers, parents, geometry."""
    return tuple(_invalid(cells, [read_shape(cell.geometry) for cell in cells], first_of_each(cells)))


def _invalid(cells: Sequence[CellShape], drawn: Sequence[Drawn], known: dict[str, CellShape]) -> Iterator[InvalidCell]:
    for cell, shape in zip(cells, drawn, strict=True):
        inside = point_inside(shape.polygon) if shape.polygon is not None else None
        for reason in reasons_of(cell, known):
            yield InvalidCell(cell.cell_id, reason, inside, cell.row)
        for problem in shape.problems:
            yield InvalidCell(cell.cell_id, problem.reason, problem.point or inside, cell.row)


def _level_1_gaps(placed: Sequence[_Placed]) -> Iterator[Gap]:
    """Voids enclosed between two or more cells of level 1."""
    members = [one for one in placed if one.cell.level == 1]
    if len(members) < 2:
        return
    union = shapely.union_all(_array(members))
    outlines = shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(union)))
    voids, areas, _ = without_slivers(_overlay(shapely.difference, shapely.union_all(outlines), union))
    for void, area in zip(voids, areas, strict=True):
        neighbours = _bordering(void, members)
        if len(neighbours) > 1:
            yield Gap(1, "", neighbours, float(area), point_inside(void))


def _gaps_below(placed: Sequence[_Placed], deepest: int) -> Iterator[Gap]:
    """What each parent of a level that is not the deepest leaves uncovered."""
    children: dict[str, list[_Placed]] = {}
    for one in placed:
        if one.parent is not None:
            children.setdefault(one.parent.cell_id, []).append(one)
    for parent in placed:
        if parent.cell.level < deepest:
            yield from _gaps_inside(parent, children.get(parent.cell.cell_id, []))


def _gaps_inside(parent: _Placed, children: Sequence[_Placed]) -> Iterator[Gap]:
    covered = shapely.union_all(_array(children)) if children else shapely.Polygon()
    parts, areas, _ = without_slivers(_overlay(shapely.difference, parent.polygon, covered))
    for part, area in zip(parts, areas, strict=True):
        neighbours = _bordering(part, children)
        yield Gap(parent.cell.level + 1, parent.cell.cell_id, neighbours, float(area), point_inside(part))


def _bordering(part: BaseGeometry, members: Sequence[_Placed]) -> tuple[str, ...]:
    """Ids, in order, of the cells that share a stretch of the part's boundary, not just a corner."""
    boundary = shapely.boundary(part)
    near = [one for one in members if shapely.dwithin(one.polygon, part, TOUCH_DEGREES)]
    reach = shapely.intersection(boundary, shapely.buffer(_array(near), TOUCH_DEGREES, quad_segs=1))
    shared = shapely.length(reach) > 4 * TOUCH_DEGREES
    return tuple(sorted(one.cell.cell_id for one, long in zip(near, shared, strict=True) if long))


def _overlaps(placed: Sequence[_Placed]) -> Iterator[Overlap]:
    """Every connected piece of ground claimed by two cells of one level; three cells on it make three pairs."""
    for level in sorted({one.cell.level for one in placed}):
        members = sorted((one for one in placed if one.cell.level == level), key=lambda one: one.cell.cell_id)
        polygons = _array(members)
        left, right = shapely.STRtree(polygons).query(polygons, predicate="intersects")
        left, right = left[left < right], right[left < right]
        parts, areas, origin = without_slivers(_overlay(shapely.intersection, polygons[left], polygons[right]))
        for part, area, pair in zip(parts, areas, origin, strict=True):
            ids = (members[left[pair]].cell.cell_id, members[right[pair]].cell.cell_id)
            yield Overlap(level, ids, float(area), point_inside(part))


def _sticking_out(placed: Sequence[_Placed]) -> Iterator[InvalidCell]:
    """Every connected piece of a cell that lies outside its parent."""
    polygon_of = {one.cell.cell_id: one.polygon for one in placed}
    members = [one for one in placed if one.parent is not None and one.parent.cell_id in polygon_of]
    parents = np.array([polygon_of[one.parent.cell_id] for one in members if one.parent is not None], dtype=object)
    parts, areas, origin = without_slivers(_overlay(shapely.difference, _array(members), parents))
    for part, area, index in zip(parts, areas, origin, strict=True):
        cell = members[index].cell
        yield InvalidCell(cell.cell_id, "outside_parent", point_inside(part), cell.row, float(area))


def _array(members: Sequence[_Placed]) -> GeometryArray:
    return np.array([one.polygon for one in members], dtype=object)


def _overlay(operation: Callable[..., object], left: object, right: object) -> GeometryArray:
    """An overlay of valid polygons in floating numbers, or on a fine grid where those break down; always an array."""
    try:
        result = operation(left, right)
    except GEOSException:
        result = operation(left, right, grid_size=SNAP_DEGREES)
    return np.atleast_1d(np.asarray(result, dtype=object))
