"""Thousands of cases of one practice through the real engine on a virtual clock, from stated assumptions.

Each case has its own generator, so that variants of a practice meet the same chance case by case, and a case can be
run again alone. People have no queue here: a duration is the time from opening to answer, waiting included.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.random import Generator

from wanjia.engine.nouns import CaseStatus, ClockState, ClockStatus, Complete, ReturnTo, TaskKind, TaskState
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.model.working_time import WorkCalendar
from wanjia.practice.answers import initial_facts
from wanjia.practice.chances import Plan, choose, draw, ready_at, starts_at
from wanjia.practice.nouns import Practice
from wanjia.practice.virtual_case import Answer, Unanswered, VirtualCase, calendar_answer

DAY_SECONDS = 86_400
ENDED_LATE = (ClockStatus.EXPIRED, ClockStatus.LATE)


@dataclass(frozen=True)
class CaseResult:
    """How one case went: its end ("" when still open at the horizon), how long it took, and clock -> (kept, runs)."""

    end: str
    days: float
    working_days: int
    clocks: Mapping[str, tuple[int, int]]
    returns: int


@dataclass(frozen=True)
class Summary:
    """Figures over all cases: `ends` share of all cases, `clocks` share kept of each clock's runs (None: no run)."""

    cases: int
    ended: int
    mean_days: float
    median_days: float
    p90_days: float
    mean_working_days: float
    ends: Mapping[str, float]
    clocks: Mapping[str, float | None]
    clock_runs: Mapping[str, int]
    returns_per_case: float


def simulate(
    practice: Practice, plan: Plan, chances: Iterable[Generator], calendar: WorkCalendar
) -> tuple[CaseResult, ...]:
    """One case for each generator. Raises Refused when the plan gives answers that the process cannot take."""
    return tuple(_one_case(practice, plan, chance, calendar) for chance in chances)


def summary(practice: Practice, results: tuple[CaseResult, ...]) -> Summary:
    """Counts and quantiles; days are those of ended cases (nan when none ended)."""
    ended = [result for result in results if result.end]
    days = np.array([result.days for result in ended]) if ended else np.array([np.nan])
    runs = {rule.id: sum(r.clocks.get(rule.id, (0, 0))[1] for r in results) for rule in practice.clocks}
    kept = {rule.id: sum(r.clocks.get(rule.id, (0, 0))[0] for r in results) for rule in practice.clocks}
    names = sorted({result.end for result in results})
    return Summary(
        cases=len(results),
        ended=len(ended),
        mean_days=float(days.mean()),
        median_days=float(np.median(days)),
        p90_days=float(np.percentile(days, 90)),
        mean_working_days=float(np.mean([r.working_days for r in ended])) if ended else float("nan"),
        ends={name: sum(r.end == name for r in results) / len(results) for name in names},
        clocks={name: kept[name] / count if count else None for name, count in runs.items()},
        clock_runs=runs,
        returns_per_case=sum(r.returns for r in results) / max(1, len(results)),
    )


class _World:
    """Capabilities answer by the plan's shares; those of the calendar by the calendar."""

    def __init__(self, plan: Plan, chance: Generator, calendar: WorkCalendar) -> None:
        self._plan, self._chance, self._calendar = plan, chance, calendar

    def __call__(self, capability: str, inputs: Facts, now: datetime) -> Answer:
        choices = self._plan.world.get(capability)
        if choices:
            answer = choose(choices, self._chance)
            return answer.answers, answer.error
        known = calendar_answer(capability, inputs, now, self._calendar)
        if known is None:
            raise Unanswered(capability)
        return known, None


def _one_case(practice: Practice, plan: Plan, chance: Generator, calendar: WorkCalendar) -> CaseResult:
    begins = starts_at(plan, calendar, chance)
    case = VirtualCase(practice, calendar, _World(plan, chance, calendar), begins)
    answers = choose(plan.start, chance).answers
    returns = 0
    try:
        case.start("role:requester", initial_facts(practice, answers), plan.settings)
        due: dict[str, datetime] = {}
        while (task := _next_task(case, plan, chance, due)) is not None:
            case.advance(min(due[task.key], begins + plan.horizon))
            if case.now >= begins + plan.horizon:
                break
            if _is_open(case, task):
                returns += _answer(case, plan, chance, task)
        case.advance(begins + plan.horizon)
    except Unanswered as lack:
        raise Refused([Fault("practice.plan_lacks_world", Where(), {"capability": lack.capability})]) from lack
    return _result(case, begins, returns)


def _next_task(case: VirtualCase, plan: Plan, chance: Generator, due: dict[str, datetime]) -> TaskState | None:
    """The open task that is done first; new ones get their duration when they are first seen."""
    if case.state is None or case.state.status is not CaseStatus.RUNNING:
        return None
    done = [task for task in case.state.tasks if task.kind is TaskKind.USER and task.step in plan.steps]
    for task in done:
        if task.key not in due:
            spread = plan.steps[task.step].spread_for(task.item)
            due[task.key] = ready_at(case.calendar, task.opened_at, draw(spread, chance), spread.unit)
    return min(done, key=lambda task: (due[task.key], task.key), default=None)


def _is_open(case: VirtualCase, task: TaskState) -> bool:
    """A clock on the way may have closed the task or the case."""
    return case.state is not None and any(open_task.key == task.key for open_task in case.state.tasks)


def _answer(case: VirtualCase, plan: Plan, chance: Generator, task: TaskState) -> int:
    """Do the task by one of its choices; 1 when it was returned."""
    choice = choose(plan.steps[task.step].choices, chance)
    actor = f"role:{task.role}"
    if choice.return_to is not None:
        case.send(ReturnTo(actor, task.key, choice.return_to, choice.reason))
        return 1
    case.send(Complete(actor, task.key, choice.answers))
    return 0


def _result(case: VirtualCase, begins: datetime, returns: int) -> CaseResult:
    state, calendar = case.state, case.calendar
    if state is None:
        return CaseResult("", 0.0, 0, {}, returns)
    over = state.status is not CaseStatus.RUNNING
    end_at = case.journal[-1].at if over else case.now
    first, last = calendar.day_of(begins), calendar.day_of(end_at)
    clocks: dict[str, tuple[int, int]] = {}
    for clock in state.clocks:
        kept, runs = clocks.get(clock.clock, (0, 0))
        clocks[clock.clock] = (kept + _was_kept(clock), runs + 1)
    end = (state.end or state.status.value) if over else ""
    seconds = (end_at - begins).total_seconds()
    return CaseResult(end, seconds / DAY_SECONDS, calendar.count_working(first, last) - 1, clocks, returns)


def _was_kept(clock: ClockState) -> int:
    return 0 if clock.status in ENDED_LATE else 1
