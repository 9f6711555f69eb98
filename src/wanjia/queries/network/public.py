"""What everybody may know of outages: where, since when, why, until when; no device, person or single house."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

import shapely
from django.db.models import QuerySet

from wanjia.queries.network.version import public_version
from wanjia.records.network.models import Outage, OutageDistrict, TransformerDistrict
from wanjia.records.territory.models import Cell

HIDDEN_LEVELS = ("meter",)
"""A fault at single meters would show one house; its customers learn of it by their number, nobody else does."""
HOUSEHOLDS_MIN = 5
"""Fewer households than this could be counted out, and are not shown to everybody."""
AREA_DEGREES = 0.006
"""Some 600 m around each dark transformer: about what hangs on it, and no address."""
CORNERS_DEGREES = 0.001
PLACES_NAMED_MAX = 3

_kept: dict[tuple[str, str], "PublicBoard"] = {}
_lock = Lock()


@dataclass(frozen=True)
class PublicOutage:
    """An outage as the public sees it. `households` is rounded up to tens, so that no house can be counted out."""

    number: str
    places: tuple[str, ...]
    more_places: int
    households: int
    starts_at: datetime
    ends_at: datetime | None
    estimated_at: datetime | None
    overdue: bool
    cause: str
    planned: bool


def public_outages(now: datetime, language: str) -> list[PublicOutage]:
    """All open outages that everybody may see, those with most households first."""
    rows = list(_shown().order_by("-customers_dark", "starts_at"))
    places = _places([row.pk for row in rows], language)
    return [public_line(row, places.get(row.pk, ()), now) for row in rows]


@dataclass(frozen=True)
class PublicBoard:
    """What everybody sees, drawn once for all visitors until something changes. `areas` is GeoJSON."""

    mark: str
    outages: tuple[PublicOutage, ...]
    areas: dict[str, Any]


def public_board(now: datetime, language: str) -> PublicBoard:
    """The current outages as a list and as areas."""
    mark, key = public_version(now), (Outage.objects.db, language)
    with _lock:
        kept = _kept.get(key)
    if kept is not None and kept.mark == mark:
        return kept
    outages = public_outages(now, language)
    drawn = PublicBoard(mark, tuple(outages), public_areas(outages))
    with _lock:
        _kept[key] = drawn
    return drawn


def public_line(row: Outage, places: Iterable[str], now: datetime) -> PublicOutage:
    """One outage, its places named."""
    named = tuple(dict.fromkeys(places))
    households = row.customers_dark if row.status == Outage.Status.OPEN else row.customers_touched
    return PublicOutage(
        row.number, named[:PLACES_NAMED_MAX], max(0, len(named) - PLACES_NAMED_MAX), -(-households // 10) * 10,
        row.starts_at, row.ends_at, row.estimated_restoration_at,
        row.estimated_restoration_at is not None and row.estimated_restoration_at < now, row.cause, row.planned,
    )  # fmt: skip


def public_areas(outages: Iterable[PublicOutage]) -> dict[str, Any]:
    """These outages as areas: a GeoJSON FeatureCollection whose features are called by their places."""
    listed = {one.number: one for one in outages}
    spots: dict[str, list[tuple[float, float]]] = {}
    columns = ("outage__number", "district__longitude", "district__latitude")
    rows = OutageDistrict.objects.filter(outage__in=_shown().values("pk"), restored_at=None)
    for number, longitude, latitude in rows.values_list(*columns):
        spots.setdefault(number, []).append((longitude, latitude))
    features = [_feature(listed[number], points) for number, points in sorted(spots.items()) if number in listed]
    return {"type": "FeatureCollection", "features": features}


def place_names(codes: Iterable[str], language: str) -> dict[str, str]:
    """Names of cells, as drawn last."""
    column = "name_en" if language == "en" else "name_zh"
    return {
        code: name or chinese
        for code, name, chinese in Cell.objects.filter(code__in=list(codes))
        .order_by("starts_on")
        .values_list("code", column, "name_zh")
    }


def _shown() -> QuerySet[Outage]:
    shown = Outage.objects.filter(status=Outage.Status.OPEN, customers_touched__gte=HOUSEHOLDS_MIN)
    return shown.exclude(device_level__in=HIDDEN_LEVELS)


def _places(outages: list[int], language: str) -> dict[int, list[str]]:
    """Names of the cells that an outage touches, the one with most households first."""
    rows = OutageDistrict.objects.filter(outage__in=outages, restored_at=None).order_by("-customers")
    pairs = list(rows.values_list("outage", "district__cell_code"))
    names = place_names({code for _, code in pairs}, language)
    found: dict[int, list[str]] = {}
    for outage, code in pairs:
        found.setdefault(outage, []).append(names.get(code, code))
    return found


def _feature(one: PublicOutage, points: list[tuple[float, float]]) -> dict[str, Any]:
    area = shapely.multipoints(points).buffer(AREA_DEGREES, quad_segs=4).simplify(CORNERS_DEGREES)
    shape = shapely.set_precision(area, 1e-4)
    properties = {
        "id": one.number, "name": one.places[0] if one.places else "", "planned": one.planned,
        "href": f"#outage-{one.number}",
    }  # fmt: skip
    return {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(shape)}


def districts_near(longitude: float, latitude: float, degrees: float) -> QuerySet[TransformerDistrict]:
    """Districts in a square around a point."""
    return TransformerDistrict.objects.filter(
        longitude__range=(longitude - degrees, longitude + degrees),
        latitude__range=(latitude - degrees, latitude + degrees),
    )
