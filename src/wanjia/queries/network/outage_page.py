"""Everything about one outage: head, timeline, evidence, estimates, districts, customers, deliveries, cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Count, Q, QuerySet

from wanjia.model.actors import Actor, Subject
from wanjia.model.faults import NotFound
from wanjia.queries.cases.installed import practice_of
from wanjia.queries.cases.masking import mask_name, mask_phone
from wanjia.queries.cases.rows import Rows
from wanjia.queries.cases.visible import cases_for
from wanjia.queries.network.board import OutageLine, lines
from wanjia.queries.network.parts import outages_in, seen_districts
from wanjia.records.cases.models import Case, Delivery
from wanjia.records.network.lookups import subject_of_outage
from wanjia.records.network.models import (
    Customer,
    Outage,
    OutageDistrict,
    OutageWatch,
    RestorationEstimate,
    TransformerDistrict,
)
from wanjia.records.territory.models import Person

PRIORITY_RANK = models.Case(
    models.When(priority="life_support", then=0), models.When(priority="sensitive", then=1), default=2
)
DELIVERIES_SHOWN_MAX = 50
CASES_SHOWN_MAX = 50
PRIORITY_SHOWN_MAX = 100
EVIDENCE = (
    "meters", "gasped", "alive", "silent", "terminals_gasped", "terminals_alive", "districts_silent",
)  # fmt: skip
"""What is said of the evidence, in this order."""


@dataclass(frozen=True)
class Estimate:
    """Until when it was said to last, by whom, when."""

    said_at: datetime
    restoration_at: datetime
    said_by: str
    reason: str


@dataclass(frozen=True)
class Deed:
    """One line of the timeline: a change that the sensor found, or what somebody did."""

    at: datetime
    what: str
    actor: str
    sensed: bool
    data: Mapping[str, object]


@dataclass(frozen=True)
class CaseLine:
    """A case about the outage. `restoration`: the one that restores it; others are calls and reports."""

    number: str
    title: str
    practice: str
    status: str
    opened_at: datetime
    requester: str
    due_at: datetime | None
    crew: str
    restoration: bool


@dataclass(frozen=True)
class DeliveryLine:
    """One message that went out, or is about to; the address is masked."""

    channel: str
    address: str
    subject: str
    status: str
    created_at: datetime
    sent_at: datetime | None
    fault: str


@dataclass(frozen=True)
class OutagePage:
    """The page's values; long lists are fetched by their own functions."""

    line: OutageLine
    detected_at: datetime
    districts_dark: int
    districts_touched: int
    customers_dark: int
    customers_touched: int
    external: bool
    evidence: tuple[tuple[str, int], ...]
    feeder: str
    feeder_name: str
    estimates: tuple[Estimate, ...]
    deeds: tuple[Deed, ...]
    cases: tuple[CaseLine, ...]
    cases_hidden: int
    deliveries: tuple[DeliveryLine, ...]
    delivery_counts: Mapping[str, int]
    watches: int
    merged_into: str
    merged: tuple[str, ...]
    split_from: str
    split: tuple[str, ...]
    seen_whole: bool
    revision: int


@dataclass(frozen=True)
class DistrictRow:
    """One district of an outage."""

    code: str
    name: str
    organisation: str
    cell: str
    starts_at: datetime
    restored_at: datetime | None
    customers: int
    meters_dark: int


@dataclass(frozen=True)
class CustomerRow:
    """One customer of a touched district, masked. `priority`: one of `model.network.PRIORITIES`."""

    number: str
    name: str
    phone: str
    address: str
    district: str
    priority: str
    dark: bool


@dataclass(frozen=True)
class FeederState:
    """Open devices and codes of dark districts of a feeder; the names of all its districts by code."""

    open_devices: tuple[str, ...]
    dark: tuple[str, ...]
    names: Mapping[str, str]


def seen_outage(number: str, actor: Actor) -> Outage:
    """The row, if the actor may see one of its districts. Raises NotFound."""
    row = outages_in(seen_districts(actor)).filter(number=number).select_related("feeder", "organisation").first()
    if row is None:
        raise NotFound("outage", number)
    return row


