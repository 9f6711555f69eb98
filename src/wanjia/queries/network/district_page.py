"""All that is known of a transformer district on a day: curve, year, coverage, findings, events, works, neighbours."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from wanjia.model.actors import Actor, may
from wanjia.model.faults import NotFound
from wanjia.queries.network.loss_rows import (
    OBJECT,
    Known,
    allow,
    days_to_show,
    flag_counts,
    known_districts,
    lines,
    results,
)
from wanjia.queries.network.loss_series import curve_of, meter_findings, year_of
from wanjia.queries.network.losses import Curve, DayPoint, DistrictDay, FlagCount, MeterFinding
from wanjia.queries.network.parts import Part, seen_districts
from wanjia.queries.territory.who_answers import answers_of_path
from wanjia.records.cases.models import Case
from wanjia.records.network.collection import collection_starts
from wanjia.records.network.lookups import subject_of_districts
from wanjia.records.network.models import DistrictCase as DistrictCaseRow
from wanjia.records.network.models import (
    MeasuredDay,
    Outage,
    OutageDistrict,
    PlannedWork,
    TransformerDistrict,
)
from wanjia.records.territory.grid import path_of

EVENT_DAYS = 366
EVENTS_MAX, NEIGHBOURS_MAX = 30, 20
PLACE = ("longitude", "latitude")
EARTH_RADIUS_M = 6_371_008.8


@dataclass(frozen=True)
class Owner:
    """Who answers at one level of the grid: level 3 is the district's manager. Empty person: nobody does."""

    level: int
    role: str
    cell: str
    person: str
    phone: str


@dataclass(frozen=True)
class Event:
    """An outage that touched the district lately; `minutes` up to now where it is open."""

    number: str
    starts_at: datetime
    ends_at: datetime | None
    minutes: float
    planned: bool
    cause: str


@dataclass(frozen=True)
class Work:
    """Planned work that stops supply here, running or coming."""

    code: str
    title: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Neighbour:
    """Another district of the feeder, nearest first, with its balance of the day (None: not in collection)."""

    code: str
    name: str
    distance_m: float
    day: DistrictDay | None


@dataclass(frozen=True)
class DistrictCase:
    """A case that was opened from this district's balance."""

    number: str
    practice: str
    status: str
    reason: str
    day: date
    opened_at: datetime


@dataclass(frozen=True)
class Change:
    """What a later computation of the same day changed in the district's figures; texts, empty where there was none."""

    revision: str
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class DistrictPage:
    """The page. `day` is the day shown (the last computed one unless asked); None in `line`: not computed that day."""

    code: str
    name: str
    organisation: str
    organisation_name: str
    feeder: str
    feeder_name: str
    area: str
    capacity_kva: int
    customers: int
    meters: int
    in_collection_since: date | None
    owners: tuple[Owner, ...]
    day: date
    first_day: date | None
    last_day: date | None
    line: DistrictDay | None
    revision: str
    computed_at: datetime | None
    curve: Curve | None
    year: tuple[DayPoint, ...]
    flags: tuple[FlagCount, ...]
    findings: tuple[MeterFinding, ...]
    events: tuple[Event, ...]
    works: tuple[Work, ...]
    neighbours: tuple[Neighbour, ...]
    cases: tuple[DistrictCase, ...]
    changes: tuple[Change, ...]
    may_open_case: bool
    may_see_curves: bool


def district_page(code: str, day: date | None, actor: Actor, now: datetime, language: str) -> DistrictPage:
    """The page of a district that the actor may see. Raises NotFound, Denied."""
    allow(actor)
    row = _district(code, actor)
    shown = days_to_show(day, timezone.localdate(now))
    feeder = known_districts(seen_districts(actor, Part(feeder=row.feeder_id), OBJECT), language)
    table = results(shown.shown, shown.shown, feeder)
    balanced = {one.district: one for one in lines(table, feeder)}
    kept = next((one for one in table.to_pylist() if one["district_id"] == code), None)
    subject = subject_of_districts([(row.cell_code, row.organisation_id)])
    computed = MeasuredDay.objects.filter(day=shown.shown).first()
    return DistrictPage(
        **_named(row, language), meters=kept["meters"] if kept else 0,
        in_collection_since=collection_starts().get(row.organisation_id), owners=_owners(row, now, language),
        day=shown.shown, first_day=shown.first, last_day=shown.last, line=balanced.get(code),
        revision=computed.revision if computed else "", computed_at=computed.computed_at if computed else None,
        curve=curve_of(code, shown.shown), year=year_of(code, shown.shown),
        flags=flag_counts(kept["reason"]) if kept else (), findings=meter_findings(kept["findings"]) if kept else (),
        events=_events(code, now), works=_works(code, now, language), neighbours=_neighbours(row, feeder, balanced),
        cases=_cases(code), changes=_changes(code, computed),
        may_open_case=may(actor, "case", "open", subject),
        may_see_curves=may(actor, "personal_data", "reveal", subject),
    )  # fmt: skip


