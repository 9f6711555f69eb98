"""The whole audit of one log, as one value."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from wanjia.kernels.history.lateness import Rule, Verdict, own_deadline, replay
from wanjia.kernels.history.nouns import Log
from wanjia.kernels.history.ordering import Pair, main_activities, pairs, proposed_branches
from wanjia.kernels.history.rework import Rework, rework
from wanjia.kernels.history.spread import SECONDS_PER_DAY, Spread, spread
from wanjia.kernels.history.steps import starts_logged, steps_of
from wanjia.kernels.history.timing import Phases, Place, Walked, phases, places
from wanjia.kernels.history.whatif import Branch, Comparison, Plan, compare


@dataclass(frozen=True, slots=True)
class Department:
    """A department of cases: its steps, and how its cases ended."""

    place: Place
    ended: int
    late: int
    open_overdue: int
    whole: Spread


@dataclass(frozen=True, slots=True)
class Audit:
    """Everything the audit says. `steps` are completions; `starts` says how many of them carry a start;
    `end_minus_deadline_days` is over the ended cases with a deadline, ascending, above 0 when late."""

    cases: int
    events: int
    steps: int
    starts: int
    first_at: datetime
    as_of: datetime
    ended: int
    late: int
    open_overdue: int
    deadline: Verdict
    end_minus_deadline_days: tuple[float, ...]
    phases: Phases
    activities: tuple[Place, ...]
    groups: tuple[Place, ...]
    departments: tuple[Department, ...]
    rework: Rework
    either_order: tuple[Pair, ...]
    comparisons: tuple[Comparison, ...]
    clocks: tuple[Verdict, ...]


def audit(log: Log, plans: Iterable[Plan] = (), rules: Iterable[Rule] = ()) -> Audit:
    """Audits a log with at least one event; without plans the log's own proposal, if any, is compared."""
    walked: Walked = tuple((case, steps_of(case)) for case in log.cases)
    deadline = own_deadline(log)
    found = pairs(walked)
    named = tuple(plans) or _proposal(walked, found)
    return Audit(
        cases=len(log.cases),
        events=log.events,
        steps=sum(len(steps) for _, steps in walked),
        starts=starts_logged(log.cases),
        first_at=min(case.events[0].at for case in log.cases),
        as_of=log.as_of,
        ended=sum(case.end_at is not None for case in log.cases),
        late=deadline.late,
        open_overdue=deadline.open_overdue,
        deadline=deadline,
        end_minus_deadline_days=_distances(log),
        phases=phases(walked),
        activities=places(walked, lambda _, step: step.activity),
        groups=places(walked, lambda _, step: step.group),
        departments=_departments(walked, deadline),
        rework=rework(walked),
        either_order=tuple(pair for pair in found if pair.offered),
        comparisons=tuple(compare(walked, plan) for plan in named),
        clocks=tuple(replay(log, rule) for rule in rules),
    )


def _distances(log: Log) -> tuple[float, ...]:
    """How far each end lies behind its deadline."""
    dated = [(c.end_at, c.deadline_at) for c in log.cases if c.end_at is not None and c.deadline_at is not None]
    return tuple(sorted((end - due).total_seconds() / SECONDS_PER_DAY for end, due in dated))


def _proposal(walked: Walked, found: tuple[Pair, ...]) -> tuple[Plan, ...]:
    """The plan that the log itself suggests. A star in an activity's name matches itself, so names serve as globs."""
    cut = proposed_branches(found, main_activities(walked))
    branches = tuple(Branch(" + ".join(sorted(names)), tuple(sorted(names))) for names in cut)
    return (Plan("", branches, proposed=True),) if branches else ()


def _departments(walked: Walked, deadline: Verdict) -> tuple[Department, ...]:
    """By the department that the case belongs to, the largest total first."""
    broken = {run.case_id: run for run in deadline.broken}
    rows = []
    for place in places(walked, lambda case, _: case.department):
        cases = [case for case, _ in walked if case.department == place.name]
        runs = [broken[case.case_id] for case in cases if case.case_id in broken]
        spans = [(case.end_at - case.opened_at).total_seconds() for case in cases if case.end_at is not None]
        late = sum(run.ended_at is not None for run in runs)
        ended = sum(case.end_at is not None for case in cases)
        whole = spread([seconds for seconds in spans if seconds >= 0])
        rows.append(Department(place, ended, late, len(runs) - late, whole))
    return tuple(rows)