def outage_subject(number: str, actor: Actor) -> Subject:
    """What permission has to know of it. Raises NotFound."""
    return subject_of_outage(seen_outage(number, actor))


def feeder_state(feeder: str, number: str, language: str) -> FeederState:
    """What is open and dark on a feeder now, and the names of its districts."""
    name = "name_en" if language == "en" else "name_zh"
    rows = TransformerDistrict.objects.filter(feeder=feeder).values_list("pk", name, "name_zh")
    names = {code: named or chinese for code, named, chinese in rows}
    dark = OutageDistrict.objects.filter(district__in=names, restored_at=None, outage__status=Outage.Status.OPEN)
    mine = Outage.objects.filter(number=number).values_list("status", "device_id").first()
    devices = set(dark.values_list("outage__device_id", flat=True))
    codes = set(dark.exclude(meters_dark__gt=0).values_list("district", flat=True))
    if mine and mine[0] == Outage.Status.OPEN:
        devices.add(mine[1])
    return FeederState(tuple(sorted(devices)), tuple(sorted(codes)), names)


def outage_page(number: str, actor: Actor, now: datetime, language: str) -> OutagePage:
    """The outage as the actor may see it. Raises NotFound."""
    row = seen_outage(number, actor)
    cases, hidden = _cases(row, actor, language)
    deliveries = Delivery.objects.filter(outage=row)
    counts = dict(deliveries.order_by().values_list("status").annotate(rows=Count("pk")))
    feeder_name = row.feeder.name_en or row.feeder.name_zh if row.feeder and language == "en" else ""
    return OutagePage(
        lines([row], now, language)[0], row.detected_at, row.districts_dark, row.districts_touched,
        row.customers_dark, row.customers_touched, row.external,
        tuple((name, int(row.evidence[name])) for name in EVIDENCE if row.evidence.get(name)),
        row.feeder_id or "", feeder_name or (row.feeder.name_zh if row.feeder else ""), _estimates(row),
        _deeds(row),
        cases, hidden,
        tuple(_delivery(one) for one in deliveries.order_by("-created_at", "-pk")[:DELIVERIES_SHOWN_MAX]),
        counts, OutageWatch.objects.filter(outage=row).count(),
        row.merged_into.number if row.merged_into else "", tuple(row.merged.values_list("number", flat=True)),
        row.split_from.number if row.split_from else "", tuple(row.split.values_list("number", flat=True)),
        _seen_whole(row, actor), row.revision,
    )  # fmt: skip


def outage_districts(number: str, actor: Actor, text: str, state: str, language: str) -> Rows[DistrictRow]:
    """Its districts that the actor may see, the dark first; `state`: dark, back, rest (back, but some meters dark)."""
    rows = OutageDistrict.objects.filter(outage=seen_outage(number, actor), district__in=_seen(actor))
    if text:
        rows = rows.filter(
            Q(district__code__icontains=text) | Q(district__name_zh__icontains=text)
            | Q(district__name_en__icontains=text)
        )  # fmt: skip
    wanted = {
        "dark": Q(restored_at=None), "back": Q(restored_at__isnull=False),
        "rest": Q(restored_at__isnull=False, meters_dark__gt=0),
    }.get(state, Q())  # fmt: skip
    rows = rows.filter(wanted).select_related("district__organisation").order_by("restored_at", "district")
    return Rows(rows, lambda found: [_district(one, language) for one in found])


def outage_customers(number: str, actor: Actor, text: str, language: str) -> Rows[CustomerRow]:
    """Customers on record in its districts, masked, who cannot bear it first; found by number or address."""
    touched = OutageDistrict.objects.filter(outage=seen_outage(number, actor), district__in=_seen(actor))
    rows = Customer.objects.filter(district__in=touched.values("district")).select_related("district")
    if text:
        rows = rows.filter(Q(number=text) | Q(address__icontains=text))
    rows = rows.annotate(rank=PRIORITY_RANK).order_by("rank", "district", "number")
    return Rows(rows, lambda found: _customers(found, touched, language))


