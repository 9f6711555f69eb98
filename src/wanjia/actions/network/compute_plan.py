"""A plan from what was asked for: freeze the list, solve it, say what it costs, make its items."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from wanjia.actions.network.plan_input import PlanInput, horizon_of, plan_input, replanning_input, standing_works
from wanjia.kernels.planning.compiling import Compiled, compile_works
from wanjia.kernels.planning.earliest import earliest
from wanjia.kernels.planning.modes import Grid
from wanjia.kernels.planning.solving import solve
from wanjia.model.faults import Fault, Refused
from wanjia.model.works import WorkList
from wanjia.records.network.frozen_works import freeze, thaw
from wanjia.records.network.plan_figures import figures_of, naive_figures
from wanjia.records.network.plan_items import columns_of, frozen_choice
from wanjia.records.network.plan_pricing import keep_ready
from wanjia.records.network.planning import MonthPlan, PlannedItem, WorkRequest

NO_START = "planning.no_start"


class Telling(Protocol):
    """Told how far it is; raises when the plan is another worker's by now."""

    def __call__(self, stage: str, done: float = 0.0, total: float = 0.0, **values: object) -> None:
        """`values` are columns of the plan that are written with it."""


@dataclass(frozen=True, eq=False)
class ComputedPlan:
    """Items not yet saved, and columns of the plan."""

    items: list[PlannedItem]
    values: dict[str, Any]


def compute_plan(
    plan: MonthPlan, grid: Grid, now: datetime, elapsed: Callable[[], float], tell: Telling
) -> ComputedPlan:  # fmt: skip
    """The plan's items and figures. `elapsed`: seconds since the solver's time began to run.

    What was frozen by an attempt before is taken as it is. Raises Refused when no plan exists, with the reasons.
    """
    tell("freeze")
    compiled = _frozen(plan, grid, now, tell)
    tell("solve", 0.0, plan.seconds)
    naive, first = naive_figures(compiled), earliest(compiled)
    found = solve(
        compiled.problem, plan.seconds, plan.seed, elapsed, first.choice if first.is_complete else None,
        lambda seconds, cost, bound: tell("solve", min(seconds, plan.seconds), plan.seconds, best=_finite(cost)),
    )  # fmt: skip
    if not found.is_feasible:
        raise Refused([Fault("plan.no_plan", values={"seconds": f"{plan.seconds:g}", "works": len(first.choice)})])
    tell("explain")
    choice = np.asarray(found.choice, dtype=np.int64)
    values = {
        "figures": {**figures_of(compiled, choice), **naive}, "bound": _finite(found.bound), "gap": _finite(found.gap),
    }  # fmt: skip
    return _kept(plan, compiled, choice, values, now, tell)


def _frozen(plan: MonthPlan, grid: Grid, now: datetime, tell: Telling) -> Compiled:
    """The problem of the frozen list; frozen now unless an attempt before did it."""
    if plan.input:
        return _compiled(thaw(plan.input))
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    made = (replanning_input if plan.lost_on else plan_input)(plan, grid, today, now)
    tell("modes")
    listed, unplaced = without_impossible(made)
    if not listed.works:
        raise Refused([Fault("plan.no_works", values={"month": f"{plan.month:%Y-%m}"}), *(one for _, one in unplaced)])
    plan.input, plan.digest = freeze(listed)
    plan.unplaced = [{"request": name, "code": one.code, "values": dict(one.values)} for name, one in unplaced]
    tell("modes", input=plan.input, digest=plan.digest, unplaced=plan.unplaced)
    compiled = _compiled(listed)
    keep_ready(plan.digest, compiled)
    return compiled


def _compiled(listed: WorkList) -> Compiled:
    made = compile_works(listed)
    if made.compiled is None:
        raise Refused(made.faults)
    return made.compiled


def without_impossible(made: PlanInput) -> tuple[WorkList, tuple[tuple[str, Fault], ...]]:
    """The list without works that no mode, day and means allow whatever the others do; those with what forbids them.

    Raises Refused for faults of another kind.
    """
    listed, unplaced = made.listed, made.unplaced
    if not listed.works:
        return listed, unplaced
    faults = compile_works(listed).faults
    others = [fault for fault in faults if fault.code != NO_START]
    if others:
        raise Refused(others)
    stuck = {str(fault.values["work"]): fault for fault in faults}
    works = tuple(work for work in listed.works if work.id not in stuck)
    return replace(listed, works=works), (*unplaced, *stuck.items())


def _kept(
    plan: MonthPlan, compiled: Compiled, choice: NDArray[np.int64], values: dict[str, Any], now: datetime, tell: Telling
) -> ComputedPlan:  # fmt: skip
    columns = columns_of(compiled, choice)
    numbers = [work.id for work in compiled.listed.works]
    requests = {row.number: row for row in WorkRequest.objects.filter(number__in=numbers)}
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    standing = standing_works(plan, horizon_of(plan, today), today)
    items = [
        PlannedItem(plan=plan, request=requests[name], locked=_was_locked(standing.items.get(name)), **columns[name])
        for name in numbers
    ]
    tell("keep")
    carried = [_carried(plan, one) for one in standing.carried]
    return ComputedPlan([*items, *carried], {**values, "choice": frozen_choice(columns, numbers)})


def _was_locked(before: PlannedItem | None) -> bool:
    return before is not None and before.locked


def _carried(plan: MonthPlan, before: PlannedItem) -> PlannedItem:
    """What is over, or stands outside the days that are planned: it stays in the month as it was."""
    names = (
        "mode", "mode_kind", "starts_at", "ends_at", "crews", "crew_base", "means", "dark", "district_hours",
        "reasons", "locked", "moved_by", "planned_works", "entered_at",
    )  # fmt: skip
    return PlannedItem(plan=plan, request=before.request, **{name: getattr(before, name) for name in names})


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
