"""What was done twice: repeats, returns, the share that was right the first time, the delay that hangs on it."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from wanjia.kernels.history.nouns import Case
from wanjia.kernels.history.spread import SECONDS_PER_DAY, Spread, share, spread
from wanjia.kernels.history.steps import Step
from wanjia.kernels.history.timing import Walked


@dataclass(frozen=True, slots=True)
class ReworkRow:
    """One activity or group: in how many of its cases one of its steps had to be done again."""

    name: str
    cases: int
    cases_repeated: int
    first_time_right_share: float | None
    repeated: int
    returned: int
    repeat_days: float


@dataclass(frozen=True, slots=True)
class Return:
    """The case was at `came_from` and went back to `back_to`: how often, and how long from the earlier completion of
    `back_to` to its return."""

    came_from: str
    back_to: str
    times: int
    loop_days: Spread


@dataclass(frozen=True, slots=True)
class Rework:
    """Rework of a whole log. `loop_days`: time inside loops, each moment counted once.

    `with_returns` and `without_returns` compare the time between first and last step of the two kinds of case, and
    the late shares compare them among the ended cases with a deadline. A difference is not yet a cause.
    """

    cases: int
    cases_repeated: int
    cases_returned: int
    first_time_right_share: float | None
    repeated: int
    returned: int
    loop_days: float
    loop_share: float | None
    with_returns: Spread
    without_returns: Spread
    late_share_with_returns: float | None
    late_share_without_returns: float | None
    activities: tuple[ReworkRow, ...]
    groups: tuple[ReworkRow, ...]
    returns: tuple[Return, ...]


def rework(walked: Walked) -> Rework:
    """All figures on rework."""
    repeated = [case.case_id for case, steps in walked if any(step.repeat for step in steps)]
    returned = {case.case_id for case, steps in walked if any(step.returned for step in steps)}
    every = [step for _, steps in walked for step in steps]
    loop_s = sum(sorted(step.elapsed_s or 0.0 for step in every if step.in_loop))
    return Rework(
        cases=len(walked),
        cases_repeated=len(repeated),
        cases_returned=len(returned),
        first_time_right_share=share(len(walked) - len(repeated), len(walked)),
        repeated=sum(step.repeat for step in every),
        returned=sum(step.returned for step in every),
        loop_days=loop_s / SECONDS_PER_DAY,
        loop_share=share(loop_s, sum(sorted(step.elapsed_s or 0.0 for step in every))),
        with_returns=_between(walked, lambda case: case.case_id in returned),
        without_returns=_between(walked, lambda case: case.case_id not in returned),
        late_share_with_returns=_late_share(walked, lambda case: case.case_id in returned),
        late_share_without_returns=_late_share(walked, lambda case: case.case_id not in returned),
        activities=_rows(walked, lambda step: step.activity),
        groups=_rows(walked, lambda step: step.group),
        returns=_returns(walked),
    )


def _between(walked: Walked, wanted: Callable[[Case], bool]) -> Spread:
    """First to last completion of the wanted cases."""
    spans = [(steps[-1].done_at - steps[0].done_at).total_seconds() for case, steps in walked if steps and wanted(case)]
    return spread(spans)


def _late_share(walked: Walked, wanted: Callable[[Case], bool]) -> float | None:
    """Share of the wanted, ended cases with a deadline that ended after it."""
    ended = [(case.end_at, case.deadline_at) for case, _ in walked if wanted(case)]
    late = [end > due for end, due in ended if end is not None and due is not None]
    return share(sum(late), len(late))


def _rows(walked: Walked, name_of: Callable[[Step], str]) -> tuple[ReworkRow, ...]:
    """One row a name; a repeat is charged to the one that did the step again."""
    cases: dict[str, set[str]] = defaultdict(set)
    again: dict[str, set[str]] = defaultdict(set)
    repeated: Counter[str] = Counter()
    returned: Counter[str] = Counter()
    seconds: dict[str, list[float]] = defaultdict(list)
    for case, steps in walked:
        for step in steps:
            name = name_of(step)
            cases[name].add(case.case_id)
            if step.repeat:
                again[name].add(case.case_id)
                repeated[name] += 1
                returned[name] += step.returned
                seconds[name].append(step.elapsed_s or 0.0)
    rows = [
        ReworkRow(
            name=name,
            cases=len(ids),
            cases_repeated=len(again[name]),
            first_time_right_share=share(len(ids) - len(again[name]), len(ids)),
            repeated=repeated[name],
            returned=returned[name],
            repeat_days=sum(sorted(seconds[name])) / SECONDS_PER_DAY,
        )
        for name, ids in cases.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.repeated, row.name)))


def _returns(walked: Walked) -> tuple[Return, ...]:
    """Every way back, the most frequent first."""
    loops: dict[tuple[str, str], list[float]] = defaultdict(list)
    for _, steps in walked:
        last: dict[str, Step] = {}
        for before, step in zip((None, *steps), steps, strict=False):
            if step.returned and before is not None:
                seconds = (step.done_at - last[step.activity].done_at).total_seconds()
                loops[before.activity, step.activity].append(seconds)
            last[step.activity] = step
    rows = [Return(came, back, len(seconds), spread(seconds)) for (came, back), seconds in loops.items()]
    return tuple(sorted(rows, key=lambda row: (-row.times, row.came_from, row.back_to)))
