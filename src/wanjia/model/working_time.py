"""Working time: which days are worked, when a limit ends, and what is left of it.

The rules are the Civil Code's (民法典): the day of the start is not counted (art. 201), a limit in days ends at 24:00
of its last day, and a last day that is not worked moves to the next working day (art. 203). Days are days of the
company's zone; instants come in aware and go out in UTC. 24:00 is the first instant that is too late.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Literal, TypeAlias, get_args
from zoneinfo import ZoneInfo

Unit: TypeAlias = Literal["minutes", "hours", "days", "working_days", "microseconds"]

# What a person may write in a clock. `microseconds` is only what `remaining` gives, so that no pause rounds time away.
WRITTEN_UNITS: tuple[Unit, ...] = ("minutes", "hours", "days", "working_days")

# Ten years: longer than any limit of the trade (a permit's 60 days, a meter's eight years), short enough for any date.
LIMIT_MAX_DAYS = 3660
_DAY_IN_UNIT: Mapping[str, int] = {
    "minutes": 24 * 60, "hours": 24, "days": 1, "working_days": 1, "microseconds": 86_400_000_000,
}  # fmt: skip
_ELAPSED: Mapping[str, timedelta] = {
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "microseconds": timedelta(microseconds=1),
}
_SATURDAY = 5
_MICROSECOND = timedelta(microseconds=1)


class UnknownYear(Exception):
    """The calendar holds no days off for `year`; nothing is guessed. The company must enter that year first."""

    def __init__(self, year: int) -> None:
        self.year = year
        super().__init__(f"the working days of {year} are not known")


@dataclass(frozen=True)
class Limit:
    """A length of time as a rule states it. `value` >= 0. Minutes and hours run through nights and holidays.

    Raises ValueError for a negative, fractional or over-long value or an unknown unit.
    """

    value: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.unit not in _DAY_IN_UNIT:
            raise ValueError(f"a limit's unit is one of {', '.join(get_args(Unit))}, not {self.unit!r}")
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise ValueError(f"a limit's value is a whole number, not {self.value!r}")
        if not 0 <= self.value <= LIMIT_MAX_DAYS * _DAY_IN_UNIT[self.unit]:
            raise ValueError(f"a limit lies between 0 and {LIMIT_MAX_DAYS} days, not {self.value} {self.unit}")

    @property
    def elapsed(self) -> timedelta | None:
        """The length of a limit in elapsed time, or None when it is counted in days."""
        step = _ELAPSED.get(self.unit)
        return None if step is None else self.value * step


@dataclass(frozen=True)
class _Span:
    """Consecutive known years: first and last day and the ordinals of all working days between, ascending."""

    first: int
    last: int
    working: tuple[int, ...]


@dataclass(frozen=True)
class WorkCalendar:
    """The known years, their weekdays off and weekend days worked (make-up days, 调休), in the zone of the company.

    Raises ValueError for a day that is both, or that lies outside the known years, and for an unknown zone.
    """

    years: frozenset[int]
    days_off: frozenset[date]
    make_up_days: frozenset[date]
    zone: str

    def __post_init__(self) -> None:
        both = self.days_off & self.make_up_days
        if both:
            raise ValueError(f"{min(both)} is both a day off and a make-up day")
        outside = [day for day in self.days_off | self.make_up_days if day.year not in self.years]
        if outside:
            raise ValueError(f"{min(outside)} lies outside the known years")
        try:
            ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"{self.zone!r} is not a time zone") from error

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[date, bool]], years: Iterable[int], zone: str) -> "WorkCalendar":
        """Build from rows (day, is it worked); a day without a row follows the week. Conflicting rows: ValueError."""
        worked: dict[date, bool] = {}
        for day, is_worked in rows:
            if worked.setdefault(day, is_worked) != is_worked:
                raise ValueError(f"{day} is entered both as worked and as a day off")
        off = frozenset(day for day, is_worked in worked.items() if not is_worked and _is_weekday(day))
        made_up = frozenset(day for day, is_worked in worked.items() if is_worked and not _is_weekday(day))
        return cls(frozenset(years), off, made_up, zone)

    def is_working(self, day: date) -> bool:
        """Whether `day` is worked. Raises UnknownYear."""
        if day.year not in self.years:
            raise UnknownYear(day.year)
        return self._is_worked(day)

    def day_of(self, at: datetime) -> date:
        """The company's day in which the instant lies. Raises ValueError for a naive datetime."""
        if at.tzinfo is None:
            raise ValueError("an instant must carry its time zone")
        return at.astimezone(self._tz).date()

    def end_of(self, day: date) -> datetime:
        """24:00 of the company's day, in UTC."""
        ends_at = self._ends.get(day)
        if ends_at is None:
            ends_at = self._ends[day] = datetime.combine(day + timedelta(days=1), time.min, self._tz).astimezone(UTC)
        return ends_at

    def working_day_from(self, day: date, count: int) -> date:
        """The working day `count` steps after the first working day that is not before `day`. Raises UnknownYear."""
        span = self._span_of(day)
        at = bisect_left(span.working, day.toordinal()) + count
        if at >= len(span.working):
            raise UnknownYear(date.fromordinal(span.last).year + 1)
        if at < 0:
            raise UnknownYear(date.fromordinal(span.first).year - 1)
        return date.fromordinal(span.working[at])

    def count_working(self, first: date, last: date) -> int:
        """Working days from `first` to `last`, both included. Raises UnknownYear for any unknown year between."""
        span = self._span_of(first)
        if last.toordinal() > span.last:
            raise UnknownYear(date.fromordinal(span.last).year + 1)
        return bisect_right(span.working, last.toordinal()) - bisect_left(span.working, first.toordinal())

    def local(self, at: datetime) -> datetime:
        """The instant in the company's zone. Raises ValueError for a naive datetime."""
        if at.tzinfo is None:
            raise ValueError("an instant must carry its time zone")
        return at.astimezone(self._tz)

    def _is_worked(self, day: date) -> bool:
        return day in self.make_up_days or (_is_weekday(day) and day not in self.days_off)

    def _span_of(self, day: date) -> _Span:
        span = self._spans.get(day.year)
        if span is None:
            raise UnknownYear(day.year)
        return span

    @cached_property
    def _tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @cached_property
    def _ends(self) -> dict[date, datetime]:
        # Remembered, since zone arithmetic is most of a deadline's cost; one entry a day of the known years.
        return {}

    @cached_property
    def _spans(self) -> Mapping[int, _Span]:
        # Each run of consecutive years gets one list of working days, so that a limit is one bisection, not a walk.
        spans: dict[int, _Span] = {}
        for run in _runs(self.years):
            first, last = date(run[0], 1, 1).toordinal(), date(run[-1], 12, 31).toordinal()
            working = tuple(n for n in range(first, last + 1) if self._is_worked(date.fromordinal(n)))
            spans |= dict.fromkeys(run, _Span(first, last, working))
        return spans


