"""When a point without a meter is on: hours of a schedule within a period, and its hours in each interval."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
"""ISO weekdays, Monday is 1."""


@dataclass(frozen=True)
class OnTime:
    """On from one time of day to another, on some weekdays; past midnight when it ends before it begins.

    Equal times are the whole day. The weekday is that on which it goes on.
    """

    begins: time
    ends: time
    weekdays: tuple[int, ...] = EVERY_DAY


def hours_on(times: Sequence[OnTime], first: datetime, last: datetime, zone: ZoneInfo) -> Fraction:
    """Hours between two instants during which any of the times says on; overlapping times count once."""
    seconds = sum((end - begin).total_seconds() for begin, end in _merged(times, first, last, zone))
    return Fraction(round(seconds), 3600)


def hours_in_slots(
    times: Sequence[OnTime], first: datetime, minutes: int, slots: int, zone: ZoneInfo
) -> list[float]:  # fmt: skip
    """Hours on in each of `slots` intervals of `minutes` from `first`."""
    found = [0.0] * slots
    width = 60.0 * minutes
    for begin, end in _merged(times, first, first + timedelta(minutes=minutes * slots), zone):
        since, until = (begin - first).total_seconds(), (end - first).total_seconds()
        for slot in range(int(since // width), min(slots, -int(-until // width))):
            found[slot] += max(0.0, min(until, (slot + 1) * width) - max(since, slot * width)) / 3600
    return found


def _merged(
    times: Sequence[OnTime], first: datetime, last: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:  # fmt: skip
    """Spells within the period, in order, none touching another."""
    spells = sorted(_clipped(times, first.astimezone(zone), last.astimezone(zone), zone))
    held: tuple[datetime, datetime] | None = None
    for begin, end in spells:
        if held and begin <= held[1]:
            held = held[0], max(held[1], end)
            continue
        if held:
            yield held
        held = begin, end
    if held:
        yield held


def _clipped(
    times: Sequence[OnTime], first: datetime, last: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:  # fmt: skip
    utc = ZoneInfo("UTC")
    day = first.date() - timedelta(days=1)
    while day <= last.date():
        for one in times:
            over = day + timedelta(days=1) if one.ends <= one.begins else day
            begin = datetime.combine(day, one.begins, zone).astimezone(utc)
            end = datetime.combine(over, one.ends, zone).astimezone(utc)
            begin, end = max(begin, first), min(end, last)
            if day.isoweekday() in one.weekdays and begin < end:
                yield begin.astimezone(utc), end.astimezone(utc)
        day += timedelta(days=1)
