"""Is my place out: by customer number for certain, else by the district whose transformer stands nearest."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, hypot, radians

from django.db.models import Q

from wanjia.model.actors import Actor
from wanjia.queries.network.public import PublicOutage, districts_near, place_names, public_line
from wanjia.records.cases.models import Case
from wanjia.records.network.models import Customer, Outage, OutageDistrict, PlannedWork, TransformerDistrict

NEAR_DEGREES = 0.05
"""About five kilometres: farther away no low-voltage line reaches."""
BACK_HOURS = 6
"""For how long the portal still says of a place that it was out and is back."""
OWN_PLACES_MAX = 4


@dataclass(frozen=True)
class PublicWork:
    """Planned work to come, or running."""

    title: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class PlaceOutage:
    """What is known of a place. `certain`: the district follows from the customer, not from the distance."""

    district: str
    area: str
    certain: bool
    open: PublicOutage | None
    back_at: datetime | None
    works: tuple[PublicWork, ...]


@dataclass(frozen=True)
class OwnPlace:
    """A place from the visitor's own requests."""

    address: str
    longitude: float
    latitude: float


def outage_at(longitude: float, latitude: float, now: datetime, language: str) -> PlaceOutage | None:
    """Of the nearest district; None where none is near."""
    near = districts_near(longitude, latitude, NEAR_DEGREES).values_list("pk", "longitude", "latitude")
    narrow = cos(radians(latitude))
    code = min(near, key=lambda row: hypot((row[1] - longitude) * narrow, row[2] - latitude), default=("",))[0]
    return _of_district(code, False, now, language) if code else None


def outage_of_customer(number: str, now: datetime, language: str) -> PlaceOutage | None:
    """Of the customer's own district, faults at single meters included; None for an unknown number."""
    customer = Customer.objects.filter(number=number.strip()).only("district").first() if number else None
    return _of_district(customer.district_id, True, now, language) if customer else None


def own_places(actor: Actor) -> list[OwnPlace]:
    """Places of the visitor's own requests, newest first."""
    mine = Q(pk__in=actor.grants)
    if actor.person_id:
        mine |= Q(requester=actor.person_id)
    rows = Case.objects.filter(mine, longitude__isnull=False, latitude__isnull=False).order_by("-opened_at")
    found: dict[str, OwnPlace] = {}
    for address, longitude, latitude in rows.values_list("address", "longitude", "latitude")[: OWN_PLACES_MAX * 5]:
        found.setdefault(address, OwnPlace(address, longitude, latitude))
    return list(found.values())[:OWN_PLACES_MAX]


def district_exists(code: str) -> bool:
    """Whether a district has this code."""
    return TransformerDistrict.objects.filter(pk=code).exists()


def _of_district(code: str, certain: bool, now: datetime, language: str) -> PlaceOutage:
    district = TransformerDistrict.objects.get(pk=code)
    held = OutageDistrict.objects.filter(district=code).select_related("outage")
    still = Q(restored_at=None) | Q(meters_dark__gt=0)
    open_rows = held.filter(still, outage__status=Outage.Status.OPEN)
    if not certain:
        open_rows = open_rows.filter(restored_at=None).exclude(outage__device_level="meter")
    row = open_rows.order_by("outage__planned", "starts_at").first()
    area = place_names([district.cell_code], language).get(district.cell_code, "")
    back = held.filter(
        restored_at__gte=now - timedelta(hours=BACK_HOURS), outage__status=Outage.Status.RESTORED
    ).exclude(outage__device_level="meter")
    back_at = None if row else back.order_by("-restored_at").values_list("restored_at", flat=True).first()
    shown = public_line(row.outage, [area] if area else [], now) if row else None
    return PlaceOutage(code, area, certain, shown, back_at, _works(code, now, language))


def _works(code: str, now: datetime, language: str) -> tuple[PublicWork, ...]:
    """Planned work that makes the district dark, wherever on its feeder it is."""
    rows = PlannedWork.objects.filter(districts__district=code, cancelled_at=None, ends_at__gt=now)
    return tuple(
        PublicWork(row.title_en if language == "en" and row.title_en else row.title_zh, row.starts_at, row.ends_at)
        for row in rows[:3]
    )
