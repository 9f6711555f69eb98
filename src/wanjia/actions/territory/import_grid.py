"""Import cells and posts together from a day on: everything, or nothing with the whole list of faults."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.actions.territory.import_posts import GridCell, plan_posts, unheld_as_kept, write_posts
from wanjia.actions.territory.import_territory import cell_faults, replace_cells
from wanjia.kernels.cover.collection import Collection
from wanjia.kernels.cover.shapes import CellShape
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.records.territory.grid import cells_on
from wanjia.records.territory.models import Cell


@dataclass(frozen=True)
class GridUpload:
    """What was sent. Without `cells` the territory stays, without `posts` the holders do. Maps are by cell id."""

    starts_on: date
    cells: Collection | None = None
    posts: Sequence[Mapping[str, str]] | None = None
    organisations: Mapping[str, str] = field(default_factory=dict)
    area_classes: Mapping[str, str] = field(default_factory=dict)
    cells_file: str = ""
    posts_file: str = ""
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class ImportedGrid:
    """How many cells and tenures were written."""

    cells: int
    tenures: int


def import_grid(upload: GridUpload, actor: Actor, now: datetime, today: date) -> ImportedGrid:
    """Write the upload when the territory is exact and every cell has one holder every day. Raises Refused."""
    require(actor, "territory", "import")
    require(actor, "post", "import")
    with transaction.atomic():
        organisations = {**_organisations_now(), **upload.organisations}
        faults = [*upload.faults, *_day_faults(upload, today)]
        if upload.cells is not None:
            faults += cell_faults(upload.cells, organisations, upload.cells_file)
        cells = _grid(upload, organisations)
        # Holders already there are judged on sound cells only: a broken cell would bring a second list for nothing.
        tenures, post_faults = _tenures(upload, {} if faults and upload.posts is None else cells)
        if faults or post_faults:
            raise Refused([*faults, *post_faults])
        written = 0
        if upload.cells is not None:
            written = replace_cells(
                upload.cells.cells, organisations, upload.starts_on, upload.area_classes, actor, now
            )  # fmt: skip
        return ImportedGrid(written, write_posts(tenures, cells, upload.starts_on, actor, now, today) if tenures else 0)


def _tenures(upload: GridUpload, cells: Mapping[str, GridCell]):
    if upload.posts is not None:
        plan = plan_posts(upload.posts, cells, upload.starts_on, upload.posts_file)
        return plan.tenures, plan.faults
    return (), unheld_as_kept(tuple(cells), upload.starts_on) if cells else ()


def _day_faults(upload: GridUpload, today: date) -> list[Fault]:
    faults = []
    if upload.cells is None and upload.posts is None and not upload.faults:
        faults.append(Fault("territory.nothing_sent", Where("cells")))
    if upload.starts_on < today and Cell.objects.exists():
        faults.append(Fault("territory.day_past", Where("starts_on"), {"day": upload.starts_on, "today": today}))
    return faults


def _organisations_now() -> dict[str, str]:
    rows = Cell.objects.filter(level=1).order_by("starts_on")
    return dict(rows.values_list("code", "organisation_id"))


def _grid(upload: GridUpload, organisations: Mapping[str, str]) -> dict[str, GridCell]:
    if upload.cells is None:
        return {cell.code: GridCell(cell.level, cell.organisation_id) for cell in cells_on(upload.starts_on)}
    parents = {cell.cell_id: cell for cell in upload.cells.cells}
    return {
        cell.cell_id: GridCell(cell.level, organisations.get(_widest(cell, parents), "")) for cell in upload.cells.cells
    }


def _widest(cell: CellShape, cells: Mapping[str, CellShape]) -> str:
    """The level-1 ancestor, however broken the tree is."""
    for _ in range(cell.level):
        parent = cells.get(cell.parent_id)
        if parent is None:
            break
        cell = parent
    return cell.cell_id
