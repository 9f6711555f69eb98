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
from wanjia.kernels.planning.plans.conflicts import explain
from wanjia.kernels.planning.plans.earliest import Earliest, earliest
from wanjia.kernels.planning.plans.planned import naive_figures
from wanjia.kernels.planning.search.replanning import CHANGED, CHANGED_ANNOUNCED, Given, Replanned, replan
from wanjia.kernels.planning.search.solving import solve
from wanjia.kernels.planning.works.compiling import Compiled, compile_works
from wanjia.kernels.planning.works.modes import Grid
from wanjia.kernels.planning.works.slots import Slots
from wanjia.model.faults import Fault, Refused
from wanjia.model.works import WorkList
from wanjia.records.network.frozen_works import freeze, thaw
from wanjia.records.network.plan_figures import figures_of, hours_kept
from wanjia.records.network.plan_items import columns_of, frozen_choice
from wanjia.records.network.plan_pricing import keep_ready
from wanjia.records.network.plan_reasons import reasons_kept
from wanjia.records.network.planning import MonthPlan, PlannedItem, WorkRequest

EXPLAIN_SECONDS = 20.0
"""What is spent on saying why there is no plan."""
BOUND_SECONDS = 5.0
"""What is spent, at most, on the bound of a plan made again: whoever lost a day is waiting for it."""
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
    naive = earliest(compiled)
    choice, values = (_replanned if plan.lost_on else _solved)(plan, compiled, naive, elapsed, tell)
    tell("explain")
    values["figures"] = {**figures_of(compiled, choice), **_naive(compiled, naive), **values["figures"]}
    return _kept(plan, compiled, choice, values, now, tell)


def _solved(
    plan: MonthPlan, compiled: Compiled, naive: Earliest, elapsed: Callable[[], float], tell: Telling
) -> tuple[NDArray[np.int64], dict[str, Any]]:  # fmt: skip
    found = solve(
        compiled.problem, plan.seconds, plan.seed, elapsed, naive.choice if naive.is_complete else None,
        lambda seconds, cost, bound: tell("solve", min(seconds, plan.seconds), plan.seconds, best=_finite(cost)),
    )  # fmt: skip
    if not found.is_feasible:
        raise Refused(_why(plan, compiled, elapsed))
    return np.asarray(found.choice, np.int64), {
        "figures": {}, "bound": _finite(found.bound), "gap": _finite(found.gap)
    }  # fmt: skip


def _replanned(
    plan: MonthPlan, compiled: Compiled, naive: Earliest, elapsed: Callable[[], float], tell: Telling
) -> tuple[NDArray[np.int64], dict[str, Any]]:  # fmt: skip
    """As few works changed as need be; those of which customers know weigh more."""
    given = _given(plan, compiled)
    found = replan(compiled.problem, given, plan.seconds, elapsed)
    if found is None:
        raise Refused(_why(plan, compiled, elapsed))
    changes = {"changed": len(found.changed), "changed_is_fewest": found.is_fewest}
    return np.asarray(found.choice, np.int64), {"figures": changes, **_bounded(plan, compiled, found, elapsed)}


def _bounded(plan: MonthPlan, compiled: Compiled, found: Replanned, elapsed: Callable[[], float]) -> dict[str, Any]:
    """The bound of all plans, those that change more works included, and how far this one is from it."""
    begun, seconds = elapsed(), min(plan.seconds, BOUND_SECONDS)
    best = solve(compiled.problem, seconds, plan.seed, lambda: elapsed() - begun, found.choice)
    gap = max(0.0, (found.cost - best.bound) / found.cost) if found.cost > 0 else 0.0
    return {"bound": _finite(best.bound), "gap": _finite(gap)}


def _given(plan: MonthPlan, compiled: Compiled) -> Given:
    """The plan before as options: a work stays when its mode and start do, from whichever base."""
    problem, slots = compiled.problem, compiled.slots
    items = {one.request.number: one for one in plan.based_on.items.select_related("request")} if plan.based_on else {}
    same, weight = np.zeros(problem.options, bool), np.zeros(problem.works, np.int64)
    for at, work in enumerate(compiled.listed.works):
        item = items.get(work.id)
        if item is None:
            continue
        weight[at] = CHANGED_ANNOUNCED if item.planned_works else CHANGED
        begin, end = int(problem.option_begin[at]), int(problem.option_begin[at + 1])
        here = problem.start[begin:end] == _slot_of(slots, item)
        same[begin:end] = here & (problem.mode[begin:end] == item.mode)
    return Given(same, weight)


def _slot_of(slots: Slots, item: PlannedItem) -> int:
    slot = slots.slot_of(item.starts_at)
    return -1 if slot is None else slot


def _why(plan: MonthPlan, compiled: Compiled, elapsed: Callable[[], float]) -> list[Fault]:
    """Nothing was found: the smallest set of demands in conflict, as far as it shows within its time."""
    head = Fault("plan.no_plan", values={"seconds": f"{plan.seconds:g}", "works": len(compiled.listed.works)})
    begun = elapsed()
    return [head, *explain(compiled.listed, EXPLAIN_SECONDS, lambda: elapsed() - begun).told]


def _naive(compiled: Compiled, naive: Earliest) -> dict[str, Any]:
    """The earliest-date plan with the same crews; a work that found no place in it counts as an outage by itself."""
    return {**hours_kept("naive_", naive_figures(compiled, naive)), "naive_unplaced": len(naive.left)}


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
    why = reasons_kept(compiled, choice)
    items = [
        PlannedItem(
            plan=plan, request=requests[name], locked=_was_locked(standing.items.get(name)),
            reasons=why[name], **columns[name],
        )
        for name in numbers
    ]  # fmt: skip
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
