"""Capabilities that need only their inputs and the calendar: the same in a scenario, a simulation and a live case.

Each takes the call's inputs, the instant and the calendar. Raises ValueError for inputs that give no answer, and
UnknownYear for a day in a year that nobody has entered.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from wanjia.kernels.planning.steps.critical_path import Schedule, Step, problems, schedule
from wanjia.kernels.planning.steps.shortening import Shortening, shorter_by
from wanjia.model.jsonvalue import Facts, Json
from wanjia.model.working_time import WorkCalendar
from wanjia.practice.districts import events_fell, microgrid_together
from wanjia.practice.formats import is_day
from wanjia.practice.load_advice import advise_load, compare_loads
from wanjia.practice.meter_balance import reconcile_submeters
from wanjia.practice.progress import forecast_steps

Compute = Callable[[Facts, datetime, WorkCalendar], Facts]


DAYS_LATER_MAX = 3_660
"""Days; as far away as a clock may end."""
HOURS_LATER_MAX = 24 * DAYS_LATER_MAX


def today(inputs: Facts, now: datetime, calendar: WorkCalendar) -> Facts:
    """`today`: the company's day."""
    return {"today": calendar.day_of(now).isoformat()}


def working_days_since(inputs: Facts, now: datetime, calendar: WorkCalendar) -> Facts:
    """`working_days` from the day after `day` up to today."""
    first, last = _day(inputs.get("day")) + timedelta(days=1), calendar.day_of(now)
    return {"working_days": calendar.count_working(first, last) if first <= last else 0}


def days_later(inputs: Facts, now: datetime, calendar: WorkCalendar) -> Facts:
    """`later_on`: the day that lies `days` calendar days after `day`, the company's day where none is given."""
    day = calendar.day_of(now) if inputs.get("day") is None else _day(inputs["day"])
    days = _whole(inputs.get("days"))
    if not 0 <= days <= DAYS_LATER_MAX:
        raise ValueError("no number of days")
    return {"later_on": (day + timedelta(days=days)).isoformat()}


def hours_later(inputs: Facts, now: datetime, calendar: WorkCalendar) -> Facts:
    """`later_at`: the instant `hours` after `at` (now where none is given), earlier when they are negative."""
    hours = inputs.get("hours")
    if not isinstance(hours, int | float) or isinstance(hours, bool) or abs(hours) > HOURS_LATER_MAX:
        raise ValueError("no number of hours")
    return {"later_at": (_instant(inputs.get("at"), now, calendar) + timedelta(hours=hours)).isoformat()}


def hours_between(inputs: Facts, now: datetime, calendar: WorkCalendar) -> Facts:
    """`hours` from `from_at` to `until_at`, two decimals; what is left out is now."""
    begins, ends = (_instant(inputs.get(name), now, calendar) for name in ("from_at", "until_at"))
    return {"hours": round((ends - begins) / timedelta(hours=1), 2)}


def compare_schemes(inputs: Facts, now: datetime, calendar: WorkCalendar) -> Facts:
    """Every scheme with its critical path; `steps_wrong` says which rows keep a scheme from being planned.

    `schemes`: rows with `id`. `steps`: rows with `scheme_id`, `step_id`, `step` (its name), `days`, and where given
    `days_least` and `after` (ids of steps of the same scheme). The result's `options` are the schemes with what was
    found, `step_plan` the steps with begin, end and slack in days from the beginning.
    """
    schemes, rows = _rows(inputs.get("schemes")), _rows(inputs.get("steps"))
    wrong = [*_strangers(schemes, rows), *(row for scheme in schemes for row in _wrong(scheme, rows))]
    if wrong:
        return {"options": [], "step_plan": [], "steps_wrong": list(wrong)}
    percent = _whole(inputs.get("shorter_percent"))
    found = [_compared(scheme, _of_scheme(scheme, rows), percent) for scheme in schemes]
    plan: list[Json] = [row for _, steps in found for row in steps]
    return {"options": [option for option, _ in found], "step_plan": plan, "steps_wrong": []}


def date_scheme(inputs: Facts, now: datetime, calendar: WorkCalendar) -> Facts:
    """The steps of one `scheme` with working days: `plan` in the order of their begin, `plan_ends_on`, `plan_days`.

    `shortened` takes off the fewest days that make the whole at least `shorter_percent` shorter. The first step begins
    on `first_on`, or on the next working day.
    """
    rows = [row for row in _rows(inputs.get("steps")) if row.get("scheme_id") == inputs.get("scheme")]
    steps = tuple(map(_step, rows))
    if not steps or problems(steps):
        raise ValueError("no plan")
    if inputs.get("shortened") is True:
        days = shorter_by(steps, _whole(inputs.get("shorter_percent"))).days
        steps = tuple(Step(step.id, days[step.id], step.after) for step in steps)
    first = calendar.working_day_from(_day(inputs.get("first_on")), 0)
    planned = schedule(steps)
    dated = [_dated(row, planned, at, first, calendar) for at, row in enumerate(rows)]
    last = calendar.working_day_from(first, max(0, planned.days - 1))
    plan: list[Json] = [row for _, row in sorted(dated, key=lambda pair: pair[0])]
    return {"plan": plan, "plan_ends_on": last.isoformat(), "plan_days": planned.days}


