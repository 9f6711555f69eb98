"""A planned outage before it is decided: who would be dark, who cannot bear it, who was dark already."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone

from wanjia.actions.cases.capabilities.outage_ways import way_of
from wanjia.actions.cases.capabilities.outage_windows import window
from wanjia.actions.network.priorities import priority_customers
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.records.cases.models import Case
from wanjia.records.network.lookups import DistrictFacts, district_facts
from wanjia.records.network.models import Customer, Outage, OutageDistrict, PlannedWorkDistrict
from wanjia.records.network.planning import SupplyDemand

DAYS_MAX = 3_660
HOURS_DECIMALS = 2
LISTED_MAX = 200
"""Districts, and customers who cannot bear it, listed on a case; figures count all."""


def outage_scope(inputs: Facts, case: Case, now: datetime) -> Facts:
    """What the outage of the device means: districts with their past, hours lost, who cannot bear it, the budget."""
    begins, ends = window(inputs)
    way = way_of(str(inputs["device"]), (ends - begins) / timedelta(hours=1), str(inputs.get("mode") or "outage"))
    facts = district_facts(way.dark.keys())
    hours, ends = {code: way.dark[code] for code in facts}, begins + timedelta(hours=way.hours)
    sensitive, kept_lit = priority_customers(set(hours)), _kept_lit(hours, begins, ends)
    rows = _rows(facts, hours, begins, _days(inputs["days"]))
    return {
        "districts": [*rows[:LISTED_MAX]],
        "sensitive": [_sensitive(row) for row in sensitive[:LISTED_MAX]],
        "kept_lit": [*kept_lit],
        "district_count": len(rows),
        "household_count": sum(facts[code].customers for code in hours),
        "repeated_count": sum(row["again"] is True for row in rows),
        "sensitive_count": len(sensitive),
        "life_support_count": sum(row.priority == "life_support" for row in sensitive),
        "kept_lit_count": len(kept_lit),
        "district_hours": _rounded(sum(hours.values())),
        "household_hours": _rounded(sum(facts[code].customers * lost for code, lost in hours.items())),
        "used_district_hours": _used(case, begins, now),
        "mode_hours": _rounded(way.hours),
        "mode_ends_at": _local(ends),
    }


def _rows(facts: dict[str, DistrictFacts], hours: dict[str, float], begins: datetime, days: int) -> list[Facts]:
    """Those that were dark already first, then by households."""
    had, planned = _outages(hours, begins, days), _planned(hours, begins)
    found: list[Facts] = [
        {
            "district": code, "district_name": facts[code].name_zh, "households": facts[code].customers,
            "dark_hours": _rounded(lost), "outages": had[code], "again": had[code] > 0 or code in planned,
        }
        for code, lost in hours.items()
    ]  # fmt: skip
    return sorted(found, key=lambda row: (not row["again"], -int(str(row["households"])), str(row["district"])))


def _outages(codes: Collection[str], begins: datetime, days: int) -> Counter[str]:
    """Real outages of each district, planned ones too, in the days before."""
    real = (Outage.Status.OPEN, Outage.Status.RESTORED)
    rows = OutageDistrict.objects.filter(district__in=codes, outage__status__in=real)
    rows = rows.filter(starts_at__gte=begins - timedelta(days=days), starts_at__lt=begins)
    return Counter(rows.values_list("district_id", flat=True))


def _planned(codes: Collection[str], begins: datetime) -> set[str]:
    """Districts of which another planned outage stands in the same month."""
    first, last = _month(begins)
    rows = PlannedWorkDistrict.objects.filter(district__in=codes, work__cancelled_at=None)
    rows = rows.filter(work__starts_at__gte=first, work__starts_at__lt=last).exclude(work__starts_at=begins)
    return set(rows.values_list("district_id", flat=True))


def _kept_lit(codes: Collection[str], begins: datetime, ends: datetime) -> list[Facts]:
    """Windows of districts that must not be dark then: examinations, guarantees, harvest, hospitals."""
    rows = SupplyDemand.objects.filter(withdrawn_at=None, from_at__lt=ends, until_at__gt=begins)
    found = rows.filter(districts__district__in=codes).distinct().order_by("from_at", "number")
    return [
        {"reason": row.reason, "from_at": _local(row.from_at), "until_at": _local(row.until_at)}
        for row in found[:LISTED_MAX]
    ]


def _used(case: Case, begins: datetime, now: datetime) -> float:
    """District-hours of the month: planned outages that stand, and unplanned ones up to now."""
    first, last = _month(begins)
    mine = Q(district__organisation=case.organisation_id) | Q(district__organisation__parent=case.organisation_id)
    works = PlannedWorkDistrict.objects.filter(mine, work__cancelled_at=None)
    works = works.filter(work__starts_at__gte=first, work__starts_at__lt=last)
    faults = OutageDistrict.objects.filter(mine, starts_at__gte=first, starts_at__lt=last, outage__planned=False)
    faults = faults.filter(outage__status__in=(Outage.Status.OPEN, Outage.Status.RESTORED))
    planned = works.values_list("work__starts_at", "work__ends_at")
    had = faults.annotate(ended_at=F("restored_at")).values_list("starts_at", "ended_at")
    return _rounded(_hours(planned, now) + _hours(had, now))


def _hours(spans: Iterable[tuple[datetime, datetime | None]], now: datetime) -> float:
    return sum(max(((end or now) - begin) / timedelta(hours=1), 0) for begin, end in spans)


def _month(at: datetime) -> tuple[datetime, datetime]:
    """The company's month in which the instant lies: its first instant and that of the next one."""
    local = timezone.localtime(at)
    first = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first, (first + timedelta(days=32)).replace(day=1)


def _sensitive(row: Customer) -> Facts:
    """Who it is stays with their own case: here stand the kind and the district; `id` is shown on no page."""
    district = row.district
    place: Facts = {"longitude": district.longitude, "latitude": district.latitude, "address": district.name_zh}
    return {"kind": row.priority, "district_name": district.name_zh, "district_place": place, "id": row.number}


def _local(at: datetime) -> str:
    return timezone.localtime(at).isoformat(timespec="minutes")


def _days(value: Json) -> int:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 1 <= value <= DAYS_MAX:
        raise Refused([Fault("unavailable", Where())])
    return int(value)


def _rounded(value: float) -> float:
    return round(value, HOURS_DECIMALS)
