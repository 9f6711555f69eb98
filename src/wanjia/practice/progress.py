"""How a project's steps stand against a hard date: day by day, what is left, what decides, what would make the date."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from wanjia.kernels.planning.steps.critical_path import Schedule, Step, problems, schedule
from wanjia.kernels.planning.steps.shortening import shorten
from wanjia.model.jsonvalue import Facts, Json
from wanjia.model.working_time import WorkCalendar
from wanjia.practice.formats import is_day

FIGURES = ("forecast_on", "days_to_spare", "open_steps", "path", "decides", "can_make_it", "cuts")


def forecast_steps(inputs: Facts, now: datetime, calendar: WorkCalendar) -> Facts:
    """The steps with their days from `first_on` on, and by how many calendar days they end before `hard_on`.

    `steps`: rows of `step_id`, `step`, `days`, and where given `days_least`, `after`, `days_left` (0: done; without it
    the step has not begun). `every_day`: work goes on through days of rest. Rows that are no plan come back as
    `steps_wrong`, and all else is empty then. Raises ValueError for days that are none.
    """
    rows = _rows(inputs.get("steps"))
    first, hard = _day(inputs.get("first_on")), _day(inputs.get("hard_on"))
    steps = tuple(map(_step, rows))
    if wrong := problems(steps) or problems(tuple(_left(step, row) for step, row in zip(steps, rows, strict=True))):
        faults: list[Json] = [{"step_id": one.step, "problem": one.kind} for one in wrong]
        return {**dict.fromkeys(FIGURES), "step_plan": [], "steps_wrong": faults}
    left = tuple(_left(step, row) for step, row in zip(steps, rows, strict=True))
    days = _Days(first, inputs.get("every_day") is True, calendar)
    return {**_forecast(rows, left, days, hard), "steps_wrong": []}


class _Days:
    """Days on which the project's work goes on, counted from its first one (number 0)."""

    def __init__(self, first: date, every_day: bool, calendar: WorkCalendar) -> None:
        self.every_day, self.calendar = every_day, calendar
        self.first = first if every_day else calendar.working_day_from(first, 0)
        self.before = first - timedelta(days=1)

    def at(self, number: int) -> date:
        if number < 0:
            return self.before
        return (
            self.first + timedelta(days=number)
            if self.every_day
            else self.calendar.working_day_from(self.first, number)
        )

    def up_to(self, last: date) -> int:
        """How many of them there are up to that day."""
        if last < self.first:
            return 0
        return (last - self.first).days + 1 if self.every_day else self.calendar.count_working(self.first, last)


def _forecast(rows: Sequence[Facts], left: Sequence[Step], days: _Days, hard: date) -> Facts:
    names = {step.id: str(row.get("step") or step.id) for step, row in zip(left, rows, strict=True)}
    planned, shorter = schedule(left), shorten(left, days.up_to(hard))
    ends = days.at(planned.days - 1)
    plan: list[Json] = [_dated(row, planned, at, days) for at, row in enumerate(rows)]
    return {
        "step_plan": plan,
        "forecast_on": ends.isoformat(),
        "days_to_spare": (hard - ends).days,
        "open_steps": sum(1 for step in left if step.days),
        "path": " → ".join(names[name] for name in planned.path),
        "decides": names[planned.decides] if planned.decides else "",
        "can_make_it": shorter.possible,
        "cuts": _cuts(left, shorter.days, names),
    }


def _dated(row: Facts, planned: Schedule, at: int, days: _Days) -> Facts:
    slot = planned.slots[at]
    begins, ends = days.at(slot.begins), days.at(max(slot.begins, slot.ends - 1))
    if slot.begins == slot.ends:  # done: its days are behind it
        return {**row, "starts_on": "", "ends_on": "", "slack_days": 0, "critical": False}
    dates: Facts = {"starts_on": begins.isoformat(), "ends_on": ends.isoformat()}
    return {**row, **dates, "slack_days": slot.slack_days, "critical": slot.critical}


def _cuts(steps: Sequence[Step], days: Mapping[str, int], names: Mapping[str, str]) -> str:
    """Which steps get shorter to make the date, e.g. `trenching 4→3; testing 2→1`; empty when none has to."""
    return "; ".join(f"{names[one.id]} {one.days}→{days[one.id]}" for one in steps if days[one.id] < one.days)


def _step(row: Facts) -> Step:
    after, least = row.get("after"), row.get("days_least")
    before = tuple(map(str, after)) if isinstance(after, list) else ()
    return Step(str(row.get("step_id")), _whole(row.get("days")), before, None if least is None else _whole(least))


def _left(step: Step, row: Facts) -> Step:
    """What is still to be done of a step; it may be more than was planned."""
    if row.get("days_left") is None:
        return step
    days = _whole(row["days_left"])
    return replace(step, days=days, days_least=None if step.days_least is None else min(step.days_least, days))


def _rows(value: Json) -> list[Facts]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _whole(value: Json) -> int:
    """A figure as whole days; what is none counts as -1, which no step may take."""
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else -1


def _day(value: Json) -> date:
    if not isinstance(value, str) or not is_day(value):
        raise ValueError("no day")
    return date.fromisoformat(value)
