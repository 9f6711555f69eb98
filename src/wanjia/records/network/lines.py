"""Lines near a place, with their zones: the rows whose box is near become what the kernel looks at."""

from collections.abc import Collection, Iterable

import numpy as np
import shapely
from django.db.models import QuerySet

from wanjia.kernels.zones.ground import ground_at
from wanjia.kernels.zones.lines import REACH_M, LineZones, PowerLine
from wanjia.kernels.zones.widths import Laid
from wanjia.records.network import models

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


def zones_near(longitude: float, latitude: float, reach_m: float = REACH_M) -> LineZones:
    """The lines within reach of a point, ready to be asked."""
    ground = ground_at(longitude, latitude)
    east, north = reach_m / ground.east_m, reach_m / ground.north_m
    return zones_of(lines_in((longitude - east, latitude - north, longitude + east, latitude + north)))


def lines_in(box: Box) -> "QuerySet[models.PowerLine]":
    """Rows whose own box meets the given one."""
    west, south, east, north = box
    return models.PowerLine.objects.filter(west__lte=east, east__gte=west, south__lte=north, north__gte=south)


def zones_of(rows: Iterable[models.PowerLine]) -> LineZones:
    """Their zones."""
    return LineZones([drawn(row) for row in rows])


def drawn(row: models.PowerLine) -> PowerLine:
    """A row as the kernel wants it: all its paths, [n, 2] degrees each."""
    parts = shapely.get_parts(shapely.from_wkb(bytes(row.geometry_wkb)))
    laid: Laid = "cable" if row.laid == "cable" else "overhead"
    paths = tuple(np.asarray(shapely.get_coordinates(part)) for part in parts)
    return PowerLine(row.code, row.voltage_kv, laid, paths, row.edge_m)


def names_of_lines(codes: Collection[str]) -> dict[str, models.PowerLine]:
    """Rows by code, without their geometry."""
    return {row.code: row for row in models.PowerLine.objects.filter(code__in=codes).defer("geometry_wkb")}
