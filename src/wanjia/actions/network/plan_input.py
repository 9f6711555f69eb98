"""What a plan is made from: the works asked for with the modes that the network allows, means, limits.

Read from rows and network once; from then on the plan rests on the frozen list alone.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db.models import Q

from wanjia.actions.network.plan_limits import REPEAT_LIMIT, back_ups, blackouts, dark_days_before, double_sources
from wanjia.actions.network.plan_means import crews_and_means, organisations_below
from wanjia.kernels.planning.works.modes import Grid, Job, propose
from wanjia.model.faults import Fault
from wanjia.model.working_time import UnknownYear
from wanjia.model.works import MODES, Blackout, DoubleSource, Horizon, Scenario, ServedDistrict, Work, WorkList
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.network.frozen_works import thaw
from wanjia.records.network.planning import MonthPlan, PlannedItem, WorkRequest

SLOT_MINUTES = 30
DAY_FROM_HOUR, DAY_UNTIL_HOUR = 8.0, 18.0
"""Working hours of a day on which works take place (M)."""
WEEKEND = 5
WAITING_COST = 0.02
"""What a day of waiting costs an urgent work, district-hours: enough to decide between equals (M)."""
SCENARIOS = (
    Scenario("usual", 0.7),
    Scenario("peak", 0.2, tuple(1.4 if 10 <= hour < 13 or 17 <= hour < 21 else 1.1 for hour in range(24))),
    Scenario("storm", 0.1, tuple(1.6 for _ in range(24))),
)
"""How heavily an hour of darkness weighs: as usual, in heat or frost, when weather makes it last (M)."""


@dataclass(frozen=True, eq=False)
class PlanInput:
    """The list, and the works that no mode and no day allows, with their faults."""

    listed: WorkList
    unplaced: tuple[tuple[str, Fault], ...]


@dataclass(frozen=True, eq=False)
class Standing:
    """Items of the plan before that stay: `carried` are over or out of the horizon, `works` keep their place in it."""

    carried: tuple[PlannedItem, ...]
    works: dict[str, Work]
    before: WorkList | None
    items: dict[str, PlannedItem]


def horizon_of(plan: MonthPlan, today: date) -> Horizon:
    """The days of the plan that are left, from tomorrow on; a lost day is in it and has no working hours."""
    last = plan.month + timedelta(days=plan.days - 1)
    begin = today + timedelta(days=1)
    first = max(plan.month, min(begin, plan.lost_on) if plan.lost_on else begin)
    days = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    off = tuple(day for day in days if day == plan.lost_on or _is_holiday(day))
    return Horizon(
        first, len(days), SLOT_MINUTES, DAY_FROM_HOUR, DAY_UNTIL_HOUR, off, settings.TIME_ZONE
    )  # fmt: skip


def _is_holiday(day: date) -> bool:
    """A public holiday in the week; weekends are worked by whichever crews are there."""
    try:
        return day.weekday() < WEEKEND and not work_calendar().is_working(day)
    except UnknownYear:
        return False


def plan_input(plan: MonthPlan, grid: Grid, today: date, now: datetime) -> PlanInput:
    """The list of a month plan, works that stand in the plan before included."""
    horizon = horizon_of(plan, today)
    standing = standing_works(plan, horizon, today)
    works, unplaced = list(standing.works.values()), []
    for row in _requests(plan, horizon, {*standing.works, *(one.request.number for one in standing.carried)}):
        work = _work(row, grid)
        if work.modes:
            works.append(work)
        else:
            unplaced.append((row.number, Fault("plan.no_mode", values={"work": row.number, "device": row.device_id})))
    return PlanInput(_listed(plan, horizon, tuple(works), grid, today, now), tuple(unplaced))


def replanning_input(plan: MonthPlan, grid: Grid, today: date, now: datetime) -> PlanInput:
    """The list of the plan before, without the lost day; nobody's modes change."""
    horizon = horizon_of(plan, today)
    standing = standing_works(plan, horizon, today)
    if standing.before is None:
        raise ValueError("a plan that follows no other has no lost day")
    carried = {one.request.number for one in standing.carried}
    withdrawn = set(WorkRequest.objects.filter(state=WorkRequest.State.WITHDRAWN).values_list("number", flat=True))
    works = [
        standing.works.get(work.id, replace(work, fixed_start=None, fixed_mode=None))
        for work in standing.before.works if work.id in standing.items and work.id not in carried | withdrawn
    ]  # fmt: skip
    return PlanInput(_listed(plan, horizon, tuple(works), grid, today, now), ())


def standing_works(plan: MonthPlan, horizon: Horizon, today: date) -> Standing:
    """What stays of the plan before: what is over or told to customers, and what somebody locked."""
    if plan.based_on is None or plan.based_on.input is None:
        return Standing((), {}, None, {})
    before = thaw(plan.based_on.input)
    items = {one.request.number: one for one in plan.based_on.items.select_related("request")}
    in_force = plan.based_on.state in (MonthPlan.State.ADOPTING, MonthPlan.State.ADOPTED)
    zone = ZoneInfo(settings.TIME_ZONE)
    carried, works = [], {}
    old = {work.id: work for work in before.works}
    for number, item in items.items():
        day = item.starts_at.astimezone(zone).date()
        if day < horizon.first_on or number not in old:
            carried += [item] if in_force else []
        elif day != plan.lost_on and (item.locked or _is_told(plan, item, day, today, before, in_force)):
            works[number] = replace(old[number], fixed_start=item.starts_at.astimezone(zone), fixed_mode=item.mode)
    return Standing(tuple(carried), works, before, items)