def _district(code: str, actor: Actor) -> TransformerDistrict:
    rows = TransformerDistrict.objects.filter(seen_districts(actor, Part(), OBJECT), pk=code)
    row = rows.select_related("organisation", "feeder").first()
    if row is None:
        raise NotFound("district", code)
    return row


def _named(row: TransformerDistrict, language: str) -> dict[str, Any]:
    line, where = row.feeder, row.organisation
    return {
        "code": row.pk, "name": _said(row, language), "organisation": row.organisation_id,
        "organisation_name": _said(where, language), "feeder": row.feeder_id, "feeder_name": _said(line, language),
        "area": row.area_class, "capacity_kva": row.capacity_kva, "customers": row.customers,
    }  # fmt: skip


def _said(row: Any, language: str) -> str:
    return str(row.name_en if language == "en" and row.name_en else row.name_zh)


def _owners(row: TransformerDistrict, now: datetime, language: str) -> tuple[Owner, ...]:
    path = path_of(row.longitude, row.latitude, timezone.localdate(now))
    english = language == "en"
    return tuple(
        Owner(one.level, one.role, one.cell_en if english else one.cell_zh, one.person, one.work_phone)
        for one in answers_of_path(path, timezone.localdate(now))
    )


def _events(code: str, now: datetime) -> tuple[Event, ...]:
    since = now - timedelta(days=EVENT_DAYS)
    rows = OutageDistrict.objects.filter(district=code).filter(Q(restored_at=None) | Q(restored_at__gte=since))
    rows = rows.exclude(outage__status__in=(Outage.Status.MERGED, Outage.Status.FALSE)).order_by("-starts_at")
    columns = ("outage__number", "starts_at", "restored_at", "outage__planned", "outage__cause")
    return tuple(
        Event(number, begin, end, ((end or now) - begin).total_seconds() / 60, planned, cause)
        for number, begin, end, planned, cause in rows.values_list(*columns)[:EVENTS_MAX]
    )


def _works(code: str, now: datetime, language: str) -> tuple[Work, ...]:
    rows = PlannedWork.objects.filter(districts__district=code, cancelled_at=None, ends_at__gt=now)
    return tuple(
        Work(one.code, one.title_en if language == "en" and one.title_en else one.title_zh, one.starts_at, one.ends_at)
        for one in rows.order_by("starts_at")[:EVENTS_MAX]
    )


def _neighbours(
    row: TransformerDistrict, feeder: Mapping[str, Known], balanced: Mapping[str, DistrictDay]
) -> tuple[Neighbour, ...]:
    rows = TransformerDistrict.objects.filter(pk__in=feeder).exclude(pk=row.pk).values_list("pk", *PLACE)
    found = [
        Neighbour(code, feeder[code].name, metres(row.longitude, row.latitude, east, north), balanced.get(code))
        for code, east, north in rows
    ]
    return tuple(sorted(found, key=lambda one: one.distance_m)[:NEIGHBOURS_MAX])


def metres(longitude: float, latitude: float, to_longitude: float, to_latitude: float) -> float:
    """Between two points near each other, on a sphere flattened around the first."""
    north = math.radians(to_latitude - latitude)
    east = math.radians(to_longitude - longitude) * math.cos(math.radians(latitude))
    return EARTH_RADIUS_M * math.hypot(north, east)


def _cases(code: str) -> tuple[DistrictCase, ...]:
    rows = list(DistrictCaseRow.objects.filter(district=code)[:EVENTS_MAX])
    status = dict(Case.objects.filter(number__in=[row.case_number for row in rows]).values_list("number", "status"))
    return tuple(
        DistrictCase(row.case_number, row.practice, status.get(row.case_number, ""), row.cause or row.band, row.day,
                     row.opened_at)
        for row in rows
    )  # fmt: skip


def _changes(code: str, computed: MeasuredDay | None) -> tuple[Change, ...]:
    if computed is None:
        return ()
    return tuple(
        Change(computed.revision, column, _text(before), _text(after))
        for district, column, before, after in computed.changes
        if district == code and column != "findings"
    )


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return "" if value is None else str(value)
