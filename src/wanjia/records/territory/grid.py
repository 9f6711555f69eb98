"""The service grid as it stands: which cells hold a point on a day. Kept in memory until a cell changes."""

from datetime import date
from threading import Lock

import shapely
from django.db.models import Count, Max, Q

from wanjia.kernels.cover.index import CellIndex
from wanjia.kernels.cover.shapes import CellShape
from wanjia.records.territory.models import Cell

GRIDS_KEPT = 4
"""Indexes kept at a time: today's, and a few days of the past that somebody asked about."""

_kept: dict[tuple[object, ...], CellIndex] = {}
_lock = Lock()


def cells_on(day: date) -> list[Cell]:
    """All cells as drawn on that day, widest level first."""
    return list(Cell.objects.filter(_valid_on(day)).order_by("level", "code"))


def path_of(longitude: float, latitude: float, day: date) -> tuple[str, ...]:
    """Codes of the cells that hold the point on that day, level 1 first; an empty code where no cell does."""
    return grid_on(day).locate_ids(longitude, latitude)


def grid_on(day: date) -> CellIndex:
    """The index of the cells of that day; rebuilt only when cells have changed since."""
    key = _stamp(day)
    with _lock:
        found = _kept.get(key)
        if found is None:
            found = CellIndex.build([shape_of(cell) for cell in cells_on(day)])
            while len(_kept) >= GRIDS_KEPT:
                _kept.pop(next(iter(_kept)))
            _kept[key] = found
    return found


def shape_of(cell: Cell) -> CellShape:
    """The row as the cover kernel's value."""
    geometry = shapely.from_wkb(bytes(cell.geometry_wkb))
    return CellShape(cell.code, cell.level, cell.parent_code, cell.name_zh, geometry)


def _valid_on(day: date) -> Q:
    return Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gte=day))


def _stamp(day: date) -> tuple[object, ...]:
    """Changes with every change of the cells valid on that day; the database's own name keeps test stores apart."""
    values = Cell.objects.filter(_valid_on(day)).aggregate(rows=Count("id"), last=Max("id"), since=Max("starts_on"))
    return (Cell.objects.db, *values.values())
