"""Owner look-up: 2,000,000 points against 645 cells, ours beside GeoPandas `sjoin` in the same run.

Run: `.venv/bin/python benchmarks/owner_lookup.py [POINTS] [CORNERS_PER_EDGE]`. The territory is made up: a Voronoi
diagram of jittered seeds whose shared borders are bent into many corners, the same corners on both sides.
"""

import os
import platform
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import geopandas
import numpy as np
import shapely

from wanjia.kernels.cover import NOBODY, CellIndex, CellShape
from wanjia.kernels.cover.index import TreeLevel
from wanjia.kernels.cover.raster import with_raster

SEED = 20_240_601
COLUMNS, ROWS = 43, 15
WEST, SOUTH, EAST, NORTH = 119.0, 29.0, 121.5, 30.5
WARM_RUNS = 5


def bent(start: tuple[float, float], end: tuple[float, float], corners: int) -> list[tuple[float, float]]:
    """The way from start to end with jittered corners; the same from either side, because it is drawn in one order."""
    if end < start:
        return bent(end, start, corners)[::-1]
    rng = np.random.default_rng(abs(hash((start, end))) % 2**32)
    share = np.linspace(0, 1, corners + 2)[1:-1]
    length = np.hypot(end[0] - start[0], end[1] - start[1])
    off = rng.uniform(-0.3, 0.3, corners) * length / (corners + 1)
    x = start[0] + share * (end[0] - start[0]) - off * (end[1] - start[1]) / (length or 1)
    y = start[1] + share * (end[1] - start[1]) + off * (end[0] - start[0]) / (length or 1)
    return [start, *zip(x.tolist(), y.tolist(), strict=True), end]


def territory(corners: int) -> list[CellShape]:
    """645 cells that cover a rectangle, all of one level, with some `corners` corners on each shared border."""
    rng = np.random.default_rng(SEED)
    column, row = np.meshgrid(np.arange(COLUMNS), np.arange(ROWS))
    x = WEST + (column + rng.uniform(0.1, 0.9, column.shape)) * (EAST - WEST) / COLUMNS
    y = SOUTH + (row + rng.uniform(0.1, 0.9, row.shape)) * (NORTH - SOUTH) / ROWS
    box = shapely.box(WEST, SOUTH, EAST, NORTH)
    regions = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(np.column_stack((x.ravel(), y.ravel()))), extend_to=box)
    )
    regions = shapely.set_precision(shapely.intersection(regions, box), 1e-7)
    cells = []
    for number, region in enumerate(regions):
        plain = [tuple(corner) for corner in shapely.get_coordinates(region).tolist()]
        ring = [corner for a, b in pairwise(plain) for corner in bent(a, b, corners)[:-1]]
        cells.append(CellShape(f"W{number:04d}", 1, "", "", shapely.Polygon(ring)))
    return cells


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds that the work took, and its result."""
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


def joined(cells: list[CellShape], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """GeoPandas: smallest cell number of every point, NOBODY outside."""
    left = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(x, y), crs=4326)
    right = geopandas.GeoDataFrame({"number": range(len(cells))}, geometry=[c.geometry for c in cells], crs=4326)
    found = geopandas.sjoin(left, right, how="left", predicate="intersects")
    smallest = found["number"].groupby(level=0).min()
    return smallest.fillna(NOBODY).to_numpy(dtype=np.int32)


def machine() -> str:
    """Processor, cores and versions, for whoever compares figures."""
    name = platform.processor() or platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            name = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), name)
    versions = f"Python {platform.python_version()}, shapely {shapely.__version__}, GeoPandas {geopandas.__version__}"
    return f"{name}, {len(os.sched_getaffinity(0))} cores, {versions}"


def main(points: int, corners: int) -> int:
    """Prints the table; 1 when any two ways disagree."""
    cells = territory(corners)
    rng = np.random.default_rng(SEED + 1)
    x, y = rng.uniform(WEST - 0.02, EAST + 0.02, points), rng.uniform(SOUTH - 0.02, NORTH + 0.02, points)
    total = sum(int(shapely.get_num_coordinates(cell.geometry)) for cell in cells)
    print(f"{machine()}\n{points:,} points, {len(cells)} cells, {total / len(cells):.0f} corners each, seed {SEED}\n")
    build, index = timed(lambda: CellIndex.build(cells))
    level = index.lookups[0]
    assert isinstance(level, TreeLevel)
    tree, by_tree = timed(lambda: level.ask_tree(x, y))
    sweep, by_sweep = timed(lambda: index.locate(x, y)[0])
    with_raster(CellIndex.build(cells[:2]), 16).locate(x[:10], y[:10])  # loads the compiled loops
    cold, (fast, by_raster) = timed(lambda: (raster := with_raster(index), raster.locate(x, y)[0]))
    warm = min(timed(lambda: fast.locate(x, y))[0] for _ in range(WARM_RUNS))
    one = min(timed(lambda: [index.locate([x[i]], [y[i]]) for i in range(1000)])[0] for _ in range(3)) / 1000
    peer, by_peer = timed(lambda: joined(cells, x, y))
    for name, seconds in (
        ("index of the cells, built", build),
        ("ours, R-tree, point by point", tree),
        ("ours, sweep over sorted points", sweep),
        ("ours, raster, with its building", cold),
        ("ours, raster, warm", warm),
        ("GeoPandas sjoin", peer),
    ):
        print(f"{name:34} {seconds:9.3f} s   {peer / seconds:8.1f} x sjoin")
    print(f"{'ours, R-tree, one point':34} {one * 1e6:9.1f} us")
    wrong = {
        name: int((answers != by_peer).sum())
        for name, answers in (("R-tree", by_tree), ("sweep", by_sweep), ("raster", by_raster))
    }
    print(f"\npoints in no cell: {(by_peer == NOBODY).sum():,}; answers unlike sjoin's: {wrong}")
    return int(any(wrong.values()))


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    raise SystemExit(main(*(numbers + [2_000_000, 20][len(numbers) :])))
