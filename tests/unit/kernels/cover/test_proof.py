"""The proof of exact cover against a count of lattice squares, and laws that must hold for any territory."""

from collections import Counter
from collections.abc import Iterable

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from wanjia.kernels.cover import CellShape, CoverReport, prove
from wanjia.kernels.cover.areas import areas_m2

SIDE = 6
WEST, SOUTH, STEP = 118.0, 29.0, 0.01

Square = tuple[int, int]
Claims = dict[Square, set[str]]


def square(at: Square) -> shapely.Polygon:
    x, y = WEST + at[0] * STEP, SOUTH + at[1] * STEP
    return shapely.box(x, y, WEST + (at[0] + 1) * STEP, SOUTH + (at[1] + 1) * STEP)


def ground(squares: Iterable[Square]) -> shapely.Geometry:
    return shapely.union_all([square(at) for at in sorted(squares)])


def area(squares: Iterable[Square]) -> float:
    return float(areas_m2([square(at) for at in squares]).sum())


@st.composite
def claims(draw: st.DrawFn) -> Claims:
    """Every square of the lattice with the cells that claim it: mostly one, here and there none or two."""
    names = [f"c{number}" for number in range(draw(st.integers(1, 5)))]
    one = st.sampled_from(names).map(lambda name: {name})
    some = st.one_of(one, one, one, one, st.sets(st.sampled_from(names), max_size=2))
    squares = [(x, y) for x in range(SIDE) for y in range(SIDE)]
    return dict(zip(squares, draw(st.lists(some, min_size=SIDE**2, max_size=SIDE**2)), strict=True))