def deadline(calendar: WorkCalendar, start_at: datetime, limit: Limit) -> datetime:
    """The instant (UTC) at which `limit` is over: a thing done at that instant is late.

    Minutes and hours run on as they are. Days and working days end at 24:00 of the last day in the company's zone,
    without the day of the start. A last calendar day that is not worked moves to the next working day, and so does a
    limit of 0 (what is left after a pause that began on the last day). Raises UnknownYear, and ValueError if naive.
    """
    elapsed = limit.elapsed
    if elapsed is not None:
        return _aware(start_at).astimezone(UTC) + elapsed
    start_on = calendar.day_of(start_at)
    if limit.unit == "working_days" and limit.value:
        return calendar.end_of(calendar.working_day_from(start_on + timedelta(days=1), limit.value - 1))
    last_on = start_on + timedelta(days=limit.value if limit.unit == "days" else 0)
    return calendar.end_of(calendar.working_day_from(last_on, 0))


def remaining(calendar: WorkCalendar, start_at: datetime, at: datetime, limit: Limit) -> Limit:
    """What is left of `limit`, started at `start_at`, when it is paused at `at`; never below 0.

    `deadline(calendar, resumed_at, remaining(...))` is the new end: the day of the pause counts as used, the day on
    which it runs on does not (as for any start), so a pause within one day moves nothing and a pause over k working
    days moves the end by k working days. Elapsed limits come back in microseconds. Raises as `deadline`.
    """
    elapsed = limit.elapsed
    if elapsed is not None:
        left = elapsed - max(_aware(at) - _aware(start_at), timedelta(0))
        return Limit(max(left, timedelta(0)) // _MICROSECOND, "microseconds")
    start_on, on = calendar.day_of(start_at), calendar.day_of(at)
    used = working_days_between(calendar, start_on, on) if limit.unit == "working_days" else (on - start_on).days
    return Limit(max(limit.value - max(used, 0), 0), limit.unit)


def working_days_between(calendar: WorkCalendar, after_on: date, until_on: date) -> int:
    """Working days after `after_on` up to and with `until_on`; negative when `until_on` is the earlier one."""
    if until_on < after_on:
        return -working_days_between(calendar, until_on, after_on)
    if until_on == after_on:
        return 0
    return calendar.count_working(after_on + timedelta(days=1), until_on)


def before(calendar: WorkCalendar, due_at: datetime, limit: Limit) -> datetime:
    """The instant (UTC) that lies `limit` before `due_at`, for warnings. 24:00 belongs to the day that it ends.

    Days and working days keep the time of day; one working day before 24:00 on Monday is 24:00 on Friday.
    """
    elapsed = limit.elapsed
    if elapsed is not None:
        return _aware(due_at).astimezone(UTC) - elapsed
    last_instant = calendar.local(due_at - _MICROSECOND)
    day = last_instant.date()
    if limit.unit == "working_days" and limit.value:
        # Counted from the day itself when it is worked, else from the first working day after it.
        day = calendar.working_day_from(day, -limit.value)
    elif limit.unit == "days":
        day -= timedelta(days=limit.value)
    return (datetime.combine(day, last_instant.timetz()) + _MICROSECOND).astimezone(UTC)


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("an instant must carry its time zone")
    return at


def _is_weekday(day: date) -> bool:
    return day.weekday() < _SATURDAY


def _runs(years: Iterable[int]) -> list[list[int]]:
    """Group years into runs of consecutive ones."""
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return runs
