"""The steps of a case: each finished activity with the time from the step before it, split as far as the log allows."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from wanjia.kernels.history.nouns import COMPLETE, START, Case, Event


@dataclass(frozen=True, slots=True)
class Step:
    """One finished activity of a case.

    `elapsed_s` runs from the completion of the step before (in order of completion) to this completion. It is `None`
    for a first step whose start was not logged: nothing before it can be measured. `waiting_s + working_s` is
    `elapsed_s`; without a logged start all of it stands under waiting, because the two cannot be told apart. Where a
    step started before the step before it was done, only the part after that completion counts, so that steps add up
    to the case.
    `repeat`: the activity was seen before in this case. `returned`: and another activity came between.
    `in_loop`: the step lies between an activity and its return, the return included.
    """

    activity: str
    group: str
    done_at: datetime
    started_at: datetime | None
    elapsed_s: float | None
    waiting_s: float
    working_s: float
    repeat: bool
    returned: bool
    in_loop: bool


def finished(case: Case) -> Iterator[tuple[Event, datetime | None]]:
    """Every completion with the start that belongs to it: its own, else the oldest open start of the same activity
    and instance (first in, first out). Other transitions (schedule, suspend ...) tell nothing that is used here."""
    open_starts: dict[tuple[str, str], deque[datetime]] = defaultdict(deque)
    for event in case.events:
        key = (event.activity, event.instance)
        if event.transition == START:
            open_starts[key].append(event.at)
        elif event.transition == COMPLETE:
            queue = open_starts[key]
            yield event, event.started_at or (queue.popleft() if queue else None)


def steps_of(case: Case) -> tuple[Step, ...]:
    """The steps of one case in order of completion."""
    done = list(finished(case))
    marks = _marks([event.activity for event, _ in done])
    steps: list[Step] = []
    before: datetime | None = None
    for (event, started_at), (repeat, returned, in_loop) in zip(done, marks, strict=True):
        elapsed_s, waiting_s, working_s = _times(before, started_at, event.at)
        steps.append(
            Step(event.activity, event.group, event.at, started_at, elapsed_s, waiting_s, working_s,
                 repeat, returned, in_loop)
        )  # fmt: skip
        before = event.at
    return tuple(steps)


def _times(
    before: datetime | None, started_at: datetime | None, done_at: datetime
) -> tuple[float | None, float, float]:
    """Elapsed, waiting and working seconds of one step."""
    origin = before if before is not None else started_at
    if origin is None:
        return None, 0.0, 0.0
    elapsed_s = (done_at - origin).total_seconds()
    if started_at is None:
        return elapsed_s, elapsed_s, 0.0
    waiting_s = max(0.0, (started_at - origin).total_seconds())
    return elapsed_s, waiting_s, elapsed_s - waiting_s


def _marks(activities: list[str]) -> list[tuple[bool, bool, bool]]:
    """(repeat, returned, in_loop) for each position."""
    last_seen: dict[str, int] = {}
    loop_end = [False] * len(activities)
    flags: list[tuple[bool, bool]] = []
    for here, activity in enumerate(activities):
        earlier = last_seen.get(activity)
        returned = earlier is not None and earlier < here - 1
        flags.append((earlier is not None, returned))
        if earlier is not None and returned:
            loop_end[earlier + 1 : here + 1] = [True] * (here - earlier)
        last_seen[activity] = here
    return [(repeat, returned, loop) for (repeat, returned), loop in zip(flags, loop_end, strict=True)]


def starts_logged(cases: Iterable[Case]) -> int:
    """How many completions carry a start: 0 means that working and waiting cannot be told apart."""
    return sum(1 for case in cases for _, started_at in finished(case) if started_at is not None)
