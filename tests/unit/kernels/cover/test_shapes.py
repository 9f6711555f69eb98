"""Reading one geometry: every reason, with its point, and what is left to work with."""

from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from wanjia.kernels.cover.shapes import read_shape

SQUARE = [[118.0, 29.0], [118.1, 29.0], [118.1, 29.1], [118.0, 29.1], [118.0, 29.0]]
NAN = float("nan")


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def hole(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [west, north], [east, north], [east, south], [west, south]]


@pytest.mark.parametrize(
    ("geometry", "reason", "point"),
    [
        (None, "geometry_missing", None),
        ({"type": "Point", "coordinates": [118, 29]}, "geometry_type", None),
        ({"type": "GeometryCollection", "geometries": []}, "geometry_type", None),
        ("POLYGON EMPTY", "geometry_type", None),
        (polygon(), "geometry_empty", None),
        ({"type": "MultiPolygon", "coordinates": []}, "geometry_empty", None),
        ({"type": "Polygon", "coordinates": "0 0"}, "coordinates_malformed", None),
        (polygon([["118", "29"], *SQUARE]), "coordinates_malformed", None),
        (polygon([[True, 29.0], *SQUARE]), "coordinates_malformed", None),
        (polygon([[118.0], *SQUARE]), "coordinates_malformed", None),
        (polygon([[10**400, 29], *SQUARE]), "coordinates_malformed", None),
        (polygon([SQUARE[0], [NAN, 29.0], *SQUARE[2:]]), "coordinates_not_finite", None),
        (polygon([[x * 10_000, y] for x, y in SQUARE]), "coordinates_out_of_range", (1_180_000.0, 29.0)),
        (polygon(SQUARE[:4]), "ring_not_closed", (118.0, 29.1)),
        (polygon(SQUARE[:2]), "ring_too_short", (118.0, 29.0)),
        (polygon([[179.0, 0], [-179.0, 0], [-179.0, 1], [179.0, 1], [179.0, 0]]), "crosses_antimeridian", (179.0, 0.0)),
        (polygon([SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]), "self_intersection", (118.05, 29.05)),
        (polygon([*SQUARE[:3], [118.05, 29.1], [118.05, 29.2], [118.05, 29.1], *SQUARE[3:]]), "spike", (118.05, 29.2)),
        (polygon(SQUARE, hole(119, 29.02, 119.1, 29.04)), "hole_outside_shell", (119, 29.02)),
        (polygon(SQUARE, hole(118.02, 29.02, 118.08, 29.08), hole(118.04, 29.04, 118.06, 29.06)), "holes_nested", None),
    ],
)
def test_each_fault_has_its_reason_and_place(geometry: Any, reason: str, point: tuple[float, float] | None) -> None:
    problems = read_shape(geometry).problems
    assert [problem.reason for problem in problems] == [reason]
    if point is not None:
        found = problems[0].point
        assert found is not None
        assert (found.longitude, found.latitude) == pytest.approx(point)


def test_all_faults_of_one_geometry_are_listed() -> None:
    drawn = read_shape({"type": "MultiPolygon", "coordinates": [[SQUARE[:4]], [[[1.0]]], [SQUARE[:1]], "x"]})
    assert [problem.reason for problem in drawn.problems] == [
        "ring_not_closed",
        "coordinates_malformed",
        "ring_too_short",
        "coordinates_malformed",
    ]
    assert drawn.polygon is not None


def test_a_broken_polygon_is_repaired_for_the_rest_of_the_proof() -> None:
    drawn = read_shape(polygon([SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]))
    assert drawn.polygon is not None and drawn.polygon.is_valid and drawn.polygon.area > 0


def test_islands_holes_and_heights_are_no_faults() -> None:
    high = [[x, y, 12.5] for x, y in SQUARE]
    island = hole(118.04, 29.04, 118.06, 29.06)
    lake = hole(118.02, 29.02, 118.08, 29.08)
    drawn = read_shape({"type": "MultiPolygon", "coordinates": [[high, lake], [island]]})
    assert not drawn.problems
    assert drawn.polygon is not None and not shapely.has_z(drawn.polygon)


def test_parts_on_both_sides_of_the_antimeridian_are_no_fault() -> None:
    east, west = shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -179, 1)
    assert not read_shape(shapely.union(east, west)).problems


NUMBERS = st.one_of(
    st.sampled_from([NAN, float("inf"), 118.0, 118.1, 29.0, 29.1, 10**400, None, "1", True, 181]), st.integers(117, 120)
)
COORDINATES = st.recursive(NUMBERS, lambda inner: st.lists(inner, max_size=6), max_leaves=40)
RINGS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=9).map(
    lambda corners: [[118 + x / 10, 29 + y / 10] for x, y in corners]
)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["Polygon", "MultiPolygon", None]),
    st.one_of(COORDINATES, st.lists(RINGS), st.lists(st.lists(RINGS))),
)
def test_nothing_that_is_read_raises_and_what_is_left_is_valid(kind: str | None, coordinates: Any) -> None:
    drawn = read_shape({"type": kind, "coordinates": coordinates})
    assert drawn.problems or drawn.polygon is not None
    assert drawn.polygon is None or (drawn.polygon.is_valid and drawn.polygon.area > 0)


def test_a_repair_that_leaves_parts_overlapping_is_repaired_again():
    # Found by Hypothesis: GEOS' structure method answers this bow with two triangles that overlap.
    ring = [[118.2, 29.2], [118, 29.1], [118, 29], [118.2, 29.2], [118, 29.1], [118, 29.2]]
    drawn = read_shape({"type": "MultiPolygon", "coordinates": [[ring]]})
    assert drawn.polygon is not None
    assert drawn.polygon.is_valid
    assert "ring_not_closed" in {problem.reason for problem in drawn.problems}
