"""Does the place lie in a line's protection zone, and how often did the line fail for one cause?"""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.records.cases.models import Case
from wanjia.records.network.lines import names_of_lines, zones_near
from wanjia.records.network.models import Outage

METRES_DECIMALS = 1
"""A phone's position is no better than that."""


def zone_of_place(inputs: Facts, case: Case, now: datetime) -> Facts:
    """The line whose zone the place intrudes on most; outside all zones the one that comes nearest to it."""
    place = inputs.get("place")
    longitude, latitude = _degrees(place, "longitude"), _degrees(place, "latitude")
    if longitude is None or latitude is None:
        longitude, latitude = case.longitude, case.latitude
    found = zones_near(longitude, latitude).near_point(longitude, latitude) if longitude and latitude else ()
    if not found:
        nothing = ("line", "line_code", "feeder", "voltage_kv", "distance_m", "clearance_needed_m")
        return {"in_zone": False, **dict.fromkeys(nothing)}
    first = found[0]
    row = names_of_lines([first.line])[first.line]
    return {
        "in_zone": first.inside,
        "line": row.name_zh,
        "line_code": row.code,
        "feeder": row.feeder_id,
        "voltage_kv": first.voltage_kv,
        "distance_m": round(first.distance_m, METRES_DECIMALS),
        "clearance_needed_m": first.needed_m,
    }


def outages_of_line(inputs: Facts, case: Case, now: datetime) -> Facts:
    """`outages` of the feeder by the cause (all causes without one) in the `days` before the company's day `until`."""
    until, days = _day(inputs["until"]), inputs["days"]
    if not isinstance(days, int | float) or isinstance(days, bool) or days < 1:
        raise Refused([Fault("unavailable", Where())])
    ends = datetime.combine(until, time.min, timezone.get_default_timezone())
    real = (Outage.Status.OPEN, Outage.Status.RESTORED)
    rows = Outage.objects.filter(feeder=inputs.get("feeder"), planned=False, status__in=real)
    rows = rows.filter(starts_at__gte=ends - timedelta(days=int(days)), starts_at__lt=ends)
    if inputs.get("cause"):
        rows = rows.filter(cause=inputs["cause"])
    return {"outages": rows.count() if inputs.get("feeder") else 0}


def _degrees(place: Json, name: str) -> float | None:
    value = place.get(name) if isinstance(place, dict) else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _day(value: Json) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise Refused([Fault("unavailable", Where())]) from error