def priority_customers(number: str, actor: Actor, language: str) -> list[CustomerRow]:
    """Those who cannot bear an outage, masked, life support first."""
    touched = OutageDistrict.objects.filter(outage=seen_outage(number, actor), district__in=_seen(actor))
    rows = Customer.objects.filter(district__in=touched.values("district")).exclude(priority="ordinary")
    rows = rows.select_related("district").annotate(rank=PRIORITY_RANK).order_by("rank", "district", "number")
    return _customers(list(rows[:PRIORITY_SHOWN_MAX]), touched, language)


def _seen(actor: Actor) -> QuerySet[TransformerDistrict]:
    return TransformerDistrict.objects.filter(seen_districts(actor))


def _seen_whole(row: Outage, actor: Actor) -> bool:
    return not OutageDistrict.objects.filter(outage=row).exclude(district__in=_seen(actor)).exists()


def _estimates(row: Outage) -> tuple[Estimate, ...]:
    rows = list(RestorationEstimate.objects.filter(outage=row).order_by("-said_at", "-pk"))
    names = actor_names([one.said_by for one in rows])
    return tuple(
        Estimate(one.said_at, one.restoration_at, names.get(one.said_by, one.said_by), one.reason) for one in rows
    )


def _deeds(row: Outage) -> tuple[Deed, ...]:
    rows = list(row.revisions.order_by("-sequence"))
    names = actor_names([one.actor for one in rows])
    return tuple(
        Deed(one.at, one.what, names.get(one.actor, one.actor), one.actor == "sensing", dict(one.data)) for one in rows
    )


def actor_names(references: list[str]) -> dict[str, str]:
    """Names of the people behind `person:7`."""
    pks = [int(one[7:]) for one in references if one.startswith("person:") and one[7:].isdigit()]
    return {f"person:{pk}": name for pk, name in Person.objects.filter(pk__in=pks).values_list("pk", "name")}


def _cases(row: Outage, actor: Actor, language: str) -> tuple[tuple[CaseLine, ...], int]:
    about = Case.objects.filter(Q(outage=row) | Q(number=row.case_number))
    seen = about.filter(cases_for(actor)).distinct()
    rows = seen.select_related("practice").prefetch_related("tasks__holder").order_by("opened_at", "pk")
    shown = [_case(one, row.case_number, language) for one in rows[:CASES_SHOWN_MAX]]
    return tuple(sorted(shown, key=lambda one: not one.restoration)), about.count() - len(shown)


def _case(case: Case, restoration: str, language: str) -> CaseLine:
    holders = [task.holder.name for task in case.tasks.all() if task.status == "open" and task.holder]
    return CaseLine(
        case.number, case.title_en if language == "en" else case.title,
        practice_of(case.practice).text("name", language),
        case.status, case.opened_at, mask_name(case.requester_name), case.due_at, "、".join(dict.fromkeys(holders)),
        case.number == restoration,
    )  # fmt: skip


def _delivery(row: Delivery) -> DeliveryLine:
    return DeliveryLine(
        row.channel, mask_address(row.channel, row.address), row.subject, row.status, row.created_at, row.sent_at,
        row.fault,
    )  # fmt: skip


def mask_address(channel: str, address: str) -> str:
    """A phone as phones are masked; of an e-mail the first letter and the domain; of a program's address its host."""
    if channel == "email":
        name, _, domain = address.partition("@")
        return f"{name[:1]}***@{domain}"
    return address.split("//")[-1].split("/")[0] if channel == "webhook" else mask_phone(address)


def _district(one: OutageDistrict, language: str) -> DistrictRow:
    district, english = one.district, language == "en"
    return DistrictRow(
        district.code, district.name_en if english and district.name_en else district.name_zh,
        district.organisation.name_en if english else district.organisation.name_zh, district.cell_code, one.starts_at,
        one.restored_at, one.customers, one.meters_dark,
    )  # fmt: skip


def _customers(found: list[Customer], touched: QuerySet[OutageDistrict], language: str) -> list[CustomerRow]:
    dark = set(touched.filter(restored_at=None).values_list("district", flat=True))
    return [_customer(one, one.district_id in dark, language) for one in found]


def _customer(row: Customer, dark: bool, language: str) -> CustomerRow:
    district = row.district
    name = district.name_en if language == "en" and district.name_en else district.name_zh
    return CustomerRow(row.number, mask_name(row.name), mask_phone(row.phone), row.address, name, row.priority, dark)
