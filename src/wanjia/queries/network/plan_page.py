"""One plan with its chart by feeder and by crew, its calendar and its figures. Shapes: `plan_shapes`."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from wanjia.model.actors import Actor, Subject, may
from wanjia.model.working_time import UnknownYear
from wanjia.model.works import WorkList
from wanjia.queries.network.month_plan import OBJECT, plan_line, plan_row
from wanjia.queries.network.plan_changes import changes_of
from wanjia.queries.network.plan_darkness import DarkDay, dark_days, spans_of
from wanjia.queries.network.plan_items import items_of, places_of
from wanjia.queries.network.plan_shapes import (
    Figures,
    GanttRow,
    Item,
    ModeSaving,
    Move,
    PlanDay,
    PlanPage,
    Reason,
    Window,
)
from wanjia.queries.network.plan_wording import Wording
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.network.lookups import line_of, parents_of_organisations
from wanjia.records.network.plan_pricing import listed_of
from wanjia.records.network.planning import MonthPlan, PlanMove, PlannedItem, SupplyDemand, WorkRequest

WEEKEND = 5
LEAST_HOURS = 0.05
"""A change below is none: figures are shown with one decimal."""
SLOT_MINUTES, DAY_FROM_HOUR, DAY_UNTIL_HOUR = 30, 8.0, 18.0
"""Shown before a plan has a list of its own."""


def plan_page(number: str, actor: Actor, now: datetime, language: str) -> PlanPage:
    """Everything of one plan. Raises NotFound, Denied."""
    row = plan_row(number, actor)
    rows = plan_items(row)
    listed = listed_of(row)
    moves = tuple(_moves(row))
    items = _explained(items_of(row, rows, listed, now, language), moves, language)
    zone = ZoneInfo(settings.TIME_ZONE)
    shown = windows(row, language)
    whose = Subject(organisations=frozenset(line_of(row.organisation_id, parents_of_organisations())))
    horizon = listed.horizon if listed else None
    return PlanPage(
        plan_line(row, now, language), figures_of(row), items, tuple(_by_feeder(items)), tuple(_by_crew(items)),
        tuple(_days(row, rows, items, shown, listed, zone)), shown, tuple(_unplaced(row, language)), moves,
        horizon.slot_minutes if horizon else SLOT_MINUTES, horizon.day_from_hour if horizon else DAY_FROM_HOUR,
        horizon.day_until_hour if horizon else DAY_UNTIL_HOUR, may(actor, OBJECT, "plan", whose),
        may(actor, OBJECT, "adopt", whose), changes_of(row, rows, language),
    )  # fmt: skip


def plan_items(row: MonthPlan) -> list[PlannedItem]:
    """Its items with their requests, by start."""
    return list(row.items.select_related("request", "request__feeder"))


def figures_of(row: MonthPlan) -> Figures | None:
    """Kept figures; None before the plan is made."""
    kept = row.figures
    if not kept:
        return None
    modes = tuple(
        ModeSaving(one["kind"], one["works"], one["district_hours"], one["household_hours"]) for one in kept["modes"]
    )
    return Figures(
        kept["district_hours"], kept["household_hours"], kept.get("naive_district_hours", 0.0),
        kept.get("naive_household_hours", 0.0), row.bound, row.gap, kept["sum_hours"], kept["districts_dark"],
        kept["districts_repeated"], kept["works"], kept["outages"], modes,
    )  # fmt: skip


def windows(row: MonthPlan, language: str) -> tuple[Window, ...]:
    """Windows without outages that touch the month."""
    zone = ZoneInfo(settings.TIME_ZONE)
    begin = datetime.combine(row.month, time(), zone)
    end = datetime.combine(row.month + timedelta(days=row.days), time(), zone)
    rows = SupplyDemand.objects.filter(withdrawn_at=None, from_at__lt=end, until_at__gt=begin)
    found = list(rows.prefetch_related("districts"))
    codes = {one.pk: tuple(sorted(some.district_id for some in one.districts.all())) for one in found}
    places = places_of({code for some in codes.values() for code in some}, language)
    return tuple(
        Window(
            one.number, one.kind, one.reason, one.from_at, one.until_at, codes[one.pk],
            tuple(sorted({places[code].feeder for code in codes[one.pk] if code in places})), one.case_number,
        )
        for one in found
    )  # fmt: skip


def _by_feeder(items: Collection[Item]) -> Iterator[GanttRow]:
    """Feeders by name; works on none of them last."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for item in items:
        found[item.feeder, item.feeder_name].append(item.id)
    for (key, label), some in sorted(found.items(), key=lambda pair: (not pair[0][0], pair[0][1], pair[0][0])):
        yield GanttRow(key, label, tuple(some))


