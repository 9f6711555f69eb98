"""What the proof found as faults that a person can read: every gap, overlap, invalid cell and unheld day."""

from collections.abc import Mapping, Sequence

from wanjia.kernels.cover.hierarchy import InvalidCell
from wanjia.kernels.cover.proof import CoverReport, Gap, Overlap
from wanjia.kernels.cover.shapes import CellShape
from wanjia.kernels.cover.tenure import Unheld, UnheldDays
from wanjia.model.faults import Fault, Where
from wanjia.model.places import IDENTIFIER_CHARACTERS_MAX

_COLUMN_OF_REASON = {
    "id": "cell_id",
    "level": "level",
    "parent": "parent_id",
    "not": "properties",
}


def cover_faults(report: CoverReport, cells: Sequence[CellShape], file: str) -> list[Fault]:
    """Every invalid cell, gap and overlap, with the row of the cell that it is about."""
    rows = {cell.cell_id: cell.row for cell in reversed(cells)}
    return [
        *(invalid_fault(file, one) for one in report.invalid),
        *(_gap_fault(gap, rows, file) for gap in report.gaps),
        *(_overlap_fault(overlap, rows, file) for overlap in report.overlaps),
    ]


def invalid_fault(file: str, one: InvalidCell) -> Fault:
    """The fault that a person reads for a cell that is wrong in itself; the row is the feature's, counted from 1."""
    column = _COLUMN_OF_REASON.get(one.reason.split("_")[0], "geometry")
    values: dict[str, object] = {"cell_id": one.cell_id[:IDENTIFIER_CHARACTERS_MAX], "at": place(one)}
    if one.area_m2 is not None:
        values["area_m2"] = f"{one.area_m2:,.0f}"
    return Fault(f"territory.cell.{one.reason}", Where(file, one.row, column), values)


def place(one: InvalidCell) -> str:
    """Longitude and latitude as people copy them, or nothing."""
    return f"({one.point.longitude:.7f}, {one.point.latitude:.7f})" if one.point else ""


def unheld_faults(without_one: Sequence[Unheld], where: Mapping[str, Where], file: str) -> list[Fault]:
    """One fault for each range of days: at the first of the several posts, or in the file as a whole for none."""
    return [_unheld_fault(one.cell_id, days, where, file) for one in without_one for days in one.ranges]


def _gap_fault(gap: Gap, rows: Mapping[str, int], file: str) -> Fault:
    code = "territory.gap" if gap.parent_id else "territory.gap_at_level_1"
    around = ", ".join(gap.neighbours) or "-"
    values = {**_extent(gap), "level": gap.level, "parent_id": gap.parent_id, "cells": around}
    return Fault(code, Where(file, rows.get(gap.cells[0], 0) if gap.cells else 0, "geometry"), values)


def _overlap_fault(overlap: Overlap, rows: Mapping[str, int], file: str) -> Fault:
    first, second = overlap.cells
    values = {**_extent(overlap), "level": overlap.level, "first": first, "second": second}
    return Fault("territory.overlap", Where(file, rows.get(first, 0), "geometry"), values)


def _extent(found: Gap | Overlap) -> dict[str, object]:
    point = found.point
    return {"area_m2": f"{found.area_m2:,.1f}", "at": f"({point.longitude:.7f}, {point.latitude:.7f})"}


def _unheld_fault(cell_id: str, found: UnheldDays, where: Mapping[str, Where], file: str) -> Fault:
    days = found.days
    values = {
        "cell_id": cell_id,
        "starts_on": days.starts_on.isoformat() if days.starts_on else "…",
        "ends_on": days.ends_on.isoformat() if days.ends_on else "…",
        "posts": ", ".join(found.posts),
    }
    if not found.posts:
        return Fault("territory.unheld", Where(file, 0, "cell_id"), values)
    return Fault("territory.held_by_several", where.get(found.posts[0], Where(file)), values)
