"""Import cells: the whole territory from a day on when it is exact, nothing otherwise."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import shapely
from django.db import transaction
from django.db.models import Q

from wanjia.actions.permission import require
from wanjia.kernels.cover.collection import Collection
from wanjia.kernels.cover.faults import cover_faults
from wanjia.kernels.cover.proof import prove
from wanjia.kernels.cover.shapes import CellShape, read_shape
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.records.cases.history import write_history
from wanjia.records.territory.models import Cell, Organisation

DEFAULT_AREA_CLASS = "rural"


def import_cells(
    cells: Collection, organisations: Mapping[str, str], starts_on: date, actor: Actor, now: datetime,
    area_classes: Mapping[str, str] | None = None,
) -> int:  # fmt: skip
    """Replace the territory from `starts_on` on; returns the number of cells. Raises Refused with every fault.

    `organisations` names the organisation of each level-1 cell; deeper cells belong to that of their ancestor.
    """
    require(actor, "territory", "import")
    faults = cell_faults(cells, organisations)
    if faults:
        raise Refused(faults)
    with transaction.atomic():
        return replace_cells(cells.cells, organisations, starts_on, area_classes or {}, actor, now)


def cell_faults(cells: Collection, organisations: Mapping[str, str], file: str = "") -> list[Fault]:
    """Everything that keeps the cells from being a territory: the proof's findings, and cells of no organisation."""
    report = prove(cells.cells, cells.rejected)
    return [*cells.faults, *cover_faults(report, cells.cells, file), *_organisation_faults(cells, organisations, file)]


def replace_cells(
    cells: Sequence[CellShape], organisations: Mapping[str, str], starts_on: date, area_classes: Mapping[str, str],
    actor: Actor, now: datetime,
) -> int:  # fmt: skip
    """Write an exact territory, in the caller's transaction; what the old cells knew beside their border is kept."""
    parents = {cell.cell_id: cell.parent_id for cell in cells}
    before = {cell.code: cell for cell in Cell.objects.defer("geometry_wkb").order_by("starts_on")}
    rows = []
    for cell in cells:
        widest = cell.cell_id
        while parents[widest]:
            widest = parents[widest]
        old = before.get(cell.cell_id)
        area_class = area_classes.get(cell.cell_id) or (old.area_class if old else DEFAULT_AREA_CLASS)
        rows.append(_row(cell, organisations[widest], area_class, starts_on, old.name_en if old else ""))
    Cell.objects.filter(starts_on__gte=starts_on).delete()
    Cell.objects.filter(Q(ends_on=None) | Q(ends_on__gte=starts_on)).update(ends_on=starts_on - timedelta(days=1))
    Cell.objects.bulk_create(rows, batch_size=200)
    write_history("territory", actor, now, [("cells_imported", {"cells": len(rows), "from": starts_on.isoformat()})])
    return len(rows)


def _organisation_faults(cells: Collection, organisations: Mapping[str, str], file: str) -> list[Fault]:
    known = set(Organisation.objects.values_list("code", flat=True))
    return [
        Fault(
            "territory.organisation_unknown", Where(file, cell.row, "organisation"),
            {"cell": cell.cell_id, "code": organisations.get(cell.cell_id, "")},
        )
        for cell in cells.cells
        if cell.level == 1 and organisations.get(cell.cell_id) not in known
    ]  # fmt: skip


def _row(cell: CellShape, organisation: str, area_class: str, starts_on: date, name_en: str) -> Cell:
    polygon = read_shape(cell.geometry).polygon
    assert polygon is not None, "an exact territory has only usable polygons"
    inside = shapely.point_on_surface(polygon)
    return Cell(
        code=cell.cell_id, level=cell.level, parent_code=cell.parent_id, name_zh=cell.name or cell.cell_id,
        name_en=name_en, organisation_id=organisation, area_class=area_class, geometry_wkb=shapely.to_wkb(polygon),
        longitude=inside.x, latitude=inside.y, starts_on=starts_on,
    )  # fmt: skip