COMPUTED: Mapping[str, Compute] = {
    function.__name__: function
    for function in (
        today,
        days_later,
        hours_later,
        hours_between,
        working_days_since,
        compare_schemes,
        date_scheme,
        forecast_steps,
        reconcile_submeters,
        events_fell,
        microgrid_together,
        advise_load,
        compare_loads,
    )
}


def _compared(scheme: Facts, rows: list[Facts], percent: int) -> tuple[Facts, list[Facts]]:
    steps = tuple(map(_step, rows))
    names = {step.id: str(row.get("step") or step.id) for step, row in zip(steps, rows, strict=True)}
    planned, shorter = schedule(steps), shorter_by(steps, percent)
    drags = {slot.step: slot.drag_days for slot in planned.slots}
    option: Facts = {
        **scheme,
        "days_total": planned.days,
        "decides": names[planned.decides] if planned.decides else "",
        "decides_days": drags[planned.decides] if planned.decides else 0,
        "path": " → ".join(names[name] for name in planned.path),
        "target_days": shorter.target_days,
        "shorter_possible": shorter.possible,
        "days_off": shorter.days_off,
        "cuts": _cuts(steps, shorter, names),
    }
    slots = [
        {**row, "begins_day": slot.begins, "ends_day": slot.ends, "slack_days": slot.slack_days,
         "critical": slot.critical}
        for row, slot in zip(rows, planned.slots, strict=True)
    ]  # fmt: skip
    return option, slots


def _cuts(steps: tuple[Step, ...], shorter: Shortening, names: Mapping[str, str]) -> str:
    """Which steps get shorter, e.g. `design 8→5; works 9→7`."""
    return "; ".join(
        f"{names[step.id]} {step.days}→{shorter.days[step.id]}" for step in steps if shorter.days[step.id] < step.days
    )


def _dated(row: Facts, planned: Schedule, at: int, first: date, calendar: WorkCalendar) -> tuple[int, Facts]:
    slot = planned.slots[at]
    begins = calendar.working_day_from(first, slot.begins)
    ends = calendar.working_day_from(first, max(slot.begins, slot.ends - 1))
    dates: Facts = {"starts_on": begins.isoformat(), "ends_on": ends.isoformat()}
    return slot.begins, {**row, "days": slot.ends - slot.begins, **dates, "critical": slot.critical}


def _strangers(schemes: list[Facts], rows: list[Facts]) -> Iterator[Facts]:
    """Schemes named twice, and steps of a scheme that is not there."""
    ids = [scheme.get("id") for scheme in schemes]
    yield from (_problem(name, "", "repeated") for at, name in enumerate(ids) if name in ids[:at])
    yield from (
        _problem(row.get("scheme_id"), row.get("step_id"), "unknown_scheme")
        for row in rows
        if row.get("scheme_id") not in ids
    )


def _wrong(scheme: Facts, rows: list[Facts]) -> Iterator[Facts]:
    mine = _of_scheme(scheme, rows)
    if not mine:
        yield _problem(scheme.get("id"), "", "no_steps")
    for problem in problems(tuple(map(_step, mine))):
        yield _problem(scheme.get("id"), problem.step, problem.kind)


def _problem(scheme: Json, step: Json, problem: str) -> Facts:
    return {"scheme_id": scheme, "step_id": step, "problem": problem}


def _of_scheme(scheme: Facts, rows: list[Facts]) -> list[Facts]:
    return [row for row in rows if row.get("scheme_id") == scheme.get("id")]


def _step(row: Facts) -> Step:
    after, least = row.get("after"), row.get("days_least")
    return Step(
        str(row.get("step_id")),
        _whole(row.get("days")),
        tuple(map(str, after)) if isinstance(after, list) else (),
        None if least is None else _whole(least),
    )


def _rows(value: Json) -> list[Facts]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _whole(value: Json) -> int:
    """A figure as whole days; what is none counts as -1, which no step may take."""
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else -1


def _instant(value: Json, now: datetime, calendar: WorkCalendar) -> datetime:
    """An instant in the company's zone; without an offset it is meant there."""
    at = now if value is None else datetime.fromisoformat(str(value))
    zone = ZoneInfo(calendar.zone)
    return at.astimezone(zone) if at.tzinfo else at.replace(tzinfo=zone)


def _day(value: Json) -> date:
    if not isinstance(value, str) or not is_day(value):
        raise ValueError("no day")
    return date.fromisoformat(value)
