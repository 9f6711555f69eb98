"""Import cells and posts: all of it when the territory is exact and every cell is held, nothing otherwise."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import shapely
from django.db import transaction

from wanjia.actions.permission import require
from wanjia.kernels.cover.collection import Collection
from wanjia.kernels.cover.proof import CoverReport, prove
from wanjia.kernels.cover.shapes import CellShape, read_shape
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.records.cases.history import write_history
from wanjia.records.territory.models import Cell, Organisation


def import_cells(
    cells: Collection, organisations: Mapping[str, str], starts_on: date, actor: Actor, now: datetime,
    area_classes: Mapping[str, str] | None = None,
) -> int:  # fmt: skip
    """Replace the territory from `starts_on` on; returns the number of cells. Raises Refused with every fault.

    `organisations` names the organisation of each level-1 cell; deeper cells belong to that of their ancestor.
    """
    require(actor, "territory", "import")
    report = prove(cells.cells, cells.rejected)
    faults = [*cells.faults, *report_faults(report), *_organisation_faults(cells.cells, organisations)]
    if faults:
        raise Refused(faults)
    with transaction.atomic():
        return _replace(cells.cells, organisations, starts_on, area_classes or {}, actor, now)


def report_faults(report: CoverReport) -> list[Fault]:
    """Every gap, overlap and invalid cell of a proof as a fault with its place."""
    faults = [
        Fault("territory.invalid", Where(column=cell.cell_id), {"cell": cell.cell_id, "reason": cell.reason})
        for cell in report.invalid
    ]
    for code, parts in (("territory.gap", report.gaps), ("territory.overlap", report.overlaps)):
        for part in parts:
            values = {
                "area_m2": round(part.area_m2, 1),
                "longitude": round(part.point.longitude, 6),
                "latitude": round(part.point.latitude, 6),
                "cells": ", ".join(part.cells),
            }
            faults.append(Fault(code, Where(), values))
    return faults


def _organisation_faults(cells: Sequence[CellShape], organisations: Mapping[str, str]) -> list[Fault]:
    known = set(Organisation.objects.values_list("code", flat=True))
    wanted = [cell.cell_id for cell in cells if cell.level == 1]
    return [
        Fault("territory.organisation_unknown", Where(column=cell), {"cell": cell, "code": organisations.get(cell, "")})
        for cell in wanted
        if organisations.get(cell) not in known
    ]


def _replace(
    cells: Sequence[CellShape], organisations: Mapping[str, str], starts_on: date, area_classes: Mapping[str, str],
    actor: Actor, now: datetime,
) -> int:  # fmt: skip
    parents = {cell.cell_id: cell.parent_id for cell in cells}
    rows = []
    for cell in cells:
        widest = cell.cell_id
        while parents[widest]:
            widest = parents[widest]
        rows.append(_row(cell, organisations[widest], area_classes.get(cell.cell_id, "rural"), starts_on))
    Cell.objects.filter(starts_on__gte=starts_on).delete()
    Cell.objects.filter(ends_on=None).update(ends_on=starts_on - timedelta(days=1))
    Cell.objects.bulk_create(rows, batch_size=200)
    write_history("territory", actor, now, [("cells_imported", {"cells": len(rows), "from": starts_on.isoformat()})])
    return len(rows)


def _row(cell: CellShape, organisation: str, area_class: str, starts_on: date) -> Cell:
    polygon = read_shape(cell.geometry).polygon
    assert polygon is not None, "an exact territory has only usable polygons"
    inside = shapely.point_on_surface(polygon)
    return Cell(
        code=cell.cell_id, level=cell.level, parent_code=cell.parent_id, name_zh=cell.name,
        organisation_id=organisation, area_class=area_class, geometry_wkb=shapely.to_wkb(polygon),
        longitude=inside.x, latitude=inside.y, starts_on=starts_on,
    )  # fmt: skip