def _is_told(
    plan: MonthPlan, item: PlannedItem, day: date, today: date, before: WorkList, in_force: bool
) -> bool:  # fmt: skip
    """Customers know of it. For a lost day only what is near stays whatever happens: the rest may move, at a price."""
    if not in_force or not item.planned_works:
        return False
    return plan.lost_on is None or (day - today).days < before.notice_days


def _requests(plan: MonthPlan, horizon: Horizon, known: Collection[str]) -> Iterator[WorkRequest]:
    last = horizon.first_on + timedelta(days=horizon.days - 1)
    rows = WorkRequest.objects.filter(state=WorkRequest.State.OPEN, organisation__in=_organisations(plan))
    rows = rows.filter(Q(earliest_on__lte=last) & Q(latest_on__gte=horizon.first_on)).exclude(number__in=known)
    yield from rows.order_by("number")


def _organisations(plan: MonthPlan) -> frozenset[str]:
    return organisations_below(plan.organisation_id)


def branch_of(grid: Grid, device_id: str) -> str:
    """The branch that is isolated: the device itself, or what feeds the district that it is. Empty for neither."""
    if device_id in grid.row_of_branch:
        return device_id
    rows = np.flatnonzero(grid.network.districts.ids == device_id)
    if not len(rows):
        return ""
    node, graph = int(grid.network.districts.node[rows[0]]), grid.topology.graph
    fed = np.flatnonzero(graph.closed & ((graph.to_node == node) | (graph.from_node == node)))
    return str(grid.network.branches.ids[fed[0]]) if len(fed) else ""


def _work(row: WorkRequest, grid: Grid) -> Work:
    device, kinds = branch_of(grid, row.device_id), tuple(kind for kind in MODES if not row.modes or kind in row.modes)
    job = Job(device, row.hours, kinds, DAY_UNTIL_HOUR - DAY_FROM_HOUR)
    return Work(
        row.number, row.title_zh, row.device_id, row.feeder_id or "", row.longitude, row.latitude,
        propose(grid, job) if device else (), row.earliest_on, row.latest_on, (), row.crew_kind,
        WAITING_COST if row.urgent else 0.0,
    )  # fmt: skip


def _listed(
    plan: MonthPlan, horizon: Horizon, works: tuple[Work, ...], grid: Grid, today: date, now: datetime
) -> WorkList:  # fmt: skip
    crews, means = crews_and_means(_organisations(plan), horizon)
    served = {row.id: row for row in grid.served()}
    doubles = tuple(one for one in double_sources() if all(name in served for some in one.sources for name in some))
    touched = {name for work in works for mode in work.modes for name in (*mode.dark, *mode.gap)}
    named = (touched | {name for one in doubles for some in one.sources for name in some}) & served.keys()
    days, standing = dark_days_before(horizon, _told(plan), now), _darkened_by_standing(works)
    used = {
        tie for work in works for mode in work.modes for tie in (*mode.cuts, *(name for name, _ in mode.takes_over))
    }
    return WorkList(
        horizon, works, crews, means, tuple(_served(served[name], days, standing) for name in sorted(named)),
        tuple(tie for tie in grid.ties() if tie.id in used), tuple(_touching(blackouts(horizon), named)),
        _reaching(doubles, touched), back_ups(grid, works), scenarios=SCENARIOS, drafted_on=today,
        repeat_limit=REPEAT_LIMIT, title=plan.number,
    )  # fmt: skip


def _told(plan: MonthPlan) -> list[str]:
    """Codes of what the plan before has entered: those days are the plan's own."""
    return [code for item in plan.based_on.items.all() for code in item.planned_works] if plan.based_on else []


def _served(row: ServedDistrict, days: dict[str, int], standing: Counter[str]) -> ServedDistrict:
    """Days dark of late; outages that customers know of stay, however often a district has been dark meanwhile."""
    return replace(row, dark_days_before=max(0, min(days.get(row.id, 0), REPEAT_LIMIT - standing[row.id])))


def _darkened_by_standing(works: Collection[Work]) -> Counter[str]:
    fixed = [work.modes[work.fixed_mode] for work in works if work.fixed_mode is not None]
    return Counter(name for mode in fixed for name in {*mode.dark, *mode.gap})


def _touching(windows: Collection[Blackout], named: Collection[str]) -> Iterator[Blackout]:
    for one in windows:
        if some := tuple(code for code in one.districts if code in named):
            yield replace(one, districts=some)


def _reaching(doubles: Collection[DoubleSource], touched: Collection[str]) -> tuple[DoubleSource, ...]:
    """Customers of whose supplies every one may go dark: the others are safe whatever is planned."""
    return tuple(one for one in doubles if all(any(name in touched for name in some) for some in one.sources))
