"""Areas against what others compute: an equal-area projection, a geodesic, the whole earth."""

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from wanjia.kernels.cover.areas import areas_m2, point_inside, zone_area_m2

EQUAL_AREA = Transformer.from_crs(4326, 6933, always_xy=True)
corner = st.tuples(st.floats(-170, 170), st.floats(-80, 80))


@settings(max_examples=40, deadline=None)
@given(st.tuples(corner, corner, corner))
def test_area_is_that_of_an_equal_area_projection_of_the_lines_as_drawn(
    corners: tuple[tuple[float, float], ...],
) -> None:
    triangle = shapely.Polygon(corners)
    assume(triangle.area > 1e-3)
    dense = shapely.segmentize(triangle, 0.05)
    projected = shapely.transform(dense, lambda xy: np.column_stack(EQUAL_AREA.transform(xy[:, 0], xy[:, 1])))
    assert areas_m2(np.array([triangle]))[0] == pytest.approx(projected.area, rel=1e-4, abs=1e7)


@pytest.mark.parametrize("latitude", [0.0, 29.3, 53.5, -75.0])
@pytest.mark.parametrize("metres", [1.0, 300.0])
def test_small_squares_agree_with_the_geodesic_area(latitude: float, metres: float) -> None:
    side = metres / 111_320
    square = shapely.box(121.6, latitude, 121.6 + side, latitude + side)
    geodesic = abs(Geod(ellps="WGS84").geometry_area_perimeter(square)[0])
    assert areas_m2(np.array([square]))[0] == pytest.approx(geodesic, rel=1e-5)


def test_the_whole_earth_has_its_published_surface() -> None:
    zone = zone_area_m2(np.array([90.0]))[0]
    assert 2 * zone * 2 * np.pi == pytest.approx(510_065_621.724e6, rel=1e-9)  # WGS 84, km2 to three places


def test_holes_are_taken_off() -> None:
    outer, inner = shapely.box(118, 29, 119, 30), shapely.box(118.2, 29.2, 118.4, 29.4)
    ring, whole, part = areas_m2(np.array([outer - inner, outer, inner]))
    assert ring == pytest.approx(whole - part, rel=1e-12)


def test_a_point_inside_a_crescent_is_inside() -> None:
    crescent = shapely.Point(118, 29).buffer(0.1) - shapely.Point(118.01, 29).buffer(0.1)
    point = point_inside(crescent)
    assert crescent.contains(shapely.Point(point.longitude, point.latitude))
