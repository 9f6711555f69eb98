"""Cases that begin by themselves: once for every body and period, on a day of the company's calendar. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from wanjia.model.faults import Fault
from wanjia.model.working_time import WorkCalendar
from wanjia.practice.folder import Folder, as_mapping, as_names
from wanjia.practice.nearest import unknown
from wanjia.practice.nouns import PERIOD_FACTS, Recurring

FIRST, LAST = "first_working_day", "last_working_day"
KINDS = {"company": "city_company", "county": "county_company", "station": "station"}
"""For which organisations: the word of the practice, and what such an organisation is in the territory."""

MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Period:
    """`2026-W47`, `2026-11`, `2026-Q4` or `2026`, with its first and last day."""

    name: str
    starts_on: date
    ends_on: date


def period_of(every: str, day: date) -> Period:
    """The period in which a day lies; weeks as in ISO 8601, from Monday."""
    if every == "week":
        year, week, _ = day.isocalendar()
        monday = date.fromisocalendar(year, week, 1)
        return Period(f"{year}-W{week:02d}", monday, monday + timedelta(days=6))
    months = MONTHS[every]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    following = date(first.year + (first.month + months > 12), (first.month + months - 1) % 12 + 1, 1)
    names = {"month": f"{first:%Y-%m}", "quarter": f"{first.year}-Q{(first.month + 2) // 3}", "year": f"{first.year}"}
    return Period(names[every], first, following - timedelta(days=1))


def start_day(rule: Recurring, period: Period, calendar: WorkCalendar) -> date | None:
    """The day of the period on which its cases begin; None when nobody works in what is left of it. Raises
    UnknownYear."""
    if rule.day == LAST:
        day = period.ends_on
        while not calendar.is_working(day) and day > period.starts_on:
            day -= timedelta(days=1)
        return day if calendar.is_working(day) else None
    after = 0 if rule.day == FIRST else int(rule.day) - 1
    day = calendar.working_day_from(period.starts_on + timedelta(days=after), 0)
    return day if day <= period.ends_on else None


def next_start(rule: Recurring, calendar: WorkCalendar, today: date) -> tuple[Period, date]:
    """The next period whose cases have not been due yet, and their day. Raises UnknownYear."""
    period = period_of(rule.every, today)
    while (day := start_day(rule, period, calendar)) is None or day <= today:
        period = period_of(rule.every, period.ends_on + timedelta(days=1))
    return period, day


def recurring_of(folder: Folder) -> Recurring | None:
    """What practice.yaml says."""
    row: dict[str, Any] = as_mapping(folder.manifest.get("recurring"))
    return Recurring(row["every"], _day(row["day"]), row["for_each"], row.get("role")) if row else None


def _day(value: Any) -> str | int:
    return int(value) if str(value).isdigit() else str(value)


def recurring_faults(folder: Folder) -> Iterator[Fault]:
    """Nobody answers the start form: it may need only what has a default, and the period."""
    row = as_mapping(folder.manifest.get("recurring"))
    if not row:
        return
    where, facts = folder.where("practice.yaml", "recurring"), folder.section("facts")
    days_max = 7 if row.get("every") == "week" else 28
    day = row.get("day")
    if str(day).isdigit() and not 1 <= int(str(day)) <= days_max:
        yield Fault("practice.recurring_day", where, {"day": day, "max": days_max})
    for name in as_names(folder.mapping("forms/start.schema.json").get("required")):
        if name not in PERIOD_FACTS and "default" not in facts.get(name, {}):
            yield Fault("practice.recurring_asks", where, {"name": name})
    role, roles = row.get("role"), folder.section("roles")
    if role is not None and role not in roles:
        yield unknown("practice.role_unknown", where, role, roles)
    elif role is not None and roles[str(role)].get("who") != "post":
        yield Fault("practice.recurring_role", where, {"role": role})
    for name in PERIOD_FACTS:
        if name in facts and facts[name].get("type") != "string":
            yield Fault("practice.recurring_fact", folder.where("practice.yaml", "facts", name), {"name": name})
