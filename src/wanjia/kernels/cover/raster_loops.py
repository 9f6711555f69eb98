"""The compiled loops of the raster: binning edges into rows, painting cells, asking points.

Rows: every edge is binned under all raster rows that it meets. The same rounding, which never decreases, takes edges
and points to their rows, so a point's row holds every edge that its horizontal ray can cross. Columns: cells that an
edge may touch are painted with a margin far wider than rounding; a cell left unpainted is wholly in or wholly out.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wanjia.compiled import loop

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Bytes = NDArray[np.uint8]

MARGIN_OF_A_CELL = 1e-6
"""Share of a raster cell's width by which an edge is thickened; degrees round at 1e-14, cells are above 1e-6."""
MARGIN_OF_A_ROW = 1e-9
"""Share of a raster row's height by which the row is thickened when an edge is cut to it."""
ORIENTATION_ERROR = 4e-16
"""Above Shewchuk's bound (3 + 16 u) u, u = 2**-53, for the sign of a 2 x 2 determinant (Adaptive Precision, 1997)."""
OUTSIDE, MIXED = -1, -2
"""Of a raster cell: no polygon touches it; polygons must be asked one by one."""
UNDECIDED = -2
"""Of a point: too near to an edge for floating numbers."""


@loop(inline="always")
def _slot(value: float, origin: float, per_degree: float, slots: int) -> int:
    """Row or column of a coordinate that lies in the grid."""
    at = int((value - origin) * per_degree)
    return min(max(at, 0), slots - 1)


@loop()
def bin_edges(ends: Floats, of: Ints, grid: Floats, rows: int, polygons: int) -> Any:
    """Edges by row and polygon, because points come row by row.

    Those of a polygon in a row stand in `edge` from `start[row * polygons + polygon]` up to the next start.
    """
    start = np.zeros(polygons * rows + 1, dtype=np.int64)
    for e in range(len(ends)):
        low = _slot(min(ends[e, 1], ends[e, 3]), grid[1], grid[3], rows)
        high = _slot(max(ends[e, 1], ends[e, 3]), grid[1], grid[3], rows)
        for row in range(low, high + 1):
            start[row * polygons + of[e] + 1] += 1
    start[:] = np.cumsum(start)
    edge = np.empty((start[-1], 4), dtype=np.float64)
    fill = start[:-1].copy()
    for e in range(len(ends)):
        low = _slot(min(ends[e, 1], ends[e, 3]), grid[1], grid[3], rows)
        high = _slot(max(ends[e, 1], ends[e, 3]), grid[1], grid[3], rows)
        for row in range(low, high + 1):
            edge[fill[row * polygons + of[e]]] = ends[e]
            fill[row * polygons + of[e]] += 1
    return start, edge


@loop()
def _paint_edge(edge: Floats, grid: Floats, row: int, columns: int, painted: Bytes) -> None:
    """Marks the cells of one row that an edge may touch."""
    ax, ay, bx, by = edge[0], edge[1], edge[2], edge[3]
    height, width = 1.0 / grid[3], 1.0 / grid[2]
    t0, t1 = 0.0, 1.0
    if ay != by:
        low = grid[1] + (row - MARGIN_OF_A_ROW) * height
        high = grid[1] + (row + 1 + MARGIN_OF_A_ROW) * height
        u, v = (low - ay) / (by - ay), (high - ay) / (by - ay)
        t0, t1 = min(max(min(u, v), 0.0), 1.0), min(max(max(u, v), 0.0), 1.0)
    x0, x1 = ax + t0 * (bx - ax), ax + t1 * (bx - ax)
    left = _slot(min(x0, x1) - MARGIN_OF_A_CELL * width, grid[0], grid[2], columns)
    right = _slot(max(x0, x1) + MARGIN_OF_A_CELL * width, grid[0], grid[2], columns)
    for column in range(left, right + 1):
        painted[column] = 1


@loop()
def _flip_left_of(edges: Floats, y: float, grid: Floats, columns: int, flips: Bytes) -> None:
    """At the column of every crossing of the line at height y: one flip between inside and outside."""
    for e in range(len(edges)):
        ax, ay, bx, by = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
        if (ay > y) != (by > y):
            x = ax + (y - ay) / (by - ay) * (bx - ax)
            flips[_slot(x, grid[0], grid[2], columns)] ^= 1


@loop()
def paint(start: Longs, edge: Floats, grid: Floats, rows: int, columns: int, polygons: int) -> Any:
    """Painted pairs of raster cell and polygon, cell by cell.

    Returns `owner[cell]` (a polygon that alone touches and wholly covers the cell; OUTSIDE; MIXED), `first[cell]` and
    `candidate`: the polygons to ask in a mixed cell, in ascending order, from `first[cell]` up to the next.
    """
    owner = np.full(rows * columns, OUTSIDE, dtype=np.int32)
    count = np.zeros(rows * columns + 1, dtype=np.int64)
    painted, flips = np.zeros(columns, dtype=np.uint8), np.zeros(columns, dtype=np.uint8)
    for polygon in range(polygons):
        for row in range(rows):
            left, right = _paint_row(start, edge, grid, polygons, columns, polygon, row, painted, flips)
            for column in range(left, right + 1):
                if painted[column]:
                    cell = row * columns + column
                    alone = owner[cell] == OUTSIDE and painted[column] == 2
                    owner[cell] = polygon if alone else MIXED
                    count[cell + 1] += 1
    for cell in range(rows * columns):
        if owner[cell] != MIXED:
            count[cell + 1] = 0
    first = np.cumsum(count)
    candidate, fill = np.empty(first[-1], dtype=np.int32), first[:-1].copy()
    for polygon in range(polygons):
        for row in range(rows):
            left, right = _paint_row(start, edge, grid, polygons, columns, polygon, row, painted, flips)
            for column in range(left, right + 1):
                cell = row * columns + column
                if painted[column] and owner[cell] == MIXED:
                    candidate[fill[cell]] = polygon
                    fill[cell] += 1
    return owner, first, candidate


