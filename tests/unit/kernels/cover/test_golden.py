"""Golden territories through the kernel: faults, ids and reasons exactly, areas and points within tolerance."""

import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from wanjia.kernels.cover import CoverReport, prove, read_collection

CASES = sorted(path.parent for path in (Path(__file__).parents[3] / "cases/cover").glob("*/cells.geojson"))


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def report_of(case: Path) -> CoverReport:
    collection = read_collection(load(case / "cells.geojson"))
    assert not collection.faults
    return prove(collection.cells, collection.rejected)


def test_there_are_cases() -> None:
    assert len(CASES) >= 12


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_counts_and_verdict(case: Path) -> None:
    report, expected = report_of(case), load(case / "expected.json")
    assert (report.cells, report.levels, report.exact) == (expected["cells"], expected["levels"], expected["exact"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("kind", ["gaps", "overlaps"])
def test_gaps_and_overlaps(case: Path, kind: str) -> None:
    found = sorted((list(one.cells), one.area_m2) for one in getattr(report_of(case), kind))
    expected = sorted((one["cells"], one["area_m2"]) for one in load(case / "expected.json")[kind])
    tolerance = load(case / "parameters.json")
    assert [cells for cells, _ in found] == [cells for cells, _ in expected]
    for (_, area), (_, wanted) in zip(found, expected, strict=True):
        assert area == pytest.approx(wanted, rel=tolerance["area_relative"], abs=tolerance["area_m2"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_invalid_cells(case: Path) -> None:
    found, expected = report_of(case).invalid, load(case / "expected.json")["invalid"]
    tolerance = load(case / "parameters.json")
    assert [(one.cell_id, one.reason) for one in found] == [(one["cell_id"], one["reason"]) for one in expected]
    for one, wanted in zip(found, expected, strict=True):
        if "point" in wanted:
            assert one.point is not None
            at = [one.point.longitude, one.point.latitude]
            assert at == pytest.approx(wanted["point"], rel=0, abs=tolerance["point_degrees"])
        if "area_m2" in wanted:
            assert one.area_m2 == pytest.approx(wanted["area_m2"], rel=tolerance["area_relative"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_sample_points_of_gaps_lie_in_no_cell_of_their_level(case: Path) -> None:
    collection = read_collection(load(case / "cells.geojson"))
    for gap in report_of(case).gaps:
        point = shapely.Point(gap.point.longitude, gap.point.latitude)
        first = {cell.cell_id: cell for cell in reversed(collection.cells)}
        for cell in first.values():
            drawn = shapely.from_geojson(json.dumps(cell.geometry), on_invalid="ignore")
            if cell.level == gap.level and cell.parent_id == gap.parent_id and drawn is not None and drawn.is_valid:
                assert not drawn.intersects(point)
