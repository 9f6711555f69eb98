"""Stated assumptions of a simulation: spreads of durations and shares of answers, drawn from a generator passed in."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from numpy.random import Generator

from wanjia.model.faults import Fault
from wanjia.model.jsonvalue import Facts, Json
from wanjia.model.working_time import WorkCalendar
from wanjia.practice.folder import as_mapping, as_names
from wanjia.practice.nearest import unknown
from wanjia.practice.nouns import Practice
from wanjia.practice.parsed import Parsed
from wanjia.practice.schemas.durations import SCHEMA
from wanjia.practice.shape import made_safe, shape_faults
from wanjia.practice.yaml_text import parse_yaml

# 90 % quantile of the standard normal distribution: turns a median and a p90 into a lognormal's sigma.
Z90 = 1.2815515655446004
SHARES_TOLERANCE = 1e-6
HORIZON_DAYS = 365
PARAMETERS = {
    "fixed": ("value",),
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "lognormal": ("median", "p90"),
}


@dataclass(frozen=True)
class Spread:
    """A distribution of durations in `unit`; `parameters` as PARAMETERS says."""

    kind: str
    parameters: tuple[float, ...]
    unit: str


@dataclass(frozen=True)
class Choice:
    """One answer that is given with a probability: answers, or the step to return to; or an error of a capability."""

    share: float
    answers: Facts
    return_to: str | None = None
    reason: str = ""
    error: str | None = None


@dataclass(frozen=True)
class StepPlan:
    """How long a step takes from opening to answer (by the item's field where stated), and what is answered."""

    spread: Spread
    choices: tuple[Choice, ...]
    item_field: str | None = None
    by_item: Mapping[str, Spread] = field(default_factory=dict)

    def spread_for(self, item: Facts | None) -> Spread:
        """The spread of this instance."""
        value = (item or {}).get(self.item_field or "")
        return self.by_item.get(str(value), self.spread)


@dataclass(frozen=True)
class Plan:
    """All assumptions of one simulation. `never`: steps nobody does, so that only clocks move the case on."""

    source: str
    first_on: date
    last_on: date
    hours: tuple[int, int]
    start: tuple[Choice, ...]
    settings: Facts
    steps: Mapping[str, StepPlan]
    world: Mapping[str, tuple[Choice, ...]]
    never: frozenset[str]
    horizon: timedelta


def read_plan(file: str, content: bytes, practice: Practice) -> tuple[Plan | None, tuple[Fault, ...]]:
    """The plan in a durations file, held against the practice that it is for; or all its faults."""
    parsed = parse_yaml(file, content)
    faults = [*parsed.faults]
    if parsed.value is not None:
        faults += shape_faults(parsed, SCHEMA)
        sound = Parsed(file, made_safe(parsed.value, SCHEMA), parsed.lines)
        faults += _plan_faults(sound, practice)
    return (None if faults else _plan(as_mapping(parsed.value))), tuple(sorted(faults, key=lambda fault: fault.where))


def draw(spread: Spread, chance: Generator) -> float:
    """One duration in the spread's unit, never negative."""
    return max(0.0, float(_DRAWS[spread.kind](chance, *spread.parameters)))


def choose(choices: tuple[Choice, ...], chance: Generator) -> Choice:
    """One choice by its share; shares are of their sum."""
    point = chance.random() * sum(choice.share for choice in choices)
    for choice in choices:
        point -= choice.share
        if point < 0:
            return choice
    return choices[-1]


def ready_at(calendar: WorkCalendar, opened_at: datetime, amount: float, unit: str) -> datetime:
    """The instant `amount` after opening. Working days: whole ones by the calendar, the rest as part of a day."""
    if unit == "minutes":
        return opened_at + timedelta(minutes=amount)
    if unit == "hours":
        return opened_at + timedelta(hours=amount)
    if unit == "days":
        return opened_at + timedelta(days=amount)
    whole = math.floor(amount)
    at = calendar.local(opened_at) + timedelta(days=amount - whole)
    day = calendar.working_day_from(at.date(), 0)
    if whole:
        day = calendar.working_day_from(day + timedelta(days=1), whole - 1)
    return at.replace(year=day.year, month=day.month, day=day.day)


def starts_at(plan: Plan, calendar: WorkCalendar, chance: Generator) -> datetime:
    """A random instant within the plan's hours of one of its working days."""
    count = calendar.count_working(plan.first_on, plan.last_on)
    day = calendar.working_day_from(plan.first_on, int(chance.integers(count)))
    opens = calendar.end_of(day) - timedelta(days=1)
    first, last = plan.hours
    return opens + timedelta(hours=first) + chance.random() * timedelta(hours=last - first)


_DRAWS: Mapping[str, Callable[..., float]] = {
    "fixed": lambda chance, value: value,
    "uniform": lambda chance, low, high: chance.uniform(low, high),
    "triangular": lambda chance, low, mode, high: chance.triangular(low, mode, high) if low < high else low,
    "lognormal": lambda chance, median, p90: chance.lognormal(math.log(median), math.log(p90 / median) / Z90),
}


def _plan(row: dict[str, Any]) -> Plan:
    starts = row["starts"]
    first, last = starts.get("hours", [8, 18])
    return Plan(
        source=row["source"],
        first_on=date.fromisoformat(starts["from"]),
        last_on=date.fromisoformat(starts["to"]),
        hours=(first, last),
        start=tuple(map(_choice, row["start"]["choices"])),
        settings=row.get("settings", {}),
        steps={step: _step(plan) for step, plan in row["steps"].items()},
        world={name: tuple(map(_choice, answers)) for name, answers in row.get("world", {}).items()},
        never=frozenset(row.get("never", ())),
        horizon=timedelta(days=row.get("horizon_days", HORIZON_DAYS)),
    )


def _step(row: dict[str, Any]) -> StepPlan:
    by_item = row.get("by_item", {})
    return StepPlan(
        spread=_spread(row["duration"]),
        choices=tuple(map(_choice, row.get("choices", [{"share": 1}]))),
        item_field=by_item.get("field"),
        by_item={value: _spread(spread) for value, spread in by_item.get("values", {}).items()},
    )


def _spread(row: dict[str, Any]) -> Spread:
    return Spread(row["kind"], tuple(float(row[key]) for key in PARAMETERS[row["kind"]]), row["unit"])


def _choice(row: dict[str, Any]) -> Choice:
    answers = row.get("with", row.get("give", {}))
    return Choice(float(row["share"]), answers, row.get("return_to"), row.get("reason", ""), row.get("error"))


def _plan_faults(parsed: Parsed, practice: Practice) -> Iterator[Fault]:
    row = as_mapping(parsed.value)
    steps = {step for step, rule in practice.definition.steps.items() if rule.kind == "user"}
    never = as_names(row.get("never"))
    plans = as_mapping(row.get("steps"))
    for name in (*plans, *never):
        if name not in steps:
            keys = ("steps", name) if name in plans else ("never",)
            yield unknown("practice.step_unknown", parsed.where(*keys), name, steps)
    for name in sorted(steps - plans.keys() - set(never)):
        yield Fault("practice.plan_lacks_step", parsed.where("steps"), {"step": name})
    for name, plan in plans.items():
        yield from _spread_faults(parsed, ("steps", name, "duration"), as_mapping(as_mapping(plan).get("duration")))
        values = as_mapping(as_mapping(as_mapping(plan).get("by_item")).get("values"))
        for value, spread in values.items():
            yield from _spread_faults(parsed, ("steps", name, "by_item", "values", value), as_mapping(spread))
        yield from _share_faults(parsed, ("steps", name, "choices"), as_mapping(plan).get("choices"))
    yield from _share_faults(parsed, ("start", "choices"), as_mapping(row.get("start")).get("choices"))
    yield from _starts_faults(parsed, as_mapping(row.get("starts")))


def _spread_faults(parsed: Parsed, keys: tuple[str | int, ...], row: Facts) -> Iterator[Fault]:
    kind = row.get("kind")
    needed = PARAMETERS.get(kind, ()) if isinstance(kind, str) else ()
    figures = [row.get(key) for key in needed]
    if any(figure is None for figure in figures):
        values = {"kind": kind, "needed": ", ".join(needed)}
        yield Fault("practice.spread_lacks", parsed.where(*keys), values)
    elif not _in_order(kind, [float(figure) for figure in figures if isinstance(figure, int | float)]):
        yield Fault("practice.spread_order", parsed.where(*keys), {"kind": kind, "needed": " <= ".join(needed)})


def _in_order(kind: Json, figures: list[float]) -> bool:
    return figures == sorted(figures) and (kind != "lognormal" or figures[0] > 0)


def _share_faults(parsed: Parsed, keys: tuple[str | int, ...], choices: Json) -> Iterator[Fault]:
    shares = [as_mapping(choice).get("share") for choice in choices] if isinstance(choices, list) else []
    total = sum(share for share in shares if isinstance(share, int | float))
    if shares and abs(total - 1) > SHARES_TOLERANCE:
        yield Fault("practice.shares_sum", parsed.where(*keys), {"total": round(total, 6)})


def _starts_faults(parsed: Parsed, row: Facts) -> Iterator[Fault]:
    first, last, hours = row.get("from"), row.get("to"), row.get("hours", [8, 18])
    for key, day in (("from", first), ("to", last)):
        try:
            date.fromisoformat(str(day))
        except ValueError:
            yield Fault("practice.day_wrong", parsed.where("starts", key), {"day": str(day)})
            return
    opens, closes = (hour if isinstance(hour, int) else 0 for hour in hours) if isinstance(hours, list) else (0, 24)
    if str(last) < str(first) or closes < opens:
        yield Fault("practice.starts_order", parsed.where("starts"), {"first": first, "last": last})