@loop()
def _reach(edges: Floats, grid: Floats, columns: int) -> tuple[int, int]:
    """First and last column that edges may touch, margin included."""
    margin = MARGIN_OF_A_CELL / grid[2]
    west = min(edges[:, 0].min(), edges[:, 2].min()) - margin
    east = max(edges[:, 0].max(), edges[:, 2].max()) + margin
    return _slot(west, grid[0], grid[2], columns), _slot(east, grid[0], grid[2], columns)


@loop()
def _paint_row(
    start: Longs,
    edge: Floats,
    grid: Floats,
    polygons: int,
    columns: int,
    polygon: int,
    row: int,
    painted: Bytes,
    flips: Bytes,
) -> tuple[int, int]:
    """One polygon in one row: 0 untouched, 1 perhaps touched by its edges, 2 wholly inside it.

    Returns the first and last column that were written; (0, -1) when the polygon does not reach the row.
    """
    begin, end = start[row * polygons + polygon], start[row * polygons + polygon + 1]
    if begin == end:
        return 0, -1
    west, east = _reach(edge[begin:end], grid, columns)
    painted[west : east + 1] = 0
    flips[west : east + 1] = 0
    for e in range(begin, end):
        _paint_edge(edge[e], grid, row, columns, painted)
    _flip_left_of(edge[begin:end], grid[1] + (row + 0.5) / grid[3], grid, columns, flips)
    inside = False
    for column in range(west, east + 1):
        # Crossings lie in painted cells, so an unpainted cell has the state reached at its left side throughout.
        if flips[column]:
            inside = not inside
        if inside and not painted[column]:
            painted[column] = 2
    return west, east


@loop()
def _inside(edge: Floats, begin: int, end: int, x: float, y: float) -> int:
    """1 inside, 0 outside, UNDECIDED within rounding of an edge; crossings of the ray to the right, evenness rule."""
    inside = 0
    for e in range(begin, end):
        ax, ay, bx, by = edge[e, 0], edge[e, 1], edge[e, 2], edge[e, 3]
        if (ay > y) == (by > y):
            # Not crossed; but the point may lie on it, at an end or along a level edge.
            if (ay == y or by == y) and min(ax, bx) <= x <= max(ax, bx):
                return UNDECIDED
            continue
        if x > max(ax, bx):
            continue
        if x < min(ax, bx):
            inside ^= 1
            continue
        left, right = (ax - x) * (by - y), (ay - y) * (bx - x)
        turn = left - right
        if abs(turn) <= ORIENTATION_ERROR * (abs(left) + abs(right)):
            return UNDECIDED
        if (turn > 0) == (by > ay):
            inside ^= 1
    return inside


@loop()
def look(x: Floats, y: Floats, grid: Floats, rows: int, columns: int, owner: Ints, found: Ints, mixed: Ints) -> int:
    """Owner of each point's raster cell into `found`, and the points in mixed cells into `mixed`; returns their count.

    No branches on data and few tables: this pass runs at the speed of memory, and the exact tests come after it.
    """
    west, south, east, north = grid[0], grid[1], grid[4], grid[5]
    count = 0
    for p in range(len(x)):
        px, py = x[p], y[p]
        # Written so that NaN fails it.
        held = (west <= px) & (px <= east) & (south <= py) & (py <= north)
        row = _slot(py if held else south, south, grid[3], rows)
        column = _slot(px if held else west, west, grid[2], columns)
        state = owner[row * columns + column] if held else OUTSIDE
        found[p] = state
        mixed[count] = p
        count += state == MIXED
    return count


@loop()
def by_row(x: Floats, y: Floats, grid: Floats, rows: int, points: Ints) -> Any:
    """The same points in order of raster row, by counting, and their coordinates, [n, 2] beside them.

    Neighbours then share their tables in the processor's cache, which the exact tests live on.
    """
    place = np.zeros(rows + 1, dtype=np.int64)
    for p in points:
        place[_slot(y[p], grid[1], grid[3], rows) + 1] += 1
    place = np.cumsum(place)
    ordered, at = np.empty(len(points), dtype=np.int32), np.empty((len(points), 2), dtype=np.float64)
    for p in points:
        row = _slot(y[p], grid[1], grid[3], rows)
        k = place[row]
        ordered[k], at[k, 0], at[k, 1] = p, x[p], y[p]
        place[row] = k + 1
    return ordered, at


@loop()
def ask(
    points: Ints,
    coordinates: Floats,
    grid: Floats,
    rows: int,
    columns: int,
    polygons: int,
    first: Longs,
    candidate: Ints,
    start: Longs,
    edge: Floats,
    found: Ints,
) -> int:
    """Polygon of each point of a mixed cell, OUTSIDE or UNDECIDED, into `found`; returns how many are undecided."""
    undecided = 0
    for k in range(len(points)):
        x, y = coordinates[k, 0], coordinates[k, 1]
        row = _slot(y, grid[1], grid[3], rows)
        cell = row * columns + _slot(x, grid[0], grid[2], columns)
        holder = OUTSIDE
        for at in range(first[cell], first[cell + 1]):
            slot = row * polygons + candidate[at]
            state = _inside(edge, start[slot], start[slot + 1], x, y)
            if state != 0:
                holder = candidate[at] if state == 1 else UNDECIDED
                undecided += state == UNDECIDED
                break
        found[points[k]] = holder
    return undecided
