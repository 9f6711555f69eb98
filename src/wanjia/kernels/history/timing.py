"""Where the time went: by activity, by group, by department, and by phase of the case."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from wanjia.kernels.history.nouns import Case
from wanjia.kernels.history.spread import SECONDS_PER_DAY, Spread, share, spread
from wanjia.kernels.history.steps import Step

PARTS = ("before", "between", "after")

Walked = tuple[tuple[Case, tuple[Step, ...]], ...]
"""Every case with its steps."""


@dataclass(frozen=True, slots=True)
class Place:
    """The time spent at one activity, group or department.

    `spread` is over the timed steps (from the step before to this completion). Their total is split into
    `waiting_days`, `working_days` and `returned_days` (steps inside a loop, whatever was done there); the three add up.
    `share` is the part of all timed steps of the log.
    """

    name: str
    steps: int
    cases: int
    spread: Spread
    waiting_days: float
    working_days: float
    returned_days: float
    share: float | None


@dataclass(frozen=True, slots=True)
class Phases:
    """Each case in three parts: before its first finished step, between steps, after its last one until its end.

    The first needs a start date, the last an end date; negative ones (dates that contradict the events) are left out
    and counted in `contradicting`. The shares are of the three parts over the cases that have all three, so that they
    speak of the same cases; nothing where there is no such case.
    """

    before_first: Spread
    between: Spread
    after_last: Spread
    whole: Spread
    contradicting: int
    complete_cases: int
    before_first_share: float | None
    between_share: float | None
    after_last_share: float | None


def places(walked: Walked, name_of: Callable[[Case, Step], str]) -> tuple[Place, ...]:
    """Time by whatever `name_of` names, the largest total first."""
    found: dict[str, list[tuple[str, Step]]] = defaultdict(list)
    for case, steps in walked:
        for step in steps:
            found[name_of(case, step)].append((case.case_id, step))
    all_s = sum(step.elapsed_s or 0.0 for steps in found.values() for _, step in steps)
    rows = [_place(name, steps, all_s) for name, steps in found.items()]
    return tuple(sorted(rows, key=lambda row: (-row.spread.total_days, row.name)))


def _place(name: str, visits: Sequence[tuple[str, Step]], all_s: float) -> Place:
    """One row."""
    steps = [step for _, step in visits]
    times = spread([step.elapsed_s for step in steps if step.elapsed_s is not None])
    straight = [step for step in steps if not step.in_loop]
    return Place(
        name=name,
        steps=len(steps),
        cases=len({case_id for case_id, _ in visits}),
        spread=times,
        waiting_days=_days(step.waiting_s for step in straight),
        working_days=_days(step.working_s for step in straight),
        returned_days=_days(step.elapsed_s or 0.0 for step in steps if step.in_loop),
        share=share(times.total_days * SECONDS_PER_DAY, all_s),
    )


def _days(seconds: Iterable[float]) -> float:
    """The sum in days; sorted so that the order of rows cannot change the last digit."""
    return sum(sorted(seconds)) / SECONDS_PER_DAY


def phases(walked: Walked) -> Phases:
    """The three parts of every case, and the whole from start date to end date."""
    parts: dict[str, list[float]] = defaultdict(list)
    complete: list[dict[str, float]] = []
    contradicting = 0
    for case, steps in walked:
        spans = _spans(case, steps)
        contradicting += any(seconds < 0 for seconds in spans.values())
        if len(spans) == len(PARTS) + 1 and min(spans.values()) >= 0:
            complete.append(spans)
        for name, seconds in spans.items():
            if seconds >= 0:
                parts[name].append(seconds)
    before, between, after = _shares(complete)
    return Phases(
        before_first=spread(parts["before"]),
        between=spread(parts["between"]),
        after_last=spread(parts["after"]),
        whole=spread(parts["whole"]),
        contradicting=contradicting,
        complete_cases=len(complete),
        before_first_share=before,
        between_share=between,
        after_last_share=after,
    )


def _shares(complete: Sequence[dict[str, float]]) -> tuple[float | None, ...]:
    """The three parts' shares of their sum."""
    totals = [sum(sorted(spans[name] for spans in complete)) for name in PARTS]
    return tuple(share(total, sum(totals)) for total in totals)


def _spans(case: Case, steps: tuple[Step, ...]) -> dict[str, float]:
    """Seconds of each part that the log knows of one case."""
    spans: dict[str, float] = {}
    if case.start_at is not None and case.end_at is not None:
        spans["whole"] = (case.end_at - case.start_at).total_seconds()
    if not steps:
        return spans
    first_at = steps[0].started_at or steps[0].done_at
    spans["between"] = (steps[-1].done_at - first_at).total_seconds()
    if case.start_at is not None:
        spans["before"] = (first_at - case.start_at).total_seconds()
    if case.end_at is not None:
        spans["after"] = (case.end_at - steps[-1].done_at).total_seconds()
    return spans