def territory(claimed: Claims, parents: int = 1) -> list[CellShape]:
    """`parents` vertical strips, and in each the cells that claim its squares (one cell for each strip it is in)."""
    width = SIDE // parents
    cells = []
    for number in range(parents):
        strip = [at for at in claimed if at[0] // width == number]
        cells.append(CellShape(f"p{number}", 1, "", "", ground(strip)))
        for name in sorted({name for at in strip for name in claimed[at]}):
            own = [at for at in strip if name in claimed[at]]
            cells.append(CellShape(f"p{number}{name}", 2, f"p{number}", "", ground(own)))
    return cells


@settings(max_examples=80, deadline=None)
@given(claims(), st.sampled_from([1, 2, 3]))
def test_gaps_and_overlaps_are_those_of_the_lattice(claimed: Claims, parents: int) -> None:
    report = prove(territory(claimed, parents))
    empty = [at for at, names in claimed.items() if not names]
    if any(names for names in claimed.values()):
        assert sum(gap.area_m2 for gap in report.gaps) == pytest.approx(area(empty), rel=1e-9, abs=1e-3)
    width = SIDE // parents
    expected: Counter[tuple[str, ...]] = Counter()
    for at, names in claimed.items():
        if len(names) == 2:
            expected[tuple(sorted(f"p{at[0] // width}{name}" for name in names))] += 1
    found: dict[tuple[str, ...], float] = {}
    for overlap in report.overlaps:
        found[overlap.cells] = found.get(overlap.cells, 0) + overlap.area_m2
    assert found.keys() == expected.keys()
    for pair, squares in expected.items():
        assert found[pair] == pytest.approx(squares * area([(0, 0)]), rel=1e-3)
    assert not report.invalid


@settings(max_examples=60, deadline=None)
@given(claims())
def test_every_sample_point_lies_in_its_fault(claimed: Claims) -> None:
    cells = territory(claimed)
    polygons = {cell.cell_id: cell.geometry for cell in cells}
    report = prove(cells)
    for gap in report.gaps:
        point = shapely.Point(gap.point.longitude, gap.point.latitude)
        assert polygons["p0"].contains(point)
        assert not any(cell.level == 2 and cell.geometry.intersects(point) for cell in cells)
    for overlap in report.overlaps:
        point = shapely.Point(overlap.point.longitude, overlap.point.latitude)
        assert all(polygons[cell_id].contains(point) for cell_id in overlap.cells)


def summary(report: CoverReport, names: dict[str, str]) -> object:
    """What does not depend on names or order."""
    gaps = sorted((round(gap.area_m2, 3), sorted(names[one] for one in gap.cells)) for gap in report.gaps)
    overlaps = sorted((round(one.area_m2, 3), sorted(names[cell] for cell in one.cells)) for one in report.overlaps)
    return report.cells, report.levels, report.exact, gaps, overlaps


@settings(max_examples=40, deadline=None)
@given(claims(), st.randoms(use_true_random=False))
def test_names_and_order_do_not_matter(claimed: Claims, chance: object) -> None:
    cells = territory(claimed, 2)
    new = {cell.cell_id: f"n{number}" for number, cell in enumerate(cells)}
    other = [CellShape(new[cell.cell_id], cell.level, new.get(cell.parent_id, ""), "", cell.geometry) for cell in cells]
    chance.shuffle(other)  # type: ignore[attr-defined]
    back = {name: old for old, name in new.items()}
    assert summary(prove(other), back) == summary(prove(cells), {name: name for name in new})


def cell(cell_id: str, level: int, parent_id: str, geometry: object) -> CellShape:
    return CellShape(cell_id, level, parent_id, "", geometry)  # type: ignore[arg-type]


A, B = shapely.box(118, 29, 118.1, 29.1), shapely.box(118.1, 29, 118.2, 29.1)


def test_an_exact_territory_is_exact() -> None:
    west, east = shapely.box(118, 29, 118.05, 29.1), shapely.box(118.05, 29, 118.1, 29.1)
    report = prove([cell("a", 1, "", A), cell("a1", 2, "a", west), cell("a2", 2, "a", east)])
    assert report.exact
    assert (report.cells, report.levels) == (3, 2)


def test_no_cells_are_not_exact() -> None:
    assert not prove([]).exact


def test_a_parent_without_children_is_one_gap() -> None:
    report = prove([cell("a", 1, "", A), cell("b", 1, "", B), cell("a1", 2, "a", A)])
    assert [(gap.parent_id, gap.level, gap.cells) for gap in report.gaps] == [("b", 2, ("b",))]
    assert report.gaps[0].area_m2 == pytest.approx(float(areas_m2([B])[0]))


def test_a_child_that_sticks_out_is_listed_with_the_piece_outside() -> None:
    report = prove([cell("a", 1, "", A), cell("a1", 2, "a", shapely.box(118, 29, 118.13, 29.1))])
    (found,) = report.invalid
    assert (found.cell_id, found.reason) == ("a1", "outside_parent")
    assert found.area_m2 == pytest.approx(float(areas_m2([shapely.box(118.1, 29, 118.13, 29.1)])[0]), rel=1e-9)
    assert found.point is not None and 118.1 < found.point.longitude < 118.13


def test_a_void_between_level_1_cells_is_a_gap_but_a_hole_in_one_of_them_is_not() -> None:
    lake, enclave = shapely.box(118.02, 29.02, 118.04, 29.04), shapely.box(118.09, 29.04, 118.11, 29.06)
    drawn = [cell("a", 1, "", A - lake - enclave), cell("b", 1, "", B - enclave)]
    (gap,) = prove(drawn).gaps
    assert gap.cells == ("a", "b")
    assert gap.area_m2 == pytest.approx(float(areas_m2([enclave])[0]), rel=1e-9)


@pytest.mark.parametrize(("metres", "faults"), [(0.9, 0), (1.1, 1)])
def test_slivers_under_one_square_metre_are_no_faults(metres: float, faults: int) -> None:
    width = 0.1 * metres / float(areas_m2([A])[0])  # of a strip along the whole side
    child = shapely.box(118, 29, 118.1 - width, 29.1)
    assert len(prove([cell("a", 1, "", A), cell("a1", 2, "a", child)]).gaps) == faults
    wide = shapely.box(118, 29, 118.1 + width, 29.1)
    assert len(prove([cell("a", 1, "", wide), cell("b", 1, "", B)]).overlaps) == faults


def test_every_fault_of_identifiers_levels_and_parents_is_listed() -> None:
    report = prove(
        [
            cell("a", 1, "", A),
            cell("a", 1, "", B),
            cell("b", 1, "a", B),
            cell("c", 2, "", A),
            cell("d", 2, "nowhere", B),
            cell("e", 3, "a", A),
            cell("f", 0, "", B),
            cell("g" * 65, 1, "", shapely.box(119, 29, 119.1, 29.1)),
            cell("", 2, "a", A),
        ]
    )
    assert Counter((one.cell_id[:1], one.reason) for one in report.invalid) == {
        ("a", "id_twice"): 1,
        ("b", "parent_at_level_1"): 1,
        ("c", "parent_missing"): 1,
        ("d", "parent_unknown"): 1,
        ("e", "level_jump"): 1,
        ("f", "level_out_of_range"): 1,
        ("g", "id_too_long"): 1,
        ("", "id_missing"): 1,
    }
    assert all(one.point is not None for one in report.invalid)


def test_three_cells_on_one_ground_make_three_pairs() -> None:
    report = prove([cell(name, 1, "", A) for name in "cab"])
    assert [one.cells for one in report.overlaps] == [("a", "b"), ("a", "c"), ("b", "c")]
