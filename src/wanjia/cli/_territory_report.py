"""What `wanjia territory` prints: the JSON of the formats page, and a fault for everything listed in it."""

from collections.abc import Mapping, Sequence
from typing import Any

from wanjia.cli._territory_files import invalid_fault
from wanjia.kernels.cover import CellShape, CoverReport, Gap, InvalidCell, Overlap, Unheld, UnheldDays
from wanjia.model.faults import Fault, Where
from wanjia.model.places import Position
from wanjia.texts import fault_sentence


def as_plain(report: CoverReport, without_one: Sequence[Unheld]) -> dict[str, Any]:
    """The object of `check --json`."""
    return {
        "cells": report.cells,
        "levels": report.levels,
        "exact": report.exact,
        "gaps": [_plain_gap(gap) for gap in report.gaps],
        "overlaps": [_plain_overlap(overlap) for overlap in report.overlaps],
        "invalid": [_plain_invalid(one) for one in report.invalid],
        "unheld": [{"cell_id": one.cell_id, "days": [_plain_days(days) for days in one.ranges]} for one in without_one],
    }


def _plain_gap(gap: Gap) -> dict[str, Any]:
    return {
        "area_m2": gap.area_m2,
        "point": _pair(gap.point),
        "cells": list(gap.cells),
        "level": gap.level,
        "parent_id": gap.parent_id,
    }


def _plain_overlap(overlap: Overlap) -> dict[str, Any]:
    return {
        "area_m2": overlap.area_m2,
        "point": _pair(overlap.point),
        "cells": list(overlap.cells),
        "level": overlap.level,
    }


def _plain_invalid(one: InvalidCell) -> dict[str, Any]:
    extent = {} if one.area_m2 is None else {"area_m2": one.area_m2}
    return {"cell_id": one.cell_id, "reason": one.reason, "point": _pair(one.point), "row": one.row, **extent}


def _plain_days(found: UnheldDays) -> dict[str, Any]:
    starts_on, ends_on = found.days.starts_on, found.days.ends_on
    return {
        "starts_on": starts_on.isoformat() if starts_on else None,
        "ends_on": ends_on.isoformat() if ends_on else None,
        "posts": list(found.posts),
    }


def _pair(point: Position | None) -> list[float] | None:
    return [point.longitude, point.latitude] if point else None


def plain_faults(faults: Sequence[Fault], language: str) -> list[dict[str, Any]]:
    """The lines of standard error once more, for machines."""
    return [
        {
            "code": fault.code,
            "file": fault.where.file,
            "row": fault.where.line or None,
            "column": fault.where.column,
            "message": fault_sentence(fault, language),
        }
        for fault in faults
    ]


def cover_faults(report: CoverReport, cells: Sequence[CellShape], file: str) -> list[Fault]:
    """Every invalid cell, gap and overlap, with the row of the cell that it is about."""
    rows = {cell.cell_id: cell.row for cell in reversed(cells)}
    return [
        *(invalid_fault(file, one) for one in report.invalid),
        *(_gap_fault(gap, rows, file) for gap in report.gaps),
        *(_overlap_fault(overlap, rows, file) for overlap in report.overlaps),
    ]


def _gap_fault(gap: Gap, rows: Mapping[str, int], file: str) -> Fault:
    code = "territory.gap" if gap.parent_id else "territory.gap_at_level_1"
    around = ", ".join(gap.neighbours) or "-"
    values = {**_extent(gap), "level": gap.level, "parent_id": gap.parent_id, "cells": around}
    return Fault(code, Where(file, rows.get(gap.cells[0], 0), "geometry"), values)


def _overlap_fault(overlap: Overlap, rows: Mapping[str, int], file: str) -> Fault:
    first, second = overlap.cells
    values = {**_extent(overlap), "level": overlap.level, "first": first, "second": second}
    return Fault("territory.overlap", Where(file, rows.get(first, 0), "geometry"), values)


def _extent(found: Gap | Overlap) -> dict[str, object]:
    point = found.point
    return {"area_m2": f"{found.area_m2:,.1f}", "at": f"({point.longitude:.7f}, {point.latitude:.7f})"}


def unheld_faults(without_one: Sequence[Unheld], where: Mapping[str, Where], file: str) -> list[Fault]:
    """One fault for each range of days: at the first of the several posts, or in the file as a whole for none."""
    return [_unheld_fault(one.cell_id, days, where, file) for one in without_one for days in one.ranges]


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
