"""The critical path of a plan: earliest days, slack, and the step that decides the date (Kelley 1961).

Day 0 is the morning on which the plan begins; a step that begins on day 2 and takes 3 ends on the morning of day 5.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

STEPS_MAX = 200
"""Steps of one plan; a retrofit has about a dozen, a substation about a hundred."""
DAYS_MAX = 3660
"""Days of one step: ten years."""

ProblemKind: TypeAlias = Literal["repeated", "unknown_before", "circle", "days_wrong", "least_above_days", "too_many"]


@dataclass(frozen=True)
class Step:
    """One step of `days` whole days, which begins when all of `after` have ended; at best it takes `days_least`."""

    id: str
    days: int
    after: tuple[str, ...] = ()
    days_least: int | None = None

    @property
    def least(self) -> int:
        """Days below which the step cannot go; a step without a figure cannot be shortened."""
        return self.days if self.days_least is None else self.days_least


@dataclass(frozen=True)
class Problem:
    """Why a list of steps is no plan: the step and what is wrong with it."""

    step: str
    kind: ProblemKind


@dataclass(frozen=True)
class Slot:
    """When a step takes place: days from the beginning, days it may slip, and days by which it holds up the end.

    `drag_days` is how much earlier the plan would end if the step took no time; 0 off the critical path.
    """

    step: str
    begins: int
    ends: int
    slack_days: int
    drag_days: int

    @property
    def critical(self) -> bool:
        """Whether the end moves when this step takes longer."""
        return self.slack_days == 0


@dataclass(frozen=True)
class Schedule:
    """A whole plan: its length in days, a slot for each step in the order given, one longest path, who decides.

    `decides` is the step with the greatest drag (the earliest of them); None when no single step moves the end.
    """

    days: int
    slots: tuple[Slot, ...]
    path: tuple[str, ...]
    decides: str | None


def problems(steps: Sequence[Step]) -> tuple[Problem, ...]:
    """All that keeps the steps from being a plan, in their order; () for a plan."""
    if len(steps) > STEPS_MAX:
        return (Problem(steps[STEPS_MAX].id, "too_many"),)
    found = [problem for at, step in enumerate(steps) for problem in _alone(step, steps[:at])]
    known = {step.id for step in steps}
    found += [Problem(step.id, "unknown_before") for step in steps if not known.issuperset(step.after)]
    return tuple(found) or tuple(Problem(name, "circle") for name in _left_over(steps))


def schedule(steps: Sequence[Step]) -> Schedule:
    """Earliest begin, slack and drag of every step. Raises ValueError for what `problems` names."""
    if wrong := problems(steps):
        raise ValueError(f"no plan: {wrong[0].step} {wrong[0].kind}")
    begins, length = _earliest(steps)
    latest = _latest_ends(steps, length)
    slots = tuple(_slot(step, steps, begins[step.id], latest[step.id], length) for step in steps)
    dragging = [slot for slot in slots if slot.drag_days]
    decides = max(dragging, key=lambda slot: (slot.drag_days, -slot.begins)).step if dragging else None
    return Schedule(length, slots, _path(steps, begins, length), decides)


def _alone(step: Step, before: Iterable[Step]) -> Iterable[Problem]:
    if any(other.id == step.id for other in before):
        yield Problem(step.id, "repeated")
    if not (0 <= step.days <= DAYS_MAX and step.least >= 0):
        yield Problem(step.id, "days_wrong")
    elif step.least > step.days:
        yield Problem(step.id, "least_above_days")


def in_order(steps: Sequence[Step]) -> list[Step]:
    """The steps so that each stands behind all that it waits for; steps on a circle are left out."""
    placed: dict[str, Step] = {}
    waiting = list(steps)
    while ready := [step for step in waiting if placed.keys() >= set(step.after)]:
        placed.update((step.id, step) for step in ready)
        waiting = [step for step in waiting if step.id not in placed]
    return list(placed.values())


def _left_over(steps: Sequence[Step]) -> list[str]:
    placed = {step.id for step in in_order(steps)}
    return [step.id for step in steps if step.id not in placed]


def _earliest(steps: Sequence[Step]) -> tuple[dict[str, int], int]:
    """Begin of each step, and the end of the last."""
    begins: dict[str, int] = {}
    ends: dict[str, int] = {}
    for step in in_order(steps):
        begins[step.id] = max((ends[name] for name in step.after), default=0)
        ends[step.id] = begins[step.id] + step.days
    return begins, max(ends.values(), default=0)


def _latest_ends(steps: Sequence[Step], length: int) -> dict[str, int]:
    latest = {step.id: length for step in steps}
    for step in reversed(in_order(steps)):
        for name in step.after:
            latest[name] = min(latest[name], latest[step.id] - step.days)
    return latest


def _slot(step: Step, steps: Sequence[Step], begins: int, latest_end: int, length: int) -> Slot:
    slack = latest_end - begins - step.days
    drag = 0 if slack else length - _earliest(_without(steps, step))[1]
    return Slot(step.id, begins, begins + step.days, slack, drag)


def _without(steps: Sequence[Step], gone: Step) -> list[Step]:
    """The same plan with this step taking no time."""
    return [replace(step, days=0, days_least=None) if step.id == gone.id else step for step in steps]


def _path(steps: Sequence[Step], begins: Mapping[str, int], length: int) -> tuple[str, ...]:
    """One longest path, walked back from the end; of several the one whose steps stand first in the list."""
    path: list[Step] = []
    held_up = [step for step in steps if step.days and begins[step.id] + step.days == length]
    while held_up:
        path.append(held_up[0])
        waits_for, at = set(path[-1].after), begins[path[-1].id]
        held_up = [step for step in steps if step.id in waits_for and begins[step.id] + step.days == at]
    return tuple(step.id for step in reversed(path))
