"""Reliability of a period out of the outages' rows: indices whole and by label, major event days, faults by year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Q
from django.utils import timezone

from wanjia.kernels.reliability.comparison import year_on_year
from wanjia.kernels.reliability.indices import Indices, by_label, indices
from wanjia.kernels.reliability.major_events import (
    HISTORY_YEARS,
    Threshold,
    daily_saidi,
    major_event_days,
    outside,
    thresholds,
)
from wanjia.kernels.reliability.nouns import (
    MOMENTARY_MINUTES_IEEE,
    SHORT_MINUTES_DLT836,
    Interruptions,
    Period,
    Served,
)
from wanjia.model.actors import Actor
from wanjia.model.network import Flags
from wanjia.queries.network.interruptions import USERS, Step, served, served_by, steps, table_of
from wanjia.queries.network.parts import Part, seen_districts
from wanjia.records.network.models import Feeder
from wanjia.records.territory.models import Cell, Organisation

GROUPS = ("organisation", "cell", "feeder", "cause", "month")
"""What the figures can be broken down by."""
KINDS = ("all", "fault", "planned", "own")
"""Which interruptions: all; sudden ones; planned ones; all without those from outside the company's network."""
NOT_FOUND = "none"
"""The label of interruptions whose cause has not been found out."""
YEARS_SHOWN_MAX = 5
_SERVED_COLUMNS = {"organisation": "organisation", "cell": "cell_code", "feeder": "feeder"}


@dataclass(frozen=True)
class Asked:
    """What the address asks for; days are the company's, both included. `without_major` leaves out major event days."""

    first: date
    last: date
    users: str = USERS[0]
    kind: str = KINDS[0]
    cause: str = ""
    group: str = GROUPS[0]
    without_major: bool = False

    @property
    def momentary_minutes(self) -> float:
        """The limit between short and sustained: DL/T 836's for districts, IEEE 1366's for households."""
        return SHORT_MINUTES_DLT836 if self.users == "districts" else MOMENTARY_MINUTES_IEEE


@dataclass(frozen=True)
class GroupLine:
    """One label of the breakdown with its indices."""

    key: str
    name: str
    found: Indices


@dataclass(frozen=True)
class YearLine:
    """A label with its faults by year, oldest first; `change` is the last year's against the one before, in percent."""

    key: str
    name: str
    faults: tuple[int, ...]
    user_hours: tuple[float, ...]
    change: float | None


@dataclass(frozen=True)
class Reliability:
    """A page's figures. `whole` is with, `without` without major event days; `place` says what `by_place` is by."""

    whole: Indices
    without: Indices
    groups: tuple[GroupLine, ...]
    months: tuple[GroupLine, ...]
    major_days: tuple[date, ...]
    limits: tuple[tuple[int, Threshold | None], ...]
    years: tuple[int, ...]
    by_cause: tuple[YearLine, ...]
    by_place: tuple[YearLine, ...]
    place: str
    period: Period


@dataclass(frozen=True)
class Row:
    """One interruption behind a figure."""

    number: str
    district: str
    starts_at: datetime
    ends_at: datetime
    minutes: float
    users: int
    user_minutes: float
    cause: str
    planned: bool
    over: bool


def period_of(asked: Asked, now: datetime) -> Period:
    """From the first day's midnight to the last day's end, or to now where that is earlier."""
    zone = _zone()
    begin = datetime.combine(asked.first, time(0), zone)
    end = datetime.combine(asked.last + timedelta(days=1), time(0), zone)
    return Period(begin, max(begin, min(end, now)), zone)


def today(districts: Q, users: str, now: datetime) -> Indices:
    """The indices since midnight of the company's zone; what is dark counts up to now."""
    day = timezone.localdate(now)
    asked = Asked(day, day, users)
    period = period_of(asked, now)
    found = steps(districts, period.starts_at, now, now, users)
    return indices(table_of(found, users), served(districts, users), period, None, asked.momentary_minutes)


def reliability(actor: Actor, part: Part, asked: Asked, now: datetime, language: str) -> Reliability:
    """Everything on the page of reliability, from the rows that the actor may see."""
    districts, period = seen_districts(actor, part), period_of(asked, now)
    base = served(districts, asked.users)
    history = _history(districts, asked, period, now)
    table = table_of(history, asked.users)
    limits, major = _major(table, base, asked, period)
    chosen, calm = _chosen(history, asked), outside(table, major, period.zone)
    counted = chosen & calm if asked.without_major else chosen
    limit = asked.momentary_minutes
    mine = [history[at] for at in np.flatnonzero(counted & period.holds(table.starts)).tolist()]
    grouped = _by_group(mine, base, period, asked, districts, language)
    months = by_label(table_of(mine, asked.users), base, period, _labels(mine, "month"), None, None, limit)
    return Reliability(
        indices(table, base, period, chosen, limit), indices(table, base, period, chosen & calm, limit), grouped,
        tuple(GroupLine(key, key, months[key]) for key in sorted(months) if months[key].interruptions),
        tuple(day for day in major if asked.first <= day <= asked.last), tuple(sorted(limits.items())),
        *_by_year(table, history, asked, part, language), period,
    )  # fmt: skip


def rows(actor: Actor, part: Part, asked: Asked, key: str, short: bool, now: datetime) -> list[Row]:
    """The interruptions behind a figure: of one label of `asked.group` when `key` names it; short ones or sustained."""
    districts, period = seen_districts(actor, part), period_of(asked, now)
    history = _history(districts, asked, period, now)
    table = table_of(history, asked.users)
    chosen = _chosen(history, asked) & period.holds(table.starts)
    chosen &= table.sustained(asked.momentary_minutes) != short
    if asked.without_major:
        chosen &= outside(table, _major(table, served(districts, asked.users), asked, period)[1], period.zone)
    if key:
        chosen &= np.array([label == key for label in _labels(history, asked.group)], dtype=np.bool_)
    return [
        _row(history[at], int(table.users[at]), float(table.user_minutes[at]))
        for at in np.flatnonzero(chosen).tolist()[::-1]
    ]  # fmt: skip


