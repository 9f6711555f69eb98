"""Items of a plan as plain values, with the names that a reader knows."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from wanjia.model.works import Mode, Work, WorkList
from wanjia.queries.network.plan_darkness import sharing, spans_of
from wanjia.queries.network.plan_shapes import Item, ModeChoice, Reason
from wanjia.records.network.lookups import CODES_IN_QUERY_MAX
from wanjia.records.network.models import TransformerDistrict
from wanjia.records.network.plan_items import districts_of
from wanjia.records.network.planning import IN_FORCE, Means, MonthPlan, PlannedItem

NOTICE = timedelta(days=7)
"""Planned outage: 7 days' notice (电力供应与使用条例 art. 28; A)."""


@dataclass(frozen=True)
class Place:
    """What is told of a district beside its code."""

    name: str
    feeder: str
    households: int
    longitude: float
    latitude: float


def items_of(
    plan: MonthPlan, rows: Collection[PlannedItem], listed: WorkList | None, now: datetime, language: str
) -> tuple[Item, ...]:  # fmt: skip
    """By their start. `listed` is what the plan was made from: it knows the other modes."""
    works = {work.id: work for work in listed.works} if listed else {}
    together, numbers = sharing(spans_of(rows)), {row.pk: row.request.number for row in rows}
    places = places_of({code for row in rows for code in districts_of(row)}, language)
    names = means_names(language)
    shared = {key: tuple(sorted(numbers[other] for other in others)) for key, others in together.items()}
    return tuple(
        _item(plan, row, works.get(row.request.number), (places, names, shared.get(row.pk, ())), now, language)
        for row in rows
    )


def places_of(codes: Collection[str], language: str) -> dict[str, Place]:
    """Districts by code."""
    name = "name_en" if language == "en" else "name_zh"
    rows = TransformerDistrict.objects.all()
    if len(codes) <= CODES_IN_QUERY_MAX:
        rows = rows.filter(code__in=codes)
    columns = ("code", name, "name_zh", "feeder_id", "customers", "longitude", "latitude")
    return {
        code: Place(own or zh, feeder, households, longitude, latitude)
        for code, own, zh, feeder, households, longitude, latitude in rows.values_list(*columns)
        if code in codes
    }


def means_names(language: str) -> dict[str, str]:
    """Names of crews and means by the code of their row, those out of use included."""
    rows = Means.objects.values_list("code", "name_zh", "name_en")
    return {code: (en if language == "en" else "") or zh for code, zh, en in rows}


def crew_label(name: str, names: Mapping[str, str]) -> str:
    """`base/2` is the second crew of a base, `truck #2` the second truck."""
    for mark in ("/", " #"):
        code, found, number = name.rpartition(mark)
        if found and code in names and number.isdigit():
            return f"{names[code]} {number}"
    return names.get(name, name)


def _item(
    plan: MonthPlan, row: PlannedItem, work: Work | None,
    known: tuple[Mapping[str, Place], Mapping[str, str], tuple[str, ...]], now: datetime, language: str,
) -> Item:  # fmt: skip
    request, (places, names, shared) = row.request, known
    codes = districts_of(row)
    feeder = request.feeder
    return Item(
        row.pk, request.number, _text(language, request.title_en, request.title_zh), request.kind, request.device_id,
        request.feeder_id or "", _text(language, feeder.name_en, feeder.name_zh) if feeder else "",
        request.longitude, request.latitude, row.mode, row.mode_kind, row.starts_at, row.ends_at, tuple(row.crews),
        tuple(crew_label(name, names) for name in row.crews), tuple(codes),
        sum(places[code].households for code in codes if code in places), row.district_hours, row.locked,
        row.moved_by, ", ".join(row.planned_works), notice_of(plan, row, now), request.urgent, request.earliest_on,
        request.latest_on, shared, tuple(Reason(one["code"], one["values"]) for one in row.reasons),
        tuple(_modes(work)), request.case_number,
    )  # fmt: skip


def notice_of(plan: MonthPlan, row: PlannedItem, now: datetime) -> str:
    """Whether its customers know: none, due, told, short."""
    if not row.dark:
        return "none"
    if row.planned_works:
        return "told"
    first = min(datetime.fromisoformat(begin) for begin, _, _ in row.dark)
    if plan.state in IN_FORCE and row.faults:
        return "short"
    return "short" if first - now < NOTICE else "due"


def _modes(work: Work | None) -> Iterator[ModeChoice]:
    for at, mode in enumerate(work.modes if work else ()):
        needs = tuple((need.means, need.count) for need in mode.needs)
        yield ModeChoice(at, mode.kind, mode.hours, len({*mode.dark, *mode.gap}), _hours(mode), needs)


def _hours(mode: Mode) -> float:
    """District-hours of the mode alone, at its usual pace."""
    dark = sum(end - begin for begin, end in mode.dark_hours) if mode.dark_hours else mode.hours
    gap = sum(end - begin for begin, end in mode.gap_hours)
    return round(len(mode.dark) * dark + len({*mode.gap} - {*mode.dark}) * gap, 4)


def _text(language: str, english: str, chinese: str) -> str:
    return (english if language == "en" else "") or chinese
