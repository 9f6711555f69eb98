"""Zones against brute force: the ellipsoid's own distances to points strewn along the line."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from wanjia.kernels.zones.ground import ground_at
from wanjia.kernels.zones.lines import LineZones, PowerLine
from wanjia.kernels.zones.widths import zone_metres

EARTH = Geod(ellps="WGS84")
WEST, SOUTH = 118.2, 25.4
near = st.floats(-0.01, 0.01, allow_nan=False)
positions = st.tuples(near, near).map(lambda shift: (WEST + shift[0], SOUTH + shift[1]))
paths = st.lists(positions, min_size=2, max_size=5, unique=True).map(np.array)


def brute(path: np.ndarray, point: tuple[float, float], strewn: int = 4_000) -> float:
    """Metres to the nearest of many points on the straight pieces, by the geodesic."""
    least = np.inf
    for start, end in pairwise(path):
        along = start + np.linspace(0, 1, strewn)[:, None] * (end - start)
        _, _, metres = EARTH.inv(np.full(strewn, point[0]), np.full(strewn, point[1]), along[:, 0], along[:, 1])
        least = min(least, float(metres.min()))
    return least


@settings(max_examples=40, deadline=None)
@given(paths, positions)
def test_the_distance_is_the_ellipsoids(path: np.ndarray, point: tuple[float, float]) -> None:
    zones = LineZones([PowerLine("L", 10.0, "overhead", (path,))])
    found = zones.near_point(*point, reach_m=5_000)
    expected = brute(path, point)
    assert [one.line for one in found] == ["L"]
    assert found[0].distance_m == pytest.approx(expected, rel=1e-3, abs=0.6)


@settings(max_examples=40, deadline=None)
@given(paths, positions, st.sampled_from([0.4, 10.0, 35.0, 110.0, 220.0, 500.0]), st.floats(0, 6))
def test_inside_is_what_the_width_beyond_the_conductor_says(
    path: np.ndarray, point: tuple[float, float], voltage_kv: float, edge_m: float
) -> None:
    zones = LineZones([PowerLine("L", voltage_kv, "overhead", (path,), edge_m)])
    width, away = zone_metres(voltage_kv, "overhead"), brute(path, point)
    found = zones.near_point(*point)
    inside = bool(found) and found[0].inside
    if width is None:
        assert not inside
    elif abs(away - edge_m - width) > 1.0:  # what is strewn is not the line itself
        assert inside == (away - edge_m < width)


@settings(max_examples=25, deadline=None)
@given(paths, st.sampled_from([10.0, 110.0, 500.0]), st.floats(0, 5), st.floats(-30, 30), st.floats(-30, 30))
def test_the_area_drawn_holds_what_the_distance_says(
    path: np.ndarray, voltage_kv: float, edge_m: float, east: float, north: float
) -> None:
    zones = LineZones([PowerLine("L", voltage_kv, "overhead", (path,), edge_m)])
    ((_, width, area),) = list(zones.areas())
    ground = ground_at(float(path[0][0]), float(path[0][1]))
    point = ground.degrees(np.array([[east, north]]))[0]
    nearest = zones.near_point(float(point[0]), float(point[1]))
    missing = nearest[0].missing_m if nearest else -np.inf
    if abs(missing) > 0.01 * (width + edge_m) + 0.05:
        assert shapely.contains_xy(area, *point) == (missing > 0)


@settings(max_examples=25, deadline=None)
@given(st.lists(paths, min_size=1, max_size=6), positions)
def test_many_lines_answer_as_each_alone(lines: list[np.ndarray], point: tuple[float, float]) -> None:
    rows = [PowerLine(f"L{at}", (10.0, 110.0)[at % 2], "overhead", (path,)) for at, path in enumerate(lines)]
    together = LineZones(rows).near_point(*point)
    alone = [one for row in rows for one in LineZones([row]).near_point(*point)]
    assert {one.line: one.distance_m for one in together} == pytest.approx({one.line: one.distance_m for one in alone})
    assert [one.inside for one in together] == sorted((one.inside for one in together), reverse=True)


@settings(max_examples=25, deadline=None)
@given(paths, st.lists(positions, min_size=3, max_size=6, unique=True))
def test_an_area_is_as_near_as_its_nearest_point(path: np.ndarray, corners: list[tuple[float, float]]) -> None:
    area = shapely.MultiPoint(corners).convex_hull
    zones = LineZones([PowerLine("L", 35.0, "overhead", (path,))])
    whole = zones.near_area(area, 5_000)[0].distance_m
    outline = shapely.segmentize(area, 0.0005)
    around = [zones.near_point(*xy, 5_000)[0].distance_m for xy in shapely.get_coordinates(outline)]
    assert whole <= min(around) + 0.05
    if not area.intersects(shapely.LineString(path)):
        assert whole == pytest.approx(min(around), abs=30)


@pytest.mark.parametrize(
    ("voltage_kv", "laid", "metres"),
    [(0.4, "overhead", None), (1, "overhead", 5), (10, "overhead", 5), (20, "overhead", 10), (35, "overhead", 10),
     (110, "overhead", 10), (154, "overhead", 15), (220, "overhead", 15), (330, "overhead", 15), (500, "overhead", 20),
     (750, "overhead", None), (10, "cable", 0.75), (110, "cable", 0.75), (float("nan"), "cable", None)],
)  # fmt: skip
def test_the_widths_are_the_articles(voltage_kv: float, laid: str, metres: float | None) -> None:
    assert zone_metres(voltage_kv, laid) == metres  # type: ignore[arg-type]


def test_far_from_every_line_there_is_none() -> None:
    path = np.array([[WEST, SOUTH], [WEST + 0.01, SOUTH]])
    zones = LineZones([PowerLine("L", 10.0, "overhead", (path,))])
    assert zones.near_point(WEST, SOUTH + 0.1) == ()
    assert LineZones([]).near_point(WEST, SOUTH) == ()
    assert zones.near_area(shapely.Polygon()) == ()
    with pytest.raises(ValueError, match="two positions"):
        LineZones([PowerLine("L", 10.0, "overhead", (path[:1],))])


def test_a_long_line_keeps_its_width() -> None:
    """Half a degree to the north, 220 kV: 15 m either side at both ends and in the middle."""
    path = np.array([[WEST, SOUTH], [WEST + 0.1, SOUTH + 1.6]])
    zones = LineZones([PowerLine("L", 220.0, "overhead", (path,))])
    ((_, _, area),) = list(zones.areas())
    for share in (0.02, 0.5, 0.98):
        at = path[0] + share * (path[1] - path[0])
        ground = ground_at(*map(float, at))
        for east, held in ((14.5, True), (16.0, False)):
            slope = np.array([0.1 * ground.east_m, 1.6 * ground.north_m])
            across = np.array([slope[1], -slope[0]]) / np.hypot(*slope) * east
            assert shapely.contains_xy(area, *ground.degrees(across[None])[0]) is np.bool_(held)