def group_names(group: str, keys: Sequence[str], language: str) -> Mapping[str, str]:
    """Names of organisations, cells and feeders; causes and months are named by the page."""
    column = "name_en" if language == "en" else "name_zh"
    if group == "organisation":
        return dict(Organisation.objects.filter(code__in=keys).values_list("code", column))
    if group == "feeder":
        return dict(Feeder.objects.filter(code__in=keys).values_list("code", column))
    if group == "cell":
        return dict(Cell.objects.filter(code__in=keys).order_by("starts_on").values_list("code", column))
    return {}


def _history(districts: Q, asked: Asked, period: Period, now: datetime) -> list[Step]:
    """All steps that the page needs: the years that set the thresholds, and those compared, up to the period's end."""
    first = datetime(asked.first.year - HISTORY_YEARS, 1, 1, tzinfo=period.zone)
    return steps(districts, first, period.ends_at, now, asked.users)


def _major(
    table: Interruptions, base: Served, asked: Asked, period: Period
) -> tuple[Mapping[int, Threshold | None], tuple[date, ...]]:
    if not base.users:
        return {}, ()
    daily = daily_saidi(table, base, period.zone, asked.momentary_minutes)
    limits = thresholds(daily, range(asked.first.year, asked.last.year + 1))
    return limits, major_event_days(daily, limits)


def _chosen(history: Sequence[Step], asked: Asked) -> Flags:
    wanted = {
        "all": lambda one: True, "fault": lambda one: not one.planned, "planned": lambda one: one.planned,
        "own": lambda one: not one.external,
    }[asked.kind]  # fmt: skip
    return np.array([wanted(one) and asked.cause in ("", one.cause or NOT_FOUND) for one in history], dtype=np.bool_)


def _labels(history: Sequence[Step], group: str) -> list[str]:
    if group == "cause":
        return ["planned" if one.planned else one.cause or NOT_FOUND for one in history]
    if group == "month":
        return [f"{timezone.localtime(one.starts_at):%Y-%m}" for one in history]
    return [getattr(one, group) for one in history]


def _by_group(
    mine: Sequence[Step], base: Served, period: Period, asked: Asked, districts: Q, language: str
) -> tuple[GroupLine, ...]:
    column = _SERVED_COLUMNS.get(asked.group)
    own = served_by(districts, asked.users, column) if column else None
    table, labels = table_of(mine, asked.users), _labels(mine, asked.group)
    found = by_label(table, base, period, labels, own, None, asked.momentary_minutes)
    names = group_names(asked.group, list(found), language)
    lines = [
        GroupLine(key, names.get(key, key), one) for key, one in found.items() if one.interruptions or one.short.size
    ]
    if asked.group == "month":
        return tuple(sorted(lines, key=lambda line: line.key))
    return tuple(sorted(lines, key=lambda line: (-line.found.user_minutes, line.key)))


def _by_year(
    table: Interruptions, history: Sequence[Step], asked: Asked, part: Part, language: str
) -> tuple[tuple[int, ...], tuple[YearLine, ...], tuple[YearLine, ...], str]:
    """Sudden, sustained interruptions of the last years, each up to the day of the year on which the period ends."""
    faults = np.array([not one.planned for one in history], dtype=np.bool_) & table.sustained(asked.momentary_minutes)
    faults &= np.array([_same_days(one.starts_at, asked) for one in history], dtype=np.bool_)
    place = "cell" if part.organisation and part.feeder == "" and _is_station(part.organisation) else "organisation"
    years = sorted({timezone.localdate(one.starts_at).year for one, kept in zip(history, faults, strict=True) if kept})
    years = years[-YEARS_SHOWN_MAX:]
    return (
        tuple(years), _year_lines(table, history, "cause", faults, years, language),
        _year_lines(table, history, place, faults, years, language), place,
    )  # fmt: skip


def _same_days(at: datetime, asked: Asked) -> bool:
    """Like with like: of every year only the days up to the period's last."""
    day = timezone.localdate(at)
    return (day.month, day.day) <= (asked.last.month, asked.last.day) and day.year <= asked.last.year


def _year_lines(
    table: Interruptions, history: Sequence[Step], group: str, faults: Flags, years: Sequence[int], language: str
) -> tuple[YearLine, ...]:
    found = year_on_year(table, _labels(history, group), _zone(), faults)
    names = group_names(group, sorted({one.label for one in found}), language)
    lines = []
    for key in sorted({one.label for one in found}):
        mine = {one.year: one for one in found if one.label == key}
        shown = [mine[year] for year in years if year in mine]
        last = shown[-1] if shown else None
        lines.append(YearLine(
            key, names.get(key, key), tuple(one.interruptions for one in shown),
            tuple(one.user_minutes / 60 for one in shown),
            100 * last.change if last and last.change is not None and len(shown) > 1 else None,
        ))  # fmt: skip
    return tuple(sorted(lines, key=lambda line: (-(line.faults or (0,))[-1], line.key)))


def _is_station(code: str) -> bool:
    return Organisation.objects.filter(code=code, kind=Organisation.Kind.STATION).exists()


def _row(one: Step, users: int, user_minutes: float) -> Row:
    return Row(
        one.number, one.district, one.starts_at, one.ends_at, one.minutes, users, user_minutes,
        one.cause, one.planned, one.restored_at is not None,
    )  # fmt: skip


def _zone() -> ZoneInfo:
    return ZoneInfo(str(timezone.get_default_timezone()))