def _by_crew(items: Collection[Item]) -> Iterator[GanttRow]:
    """Crews, trucks and sets by name; each work stands in the row of everybody who goes."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for item in items:
        for key, label in zip(item.crews, item.crew_names, strict=True):
            found[key, label].append(item.id)
    for (key, label), some in sorted(found.items(), key=lambda pair: pair[0][1]):
        yield GanttRow(key, label, tuple(some))


def _days(
    row: MonthPlan, rows: Collection[PlannedItem], items: Collection[Item], shown: Collection[Window],
    listed: WorkList | None, zone: ZoneInfo,
) -> Iterator[PlanDay]:  # fmt: skip
    dark = dark_days(spans_of(rows), zone)
    codes = {code for one in dark.values() for code in one.hours}
    households = {code: place.households for code, place in places_of(codes, "zh-Hans").items()}
    of_day: dict[date, list[int]] = defaultdict(list)
    for item in items:
        of_day[item.starts_at.astimezone(zone).date()].append(item.id)
    for at in range(row.days):
        day = row.month + timedelta(days=at)
        one = dark.get(day, DarkDay({}, frozenset()))
        yield PlanDay(
            day, tuple(of_day.get(day, ())), len(one.hours), sum(households.get(code, 0) for code in one.hours),
            round(sum(one.hours.values()), 4), tuple(_touching(shown, day, zone)), _is_worked(day, listed),
            day == row.lost_on,
        )  # fmt: skip


def _touching(shown: Iterable[Window], day: date, zone: ZoneInfo) -> Iterator[str]:
    for one in shown:
        if one.from_at.astimezone(zone).date() <= day <= (one.until_at - timedelta(seconds=1)).astimezone(zone).date():
            yield one.number


def _is_worked(day: date, listed: WorkList | None) -> bool:
    """Whether works may stand on it: of the list where it reaches, else by the calendar."""
    if listed and listed.horizon.first_on <= day < listed.horizon.first_on + timedelta(days=listed.horizon.days):
        return day not in listed.horizon.days_off
    try:
        return work_calendar().is_working(day)
    except UnknownYear:
        return day.weekday() < WEEKEND


def _explained(items: Collection[Item], moves: Collection[Move], language: str) -> tuple[Item, ...]:
    """Items whose reasons name things as people do; who put one there by hand, and at what price, comes first."""
    last = {one.item: one for one in reversed(tuple(moves)) if not one.undone}
    wording = Wording(language, [reason.values for item in items for reason in item.reasons])
    return tuple(
        replace(item, reasons=tuple(wording.reason(one) for one in (*_by_hand(item, last), *item.reasons)))
        for item in items
    )


def _by_hand(item: Item, last: Mapping[int, Move]) -> Iterator[Reason]:
    move = last.get(item.id)
    if move is not None:
        change = "same" if abs(move.district_hours) < LEAST_HOURS else "more" if move.district_hours > 0 else "less"
        yield Reason(f"moved_{change}", {
            "by": move.moved_by, "at": move.moved_at.isoformat(), "from_at": move.from_at.isoformat(),
            "mode": move.from_kind, "hours": abs(move.district_hours),
        })  # fmt: skip
    elif item.moved_by:
        yield Reason("moved_before", {"by": item.moved_by})


def _unplaced(row: MonthPlan, language: str) -> Iterator[tuple[str, str, tuple[Reason, ...]]]:
    """Request, title, and why no day, mode and means allow it."""
    numbers = [one["request"] for one in row.unplaced]
    titles, wording = _titles(numbers, language), Wording(language, [one["values"] for one in row.unplaced])
    for one in row.unplaced:
        why = wording.reason(Reason(one["code"], one["values"]))
        yield one["request"], titles.get(one["request"], ""), (why,)


def _titles(numbers: Collection[str], language: str) -> Mapping[str, str]:
    rows = WorkRequest.objects.filter(number__in=numbers).values_list("number", "title_zh", "title_en")
    return {number: (en if language == "en" else "") or zh for number, zh, en in rows}


def _moves(row: MonthPlan) -> Iterator[Move]:
    modes = {work.id: work.modes for work in found.works} if (found := listed_of(row)) else {}
    for one in PlanMove.objects.filter(item__plan=row).select_related("item__request"):
        kinds = [mode.kind for mode in modes.get(one.item.request.number, ())]
        yield Move(
            one.pk, one.item_id, one.item.request.number, one.from_at, one.to_at, kinds[one.from_mode],
            kinds[one.to_mode], one.district_hours, one.moved_by_name or one.moved_by, one.moved_at,
            one.undone_at is not None,
        )  # fmt: skip
