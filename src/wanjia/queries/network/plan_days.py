"""A day of a plan on the map: works, districts dark, bases that send somebody."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from wanjia.model.actors import Actor
from wanjia.queries.network.month_plan import plan_row
from wanjia.queries.network.plan_darkness import Span, spans_of
from wanjia.queries.network.plan_items import Place, places_of
from wanjia.queries.network.plan_page import plan_items
from wanjia.queries.network.plan_shapes import DayMap
from wanjia.records.network.planning import Means, PlannedItem

Feature = dict[str, object]


def day_map(number: str, day: date, actor: Actor, language: str) -> DayMap:
    """Times of day are of the company's zone, HH:MM. Raises NotFound, Denied."""
    zone = ZoneInfo(settings.TIME_ZONE)
    items = [one for one in plan_items(plan_row(number, actor)) if one.starts_at.astimezone(zone).date() == day]
    spans = spans_of(items)
    places, titles = places_of(spans.keys(), language), {one.pk: _title(one, language) for one in items}
    return DayMap(
        day, _collection(_work(one, zone, language) for one in items),
        _collection(_dark(code, some, places[code], titles, zone) for code, some in spans.items() if code in places),
        _collection(_bases(items, language)),
    )  # fmt: skip


def _collection(features: Iterable[Feature]) -> dict[str, object]:
    return {"type": "FeatureCollection", "features": list(features)}


def _point(longitude: float, latitude: float, properties: Mapping[str, object]) -> Feature:
    place = {"type": "Point", "coordinates": [longitude, latitude]}
    return {"type": "Feature", "geometry": place, "properties": dict(properties)}


def _work(item: PlannedItem, zone: ZoneInfo, language: str) -> Feature:
    request = item.request
    facts = {
        "id": item.pk, "request": request.number, "title": _title(item, language), "mode": item.mode_kind,
        "from": _clock(item.starts_at, zone), "until": _clock(item.ends_at, zone), "feeder": request.feeder_id or "",
    }  # fmt: skip
    return _point(request.longitude, request.latitude, facts)


def _dark(code: str, spans: list[Span], place: Place, titles: Mapping[int, str], zone: ZoneInfo) -> Feature:
    facts = {
        "code": code, "name": place.name, "from": _clock(min(begin for begin, _, _ in spans), zone),
        "until": _clock(max(end for _, end, _ in spans), zone), "households": place.households,
        "works": sorted({titles[item] for _, _, item in spans}),
    }  # fmt: skip
    return _point(place.longitude, place.latitude, facts)


def _bases(items: list[PlannedItem], language: str) -> Iterable[Feature]:
    used = {item.crew_base for item in items} | {str(one["means"]) for item in items for one in item.means}
    for row in Means.objects.filter(code__in=used):
        name = (row.name_en if language == "en" else "") or row.name_zh
        yield _point(row.longitude, row.latitude, {"code": row.code, "name": name, "kind": row.kind})


def _title(item: PlannedItem, language: str) -> str:
    return (item.request.title_en if language == "en" else "") or item.request.title_zh


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%H:%M}"
