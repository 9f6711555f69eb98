"""What `wanjia territory` prints: the JSON of the formats page."""

from collections.abc import Sequence
from typing import Any

from wanjia.kernels.cover import CoverReport, Gap, InvalidCell, Overlap, Unheld, UnheldDays
from wanjia.model.faults import Fault
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
