"""Plans kept ready in this process, so that a move is priced while it is being dragged.

Kept by the digest of the frozen list: whoever changes a list gets another one.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from wanjia.kernels.planning.plans.placing import figures, told
from wanjia.kernels.planning.problem import price
from wanjia.kernels.planning.works.compiling import Compiled, compile_works
from wanjia.kernels.planning.works.starts import slots_of
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.works import Figures, Work, WorkList
from wanjia.records.network.frozen_works import thaw
from wanjia.records.network.plan_items import choice_of_items
from wanjia.records.network.planning import MonthPlan, PlannedItem

KEPT_MAX = 4
"""Plans kept; one of a month with 300 works takes some 100 MB."""

_kept: OrderedDict[str, Compiled] = OrderedDict()
_stands: dict[int, tuple[tuple[object, ...], NDArray[np.int64], Figures]] = {}
_lock = Lock()


@dataclass(frozen=True, eq=False)
class Moved:
    """A plan in which one work stands elsewhere: the choice, hours of the whole plan, and what that would break."""

    choice: NDArray[np.int64] | None
    ends_at: datetime
    hours: Figures
    hours_before: Figures
    faults: tuple[Fault, ...]


def compiled_plan(plan: MonthPlan) -> Compiled:
    """The problem of a plan. Raises Refused for one that was never frozen."""
    with _lock:
        found = _kept.get(plan.digest)
        if found is not None:
            _kept.move_to_end(plan.digest)
            return found
    if not plan.input:
        raise Refused([Fault("plan.state", Where("number"), {"plan": plan.number, "state": plan.state})])
    made = compile_works(thaw(plan.input))
    if made.compiled is None:
        raise Refused(made.faults)
    keep_ready(plan.digest, made.compiled)
    return made.compiled


def listed_of(plan: MonthPlan) -> WorkList | None:
    """What a plan was made from; None before it was frozen."""
    if not plan.input:
        return None
    with _lock:
        found = _kept.get(plan.digest)
    return found.listed if found is not None else _thawed(plan)


def _thawed(plan: MonthPlan) -> WorkList:
    """A plan that may still be moved is made ready for it; of another one the list is enough."""
    return compiled_plan(plan).listed if plan.state == MonthPlan.State.PROPOSED else thaw(plan.input)


def keep_ready(digest: str, compiled: Compiled) -> None:
    """Keeps a problem for the next question about it."""
    with _lock:
        _kept[digest] = compiled
        while len(_kept) > KEPT_MAX:
            _kept.popitem(last=False)


def priced_move(
    plan: MonthPlan, items: Collection[PlannedItem], item: PlannedItem, mode: int, starts_at: datetime
) -> Moved:  # fmt: skip
    """What it does to the plan if an item takes a mode at a time. Raises Refused for a plan without a list."""
    compiled = compiled_plan(plan)
    numbers = _numbers(compiled)
    choice, before = _stood(plan, compiled, [one for one in items if one.request.number in numbers])
    at = numbers.get(item.request.number)
    if at is None:
        gone = Fault("plan.carried", Where("item"), {"work": item.request.number})
        return Moved(None, starts_at, before, before, (gone,))
    options = _options(compiled, at, mode, starts_at)
    if not len(options):
        return Moved(None, starts_at, before, before, why_not(compiled, at, mode, starts_at))
    new, broken = _least_broken(compiled, choice, at, options)
    problem, slots = compiled.problem, compiled.slots
    end = int(problem.start[new[at]] + problem.duration[new[at]])
    after = figures(compiled, new)
    return Moved(new, slots.instant(end, after=True), after, before, broken)


def _stood(
    plan: MonthPlan, compiled: Compiled, items: Collection[PlannedItem]
) -> tuple[NDArray[np.int64], Figures]:  # fmt: skip
    """The plan as its items stand; kept as long as none of them stands elsewhere, for a drag asks again and again."""
    mark = (plan.digest, *((one.pk, one.mode, one.starts_at, one.crew_base) for one in items))
    with _lock:
        known = _stands.get(plan.pk)
    if known is not None and known[0] == mark:
        return known[1], known[2]
    choice = choice_of_items(compiled, items)
    found = figures(compiled, choice)
    with _lock:
        _stands[plan.pk] = mark, choice, found
        while len(_stands) > KEPT_MAX:
            _stands.pop(next(iter(_stands)))
    return choice, found


def why_not(compiled: Compiled, at: int, mode: int, starts_at: datetime) -> tuple[Fault, ...]:
    """Why a work cannot be done in a mode at a time, whatever the others do."""
    listed, work = compiled.listed, compiled.listed.works[at]
    wall = starts_at.astimezone(compiled.slots.zone)
    values: dict[str, object] = {"work": work.id, "starts_at": wall.isoformat()}
    if not 0 <= mode < len(work.modes):
        return (Fault("plan.mode_unknown", Where("mode"), values),)
    if compiled.slots.slot_of(starts_at) is None:
        return (Fault("plan.off_hours", Where("starts_at"), values),)
    if work.fixed_start is not None:
        return (Fault("plan.told", Where("starts_at"), values),)
    made = compile_works(replace(listed, works=(_only(work, mode, wall),), exclusions=(), precedences=()))
    counts = {name: count for fault in made.faults for name, count in fault.values.items()}
    day, slots = wall.date(), compiled.slots
    place = (slots.slot_of(starts_at) or 0) % slots.a_day
    is_wrong = {
        "days": not (work.earliest_on or day) <= day <= (work.latest_on or day),
        "hours": place + slots_of(work.modes[mode].hours, slots) > slots.a_day,
        **{name: bool(counts.get(name)) for name in _COUNTED},
    }
    reasons = [name for name, wrong in is_wrong.items() if wrong] or ["pace"]
    return tuple(Fault(f"plan.not_{name}", Where("starts_at"), values) for name in reasons)


_COUNTED = ("notice", "repeated", "blackout", "without_means", "out_of_reach")
"""Counts of `kernels.planning.works.starts.Dropped` that speak of one day and hour when nothing else is left."""


def _only(work: Work, mode: int, wall: datetime) -> Work:
    """The work with just that mode on just that day and hour; its own days still hold."""
    day = wall.date()
    earliest = max(day, work.earliest_on) if work.earliest_on else day
    latest = min(day, work.latest_on) if work.latest_on else day
    hour = wall.hour + wall.minute / 60
    return replace(work, modes=(work.modes[mode],), earliest_on=earliest, latest_on=latest, start_hours=(hour,))


def _numbers(compiled: Compiled) -> dict[str, int]:
    return {work.id: at for at, work in enumerate(compiled.listed.works)}


def _options(compiled: Compiled, at: int, mode: int, starts_at: datetime) -> NDArray[np.int64]:
    """Options of a work in a mode at a time: they differ in their bases."""
    problem, slot = compiled.problem, compiled.slots.slot_of(starts_at)
    begin, end = int(problem.option_begin[at]), int(problem.option_begin[at + 1])
    if slot is None:
        return np.empty(0, dtype=np.int64)
    here = (problem.start[begin:end] == slot) & (problem.mode[begin:end] == mode)
    return begin + np.flatnonzero(here)


def _least_broken(
    compiled: Compiled, choice: NDArray[np.int64], at: int, options: NDArray[np.int64]
) -> tuple[NDArray[np.int64], tuple[Fault, ...]]:  # fmt: skip
    """The bases with which least is broken; a plan that is whole breaks nothing else."""
    best: tuple[NDArray[np.int64], tuple[Fault, ...]] | None = None
    for option in options.tolist():
        new = choice.copy()
        new[at] = option
        broken = price(compiled.problem, new).violations
        faults = _once(told(compiled, one) for one in broken)
        if best is None or len(faults) < len(best[1]):
            best = new, faults
        if not faults:
            break
    if best is None:
        raise ValueError("no options")
    return best


def _once(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """A demand that is broken slot after slot is told once, at its first."""
    found: dict[tuple[object, ...], Fault] = {}
    for one in faults:
        named = tuple(one.values.get(name) for name in ("name", "district", "one", "other"))
        found.setdefault((one.code, *named), one)
    return tuple(found.values())
